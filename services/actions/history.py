"""Writing history: who did what to which case, inside the transaction of the change."""

from collections.abc import Iterator
from contextlib import contextmanager

import pghistory
import structlog
from django.db import models, transaction

from services.models import HistoryEntry, ReadingLogEntry, Resident, User, blind_index
from services.rules.history import Actor


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


def record_reading(
    user: User, resident: Resident, subject: models.Model, action: str, *, address: str | None, reason: str = ""
) -> ReadingLogEntry:
    """Note that `user` saw data of `resident` (PD-10). `action` is a word of the screen: "보기", "내려받기"."""
    kind, key = subject_of(subject)
    return ReadingLogEntry.objects.create(
        user=user,
        resident=resident,
        subject_kind=kind,
        subject_id=key,
        action=action,
        address=address,
        reason=reason,
    )
