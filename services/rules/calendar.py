"""Working days, working hours and deadlines of petitions (MW-01 to MW-08, MW-15); every holiday is an argument."""

import calendar
from collections.abc import Collection, Container, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.enums.calendar import ExtensionReason
from services.rules.refusal import Refused

SEOUL = ZoneInfo("Asia/Seoul")
DAY = timedelta(days=1)
OFFICE_HOURS = ((time(9), time(12)), (time(13), time(18)))  # MW-01
HOURS_A_DAY = 8
HOURS_UNTIL_RECEIVED = 8  # MW-02
HOURS_AT_ONCE = 3  # MW-06
COUNTED_IN_HOURS_UP_TO = 5  # MW-03; from six days on, MW-04

Holidays = Container[date]


@dataclass(frozen=True, slots=True)
class Pause:
    """Days that do not count: from the day a correction was sent to the day it came back, both included (MW-07)."""

    sent_on: date
    received_on: date

    def __contains__(self, day: date) -> bool:
        return self.sent_on <= day <= self.received_on


Pauses = Collection[Pause]


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """The nth Monday (weekday 0) to Sunday (6) of a month. Raises ValueError when the month has no such day."""
    first = date(year, month, 1)
    day = first + timedelta(days=(weekday - first.weekday()) % 7, weeks=nth - 1)
    if nth < 1 or day.month != month:
        msg = f"{year}-{month} has no weekday {weekday} number {nth}."
        raise ValueError(msg)
    return day


def is_working_day(day: date, holidays: Holidays) -> bool:
    """Monday to Friday and no holiday (MW-01)."""
    return day.weekday() < calendar.SATURDAY and day not in holidays


def on_or_after(day: date, holidays: Holidays) -> date:
    """This day if it is a working day, else the next one (MW-05, Civil Act article 161)."""
    while not is_working_day(day, holidays):
        day += DAY
    return day


def add_working_days(day: date, days: int, holidays: Holidays) -> date:
    """The working day `days` after `day`, which is not counted; negative `days` go back; 0 is on_or_after."""
    if days == 0:
        return on_or_after(day, holidays)
    step = DAY if days > 0 else -DAY
    for _ in range(abs(days)):
        day += step
        while not is_working_day(day, holidays):
            day += step
    return day


def working_days_between(first: date, last: date, holidays: Holidays) -> int:
    """How many working days there are from `first` to `last`, both included; 0 when last is before first."""
    return sum(is_working_day(day, holidays) for day in _days(first, last))


def due_on(received_on: date, days: int, holidays: Holidays, *, pauses: Pauses = ()) -> date:
    """The last day of a period of six days or more: working days, the first one counted (MW-04, MW-07).

    Raises ValueError for shorter periods, which run in hours from the moment of receipt: see `due_at`.
    """
    if days <= COUNTED_IN_HOURS_UP_TO:
        msg = "A period of up to five days is counted in hours: use due_at."
        raise ValueError(msg)
    return _nth_counted_day(received_on, days, holidays, pauses)


def due_at(received_at: datetime, days: int, holidays: Holidays, *, pauses: Pauses = ()) -> datetime:
    """The moment a period of `days` ends: in hours up to five days (MW-03), else 18:00 of `due_on` (MW-04)."""
    if days <= COUNTED_IN_HOURS_UP_TO:
        return add_working_hours(received_at, days * HOURS_A_DAY, holidays, pauses=pauses)
    last = _nth_counted_day(received_at.astimezone(SEOUL).date(), days, holidays, pauses)
    return datetime.combine(last, OFFICE_HOURS[-1][1], SEOUL)


def receive_by(arrived_at: datetime, holidays: Holidays) -> datetime:
    """By when an online petition must be received: eight working hours after it arrived (MW-02)."""
    return add_working_hours(arrived_at, HOURS_UNTIL_RECEIVED, holidays)


def at_once_by(received_at: datetime, holidays: Holidays) -> datetime:
    """What 즉시 means: three working hours (MW-06)."""
    return add_working_hours(received_at, HOURS_AT_ONCE, holidays)


