"""Celery entry points: find the due rows, call the action for each."""

from datetime import time
from typing import Any

from celery import shared_task

from services.actions import jobs
from services.actions.faults import Tally
from services.rules.jobs import Daily
from slate.actions import reminders

MORNING = Daily(time(9, 30))


@shared_task
def remind(**_: Any) -> int:
    """Once a morning, also after downtime: what the clock tells applicants."""
    return jobs.run_missed("slate_remind", MORNING, lambda period: tell_everybody())


def tell_everybody() -> Tally[bool]:
    """Safe to repeat: every message has its once-key."""
    asked = reminders.remind_of_papers() + reminders.remind_of_owner_consent()
    return asked + reminders.tell_progress() + reminders.warn_of_ending_drafts()
