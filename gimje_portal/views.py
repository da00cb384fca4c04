"""Health for machines and calm pages for faults."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from services.reports.jobs import readiness


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; no database, no broker."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """Whether this host should get traffic: 503 without database or with unapplied migrations."""
    state = readiness()
    return JsonResponse(state.as_dict(), status=200 if state.is_ready else 503)


def error_400(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/400.html", status=400)


def error_403(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/403.html", status=403)


def error_403c(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A missing or old CSRF token."""
    return render(request, "errors/403c.html", status=403)


def error_404(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/404.html", status=404)


def error_500(request: HttpRequest) -> HttpResponse:
    return render(request, "errors/500.html", status=500)
