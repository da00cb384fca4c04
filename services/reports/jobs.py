"""Is the portal well: database, migrations, outbox, watchdog."""

from dataclasses import asdict, dataclass
from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from services.models import Notice, Tick

TICK_IS_OLD_AFTER = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class Readiness:
    """Facts for /readyz; `degraded` names what is worse than it should be while pages still work."""

    database: bool
    migrated: bool
    oldest_notice_seconds: int
    tick_seconds: int | None
    degraded: tuple[str, ...]

    @property
    def is_ready(self) -> bool:
        return self.database and self.migrated

    def as_dict(self) -> dict[str, object]:
        return asdict(self) | {"ready": self.is_ready}


def readiness() -> Readiness:
    """Read the facts; a database that is away makes `database` false instead of an exception."""
    try:
        executor = MigrationExecutor(connection)
        migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        now = timezone.now()
        oldest = Notice.objects.due().order_by("next_at").values_list("next_at", flat=True).first()
        tick = Tick.objects.values_list("at", flat=True).filter(name="worker").first()
    except DatabaseError:
        return Readiness(database=False, migrated=False, oldest_notice_seconds=0, tick_seconds=None, degraded=())
    tick_seconds = int((now - tick).total_seconds()) if tick else None
    old_tick = tick is None or now - tick > TICK_IS_OLD_AFTER
    return Readiness(
        database=True,
        migrated=migrated,
        oldest_notice_seconds=int((now - oldest).total_seconds()) if oldest else 0,
        tick_seconds=tick_seconds,
        degraded=("tick",) if old_tick else (),
    )
