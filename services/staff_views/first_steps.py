"""The administrator's way from an empty portal to a working service."""

from django.http import HttpResponse
from django.shortcuts import render

from services.reports import first_steps as reports
from services.views.requests import PortalRequest


def first_steps(request: PortalRequest) -> HttpResponse:
    """처음 준비: every step with whether it is done, who does it, and where."""
    groups = reports.first_steps()
    context = {"groups": groups, "left": sum(group.left for group in groups)}
    return render(request, "services/staff/first_steps.html", context)
