"""Months, quarters and half-years; a month is its first day."""

import re
from datetime import date, timedelta

FIRST_YEAR, LAST_YEAR = 2000, 2100  # no report of the city lies outside


def month_of(typed: str) -> date:
    """The month that "2026-11" names. Raises ValueError for anything else, and for years no report can have."""
    found = re.fullmatch(r"([0-9]{4})-([0-9]{1,2})", typed)
    if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        msg = f"No month: {typed}"
        raise ValueError(msg)
    return date(int(found[1]), int(found[2]), 1)


def first_of(day: date) -> date:
    """The first day of the month that `day` lies in."""
    return day.replace(day=1)


def month_before(day: date) -> date:
    """The first day of the month before the one that `day` lies in."""
    return first_of(first_of(day) - timedelta(days=1))


def month_end(first: date) -> date:
    """The last day of the month that begins on `first`."""
    return first_of(first + timedelta(days=31)) - timedelta(days=1)


def quarter_of(day: date) -> date:
    """The first day of the quarter that `day` lies in."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def half_of(day: date) -> date:
    """The first day of the half-year that `day` lies in: 1 January or 1 July."""
    return day.replace(month=1 if day.month <= 6 else 7, day=1)


def half_end(first: date) -> date:
    """The last day of the half-year that begins on `first`."""
    return date(first.year, 6, 30) if first.month == 1 else date(first.year, 12, 31)
