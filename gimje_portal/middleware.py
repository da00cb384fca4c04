"""What happens around every request: calm faults, the resident's phone, rights, and the actor's context."""

import time
from collections.abc import Callable
from functools import lru_cache

import structlog
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django_structlog.middlewares import RequestMiddleware

from gimje_portal import views
from gimje_portal.logs import client_mark
from gimje_portal.rights import ApiKey, LoggedIn, Nobody, PhoneToken, Public, VerifiedResident, access_for, may_open
from services.actions import access
from services.actions.history import acting
from services.actions.jobs import tick
from services.enums.access import Held
from services.models import User
from services.reports.installation import FORWARDED
from services.reports.people import address_of, is_passed_on_unbelieved
from services.views.own_case import ask_for_phone
from services.views.requests import PortalRequest, actor_of

SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
Handler = Callable[[PortalRequest], HttpResponse]
log = structlog.get_logger(__name__)


MACHINES = {"/healthz": views.healthz, "/readyz": views.readyz, "/metrics": views.metrics}
NO_DEVICES = ", ".join(
    f"{device}=()"
    for device in (
        *("accelerometer", "autoplay", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer"),
        *("microphone", "midi", "payment", "usb", "browsing-topics"),
    )
)


def answer_machines(get_response: Handler) -> Handler:
    """Probes ask by address and without TLS: no host check, no redirect, no session, no line in the log."""

    def middleware(request: PortalRequest) -> HttpResponse:
        view = MACHINES.get(request.path_info)
        if view is None:
            return get_response(request)
        response = view(request)
        response["Cache-Control"] = "private, no-store"
        return response

    return middleware


def forbid_devices(get_response: Handler) -> Handler:
    """No page, and no script that got into one, may use camera, microphone, place or payment."""

    def middleware(request: PortalRequest) -> HttpResponse:
        response = get_response(request)
        response["Permissions-Policy"] = NO_DEVICES
        return response

    return middleware


class LogRequests(RequestMiddleware):
    """A line at the begin and the end of each request, with a mark instead of the visitor's address."""

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        structlog.contextvars.bind_contextvars(client=client_mark(request))


def close_caches(get_response: Handler) -> Handler:
    """Nothing is kept by a browser or a proxy unless its view says so: pages may hold personal data, faults too."""

    def middleware(request: PortalRequest) -> HttpResponse:
        response = get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response

    return middleware


class CalmFaults:
    """A database that is away and a full disk give 503 with Retry-After, a NUL byte gives 400; never a 500.

    An address that only a button may open says so: Django's own answer to a GET is an empty page.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return views.error_400(request)
        response = self.get_response(request)
        return views.error_405(request, response) if response.status_code == 405 else response

    def process_exception(self, request: PortalRequest, exception: Exception) -> HttpResponse | None:
        if not views.is_away(exception):
            return None
        log.error("away", error=type(exception).__name__)
        return views.error_503(request)


def know_resident(get_response: Handler) -> Handler:
    """`request.resident_phone_index` and `request.address`: what a PortalRequest has more than Django's."""

    def middleware(request: PortalRequest) -> HttpResponse:
        session, now = request.session, int(time.time())
        if access.opens_something(session):
            if now - session.get(Held.SEEN_AT, 0) > settings.RESIDENT_IDLE_MINUTES * 60:
                access.close_idle(session)
            else:
                session[Held.SEEN_AT] = now
        request.resident_phone_index = session.get(Held.PHONE, "")
        request.address = address_of(request)
        if is_passed_on_unbelieved(request):
            _note_forwarded()
        return get_response(request)

    return middleware


@lru_cache(maxsize=2)
def _note_in_the_hour(hour: int) -> None:
    """Once an hour and process."""
    try:
        tick(FORWARDED)
    except (DatabaseError, InterfaceError):
        log.warning("forwarded_header_not_believed")


def _note_forwarded() -> None:
    _note_in_the_hour(int(time.time()) // 3600)


class EnforceRights:
    """Opens a page only to those whom the rights matrix names."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: PortalRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        access = access_for(name)
        if access in (Public, ApiKey, PhoneToken):
            return None
        if access is VerifiedResident:
            return None if request.resident_phone_index else ask_for_phone(request)
        if access in (None, Nobody):
            raise PermissionDenied
        return self._staff(request, name)

    def _staff(self, request: PortalRequest, name: str) -> HttpResponse | None:
        user = request.user
        if not isinstance(user, User):
            return redirect_to_login(request.get_full_path())
        if _session_is_over(request):
            logout(request)
            messages.warning(request, "오래 쓰지 않아 화면을 닫았습니다. 다시 들어와 주세요.")
            return redirect_to_login(request.get_full_path())
        if access_for(name) is LoggedIn:
            return None
        if settings.STAFF_MFA_REQUIRED and not is_mfa_enabled(user, SECOND_FACTORS):
            return redirect("mfa_index")
        if may_open(user, name):
            return None
        raise PermissionDenied


def _session_is_over(request: PortalRequest) -> bool:
    """Idle for STAFF_IDLE_MINUTES, or logged in for STAFF_ABSOLUTE_HOURS."""
    now, session = int(time.time()), request.session
    started = session.setdefault("staff_since", now)
    seen = session.get("staff_seen", now)
    session["staff_seen"] = now
    is_idle = now - seen > settings.STAFF_IDLE_MINUTES * 60
    return bool(is_idle or now - started > settings.STAFF_ABSOLUTE_HOURS * 3600)


def act_in_context(get_response: Handler) -> Handler:
    """Requests that may write run in the context of who sends them, so that the history triggers accept them."""

    def middleware(request: PortalRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return get_response(request)
        with acting(actor_of(request)):
            return get_response(request)

    return middleware
