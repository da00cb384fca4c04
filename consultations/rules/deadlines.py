"""Until when something of a consultation may still be done."""

from datetime import date, datetime, timedelta

from services.rules.calendar import HOURS_A_DAY, SEOUL, Holidays, add_working_hours, next_office_hour

QUESTION_CHARACTERS = 2000


def link_ends_on(on: date, *, days: int) -> date:
    """The last day on which an adviser's address opens: results are written after the clinic day `on`, too."""
    return on + timedelta(days=days)


def can_still_change(starts_at: datetime, now: datetime, *, hours: int) -> bool:
    """Whether a citizen may still move or cancel on the web: until `hours` before the start (COPY C08)."""
    return now <= starts_at - timedelta(hours=hours)


def is_same_day(moment: datetime, now: datetime) -> bool:
    """Whether what staff noted at `moment` may still be taken back: until midnight of that day, in Korean time."""
    return moment.astimezone(SEOUL).date() == now.astimezone(SEOUL).date()


def offer_until(told_at: datetime, starts_at: datetime, *, hours: int, last_hours: int) -> datetime | None:
    """Until when a place is held for somebody told at `told_at`: `hours`, but not the `last_hours` before the start.

    None when less than an hour would be left: then the place is open to everybody at once.
    """
    until = min(told_at + timedelta(hours=hours), starts_at - timedelta(hours=last_hours))
    return until if until - told_at >= timedelta(hours=1) else None


def offer_until_by_phone(
    freed_at: datetime, starts_at: datetime, holidays: Holidays, *, hours: int, last_hours: int
) -> datetime | None:
    """The same for somebody who is phoned: the time runs only while officers sit at their desks.

    24 hours are one working day of eight, so a place freed on Friday at 17:30 is held until Monday at 17:30. None when
    less than an office hour would be left.
    """
    told_at = next_office_hour(freed_at, holidays)
    at_desks = max(1, hours * HOURS_A_DAY // 24)
    until = min(add_working_hours(told_at, at_desks, holidays), starts_at - timedelta(hours=last_hours))
    return until if until >= add_working_hours(told_at, 1, holidays) else None


def survey_until(on: date, *, days: int) -> date:
    """The last day on which somebody who was advised on `on` is asked how it was."""
    return on + timedelta(days=days)
