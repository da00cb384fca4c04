"""Which dates and which travelling adviser the timetable gives."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date
from typing import TypeVar

from services.rules.calendar import nth_weekday

T = TypeVar("T")
P = TypeVar("P")


def nth_weekdays(nth: int, weekday: int, first: date, last: date) -> Iterator[date]:
    """Every n-th `weekday` (0 = Monday) of a month from `first` to `last`, both included (TA-09)."""
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        with suppress(ValueError):  # a month without a fifth Monday
            day = nth_weekday(year, month, weekday, nth)
            if first <= day <= last:
                yield day
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def rota(places: Sequence[P], advisers: Sequence[T], turn: int) -> dict[P, T]:
    """Which place each travelling adviser visits on the `turn`-th date: every place has its turn, none two advisers.

    With 17 places and 4 advisers every place is visited once in five dates.
    """
    count = min(len(places), len(advisers))
    return {places[(turn * count + index) % len(places)]: advisers[index] for index in range(count)}
