"""A page about one case, for the person whose case it is and nobody else."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from services.reports.people import is_theirs
from services.views.requests import PortalRequest

Row = TypeVar("Row", bound=Model)
CaseView = Callable[[PortalRequest, Row], HttpResponse]
PageView = Callable[[PortalRequest, str], HttpResponse]


def own_case(rows: Callable[[], "QuerySet[Row]"]) -> Callable[[CaseView[Row]], PageView]:
    """The view gets the visitor's own row of `rows()` instead of the reference in its address.

    Theirs is what belongs to the phone that was verified in this session. Without one the visitor is asked for it;
    with one, somebody else's case is a 404. Neither tells that the case exists.
    """

    def decorate(view: CaseView[Row]) -> PageView:
        @never_cache
        @wraps(view)
        def guarded(request: PortalRequest, reference: str) -> HttpResponse:
            row: Any = rows().filter(reference=reference).first()
            if row is not None and is_theirs(request.session, row.resident):
                return view(request, row)
            if request.resident_phone_index:
                raise Http404
            return ask_for_phone(request)

        return guarded

    return decorate


def ask_for_phone(request: PortalRequest) -> HttpResponse:
    """내 신청 확인 first, then back here."""
    return redirect(f"{reverse('services:my_start')}?{urlencode({'next': request.path})}")
