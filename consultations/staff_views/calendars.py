"""Staff: the list of advisers, and the secret calendar address of each."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from consultations.actions import calendars
from consultations.models import Adviser
from consultations.reports import advisers as reports
from consultations.reports.enquiries import adviser_of
from services.views.refusals import refusals_to
from services.views.requests import PortalRequest, staff_of


def advisers(request: PortalRequest) -> HttpResponse:
    """세무사·변호사: kind, office, term, account, calendar."""
    return render(request, "consultations/staff/advisers.html", {"lines": reports.adviser_lines()})


@never_cache
def adviser_calendar(request: PortalRequest, pk: int) -> HttpResponse:
    """The calendar address of one adviser, who makes it with their account; here it can only be ended."""
    adviser = get_object_or_404(Adviser.objects.select_related("user", "calendar_feed"), pk=pk)
    answer = _act(request, adviser, may_make=adviser.user is None)
    if answer is None:
        return redirect("consultations:staff_adviser_calendar", pk)
    return render(request, "consultations/staff/adviser_calendar.html", answer)


@never_cache
def my_calendar(request: PortalRequest) -> HttpResponse:
    """내 달력: an adviser's own address, seen once."""
    adviser = adviser_of(staff_of(request))
    if adviser is None:
        raise Http404
    answer = _act(request, adviser, may_make=True)
    if answer is None:
        return redirect("consultations:staff_my_calendar")
    return render(request, "consultations/staff/my_calendar.html", answer)


def _act(request: PortalRequest, adviser: Adviser, *, may_make: bool) -> dict[str, Any] | None:
    """What the page shows, with the new address if one was just made; None after an address was ended."""
    act, by, address = request.POST.get("act"), staff_of(request).actor, ""
    if act == "renew" and may_make:
        address = reports.calendar_address(calendars.renew_feed(adviser.pk, by=by))
    elif act == "revoke":
        with refusals_to(request):
            calendars.revoke_feed(adviser.pk, by=by)
            messages.success(request, "달력 주소를 끊었습니다. 이제 그 주소로는 아무것도 보이지 않습니다.")
        return None
    elif request.method == "POST":
        raise Http404
    return {"adviser": adviser, "feed": reports.open_feed(adviser), "address": address, "may_make": may_make}
