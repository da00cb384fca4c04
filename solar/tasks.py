"""Celery entry points: find the due rows, call the action for each."""

from datetime import time, timedelta
from typing import Any

from celery import shared_task

from services.actions.jobs import run_missed
from services.rules.history import Actor
from services.rules.jobs import Monthly, Period
from services.rules.months import month_before
from services.rules.refusal import Refused
from solar.actions import monthly, rollups

REPORT_DAY = Monthly(day=5, at=time(7, 0))  # five days for late readings
REACH = timedelta(days=62)


@shared_task
def roll_up(**kwargs: Any) -> None:
    """Roll up what readings have changed."""
    rollups.roll_up_all()


@shared_task
def make_monthly_reports(**kwargs: Any) -> None:
    """The report of the month before, once per month; months missed while the portal was down are caught up."""
    run_missed("solar-monthly-report", REPORT_DAY, _report_of, reach=REACH)


def _report_of(period: Period) -> None:
    month = month_before(period.on)
    try:
        monthly.issue(month, by=Actor.system("solar.make_monthly_reports"))
    except Refused as refusal:  # a month without readings has no report; readings that come later are issued by hand
        if refusal.conflict:  # somebody holds the row: the next run
            raise
