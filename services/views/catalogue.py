"""The first page and the catalogue."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from services.reports.catalogue import home_notes


def home(request: HttpRequest) -> HttpResponse:
    """The first page: three jobs, then everything else."""
    return render(request, "services/home.html", {"notes": home_notes()})
