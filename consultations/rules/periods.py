"""Months and half-years of the reports."""

from datetime import date, timedelta


def month_before(day: date) -> date:
    """The first day of the month before the one that `day` lies in."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def month_end(first: date) -> date:
    """The last day of the month that begins on `first`."""
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def quarter_of(day: date) -> date:
    """The first day of the quarter that `day` lies in."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def half_of(day: date) -> date:
    """The first day of the half-year that `day` lies in: 1 January or 1 July."""
    return day.replace(month=1 if day.month <= 6 else 7, day=1)


def half_end(first: date) -> date:
    """The last day of the half-year that begins on `first`."""
    return date(first.year, 6, 30) if first.month == 1 else date(first.year, 12, 31)
