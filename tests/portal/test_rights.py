"""The rights matrix, tried out: every URL by every role, a stranger, a verified resident and a resident with one case.

The tests are generated from gimje_portal/rights.py, so a new URL is tried by everybody from its first day. The request
goes through all middleware and stops before the view: what is tried here is who is let through.
"""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from gimje_portal.rights import (
    RIGHTS,
    AnyStaff,
    ApiKey,
    LoggedIn,
    Nobody,
    PhoneToken,
    Public,
    VerifiedResident,
    access_for,
)
from services.enums.people import Role
from tests.conftest import StrictClient

OPENED, FORBIDDEN, TO_LOGIN, TO_PHONE = "opened", "forbidden", "to the log-in", "to the phone number"
BY_CONVERTER = {
    "IntConverter": 1,
    "StringConverter": "x",
    "SlugConverter": "x",
    "PathConverter": "x",
    "MonthConverter": date(2026, 11, 1),
    "UUIDConverter": "00000000-0000-0000-0000-000000000000",
}
# What the converters do not say: regular expressions of libraries, and converters of ours.
EXAMPLES: dict[str, dict[str, object]] = {
    "account_confirm_email": {"key": "x"},
    "account_reset_password_from_key": {"uidb36": "1", "key": "x-y"},
    "mfa_remove_webauthn": {"pk": 1},
    "mfa_edit_webauthn": {"pk": 1},
    "openid_connect_login": {"provider_id": "city"},
    "openid_connect_callback": {"provider_id": "city"},
}


class StopBeforeTheView:
    """Stands right behind the rights and answers instead of the view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse:
        return HttpResponse(OPENED, status=204)


def named_urls(patterns=None, namespace="", outer=None) -> Iterator[tuple[str, dict[str, object]]]:
    """Every URL name with the parameters its path asks for."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        converters = (outer or {}) | getattr(pattern.pattern, "converters", {})
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from named_urls(pattern.url_patterns, inner, converters)
        elif isinstance(pattern, URLPattern) and pattern.name:
            name = f"{namespace}{pattern.name}"
            yield name, converters


def address(name: str, converters: dict[str, object]) -> str:
    """The URL with example parameters; a parameter without an example fails."""
    if name in EXAMPLES:
        return reverse(name, kwargs=EXAMPLES[name])
    kwargs = {parameter: BY_CONVERTER[type(one).__name__] for parameter, one in converters.items()}
    return reverse(name, kwargs=kwargs)


MACHINES = ("healthz", "readyz", "metrics")  # answered before sessions and rights; tests/production opens them
URLS = sorted((name, converters) for name, converters in dict(named_urls()).items() if name not in MACHINES)
NAMES = [name for name, _ in URLS]


@pytest.fixture
def _stop_before_the_view(settings) -> None:
    rights = "gimje_portal.middleware.EnforceRights"
    position = django_settings.MIDDLEWARE.index(rights) + 1
    ours = f"{__name__}.StopBeforeTheView"
    settings.MIDDLEWARE = [*django_settings.MIDDLEWARE[:position], ours, *django_settings.MIDDLEWARE[position:]]


def outcome(client: StrictClient, url: str) -> str:
    response = client.get(url)
    if response.status_code == 204:
        return OPENED
    if response.status_code == 302:
        location = response["Location"]
        if location.startswith("/staff/account/login/"):
            return TO_LOGIN
        return TO_PHONE if location.startswith("/my/start/") else location
    return FORBIDDEN if response.status_code == 403 else str(response.status_code)


def expected(name: str, visitor: "Role | str") -> str:
    """What the matrix promises to this visitor."""
    access, role = access_for(name), visitor if isinstance(visitor, Role) else None
    if access in (Public, ApiKey, PhoneToken):
        return OPENED
    if access is VerifiedResident:
        opens = visitor == "resident"  # a case that was opened by its number is a summary, not a key
        return OPENED if opens else TO_PHONE
    if access in (None, Nobody):
        return FORBIDDEN
    if role is None:
        return TO_LOGIN
    if access in (AnyStaff, LoggedIn):
        return OPENED
    assert isinstance(access, frozenset)
    return OPENED if role in access else FORBIDDEN


def resident_session(client: StrictClient, **values: object) -> StrictClient:
    session = client.session
    session["resident_seen_at"] = int(timezone.now().timestamp())
    for key, value in values.items():
        session[key] = value
    session.save()
    return client


@pytest.fixture
def visitors(db, staff_client, _stop_before_the_view) -> "dict[Role | str, StrictClient]":
    """A browser of everybody who may come."""
    everybody: dict[Role | str, StrictClient] = {role: staff_client(role) for role in Role}
    everybody["stranger"] = StrictClient()
    everybody["resident"] = resident_session(StrictClient(), resident_phone_index="a" * 64)
    everybody["one case"] = resident_session(StrictClient(), resident_case=["services.resident", "1", "", ""])
    return everybody


@pytest.mark.parametrize("part", range(8))
def test_every_url_opens_to_those_whom_the_matrix_names_and_to_nobody_else(visitors, part):
    for name, converters in URLS[part::8]:
        url = address(name, converters)
        for visitor, client in visitors.items():
            assert outcome(client, url) == expected(name, visitor), f"{name} by {visitor}"


def test_without_a_second_factor_only_its_set_up_opens(visitors, settings):
    settings.STAFF_MFA_REQUIRED = True
    for name, converters in URLS:
        if isinstance(access_for(name), frozenset) or access_for(name) is AnyStaff:
            for role in (Role.ADMINISTRATOR, Role.CONTRACTOR):
                reached = outcome(visitors[role], address(name, converters))
                assert reached in ("/staff/account/2fa/", FORBIDDEN), f"{name} by {role}"


def test_a_url_that_the_matrix_does_not_know_is_closed_to_everybody(visitors, monkeypatch):
    monkeypatch.delitem(RIGHTS, "services:home")
    assert {outcome(client, "/") for client in visitors.values()} == {FORBIDDEN}


def test_the_matrix_names_no_url_that_does_not_exist():
    assert not set(RIGHTS) - {*NAMES, *MACHINES}


def test_staff_addresses_are_for_staff_and_all_others_are_not():
    for name, converters in URLS:
        is_for_staff = isinstance(access_for(name), frozenset) or access_for(name) in (AnyStaff, LoggedIn, Nobody)
        is_staff_address = address(name, converters).startswith("/staff/")
        is_door = access_for(name) is Public and name.startswith(("account_", "mfa_", "socialaccount_", "openid_"))
        assert is_staff_address == (is_for_staff or is_door), name


def test_the_administrator_is_no_role_for_residents_data():
    for name in NAMES:
        if any(word in name for word in ("resident", "application", "booking", "decide", "readings")):
            access = access_for(name)
            assert not (isinstance(access, frozenset) and Role.ADMINISTRATOR in access), name


def test_a_contractor_and_an_adviser_find_no_residents():
    for name in ("services:staff_resident", "services:staff_resident_view"):
        access = access_for(name)
        assert isinstance(access, frozenset)
        assert not access & {Role.CONTRACTOR, Role.ADVISER, Role.ENERGY_MANAGER}
