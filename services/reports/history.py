"""A case's history as people read it, and whether the chains and seals still hold."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import FieldDoesNotExist
from django.db import connection, models

from services.enums.consents import ConsentMove
from services.enums.history import ActorKind
from services.models import HistoryEntry, HistorySeal, blind_index
from services.models.history import entry_hash_sql

_BROKEN = f"""
    SELECT id, subject_kind, subject_id, seq, fault FROM (
        SELECT id, subject_kind, subject_id, seq, CASE
            WHEN seq <> row_number() OVER chain THEN 'an entry before this one is missing'
            WHEN previous_hash <> COALESCE(lag(entry_hash) OVER chain, '') THEN 'the link to the one before is broken'
            WHEN entry_hash <> {entry_hash_sql()}
                THEN 'the entry was changed'
        END AS fault
        FROM services_historyentry
        WINDOW chain AS (PARTITION BY subject_kind, subject_id ORDER BY seq)
    ) AS checked WHERE fault IS NOT NULL ORDER BY id LIMIT 1
"""  # noqa: S608 (column names from our own code)
_SEAL = """
    SELECT count(*),
        encode(sha256(convert_to(%s || COALESCE(string_agg(entry_hash, '' ORDER BY id), ''), 'UTF8')), 'hex')
    FROM services_historyentry WHERE id > %s AND id <= %s
"""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One entry in words: `what` happened, the states' labels, who did it."""

    at: datetime
    what: str
    before: str
    after: str
    who: str
    reason: str
    move: str


def timeline(subject: models.Model) -> list[HistoryLine]:
    """The history of one case, oldest first; one query.

    Labels of states come from the choices of the model's `state`; words for moves from its enum `moves`.
    """
    entries = HistoryEntry.objects.filter(subject_kind=subject._meta.label_lower, subject_id=str(subject.pk))
    states, words = _state_labels(subject), _move_labels(subject)
    return [
        HistoryLine(
            at=entry.at,
            what=words.get(entry.move) or states.get(entry.after) or entry.move,
            before=states.get(entry.before, entry.before),
            after=states.get(entry.after, entry.after),
            who=entry.actor_label or ActorKind(entry.actor_kind).label,
            reason=entry.reason,
            move=entry.move,
        )
        for entry in entries.order_by("seq")
    ]


def _move_labels(subject: models.Model) -> dict[str, str]:
    moves = {str(one.value): str(one.label) for one in getattr(subject, "moves", ())}
    return {str(one.value): str(one.label) for one in ConsentMove} | moves


def _state_labels(subject: models.Model) -> dict[str, str]:
    try:
        field = subject._meta.get_field("state")
    except FieldDoesNotExist:
        return {}
    return {str(value): str(label) for value, label in getattr(field, "flatchoices", [])}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check found; `fault` is empty when everything holds."""

    entries: int
    seals: int
    fault: str = ""


def verify_history() -> Verdict:
    """Walk all chains, reasons and seals; stop at the first fault."""
    entries, seals = HistoryEntry.objects.count(), HistorySeal.objects.count()
    fault = _broken_chain() or next(_changed_reasons(), "") or next(_broken_seals(), "")
    return Verdict(entries, seals, fault)


def _broken_chain() -> str:
    with connection.cursor() as cursor:
        cursor.execute(_BROKEN)
        row = cursor.fetchone()
    return "entry {} ({} {} #{}): {}".format(*row) if row else ""


def _changed_reasons() -> Iterator[str]:
    for entry in HistoryEntry.objects.exclude(reason_digest="").order_by("pk").iterator():
        if blind_index(entry.reason, purpose="reason") != entry.reason_digest:
            yield f"entry {entry.pk} ({entry}): the reason was changed"


def _broken_seals() -> Iterator[str]:
    before = None
    for seal in HistorySeal.objects.order_by("last_entry_id").iterator():
        if seal.previous_hash != (before.seal_hash if before else ""):
            yield f"seal {seal.last_entry_id}: a seal before this one is missing or was changed"
        entries, seal_hash = seal_of(before, seal.last_entry_id)
        if entries != seal.entries:
            yield f"seal {seal.last_entry_id}: sealed {seal.entries} entries, found {entries}"
        if seal_hash != seal.seal_hash:
            yield f"seal {seal.last_entry_id}: an entry below it was changed"
        before = seal


def seal_of(before: HistorySeal | None, last_entry_id: int) -> tuple[int, str]:
    """How many entries lie after the seal `before` up to this id, and their hash chained to it."""
    with connection.cursor() as cursor:
        after = before.last_entry_id if before else 0
        cursor.execute(_SEAL, [before.seal_hash if before else "", after, last_entry_id])
        entries, seal_hash = cursor.fetchone()
    return int(entries), str(seal_hash)
