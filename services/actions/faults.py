"""Loops over rows in which one bad row stops nothing: it is written down, staff see it, and the next one follows."""

import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, models, transaction
from django.db.models import F
from django.utils import timezone

from services.actions.turns import in_turn
from services.models import JobFault
from services.rules.refusal import Refused

T = TypeVar("T")
R = TypeVar("R")
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Tally(Generic[R]):
    """What became of a loop's items: results of the good ones, how many failed, how many somebody else holds."""

    done: list[R] = field(default_factory=list)
    bad: int = 0
    put_off: int = 0

    def __add__(self, other: "Tally[R]") -> "Tally[R]":
        return Tally([*self.done, *other.done], self.bad + other.bad, self.put_off + other.put_off)


def each(
    items: Iterable[T],
    work: Callable[[T], R],
    *,
    job: str,
    of: type[models.Model] | None = None,
    name: Callable[[T], str] | None = None,
    is_all: bool = True,
    in_one: bool = True,
) -> Tally[R]:
    """Do the work of every item, each in a transaction of its own; an item that fails is a JobFault, never an end.

    `of` is the model whose ids the items are, `name` names other items. A fault ends when its item succeeds, or is no
    longer among the items of a loop over everything that is due (`is_all`). A refusal is no fault yet: somebody was
    faster or holds the row, and the next run comes back to it; the same one again and again is (`JobFault.shown`).
    `in_one=False` leaves transactions to the work. Raises only when the database is away or the task's time is over.
    """
    tally: Tally[R] = Tally()
    named = [(item, name(item) if name else name_of(item, of)) for item in items]
    known = set(JobFault.objects.filter(job=job).values_list("item", flat=True))
    run = in_turn(work) if in_one else work
    for item, called in named:
        try:
            tally.done.append(run(item))
        except Refused as refusal:
            tally.put_off += 1
            note_refusal(job, called, refusal)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next item follows
            tally.bad += 1
            note_fault(job, called, error)
        else:
            if called in known:
                clear_faults(job, [called])
    if is_all and known - {called for _, called in named}:
        clear_gone(job, [called for _, called in named])
    return tally


def in_halves(
    items: Sequence[T], work: Callable[[Sequence[T]], int], *, job: str, name: Callable[[T], str]
) -> tuple[int, list[T]]:
    """Do set-based work on all items at once; when it fails on halves, down to the item that is bad.

    Returns the sum of what the work returned, and the bad items; each of these is a JobFault under its `name`.
    Refusals are the caller's.
    """
    if not items:
        return 0, []
    try:
        with transaction.atomic():
            done = work(items)
    except Refused:
        raise
    except Exception as error:  # noqa: BLE001 - as above
        if len(items) == 1:
            note_fault(job, name(items[0]), error)
            return 0, list(items)
        _raise_if_away(error)
        middle = len(items) // 2
        first, bad = in_halves(items[:middle], work, job=job, name=name)
        second, bad_too = in_halves(items[middle:], work, job=job, name=name)
        return first + second, [*bad, *bad_too]
    clear_faults(job, [name(item) for item in items])
    return done, []


def name_of(item: object, of: type[models.Model] | None = None) -> str:
    """How a fault names its item: "consultations.booking:17", or the item's own words."""
    if isinstance(item, models.Model):
        return f"{item._meta.label_lower}:{item.pk}"
    return f"{of._meta.label_lower}:{item}" if of else str(item)


def note_fault(job: str, item: str, error: Exception) -> None:
    """Keep that this item failed: what kind of error and where, never its words, which may quote a person's data.

    Raises the error instead when it is not the item's: the database is away, or the task's time is over.
    """
    _raise_if_away(error)
    reason = _reason(error)
    log.error("item_failed", job=job, item=item, reason=reason)
    _count(job, item, reason, is_refusal=False)


def note_refusal(job: str, item: str, refusal: Refused) -> None:
    """Count that this item was put off; another refusal than last time, or one after a fault, begins anew."""
    log.info("item_put_off", job=job, item=item, why=refusal.sentence)
    reason = _reason(refusal)
    with transaction.atomic():
        JobFault.objects.filter(job=job, item=item[:120]).exclude(is_refusal=True, reason=reason).delete()
        _count(job, item, reason, is_refusal=True)


def _count(job: str, item: str, reason: str, *, is_refusal: bool) -> None:
    now, said = timezone.now(), {"reason": reason, "is_refusal": is_refusal}
    with transaction.atomic():
        fault, is_new = JobFault.objects.get_or_create(job=job, item=item[:120], defaults=said)
        if not is_new:
            JobFault.objects.filter(pk=fault.pk).update(**said, last_at=now, times=F("times") + 1)


def clear_faults(job: str, items: Iterable[str]) -> None:
    """These items are well again, or no longer due."""
    JobFault.objects.filter(job=job, item__in=list(items)).delete()


def clear_gone(job: str, still: Iterable[str]) -> None:
    """Only these items of the job are still due: the faults of all others have ended."""
    JobFault.objects.filter(job=job).exclude(item__in=list(still)).delete()


def _raise_if_away(error: Exception) -> None:
    if isinstance(error, (SoftTimeLimitExceeded, InterfaceError)):
        raise error
    if isinstance(error, OperationalError) and not connection.is_usable():
        raise error


def _reason(error: Exception) -> str:
    """ "DataError 22003, solar/actions/rollups.py:120": the innermost line of our own code."""
    own = Path(settings.BASE_DIR)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(own)]
    ours = [frame for frame in frames if "site-packages" not in frame.filename]
    place = f", {Path(ours[-1].filename).relative_to(own)}:{ours[-1].lineno}" if ours else ""
    code = getattr(error.__cause__, "pgcode", None)
    return f"{type(error).__name__}{f' {code}' if code else ''}{place}"[:160]
