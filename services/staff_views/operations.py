"""The administrator's look at the portal itself."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from services.reports.operations import operations as found_now
from services.views.requests import PortalRequest


@never_cache
def operations(request: PortalRequest) -> HttpResponse:
    """운영 상태: what is not well, what to do, and what jobs could not do."""
    return render(request, "services/staff/operations.html", {"now": found_now()})
