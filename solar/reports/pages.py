"""What the public page and a plant's page show, for one of four periods."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from services.rules.korean import date_letter, won_big
from solar.models import Plant, RollupHour, Source
from solar.reports import figures as sums
from solar.reports.figures import Factors, Figures, PlantRow, Row, add_up, days_of, months_of
from solar.rules.carbon import HOUSEHOLD_SUMMER_KWH, PINE_KG_A_YEAR, two_digits
from solar.rules.energy import to_kwh

PERIODS = {"today": "오늘", "month": "이번 달", "year": "올해", "all": "처음부터"}


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
    def has_won(self) -> bool:
        return all(row.figures.saved_won is not None for row in self.rows)

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
        "today": _today,
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
    covered = (first, min(sums.last_day_of(last), timezone.localdate()))
    return _page("year", title, "달", covered, rows, _plant_rows(plants, months, factors), factors)


def _all(on: date, plants: Sequence[Plant], factors: Factors) -> Page:
    months = _only(months_of(date(2000, 1, 1), date(on.year, 12, 1), factors.public.t_per_mwh), plants)
    years: dict[int, list[Figures]] = {}
    for (_, month), found in sorted(months.items(), key=lambda item: item[0][1]):
        years.setdefault(month.year, []).append(found)
    rows = [Row(f"{year}년", add_up(found, factors.public.t_per_mwh)) for year, found in years.items()]
    first = min((month for _, month in months), default=on)
    last = sums.last_day_of(max((month for _, month in months), default=on.replace(day=1)))
    title = "해마다 만든 전기"
    covered = (first, min(last, timezone.localdate()))
    return _page("all", title, "해", covered, rows, _plant_rows(plants, months, factors), factors)


def _month(on: date, plants: Sequence[Plant], factors: Factors) -> Page:
    first = on.replace(day=1)
    days = days_of(first, sums.last_day_of(first), factors.public.t_per_mwh, [plant.pk for plant in plants])
    months = _only(months_of(first, first, factors.public.t_per_mwh), plants)
    rows = [Row(f"{day.day}일", found) for day, found in days.items()]
    title = f"{on.year}년 {on.month}월 날마다 만든 전기"
    covered = (first, min(sums.last_day_of(first), timezone.localdate()))
    return _page("month", title, "날", covered, rows, _plant_rows(plants, months, factors), factors)


def _today(on: date, plants: Sequence[Plant], factors: Factors) -> Page:
    begin = datetime(on.year, on.month, on.day, tzinfo=timezone.get_default_timezone())
    found = RollupHour.objects.filter(
        plant__in=[plant.pk for plant in plants], hour_at__gte=begin, hour_at__lt=begin + timedelta(days=1)
    ).order_by("hour_at", "plant_id")
    by_hour: dict[str, list[Figures]] = {}
    by_plant: dict[tuple[int, date], Figures] = {}
    for row in found:
        figures = Figures(row.joules, row.simulated_j, None, row.n_got, row.n_expected, row.flags)
        by_hour.setdefault(f"{timezone.localtime(row.hour_at).hour}시", []).append(figures)
        before = by_plant.get((row.plant_id, on), Figures(saved_won=None))
        by_plant[row.plant_id, on] = add_up((before, figures), factors.public.t_per_mwh)
    rows = [Row(hour, add_up(parts, factors.public.t_per_mwh)) for hour, parts in by_hour.items()]
    title = f"{date_letter(on)} 시간마다 만든 전기"
    return _page("today", title, "시각", (on, on), rows, _plant_rows(plants, by_plant, factors), factors)


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
    credit = _credits([row.plant.pk for row in plants]) if total.is_simulated or total.is_demo else []
    return Page(period, title, head, *covered, total, rows, plants, factors, credit)


def _only(months: dict[tuple[int, date], Figures], plants: Sequence[Plant]) -> dict[tuple[int, date], Figures]:
    wanted = {plant.pk for plant in plants}
    return {key: found for key, found in months.items() if key[0] in wanted}


def _grouped(months: dict[tuple[int, date], Figures]) -> dict[date, list[Figures]]:
    by_month: dict[date, list[Figures]] = {}
    for (_plant, month), found in sorted(months.items(), key=lambda item: item[0][1]):
        by_month.setdefault(month, []).append(found)
    return by_month


def _plant_rows(plants: Sequence[Plant], found: dict[tuple[int, date], Figures], factors: Factors) -> list[PlantRow]:
    return [
        PlantRow(
            plant,
            add_up((figures for key, figures in found.items() if key[0] == plant.pk), factors.public.t_per_mwh),
        )
        for plant in plants
    ]


def _credits(plants: Sequence[int]) -> list[str]:
    """Sources that must be named beside simulated or demonstration figures."""
    found = Source.objects.filter(plant__in=plants, first_on__isnull=False).exclude(credit="")
    return sorted(set(found.values_list("credit", flat=True)))
