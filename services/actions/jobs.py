"""Periodic work that runs once a period, whoever asks for it and however often; the tick; and clearing away."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from services.actions import documents
from services.actions.faults import Tally, clear_gone, each, in_halves
from services.models import (
    Draft,
    JobFault,
    JobRun,
    Notice,
    PuzzleTry,
    ReadingLogEntry,
    ReferenceTry,
    Tick,
    Verification,
)
from services.reports.jobs import missed_periods
from services.rules.jobs import Period, Schedule

ABANDONED_AFTER = timedelta(minutes=10)  # a task lives two minutes
REACH = timedelta(days=7)
DELETED_AT_ONCE = 1000
A_DAY = timedelta(days=1)  # as long as the limits count
log = structlog.get_logger(__name__)


@contextmanager
def once(job: str, period: str) -> Iterator[bool]:
    """`with once("remind", "2026-11-23") as is_mine: if is_mine: ...`: true for one caller a period.

    If the work raises, or its process dies (after ABANDONED_AFTER), the period is free again; so work that died half
    done must be safe to run twice. The row stays: it is how staff see that the period is not done.
    """
    started_at = timezone.now()
    if not (_claim_new(job, period, started_at) or _take_over(job, period, started_at)):
        yield False
        return
    mine = JobRun.objects.filter(job=job, period=period, started_at=started_at)
    try:
        yield True
    except Exception:
        mine.update(started_at=started_at - 2 * ABANDONED_AFTER)
        raise
    mine.update(finished_at=timezone.now())


def _claim_new(job: str, period: str, started_at: datetime) -> bool:
    try:
        with transaction.atomic():
            JobRun.objects.create(job=job, period=period, started_at=started_at)
    except IntegrityError:
        return False
    return True


def _take_over(job: str, period: str, started_at: datetime) -> bool:
    abandoned = JobRun.objects.filter(job=job, period=period, finished_at__isnull=True)
    return bool(abandoned.filter(started_at__lt=started_at - ABANDONED_AFTER).update(started_at=started_at))


class Unfinished(Exception):
    """Some items of a period failed; each is a JobFault. The period is done again, and what is done stays as it is."""


def run_missed(
    job: str, schedule: Schedule, work: Callable[[Period], "Tally[Any] | None"], *, reach: timedelta = REACH
) -> int:
    """Do the work of every missed period, oldest first; returns how many ran here. Beat may call this often.

    A period whose work raises, or whose tally has bad items, stays open for the next call, and the others go on.
    """

    def run(period: Period) -> bool:
        with once(job, period.key) as is_mine:
            if not is_mine:
                return False
            tally = work(period)
            if tally and tally.bad:
                raise Unfinished
        log.info("job_ran", job=job, period=period.key)
        return True

    return sum(each(missed_periods(job, schedule, timezone.now(), reach=reach), run, job=job, in_one=False).done)


def tick(name: str = "worker") -> None:
    """It happened now. "worker": beat reached a worker and the worker reached the database (watchdog of /readyz)."""
    Tick.objects.update_or_create(name=name, defaults={"at": timezone.now()})


def forget() -> Tally[tuple[str, int]]:
    """Delete what is promised to go within a day, each hour: forms without a phone, their files, codes."""
    now = timezone.now()
    expired: dict[str, QuerySet[Any]] = {
        "drafts": Draft.objects.filter(expires_at__lt=now),
        "codes": Verification.objects.filter(sent_at__lt=now - A_DAY),
        "puzzles": PuzzleTry.objects.filter(at__lt=now - A_DAY),
        "code messages": Notice.objects.filter(once_key__startswith="verification:", created_at__lt=now - A_DAY),
        "number tries": ReferenceTry.objects.filter(at__lt=now - A_DAY),
        "sessions": Session.objects.filter(expire_date__lt=now),
    }
    return _clear("services.forget", {**_deletes(expired), "files": documents.forget_abandoned})


def purge() -> Tally[tuple[str, int]]:
    """Delete what may not be kept for long: old messages, readings, log-ins; then PURGE_SOURCES of the apps."""
    now = timezone.now()
    expired: dict[str, QuerySet[Any]] = {
        "notices": Notice.objects.filter(created_at__lt=now - timedelta(days=settings.NOTICE_DAYS)),
        "readings": ReadingLogEntry.objects.filter(at__lt=now - timedelta(days=settings.READING_LOG_DAYS)),
        "wrong log-ins": AccessAttempt.objects.filter(attempt_time__lt=now - A_DAY),
        "failed log-ins": AccessFailureLog.objects.filter(attempt_time__lt=now - timedelta(days=settings.LOGIN_DAYS)),
        "log-ins": AccessLog.objects.filter(attempt_time__lt=now - timedelta(days=settings.LOGIN_DAYS)),
        "jobs": JobRun.objects.filter(started_at__lt=now - timedelta(days=400)),
        "refusals": JobFault.objects.filter(is_refusal=True, last_at__lt=now - REACH),  # of what is no longer due
    }
    return _clear(
        "services.purge", {**_deletes(expired), **{one: import_string(one) for one in settings.PURGE_SOURCES}}
    )


def _deletes(expired: Mapping[str, "QuerySet[Any]"]) -> dict[str, Callable[[], int]]:
    return {name: partial(_delete, rows) for name, rows in expired.items()}


def _clear(job: str, works: Mapping[str, Callable[[], int]]) -> Tally[tuple[str, int]]:
    """What cannot be deleted keeps nothing else: not another row of its table, nor another table."""
    tally = each(works, lambda name: (name, works[name]()), job=job, in_one=False)
    log.info("purged", job=job, **dict(tally.done))
    return tally


def _delete(rows: "QuerySet[Any]") -> int:
    """Delete these rows, the bad ones left out."""
    job, label = f"services.purge:{rows.model._meta.label_lower}", rows.model._meta.label_lower
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    done, bad = 0, list[Any]()
    for start in range(0, len(keys), DELETED_AT_ONCE):
        part = keys[start : start + DELETED_AT_ONCE]
        gone, failed = in_halves(
            part, lambda some: rows.filter(pk__in=some).delete()[0], job=job, name=lambda key: f"{label}:{key}"
        )
        done, bad = done + gone, [*bad, *failed]
    clear_gone(job, [f"{label}:{key}" for key in bad])
    return done
