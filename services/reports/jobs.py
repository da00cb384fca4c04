"""Is the portal well: database, migrations, broker, outbox, watchdog, disk; for /readyz and metrics.py."""

import shutil
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min
from django.utils import timezone
from django.utils.module_loading import import_string
from redis.backoff import NoBackoff
from redis.retry import Retry

from services.models import JobFault, JobRun, Tick
from services.reports import installation, outbox
from services.rules.jobs import Period, Schedule

HURTS = installation.HURTS | {"codes_expired"}
TICK_IS_OLD_AFTER = timedelta(minutes=3)
PERIOD_IS_MISSED_AFTER = timedelta(hours=3)  # the hourly job has had three tries
MISSED_REACH = timedelta(days=31)
BROKER_SECONDS = 0.3
LITTLE_DISK = 1024**3


@dataclass(frozen=True, slots=True)
class Readiness:
    """Facts for /readyz; `degraded` names what is worse than it should be, and some of it hurts people now (HURTS)."""

    database: bool
    migrated: bool
    broker: bool
    oldest_notice_seconds: int
    tick_seconds: int | None
    free_bytes: int
    degraded: tuple[str, ...]
    jobs: dict[str, int]  # items that could not be done
    periods: dict[str, list[str]]  # that were not done in time

    @property
    def is_ready(self) -> bool:
        is_worker_dead = "tick" in self.degraded and self.tick_seconds is not None  # codes cannot leave
        return self.database and self.migrated and not is_worker_dead and not HURTS & set(self.degraded)

    def as_dict(self) -> dict[str, object]:
        return asdict(self) | {"ready": self.is_ready}


def readiness() -> Readiness:
    """Read the facts; a database that is away makes `database` false instead of an exception."""
    broker, free = broker_answers(), _free_bytes()
    around = {"broker": not broker, "disk": free < LITTLE_DISK}
    try:
        executor = MigrationExecutor(connection)
        migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        notice_seconds, tick_seconds = outbox.oldest_seconds(), _tick_seconds()
        around |= installation.faults() | outbox.faults()
        items, missed = fault_counts(), periods_missed()
        around |= {"tick": tick_seconds is None, "jobs": bool(items), "periods": bool(missed)}
        if tick_seconds is not None:
            around |= {"tick": tick_seconds > TICK_IS_OLD_AFTER.total_seconds()}
    except (DatabaseError, InterfaceError):
        return Readiness(
            database=False,
            migrated=False,
            broker=broker,
            oldest_notice_seconds=0,
            tick_seconds=None,
            free_bytes=free,
            degraded=_names(around),
            jobs={},
            periods={},
        )
    return Readiness(
        database=True,
        migrated=migrated,
        broker=broker,
        oldest_notice_seconds=notice_seconds,
        tick_seconds=tick_seconds,
        free_bytes=free,
        degraded=_names(around),
        jobs=items,
        periods=missed,
    )


def _names(facts: dict[str, bool]) -> tuple[str, ...]:
    return tuple(name for name, is_bad in facts.items() if is_bad)


def fault_counts() -> dict[str, int]:
    """Items that each job could not do, by job."""
    rows = JobFault.objects.shown().order_by("job").values_list("job").annotate(items=Count("pk"))
    return dict(rows)


def missed_periods(job: str, schedule: Schedule, now: datetime, *, reach: timedelta) -> list[Period]:
    """Periods due up to `now` that have not finished, oldest first, at most `reach` back.

    A job that never ran starts with its newest period: a new portal does not catch up with last week.
    """
    periods = schedule.due_between(now - reach, now)
    runs = JobRun.objects.filter(job=job)
    first = runs.aggregate(first=Min("period"))["first"]
    if first is None:
        return periods[-1:]
    done = runs.filter(period__in=[period.key for period in periods], finished_at__isnull=False)
    keys = set(done.order_by().values_list("period", flat=True))
    return [period for period in periods if period.key >= first and period.key not in keys]


def periods_missed() -> dict[str, list[str]]:
    """Periods (PERIODIC_JOBS) that are late by PERIOD_IS_MISSED_AFTER, by job; a job that never ran has none."""
    until = timezone.now() - PERIOD_IS_MISSED_AFTER
    begun = set(JobRun.objects.order_by().values_list("job", flat=True).distinct())
    found = {
        job: [str(period) for period in missed_periods(job, import_string(path), until, reach=MISSED_REACH)]
        for job, path in settings.PERIODIC_JOBS.items()
        if job in begun
    }
    return {job: periods for job, periods in found.items() if periods}


def _tick_seconds() -> int | None:
    return age_of(Tick.objects.values_list("at", flat=True).filter(name="worker").order_by("name").first())


def age_of(moment: datetime | None) -> int | None:
    """Seconds since then."""
    return int((timezone.now() - moment).total_seconds()) if moment else None


def broker_answers() -> bool:
    """Whether the broker answers a ping within BROKER_SECONDS; never raises, never waits longer."""
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=BROKER_SECONDS,
        socket_connect_timeout=BROKER_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        return bool(client.ping())
    except (redis.RedisError, OSError):
        return False
    finally:
        client.close()


def _free_bytes() -> int:
    folder = settings.DATA_DIR
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free
