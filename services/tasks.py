"""The ground floor's Celery entry points: find the due rows, call the action for each."""

from datetime import time
from typing import Any

from celery import shared_task

from services.actions import history, jobs, notices
from services.rules.jobs import Daily

NIGHT = Daily(time(4, 10))


@shared_task
def tick(**_: Any) -> None:
    """The watchdog's beat."""
    jobs.tick()


@shared_task
def dispatch_notices(**_: Any) -> None:
    """Hand out what is due; rung after a commit, and swept by beat."""
    notices.dispatch_due()


@shared_task
def follow_deliveries(**_: Any) -> None:
    """Ask the provider what arrived; people who were not reached are phoned."""
    notices.follow_deliveries()


@shared_task
def seal_history(**_: Any) -> None:
    """Chain the last hour's history to the seal before."""
    history.seal()


@shared_task
def purge(**_: Any) -> None:
    """Each hour what is promised to go within a day; once a night, and after downtime the missed night, the rest."""
    jobs.forget()
    jobs.run_missed("purge", NIGHT, lambda period: jobs.purge())
