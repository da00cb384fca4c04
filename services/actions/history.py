"""Writing history: who did what to which case, inside the transaction of the change."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pghistory
import structlog
from django.db import connection, models, transaction
from django.db.models import Max, Min
from django.utils import timezone

from services.enums.people import ReadingReason
from services.models import HistoryEntry, HistorySeal, ReadingLogEntry, Resident, User, blind_index
from services.reports.history import seal_of
from services.rules.history import Actor

UNSEALED = timedelta(minutes=10)  # no transaction lives that long, so nothing is committed below a seal afterwards
_SEAL_LOCK = 0x67696D6A65  # "gimje"
log = structlog.get_logger(__name__)


@contextmanager
def acting(actor: Actor) -> Iterator[Actor]:
    """Everything written inside carries `actor`; the triggers on case tables refuse writes outside of it."""
    with pghistory.context(actor_kind=str(actor.kind), actor_key=actor.key):
        yield actor


def subject_of(row: models.Model) -> tuple[str, str]:
    """("slate.application", "17"): how history, notices and readings name a row without a foreign key."""
    return row._meta.label_lower, str(row.pk)


def record(
    subject: models.Model, move: str, *, by: Actor, before: str = "", after: str = "", reason: str = ""
) -> HistoryEntry:
    """Append one entry to the subject's chain. The caller holds the subject's row lock.

    Raises TransactionManagementError outside a transaction: an entry without its change would be a lie.
    """
    if not transaction.get_connection().in_atomic_block:
        msg = "History is written in the transaction of the change."
        raise transaction.TransactionManagementError(msg)
    kind, key = subject_of(subject)
    return HistoryEntry.objects.create(
        subject_kind=kind,
        subject_id=key,
        move=move,
        before=before,
        after=after,
        actor_kind=by.kind,
        actor_key=by.key,
        actor_label=by.label,
        reason=reason,
        reason_digest=blind_index(reason, purpose="reason") if reason else "",
        request_id=structlog.contextvars.get_contextvars().get("request_id", ""),
    )


Reader = User | str  # a member of staff, or the words for somebody without an account


def _who(reader: Reader) -> dict[str, Any]:
    return {"user": reader} if isinstance(reader, User) else {"reader": reader}


def record_reading(
    reader: Reader,
    resident: Resident,
    subject: models.Model,
    action: str,
    *,
    address: str | None,
    kind: ReadingReason | None = None,
    reference: str = "",
    reason: str = "",
) -> ReadingLogEntry:
    """Note that `reader` saw data of `resident` (PD-10). `action` is a word of the screen: "보기", "내려받기".

    `kind`, and the number of the case where it is one, say why a whole record was opened; `reason` says it in words.
    """
    subject_kind, subject_id = subject_of(subject)
    return ReadingLogEntry.objects.create(
        **_who(reader),
        resident=resident,
        subject_kind=subject_kind,
        subject_id=subject_id,
        action=action,
        address=address,
        kind=kind or "",
        reference=reference,
        reason=reason,
    )


def record_readings(
    reader: Reader,
    seen: Iterable[tuple[Resident, models.Model]],
    action: str,
    *,
    address: str | None,
    reason: str = "",
) -> None:
    """Note that `reader` saw a whole list: one line a resident, in one statement."""
    entries = []
    for resident, subject in seen:
        kind, key = subject_of(subject)
        entry = ReadingLogEntry(**_who(reader), resident=resident, subject_kind=kind, subject_id=key)
        entry.action, entry.address, entry.reason = action, address, reason
        entries.append(entry)
    ReadingLogEntry.objects.bulk_create(entries)


@transaction.atomic
def seal() -> HistorySeal | None:
    """Close everything older than UNSEALED with a hash that is chained to the seal before; None if there is nothing.

    The hash also stands in the log, so that a copy of the log outside shows when entries and seals both disappear.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SEAL_LOCK])
    before = HistorySeal.objects.order_by("last_entry_id").last()
    unsealed = HistoryEntry.objects.filter(pk__gt=before.last_entry_id if before else 0)
    first_young = unsealed.filter(at__gte=timezone.now() - UNSEALED).aggregate(first=Min("pk"))["first"]
    old = unsealed if first_young is None else unsealed.filter(pk__lt=first_young)
    last = old.aggregate(last=Max("pk"))["last"]
    if last is None:
        return None
    entries, seal_hash = seal_of(before, last)
    made = HistorySeal.objects.create(
        last_entry_id=last, entries=entries, previous_hash=before.seal_hash if before else "", seal_hash=seal_hash
    )
    log.info("history_sealed", last_entry_id=last, entries=entries, seal_hash=seal_hash)
    return made
