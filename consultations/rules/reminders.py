"""When a consultation is called to mind, by text or by telephone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache

from services.rules.calendar import OFFICE_HOURS, Holidays, add_working_days


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder of the settings: `days` before at `clock`, or on the day itself `hours` before the start."""

    days: int = 0
    clock: time = time(10)
    hours: int = 0

    @property
    def name(self) -> str:
        """Its part of the once-key, whatever the text says: "ahead3", "reminder" (the day before), "today"."""
        return {0: "today", 1: "reminder"}.get(self.days, f"ahead{self.days}")

    @property
    def words(self) -> str:
        """When it comes, as a citizen reads it."""
        return {0: f"{self.hours}시간 전", 1: "하루 전"}.get(self.days, f"{self.days}일 전")


@cache
def reminder_of(text: str) -> Reminder:
    """ "3d 10:00": three days before at ten; "2h": two hours before the start. Raises ValueError for anything else."""
    found = re.fullmatch(r"(?:([1-9]\d?)d (\d{1,2}:\d\d)|([1-9]|1\d|2[0-3])h)", text.strip())
    if found is None:
        msg = f'A reminder is written like "3d 10:00" or "2h", not {text!r}.'
        raise ValueError(msg)
    days, clock, hours = found.groups()
    return Reminder(int(days), time.fromisoformat(clock.zfill(5))) if days else Reminder(hours=int(hours))


@dataclass(frozen=True, slots=True)
class ReminderTime:
    """A reminder is due at `at`; when nobody could be told until `until` it is skipped, not late (COPY 5.0)."""

    reminder: Reminder
    at: datetime
    until: datetime
    days: int  # from that day to the consultation: what the text says

    @property
    def kind(self) -> str:
        """Which text is true on that day: "ahead" (S03a), "reminder" (S03: tomorrow) or "today" (S04)."""
        return {0: "today", 1: "reminder"}.get(self.days, "ahead")


def reminder_times(
    starts_at: datetime, reminders: Iterable[Reminder], *, hours: tuple[int, int]
) -> list[ReminderTime]:
    """When the reminders of a consultation go out as texts, all in Korean time (COPY 5.1 S03, S04).

    `hours` are those in which texts may go at all (KR-04), the end excluded: whatever would be earlier goes at the
    first of them, whatever would be later ten minutes before the last. "2h" never leaves the day of the consultation.
    """
    morning = starts_at.replace(hour=0, minute=0, second=0, microsecond=0)
    times = []
    for one in reminders:
        day = morning - timedelta(days=one.days)
        on_time = datetime.combine(day, one.clock, starts_at.tzinfo)
        wanted = starts_at - timedelta(hours=one.hours) if one.hours else on_time
        first, last = day + timedelta(hours=hours[0]), day + timedelta(hours=hours[1])
        at = min(max(wanted, first), last - timedelta(minutes=10))
        times.append(ReminderTime(one, at, starts_at if one.hours else last, one.days))
    return times


def reminder_calls(starts_at: datetime, reminders: Iterable[Reminder], holidays: Holidays) -> list[ReminderTime]:
    """When people without a mobile phone are phoned instead: so many *working* days before, until the offices close.

    A fourth Monday's "day before" is the Friday and its "three days before" the Wednesday, so officers have days on
    which they sit at their desks. Nobody is phoned some hours before: at that time people are on their way and the
    officer is at the clinic; such reminders are left out.
    """
    calls = []
    for one in reminders:
        if one.hours:
            continue
        on = add_working_days(starts_at.date(), -one.days, holidays)
        at, closing = (datetime.combine(on, clock, starts_at.tzinfo) for clock in (one.clock, OFFICE_HOURS[-1][1]))
        calls.append(ReminderTime(one, at, closing, (starts_at.date() - on).days))
    return calls
