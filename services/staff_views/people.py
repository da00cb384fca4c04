"""Staff: today's work, accounts, residents and who read what."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def today(request: HttpRequest) -> HttpResponse:
    """What waits for this person today."""
    return render(request, "services/staff/today.html")
