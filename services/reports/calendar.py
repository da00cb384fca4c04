"""Which days are holidays: the `holidays` package, corrected by what staff wrote over it."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

import holidays

from services.enums.calendar import HolidayKind
from services.models import Holiday

FIRST_YEAR, LAST_YEAR = 2012, 2035  # what pages show; the package knows more


@dataclass(frozen=True, slots=True)
class HolidayLine:
    """One day of the holiday list; `row` is the staff's entry, if one decides about this day."""

    day: date
    name: str
    kind: str
    counts_for_power_tariff: bool
    is_cancelled: bool
    row: Holiday | None


class EveryHoliday(Container[date]):
    """All public holidays without an edge, for counting from a day to wherever that leads. One query a year asked for.

    Make a new one for each job or request, as with `holidays_between`.
    """

    def __init__(self) -> None:
        self._years: dict[int, frozenset[date]] = {}

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return False
        if day.year not in self._years:
            self._years[day.year] = holidays_between(date(day.year, 1, 1), date(day.year, 12, 31))
        return day in self._years[day.year]


def holidays_between(first: date, last: date) -> frozenset[date]:
    """Public holidays from `first` to `last`, both included, without plain Saturdays and Sundays. One query.

    Read it anew for each job or request: staff add temporary holidays at short notice (HD-03).
    """
    days = {day for day in _package(_years(first, last)) if first <= day <= last}
    for day, is_cancelled in Holiday.objects.filter(day__range=(first, last)).values_list("day", "is_cancelled"):
        days.discard(day) if is_cancelled else days.add(day)
    return frozenset(days)


def tariff_holidays_between(first: date, last: date) -> frozenset[date]:
    """Days that the power tariff bills as holidays: temporary holidays do not count (KT-08). One query."""
    return frozenset(
        line.day for line in holiday_lines(first, last) if line.counts_for_power_tariff and not line.is_cancelled
    )


def holiday_lines(first: date, last: date) -> list[HolidayLine]:
    """Every holiday from `first` to `last` with its name and who says so, cancelled ones included. One query."""
    lines = {
        day: _package_line(day, name) for day, name in _package(_years(first, last)).items() if first <= day <= last
    }
    for row in Holiday.objects.filter(day__range=(first, last)):
        lines[row.day] = HolidayLine(
            row.day, row.name, row.get_kind_display(), row.counts_for_power_tariff, row.is_cancelled, row
        )
    return [lines[day] for day in sorted(lines)]


def _package_line(day: date, name: str) -> HolidayLine:
    kind = _kind(name)
    return HolidayLine(day, name, str(kind.label), kind != HolidayKind.TEMPORARY, is_cancelled=False, row=None)


def _kind(name: str) -> HolidayKind:
    if "임시공휴일" in name:
        return HolidayKind.TEMPORARY
    if "선거" in name:
        return HolidayKind.ELECTION
    return HolidayKind.SUBSTITUTE if "대체" in name else HolidayKind.PUBLIC


def _years(first: date, last: date) -> range:
    return range(first.year, last.year + 1)


def _package(years: Iterable[int]) -> dict[date, str]:
    return {day: name for year in years for day, name in _package_year(year).items()}


@cache  # a year of an installed package version never changes; staff's rows are never cached
def _package_year(year: int) -> dict[date, str]:
    return dict(holidays.country_holidays("KR", years=year, language="ko", expand=False))