def add_working_hours(moment: datetime, hours: int, holidays: Holidays, *, pauses: Pauses = ()) -> datetime:
    """The moment `hours` office hours after `moment`, in Korean time.

    What ends exactly at 18:00 (or 12:00) ends there, not at the next opening: people see the same day.
    """
    start, left = moment.astimezone(SEOUL), timedelta(hours=hours)
    for opens, closes in _office_hours(start.date(), holidays, pauses):
        begins = max(opens, start)
        if begins > closes:
            continue
        if begins + left <= closes:
            return begins + left
        left -= closes - begins
    raise AssertionError("office hours never end")


def next_office_hour(moment: datetime, holidays: Holidays) -> datetime:
    """When somebody at a desk can next phone: `moment` itself within office hours (MW-01), else their next opening."""
    start = moment.astimezone(SEOUL)
    return next(max(opens, start) for opens, closes in _office_hours(start.date(), holidays, ()) if start < closes)


def due_after_weeks(received_on: date, weeks: int, holidays: Holidays, *, pauses: Pauses = ()) -> date:
    """The end of a period of weeks: first day counted, by the calendar, never on a holiday (MW-05)."""
    return _end(received_on + timedelta(weeks=weeks) - DAY, received_on, holidays, pauses)


def due_after_months(received_on: date, months: int, holidays: Holidays, *, pauses: Pauses = ()) -> date:
    """The end of a period of months (12 a year): the day before the same day, or the month's last (MW-05)."""
    year, month = divmod(received_on.year * 12 + received_on.month - 1 + months, 12)
    last_day = calendar.monthrange(year, month + 1)[1]
    if received_on.day > last_day:
        last = date(year, month + 1, last_day)  # Civil Act article 160 (3)
    else:
        last = date(year, month + 1, received_on.day) - DAY
    return _end(last, received_on, holidays, pauses)


def objection_until(told_on: date, days: int, holidays: Holidays) -> date:
    """The last day to object: calendar days, the day of the news not counted, never on a holiday (MW-15)."""
    return on_or_after(told_on + timedelta(days=days), holidays)


def longest_extension(
    period_days: int, *, extensions_before: int, has_consent: bool, reason: ExtensionReason | str
) -> int:
    """How many days a deadline may be moved: once, by the period itself at most (MW-08).

    Raises Refused for a second time without the applicant's consent, a third time, or a reason the law does not take.
    """
    if reason not in ExtensionReason.values:
        raise Refused("이 이유로는 기한을 늦출 수 없습니다. 일이 많거나 담당자가 없다는 이유는 쓸 수 없습니다.")
    if extensions_before > 1 or (extensions_before == 1 and not has_consent):
        raise Refused("기한은 한 번만 늦출 수 있습니다. 한 번 더 늦추려면 신청인의 동의가 필요합니다.")
    return period_days


def is_paused(day: date, pauses: Pauses) -> bool:
    """Whether the clock stands still on this day."""
    return any(day in pause for pause in pauses)


def _nth_counted_day(first: date, number: int, holidays: Holidays, pauses: Pauses) -> date:
    day = first - DAY
    while number:
        day += DAY
        number -= is_working_day(day, holidays) and not is_paused(day, pauses)
    return day


def _end(last: date, first: date, holidays: Holidays, pauses: Pauses) -> date:
    """Calendar period from `first` to `last`, longer by each paused day inside, moved off holidays."""
    day, left = first - DAY, (last - first).days + 1
    while left > 0:
        day += DAY
        left -= not is_paused(day, pauses)
    while not is_working_day(day, holidays) or is_paused(day, pauses):
        day += DAY
    return day


def _office_hours(day: date, holidays: Holidays, pauses: Pauses) -> Iterator[tuple[datetime, datetime]]:
    while True:
        if is_working_day(day, holidays) and not is_paused(day, pauses):
            for opens, closes in OFFICE_HOURS:
                yield datetime.combine(day, opens, SEOUL), datetime.combine(day, closes, SEOUL)
        day += DAY


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + offset * DAY
