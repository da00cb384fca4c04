"""What `check --deploy` asks of a city's own servers, beyond Django's questions; it asks database and broker too."""

import os
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import DatabaseError, InterfaceError, ProgrammingError

from gimje_portal.demo.services import PASSWORD, STAFF
from gimje_portal.environment import TABLE, Needed
from services.models import User
from services.reports.installation import are_files_ours, is_forwarded_unbelieved, keys_fault
from services.reports.jobs import broker_answers


@register(deploy=True)
def check_city(**kwargs: Any) -> list[CheckMessage]:
    """Everything that has a default for trying out and no sensible one for a city."""
    return [*_left_out(), *_not_for_people(), *_beside()]


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
    if settings.NOTICE_LEASE_SECONDS <= settings.CELERY_TASK_TIME_LIMIT:
        yield Error("NOTICE_LEASE_SECONDS: two workers could send one message.", id="portal.E006")
    if settings.DEMO:
        yield Error("DEMO is on: everybody could read messages and codes.", id="portal.E004")
    if not settings.SITE_URL.startswith("https://"):
        yield Error(f"SITE_URL: {settings.SITE_URL} is no https address.", id="portal.E005")


def _beside() -> Iterator[CheckMessage]:
    """What stands beside the code: broker and database, and whether keys and files are theirs."""
    if not broker_answers():
        yield Error("REDIS_URL: nobody answers there; messages would wait for the clock.", id="portal.E006")
    try:
        yield from _in_the_database()
    except ProgrammingError:  # no tables yet: /readyz says so until `migrate` has run
        return
    except (DatabaseError, InterfaceError):
        yield Error("DATABASE_URL: the database does not answer.", id="portal.E007")


def _in_the_database() -> Iterator[CheckMessage]:
    if fault := keys_fault():
        yield Error(fault, id="portal.E008")
    if not are_files_ours():
        yield Error(
            "DATA_DIR: these are not the files of this database; every host needs the same ones.", id="portal.E009"
        )
    if is_forwarded_unbelieved():
        yield Error(
            f"PROXY_COUNT is {settings.PROXY_COUNT}, and a proxy's X-Forwarded-For arrives that is not believed: "
            "all visitors count as one address.",
            id="portal.E010",
        )
    known = User.objects.filter(username__in=STAFF, is_active=True).order_by("username")
    if names := [user.username for user in known if user.check_password(PASSWORD)]:
        yield Error(f"DEMO: demonstration people are in this database: {', '.join(names)}.", id="portal.E011")
