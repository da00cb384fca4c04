"""Several at the same moment, each with a thread and a database connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connections

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
