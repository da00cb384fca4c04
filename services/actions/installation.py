"""Marking a database, its keys and its files as belonging together, and noticing at the start when they do not."""

import structlog
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection

from services.models import Installation, blind_index
from services.reports.installation import KEY_CHECK, MARK_FILE, keys_fault

log = structlog.get_logger(__name__)


def mark() -> None:
    """At the first start of a new portal: the row, and the file beside the private files."""
    if Installation.objects.filter(pk=1).exists():
        return
    checks = {"key_check": KEY_CHECK, "index_check": blind_index(KEY_CHECK, purpose="check")}
    _, is_new = Installation.objects.get_or_create(pk=1, defaults=checks)
    if is_new:
        mark_files()


def mark_files() -> None:
    """The files that this process sees are from now on the ones of this database."""
    given = str(Installation.objects.values_list("files_mark", flat=True).get(pk=1))
    default_storage.delete(MARK_FILE)
    default_storage.save(MARK_FILE, ContentFile(given.encode()))


def refuse_wrong_keys() -> None:
    """Before a process serves: raises ImproperlyConfigured when its keys are not those of the database.

    A database that is away or has no tables yet is no reason not to start: pages say 503 until it is there.
    """
    try:
        mark()
        fault = keys_fault()
    except DatabaseError as error:
        log.warning("keys_not_checked", error=type(error).__name__)
        return
    finally:
        connection.close()  # gunicorn forks after this
    if fault:
        raise ImproperlyConfigured(fault)
