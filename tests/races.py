"""Several at the same moment, each with a thread and a database connection of its own."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Event
from typing import Any

from django.db import connection, connections, transaction
from django.db.models import QuerySet

from services.actions.history import acting
from services.rules.history import Actor
from services.rules.refusal import Refused


def at_once(*jobs: Callable[[], Any], by: Actor | None = None) -> list[Any]:
    """What each job gave back, or the sentence it was refused with; any other fault fails the test."""
    start = Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        start.wait(timeout=10)
        try:
            with acting(by or Actor.system("test")):
                return job()
        except Refused as refusal:
            return refusal.sentence
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


@contextmanager
def held(rows: "QuerySet[Any]") -> Iterator[None]:
    """Somebody else holds the locks of these rows; we wait a fifth of a second for them instead of three."""
    have, done = Event(), Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                assert list(rows.select_for_update(of=("self",)).order_by("pk")), "nothing to hold"
                have.set()
                done.wait(timeout=30)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool, connection.cursor() as cursor:
        holder = pool.submit(hold)
        cursor.execute("SET lock_timeout = '200ms'")
        try:
            assert have.wait(timeout=10)
            yield
        finally:
            done.set()
            holder.result(timeout=10)
            cursor.execute("RESET lock_timeout")
