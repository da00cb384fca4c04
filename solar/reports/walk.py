"""Which day, month or year a page shows, and the ways from it to the one before, the next and the newest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from services.rules.korean import date_letter
from services.rules.months import first_of, month_end


@dataclass(frozen=True, slots=True)
class Step:
    """A link to another day, month or year."""

    label: str
    query: str


@dataclass(frozen=True, slots=True)
class Walk:
    """What lies around the period that is shown; `newest` is the last one with figures."""

    here: Step
    before: Step | None
    after: Step | None
    newest: Step | None


def chosen_day(period: str, asked: Mapping[str, Any], months: Sequence[date], today: date) -> date:
    """A day inside what was asked for; without a wish today, or the newest year that has figures. Never the future."""
    if period == "day":
        return min(asked.get("on") or today, today)
    year, month = asked.get("year"), asked.get("month")
    if year is None:
        years = {day.year for day in months}
        year = max(years) if years and today.year not in years and period == "year" else today.year
    return min(date(year, month or (today.month if year == today.year else 12), 1), today)


def walk_of(period: str, on: date, months: Sequence[date], today: date) -> Walk:
    """The neighbours that have figures; `months` are the months that have some."""
    if not months or period == "all":
        return Walk(step_to(period, on), None, None, None)
    if period == "day":
        first, last = months[0], min(month_end(months[-1]), today)
        before = min(on - timedelta(days=1), last) if on > first else None
        after = max(on + timedelta(days=1), first) if on < last else None
    else:
        here = first_of(on) if period == "month" else date(on.year, 1, 1)
        begins = months if period == "month" else sorted({date(day.year, 1, 1) for day in months})
        last = begins[-1]
        before = max((day for day in begins if day < here), default=None)
        after = min((day for day in begins if day > here), default=None)
    return Walk(
        step_to(period, on),
        step_to(period, before) if before else None,
        step_to(period, after) if after else None,
        step_to(period, last),
    )


def step_to(period: str, day: date) -> Step:
    """The day, month or year that a day lies in, in words and as a query string."""
    if period == "day":
        return Step(date_letter(day), urlencode({"period": period, "on": day.isoformat()}))
    if period == "month":
        return Step(f"{day.year}년 {day.month}월", urlencode({"period": period, "year": day.year, "month": day.month}))
    return Step(f"{day.year}년", urlencode({"period": period, "year": day.year}))
