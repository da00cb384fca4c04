"""Addresses that come from outside: a month in a path, and where somebody wants to go next."""

from datetime import date
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme

from services.rules.months import month_of

LONGEST = 2000  # Django refuses to redirect to what is longer than 2048


class MonthConverter:
    """`<month:month>` in a path: "2026-11"; a month that cannot be is an address that does not exist."""

    regex = "[0-9]{4}-[0-9]{1,2}"

    def to_python(self, value: str) -> date:
        return month_of(value)

    def to_url(self, value: date) -> str:
        return f"{value:%Y-%m}"


def own_address(request: HttpRequest, typed: str, *, otherwise: str = "/") -> str:
    """`typed` if it is the address of a page of this portal, else `otherwise`.

    The one door for every redirect target that a browser sends: another site, a script, a name without a slash or an
    address that no page has leads nowhere.
    """
    is_plain = typed.startswith("/") and typed.isprintable() and len(typed) <= LONGEST
    secure = request.is_secure()
    if not is_plain or not url_has_allowed_host_and_scheme(typed, {request.get_host()}, require_https=secure):
        return otherwise
    try:
        resolve(urlsplit(typed).path)
    except Resolver404:
        return otherwise
    return typed
