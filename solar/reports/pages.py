"""What the public page and a plant's page show: a day by hours, a month by days, a year by months, all years."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from django.utils import timezone

from services.rules.korean import date_letter, won_big
from services.rules.months import first_of, month_end
from solar.models import Plant, Source
from solar.reports import figures as sums
from solar.reports.figures import Factors, Figures, PlantRow, Row, add_up, months_of
from solar.reports.rulebook import rule_books
from solar.reports.shares import days_with_won, hours_with_won
from solar.rules.carbon import HOUSEHOLD_SUMMER_KWH, PINE_KG_A_YEAR, two_digits
from solar.rules.energy import to_kwh

PERIODS = {"day": "오늘", "month": "이번 달", "year": "올해", "all": "처음부터"}
Moment = TypeVar("Moment", date, datetime)


@dataclass(frozen=True, slots=True)
class Page:
    """Everything one period's page says; chart, table and CSV are made of `rows`."""

    period: str
    title: str  # "2024년 월별로 만든 전기"
    head: str  # head of the first column
    first: date
    last: date
    total: Figures
    rows: list[Row]
    plants: list[PlantRow]
    factors: Factors
    credits: list[str]

    @property
    def is_empty(self) -> bool:
        return not self.rows

    @property
    def best(self) -> Row:
        return max(self.rows, key=lambda row: row.figures.joules)

    @property
    def worst(self) -> Row:
        return min(self.rows, key=lambda row: row.figures.joules)

    @property
    def is_older(self) -> bool:
        """Whether this is another day, month or year than today's."""
        return not self.first <= timezone.localdate() <= self.last and self.period != "all"

    @property
    def newest_t(self) -> str:
        return tonnes(int(to_kwh(self.total.joules) * self.factors.newest.t_per_mwh))

    @property
    def everyday(self) -> list[str]:
        """Sentences in everyday measures, rounded to two digits (COPY E3, E4, E6)."""
        kwh, days = self.total.kwh, (self.last - self.first).days + 1
        sentences = []
        if kwh >= HOUSEHOLD_SUMMER_KWH:
            homes = two_digits(Decimal(kwh) / HOUSEHOLD_SUMMER_KWH)
            sentences.append(f"4인 가구 약 {homes:,}집이 여름 한 달에 쓰는 전기입니다.")
        if self.total.saved_won and days > 1:
            sentences.append(f"하루에 약 {won_big(two_digits(Decimal(self.total.saved_won) / days))}을 아낀 셈입니다.")
        pines = two_digits(self.total.avoided_kg / PINE_KG_A_YEAR)
        if pines:
            sentences.append(f"30년 자란 소나무 약 {pines:,}그루가 한 해에 빨아들이는 이산화탄소와 같습니다.")
        return sentences


def tonnes(kg: int) -> str:
    """58,283 kg -> 58.3, as pages print tonnes."""
    return f"{Decimal(kg) / 1000:,.1f}"


def page_of(period: str, on: date, *, plants: Sequence[Plant] | None = None) -> Page:
    """The page of a period that contains `on`, of all plants or of some. Raw readings are never touched."""
    makers: dict[str, Callable[[date, Sequence[Plant], Factors], Page]] = {
        "day": _day,
        "month": _month,
        "year": _year,
        "all": _all,
    }
    return makers[period](on, plants if plants is not None else list(Plant.objects.shown()), sums.factors())


def _year(on: date, plants: Sequence[Plant], factors: Factors) -> Page:
    first, last = date(on.year, 1, 1), date(on.year, 12, 1)
    months = _only(months_of(first, last, factors.public.t_per_mwh), plants)
    rows = [
        Row(f"{month.month}월", add_up(found, factors.public.t_per_mwh)) for month, found in _grouped(months).items()
    ]
    title = f"{on.year}년 월별로 만든 전기"
    covered = (first, min(month_end(last), timezone.localdate()))
    return _page("year", title, "달", covered, rows, _plant_rows(plants, months, factors), factors)


