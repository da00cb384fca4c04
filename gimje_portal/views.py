"""Health for machines and calm pages for faults."""

import errno
import secrets
import sys
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from structlog.contextvars import get_contextvars

from gimje_portal.context import site
from gimje_portal.demo import services as demo_people
from gimje_portal.menus import Subnav, menus
from services.models import Notice, User
from services.reports.jobs import readiness
from services.reports.metrics import metrics as scrape

RETRY_SECONDS = 60
API_FAULTS = {
    400: "보내신 내용을 읽지 못했습니다.",
    403: "이 주소는 볼 수 없습니다.",
    404: "그런 주소가 없습니다.",
    405: "이 주소는 이렇게 부를 수 없습니다.",
    413: "보내신 내용이 너무 깁니다.",
    429: "잠시 뒤에 다시 해 주세요.",
    500: "저희 쪽 문제로 하지 못했습니다. 잠시 뒤에 다시 해 주세요.",
    503: "잠시 쉬고 있습니다. 조금 뒤에 다시 해 주세요.",
}


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; no database, no broker."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """Whether this host serves people: 503 where it does not. The reasons are told to this machine, or for a token."""
    state = readiness()
    facts = state.as_dict() if _is_inside(request) else {"ready": state.is_ready}
    return JsonResponse(facts, status=200 if state.is_ready else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """Counts and ages for Prometheus: with the token of METRICS_TOKEN, or from this machine itself."""
    if not _is_inside(request):
        raise Http404
    content, content_type = scrape(request.headers.get("Accept", ""))
    return HttpResponse(content, content_type=content_type)


def _is_inside(request: HttpRequest) -> bool:
    """A request that a proxy passed on is not "from this machine", whatever its peer address says."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    is_known = bool(settings.METRICS_TOKEN) and secrets.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
    was_passed_on = {"X-Forwarded-For", "X-Real-Ip", "Forwarded", "X-Forwarded-Proto"} & set(request.headers)
    is_local = request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1") and not was_passed_on
    return is_known or (is_local and not settings.METRICS_TOKEN)


def error_400(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that cannot be read; one that is too big has its own page."""
    if isinstance(exception, (RequestDataTooBig, TooManyFilesSent)):
        return fault_page(request, "413", 413)
    return fault_page(request, "400", 400)


def error_403(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return fault_page(request, "403", 403)


def error_403c(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A missing or old CSRF token."""
    return fault_page(request, "403c", 403)


def error_404(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return fault_page(request, "404", 404)


def error_405(request: HttpRequest, refused: HttpResponse) -> HttpResponse:
    """An address that only a button opens; which methods it takes stands in the header of `refused`."""
    if refused.content:
        return refused
    response = fault_page(request, "405", 405)
    response["Allow"] = refused["Allow"]
    return response


def error_429(request: HttpRequest, *args: object, seconds: int = RETRY_SECONDS, **kwargs: object) -> HttpResponse:
    """Too many tries."""
    response = fault_page(request, "429", 429, seconds=seconds)
    response["Retry-After"] = str(seconds)
    return response


def error_locked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    """What django-axes shows after too many wrong passwords; the count is in the database and survives a restart."""
    minutes = int(settings.AXES_COOLOFF_TIME * 60)
    response = fault_page(request, "locked", 429, minutes=minutes)
    response["Retry-After"] = str(minutes * 60)
    return response


def error_500(request: HttpRequest) -> HttpResponse:
    """Our fault. A database that went away outside a view (sessions, messages) is a 503 here too."""
    if is_away(sys.exc_info()[1]):
        return error_503(request)
    return fault_page(request, "500", 500, request_id=get_contextvars().get("request_id", "")[:8])


def is_away(error: BaseException | None) -> bool:
    """The database, or room on the disk: not the fault of this request, and over when an operator has seen to it."""
    is_full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    return is_full or isinstance(error, (OperationalError, InterfaceError))


def error_503(request: HttpRequest) -> HttpResponse:
    response = fault_page(request, "503", 503, retry_minutes=RETRY_SECONDS // 60)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def fault_page(request: HttpRequest, name: str, status: int, **context: Any) -> HttpResponse:
    """A page of errors/ without context processors: it must come even when database and session are away.

    A program that asked the API gets one sentence as JSON.
    """
    if request.path.startswith("/api/"):
        sentence = API_FAULTS.get(status, API_FAULTS[500])
        return JsonResponse({"detail": sentence}, status=status, json_dumps_params={"ensure_ascii": False})
    values = {**site(request), **menus(request), "path": request.path, **_frame(request, status), **context}
    return HttpResponse(render_to_string(f"errors/{name}.html", values), status=status)


def _frame(request: HttpRequest, status: int) -> dict[str, Any]:
    """Among staff the page speaks to staff. After a fault of ours nobody is asked who they are: no menu is drawn."""
    if not request.path.startswith("/staff/"):
        return {"frame": "base.html", "start": "/"}
    if status >= 500:
        no_menu = {"staff_menu": (), "subnav": Subnav("", [])}
        return {"frame": "staff_base.html", "start": "/staff/", "for_staff": True, **no_menu}
    is_staff = isinstance(getattr(request, "user", None), User)
    return {"frame": "staff_base.html" if is_staff else "base.html", "start": "/staff/", "for_staff": True}


@never_cache
def demo(request: HttpRequest) -> HttpResponse:
    """Log-ins, second factors and messages of the demonstration; a real portal has no such page."""
    if not settings.DEMO:
        raise Http404
    notices = Notice.objects.order_by("-created_at", "-pk")[:30]
    page = {"logins": demo_people.logins(), "password": demo_people.PASSWORD, "notices": notices}
    return render(request, "gimje_portal/demo.html", page)
