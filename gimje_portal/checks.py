"""What `check --deploy` asks of a city's own servers, beyond Django's questions."""

import os
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from gimje_portal.environment import TABLE, Needed


@register(deploy=True)
def check_city(**kwargs: Any) -> list[CheckMessage]:
    """Everything that has a default for trying out and no sensible one for a city."""
    return [*_left_out(), *_not_for_people()]


def _left_out() -> Iterator[CheckMessage]:
    for name, setting in TABLE.items():
        is_in_a_bucket = name == "DATA_DIR" and bool(os.environ.get("S3_BUCKET"))
        if setting.needed is Needed.FOR_A_CITY and not os.environ.get(name) and not is_in_a_bucket:
            yield Error(f"{name} is not set: {setting.meaning}.", id="portal.E001")


def _not_for_people() -> Iterator[CheckMessage]:
    if settings.SMS_SENDER != "solapi":
        yield Error("SMS_SENDER is not solapi: messages would be marked as sent and reach nobody.", id="portal.E002")
    if not os.environ.get("S3_BUCKET") and not settings.DATA_DIR.is_dir():
        yield Error(f"DATA_DIR: {settings.DATA_DIR} is not there.", id="portal.E003")
    if settings.DEMO:
        yield Error("DEMO is on: everybody could read messages and codes.", id="portal.E004")
    if not settings.SITE_URL.startswith("https://"):
        yield Error(f"SITE_URL: {settings.SITE_URL} is no https address.", id="portal.E005")