def _all(on: date, plants: Sequence[Plant], factors: Factors) -> Page:
    months = _only(months_of(date(2000, 1, 1), date(on.year, 12, 1), factors.public.t_per_mwh), plants)
    years: dict[int, list[Figures]] = {}
    for (_, month), found in sorted(months.items(), key=lambda item: item[0][1]):
        years.setdefault(month.year, []).append(found)
    rows = [Row(f"{year}년", add_up(found, factors.public.t_per_mwh)) for year, found in years.items()]
    first = min((month for _, month in months), default=on)
    last = month_end(max((month for _, month in months), default=first_of(on)))
    title = "해마다 만든 전기"
    covered = (first, min(last, timezone.localdate()))
    return _page("all", title, "해", covered, rows, _plant_rows(plants, months, factors), factors)


def _month(on: date, plants: Sequence[Plant], factors: Factors) -> Page:
    first = first_of(on)
    months = _only(months_of(first, first, factors.public.t_per_mwh), plants)
    days = days_with_won(first, plants, months, rule_books())
    rows = [Row(f"{day.day}일", add_up(found, factors.public.t_per_mwh)) for day, found in _grouped(days).items()]
    title = f"{on.year}년 {on.month}월 날마다 만든 전기"
    covered = (first, min(month_end(first), timezone.localdate()))
    return _page("month", title, "날", covered, rows, _plant_rows(plants, months, factors), factors)


def _day(on: date, plants: Sequence[Plant], factors: Factors) -> Page:
    first, books = first_of(on), rule_books()
    months = _only(months_of(first, first, factors.public.t_per_mwh), plants)
    days = days_with_won(first, plants, months, books)
    hours = _grouped(hours_with_won(on, plants, days, books))
    rows = [
        Row(f"{timezone.localtime(hour).hour}시", add_up(found, factors.public.t_per_mwh))
        for hour, found in hours.items()
    ]
    today = {key: found for key, found in days.items() if key[1] == on}
    title = f"{date_letter(on)} 시간마다 만든 전기"
    return _page("day", title, "시각", (on, on), rows, _plant_rows(plants, today, factors), factors)


def _page(
    period: str,
    title: str,
    head: str,
    covered: tuple[date, date],
    rows: list[Row],
    plants: list[PlantRow],
    factors: Factors,
) -> Page:
    total = add_up((row.figures for row in plants), factors.public.t_per_mwh)
    credit = _credits([row.plant.pk for row in plants], *covered) if total.is_simulated or total.is_demo else []
    return Page(period, title, head, *covered, total, rows, plants, factors, credit)


def _only(months: dict[tuple[int, date], Figures], plants: Sequence[Plant]) -> dict[tuple[int, date], Figures]:
    wanted = {plant.pk for plant in plants}
    return {key: found for key, found in months.items() if key[0] in wanted}


def _grouped(found: Mapping[tuple[int, Moment], Figures]) -> dict[Moment, list[Figures]]:
    """What all plants have of each month, day or hour, in order of time."""
    by_moment: dict[Moment, list[Figures]] = {}
    for (_plant, moment), figures in sorted(found.items(), key=lambda item: item[0][1]):
        by_moment.setdefault(moment, []).append(figures)
    return by_moment


def _plant_rows(plants: Sequence[Plant], found: dict[tuple[int, date], Figures], factors: Factors) -> list[PlantRow]:
    return [
        PlantRow(
            plant,
            add_up((figures for key, figures in found.items() if key[0] == plant.pk), factors.public.t_per_mwh),
        )
        for plant in plants
    ]


def _credits(plants: Sequence[int], first: date, last: date) -> list[str]:
    """Sources that must be named beside simulated or demonstration figures of these days."""
    found = Source.objects.filter(plant__in=plants, first_on__lte=last, last_on__gte=first).exclude(credit="")
    return sorted(set(found.values_list("credit", flat=True)))
