"""Energy, won and CO2 of periods and plants: the numbers of page, CSV and monthly report come from here, once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from solar.enums import FigureQuality, ReadingFlag
from solar.models import EmissionFactor, Plant, RollupDay, RollupMonth, SavingMonth
from solar.reports.rulebook import newest_factor, public_factor
from solar.rules.carbon import avoided_kg
from solar.rules.energy import LIMITED_BELOW_PERCENT, completeness_percent, shown_kwh, to_kwh


@dataclass(frozen=True, slots=True)
class Factors:
    """The CO2 factor of the city's rule, and the newest one, which is shown beside it and never mixed in."""

    public: EmissionFactor
    newest: EmissionFactor


@dataclass(frozen=True, slots=True)
class Figures:
    """What was made, saved and avoided in one period by some plants. Joules are exact; the rest is for reading."""

    joules: int = 0
    simulated_j: int = 0
    saved_won: int | None = 0  # None: not one of its days has a tariff
    unpriced_days: int = 0  # a plant's days whose energy is in no won, because their tariff is not written
    n_got: int = 0
    n_expected: int = 0
    flags: int = 0
    factor: Decimal = Decimal(0)

    @property
    def kwh(self) -> int:
        return shown_kwh(self.joules)

    @property
    def avoided_kg(self) -> int:
        return avoided_kg(self.joules, self.factor)

    @property
    def completeness(self) -> int:
        return completeness_percent(self.n_got, self.n_expected)

    @property
    def measured_percent(self) -> int:
        """Share that was measured, not simulated."""
        return 100 - self.simulated_percent

    @property
    def simulated_percent(self) -> int:
        if not self.joules:
            return 0
        return min(100, -(-self.simulated_j * 100 // self.joules))  # rounded up: a little simulation is never hidden

    @property
    def is_simulated(self) -> bool:
        return bool(self.flags & ReadingFlag.SIMULATED)

    @property
    def is_demo(self) -> bool:
        return bool(self.flags & ReadingFlag.DEMO)

    @property
    def quality(self) -> FigureQuality:
        return FigureQuality.TRUSTED if self.completeness >= LIMITED_BELOW_PERCENT else FigureQuality.LIMITED

    @property
    def money_words(self) -> str:
        """Why the won are not, or not all, there; empty when they are."""
        if self.unpriced_days:
            return "요금표가 없어 아낀 전기요금을 셈하지 못한 날이 있습니다. 그날의 금액은 확인 중입니다."
        return "아낀 전기요금은 확인 중입니다." if self.saved_won is None else ""

    @property
    def kind(self) -> str:
        """One word beside a figure: what it rests on."""
        if self.is_simulated:
            return "시뮬레이션"
        return "시연 자료" if self.is_demo else "잰 값"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table and one bar of a chart."""

    label: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class PlantRow:
    """One plant in a comparison: energy for each kW of its size."""

    plant: Plant
    figures: Figures

    @property
    def kwh_per_kw(self) -> int:
        watts = self.plant.compared_w
        return int(to_kwh(self.figures.joules) * 1000 / watts) if watts else 0


def factors() -> Factors:
    """Both factors, one query."""
    rows = list(EmissionFactor.objects.order_by("years"))
    return Factors(public_factor(rows), newest_factor(rows))


def add_up(rows: Iterable[Figures], factor: Decimal) -> Figures:
    """Sum of exact joules and of the won that are known; None where none are (`unpriced_days` counts the rest)."""
    rows, flags = list(rows), 0
    for row in rows:
        flags |= row.flags
    known = [row for row in rows if row.saved_won is not None]
    is_known = len(known) == len(rows) or any(row.joules for row in known)
    return Figures(
        joules=sum(row.joules for row in rows),
        simulated_j=sum(row.simulated_j for row in rows),
        saved_won=sum(row.saved_won or 0 for row in known) if is_known else None,
        unpriced_days=sum(row.unpriced_days for row in rows),
        n_got=sum(row.n_got for row in rows),
        n_expected=sum(row.n_expected for row in rows),
        flags=flags,
        factor=factor,
    )


def months_of(first: date, last: date, factor: Decimal) -> dict[tuple[int, date], Figures]:
    """Every plant's every month between two first days of months, from rollups only. Two queries."""
    won = {
        (plant_id, month): worth
        for plant_id, month, *worth in SavingMonth.objects.filter(month__range=(first, last)).values_list(
            "plant_id", "month", "saved_won", "unpriced_days"
        )
    }
    rows = RollupMonth.objects.filter(month__range=(first, last)).order_by("plant_id", "month")
    return {
        (row.plant_id, row.month): Figures(
            joules=row.joules,
            simulated_j=row.simulated_j,
            saved_won=won.get((row.plant_id, row.month), [None, 0])[0],
            unpriced_days=won.get((row.plant_id, row.month), [None, 0])[1] or 0,
            n_got=row.n_got,
            n_expected=row.n_expected,
            flags=row.flags,
            factor=factor,
        )
        for row in rows
    }


def days_of(first: date, last: date, factor: Decimal) -> dict[date, Figures]:
    """Energy of the days of all plants, added up; their won is in `shares`. One query."""
    rows = RollupDay.objects.filter(day__range=(first, last)).order_by("day", "plant_id")
    by_day: dict[date, list[Figures]] = {}
    for row in rows:
        figures = Figures(
            joules=row.joules,
            simulated_j=row.simulated_j,
            saved_won=None,
            n_got=row.n_got,
            n_expected=row.n_expected,
            flags=row.flags,
        )
        by_day.setdefault(row.day, []).append(figures)
    return {day: add_up(figures, factor) for day, figures in by_day.items()}


def months_with_data(plants: Sequence[int] | None = None) -> list[date]:
    """First days of the months that have rollups, oldest first. One query."""
    rows = RollupMonth.objects.all() if plants is None else RollupMonth.objects.filter(plant__in=plants)
    return list(rows.order_by("month").values_list("month", flat=True).distinct())


@dataclass(frozen=True, slots=True)
class YearSaving:
    """What all plants saved in a year; `is_simulated` when any of it was computed, not measured."""

    year: int
    saved_won: int
    is_simulated: bool


def newest_year_saving() -> YearSaving | None:
    """The newest year that has figures, or None before the first reading. Three queries."""
    newest = (
        SavingMonth.objects.filter(saved_won__isnull=False)
        .order_by("-month")
        .values_list("month__year", flat=True)
        .first()
    )
    if newest is None:
        return None
    won = SavingMonth.objects.filter(month__year=newest).aggregate(won=Sum("saved_won"))["won"]
    return YearSaving(newest, won, RollupMonth.objects.filter(month__year=newest, simulated_j__gt=0).exists())
