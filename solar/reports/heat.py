"""A month hour by hour, as a table whose cells are the darker the more was made."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Sum
from django.utils import timezone

from services.rules.months import month_end
from solar.models import Plant, RollupHour
from solar.rules.energy import shown_kwh

SHADES = 4


@dataclass(frozen=True, slots=True)
class Cell:
    """An hour: kWh as it is printed, and a shade from 0 (nothing) to 4."""

    kwh: str
    shade: int


@dataclass(frozen=True, slots=True)
class Heat:
    """Rows are days; columns are the hours in which anything was made on any day."""

    caption: str
    hours: list[int]
    rows: list[tuple[str, list[Cell]]]


def heat_of(month: date, plants: Sequence[Plant]) -> Heat | None:
    """The heat map of the month that begins on `month`, or None when nothing was made. One query."""
    begin = datetime.combine(month, time(), timezone.get_default_timezone())
    end = datetime.combine(month_end(month) + timedelta(days=1), time(), timezone.get_default_timezone())
    rows = (
        RollupHour.objects.filter(plant__in=[plant.pk for plant in plants], hour_at__gte=begin, hour_at__lt=end)
        .values("hour_at")
        .annotate(made_j=Sum("joules"))
        .order_by("hour_at")
    )
    days: dict[date, dict[int, int]] = defaultdict(dict)
    for row in rows:
        local = timezone.localtime(row["hour_at"])
        days[local.date()][local.hour] = row["made_j"]
    lit = {hour for made in days.values() for hour, joules in made.items() if joules > 0}
    if not lit:
        return None
    hours, most = list(range(min(lit), max(lit) + 1)), max(max(made.values()) for made in days.values())
    return Heat(
        f"{month.month}월 날짜와 시간별로 만든 전기. 진할수록 많이 만든 시간. 칸마다 숫자가 있습니다.",
        hours,
        [(f"{day.day}일", [_cell(made.get(hour), most) for hour in hours]) for day, made in days.items()],
    )


def _cell(joules: int | None, most: int) -> Cell:
    if joules is None:
        return Cell("–", 0)
    return Cell(f"{shown_kwh(joules):,}", -(-max(joules, 0) * SHADES // most))
