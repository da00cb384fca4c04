"""Is the portal well: database, migrations, broker, outbox, watchdog, disk; for /readyz and metrics.py."""

import shutil
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from redis.backoff import NoBackoff
from redis.retry import Retry

from services.models import Notice, Tick
from services.reports.installation import HURTS, faults

TICK_IS_OLD_AFTER = timedelta(minutes=3)
OUTBOX_IS_OLD_AFTER = timedelta(minutes=10)
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

    @property
    def is_ready(self) -> bool:
        return self.database and self.migrated and not HURTS & set(self.degraded)

    def as_dict(self) -> dict[str, object]:
        return asdict(self) | {"ready": self.is_ready}


def readiness() -> Readiness:
    """Read the facts; a database that is away makes `database` false instead of an exception."""
    broker, free = broker_answers(), _free_bytes()
    around = {"broker": not broker, "disk": free < LITTLE_DISK}
    try:
        executor = MigrationExecutor(connection)
        migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        notice_seconds, tick_seconds = _oldest_notice_seconds(), _tick_seconds()
        around |= faults()
    except (DatabaseError, InterfaceError):
        return Readiness(
            database=False,
            migrated=False,
            broker=broker,
            oldest_notice_seconds=0,
            tick_seconds=None,
            free_bytes=free,
            degraded=_names(around),
        )
    around |= {
        "outbox": notice_seconds > OUTBOX_IS_OLD_AFTER.total_seconds(),
        "tick": tick_seconds is None or tick_seconds > TICK_IS_OLD_AFTER.total_seconds(),
    }
    return Readiness(
        database=True,
        migrated=migrated,
        broker=broker,
        oldest_notice_seconds=notice_seconds,
        tick_seconds=tick_seconds,
        free_bytes=free,
        degraded=_names(around),
    )


def _names(facts: dict[str, bool]) -> tuple[str, ...]:
    return tuple(name for name, is_bad in facts.items() if is_bad)


def _oldest_notice_seconds() -> int:
    oldest = Notice.objects.due().order_by("next_at").values_list("next_at", flat=True).first()
    return age_of(oldest) or 0


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
