"""Beat that is alone: of several running beats only the one that holds a lock in the database sends anything.

The lock belongs to the database session, so it is free the moment its beat dies, and the next beat takes over within
CHECK_SECONDS. Nothing is kept in a file: jobs with a period remember it in JobRun, the others may run twice.
Behind a pooler in transaction mode a session lock means nothing: give beat a direct DATABASE_URL.
"""

from typing import Any

import structlog
from celery.beat import Scheduler
from django.db import DatabaseError, InterfaceError, connection

LOCK = 0x62656174  # "beat"
CHECK_SECONDS = 5.0
log = structlog.get_logger(__name__)


class LoneScheduler(Scheduler):
    """Celery's scheduler in memory, silent while another beat holds the lock."""

    is_alone = False

    def tick(self, *args: Any, **kwargs: Any) -> float:
        if not self._holds_lock():
            return CHECK_SECONDS
        wait: float = super().tick(*args, **kwargs)
        return min(wait, CHECK_SECONDS)

    def _holds_lock(self) -> bool:
        """Whether we are the one beat; a lost session loses the lock, and the next tick asks again."""
        question = "SELECT true" if self.is_alone else f"SELECT pg_try_advisory_lock({LOCK})"
        try:
            with connection.cursor() as cursor:
                cursor.execute(question)
                self.is_alone = bool(cursor.fetchone()[0])
        except (DatabaseError, InterfaceError) as error:
            log.warning("beat_lost_database", error=type(error).__name__)
            self.is_alone = False
            connection.close()
        return self.is_alone
