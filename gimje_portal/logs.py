"""What no log may keep: the secret part of an address."""

import re
from collections.abc import MutableMapping
from typing import Any

SECRET = re.compile(r"(/consultations/(?:calendar|desk/open)/)[^/\s?]+|(/verifications/)[^/\s?]+(?=/check)")


def hide_secrets(logger: object, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: addresses of advisers and the keys of phone checks stand in logs without their secret."""
    for key, value in event.items():
        if isinstance(value, str) and "/" in value:
            event[key] = SECRET.sub(lambda found: f"{found[1] or found[2]}***", value)
    return event
