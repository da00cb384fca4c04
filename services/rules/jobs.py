"""When periodic work is due: every period has a name, so that it can be run exactly once, also days later."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SEOUL = ZoneInfo("Asia/Seoul")


@dataclass(frozen=True, slots=True)
class Period:
    """`key` is unique per job ("2026-11-23", "2026-11"); `on` is the day it was due."""

    key: str
    due_at: datetime

    def __str__(self) -> str:
        return self.key

    @property
    def on(self) -> date:
        return self.due_at.astimezone(SEOUL).date()


class Schedule(Protocol):
    def due_between(self, after: datetime, until: datetime) -> list[Period]:
        """The periods whose moment lies after `after` and not after `until`, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class Daily:
    """Every day at this Korean time; the period is the day."""

    at: time

    def due_between(self, after: datetime, until: datetime) -> list[Period]:
        moments = (datetime.combine(day, self.at, SEOUL) for day in _days(after, until))
        return [Period(f"{moment:%Y-%m-%d}", moment) for moment in moments if after < moment <= until]


@dataclass(frozen=True, slots=True)
class Monthly:
    """On this day (1 to 28) of every month, or of `months`, at this Korean time; the period is its month."""

    day: int
    at: time
    months: tuple[int, ...] = tuple(range(1, 13))

    def due_between(self, after: datetime, until: datetime) -> list[Period]:
        days = (day for day in _days(after, until) if day.day == self.day and day.month in self.months)
        moments = (datetime.combine(day, self.at, SEOUL) for day in days)
        return [Period(f"{moment:%Y-%m}", moment) for moment in moments if after < moment <= until]


def _days(after: datetime, until: datetime) -> Iterator[date]:
    day, last = after.astimezone(SEOUL).date(), until.astimezone(SEOUL).date()
    while day <= last:
        yield day
        day += timedelta(days=1)
