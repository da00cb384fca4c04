"""Celery entry points: find the due rows, call the action for each."""

from datetime import time, timedelta
from typing import Any

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from consultations.actions import clinic_days, enquiries, reminders, statistics, waiting, worklist
from services.actions.faults import Tally
from services.actions.jobs import run_missed
from services.rules.history import Actor
from services.rules.jobs import Monthly, Period
from services.rules.months import half_of, month_before
from services.rules.refusal import Refused

STATISTICS_DAY = Monthly(day=3, at=time(7, 0))
HALF_YEAR_DAY = Monthly(day=5, at=time(7, 0), months=(1, 7))  # TA-06: each half-year
REACH = timedelta(days=190)  # a half-year that was missed is caught up


@shared_task
def make_clinic_days(**kwargs: Any) -> int:
    """Keep clinic days made three months ahead; a second run makes none."""
    until = timezone.localdate() + timedelta(days=31 * settings.CONSULTATION_MONTHS_AHEAD)
    return len(clinic_days.make_clinic_days(until, by=Actor.system("make_clinic_days")).days)


@shared_task
def remind(**kwargs: Any) -> int:
    """Every live booking of the coming days has its reminders, whatever happened when it was made."""
    return reminders.remind_due(by=Actor.system("remind"))


@shared_task
def expire_offers(**kwargs: Any) -> int:
    """Places nobody answered for in time go to the next in line; the lines of past days end."""
    by = Actor.system("expire_offers")
    lapsed = waiting.expire_due(by=by)
    waiting.end_past_lines(by=by)
    waiting.leave_booked(by=by)
    return lapsed


@shared_task
def tend_worklists(**kwargs: Any) -> int:
    """Nobody is forgotten: a client still undecided the working day before is phoned; lists that are done close."""
    return worklist.tend(by=Actor.system("tend_worklists"))


@shared_task
def close_silent_enquiries(**kwargs: Any) -> int:
    """Answers that nobody came back to are closed; a second run closes none."""
    return enquiries.close_silent()


@shared_task
def make_statistics(**kwargs: Any) -> int:
    """The statistics of the month before, once a month; months missed while the portal was down are caught up."""
    return run_missed("consultations-month", STATISTICS_DAY, _month_of, reach=REACH)


def _month_of(period: Period) -> None:
    try:
        statistics.issue_month(month_before(period.on), by=Actor.system("make_statistics"))
    except Refused as refusal:  # before the city gave advice
        if refusal.conflict:  # somebody holds the row: the next run
            raise


@shared_task
def make_half_year_reports(**kwargs: Any) -> int:
    """Every adviser's report of the half-year before, once; on 5 January and 5 July."""
    return run_missed("consultations-half-year", HALF_YEAR_DAY, _half_year_of, reach=REACH)


def _half_year_of(period: Period) -> Tally[Any]:
    return statistics.issue_half_years(half_of(month_before(period.on)), by=Actor.system("make_half_year_reports"))
