"""What no log may keep: the secret part of an address, and where a visitor sits."""

import re
from collections.abc import MutableMapping
from typing import Any

from django.http import HttpRequest

SECRET = re.compile(r"(/consultations/(?:calendar|desk/open)/)[^/\s?]+|(/verifications/)[^/\s?]+(?=/check)")


def hide_secrets(logger: object, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: addresses of advisers and the keys of phone checks stand in logs without their secret."""
    for key, value in event.items():
        if isinstance(value, str) and "/" in value:
            event[key] = SECRET.sub(lambda found: f"{found[1] or found[2]}***", value)
    return event


def client_mark(request: HttpRequest) -> str:
    """Twelve letters in the place of the address: lines of one visitor belong together, and name nobody.

    Whoever has BLIND_INDEX_KEY can ask whether a line is of a known address, as after an attack one must.
    """
    from services.models.encryption import blind_index  # settings read this module before the apps are there
    from services.reports.people import counted_address

    return blind_index(counted_address(request) or "", purpose="log")[:12]


def who_logs_in(username: str, ip_address: str, user_agent: str, path_info: str, request: HttpRequest) -> str:
    """How axes' lines name a log-in (AXES_CLIENT_STR_CALLABLE)."""
    return f"client {client_mark(request)}"
