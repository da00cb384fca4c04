"""Won is worked out by month, as it is billed; here days and hours get their share, and the shares add up exactly."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby

from django.utils import timezone

from services.reports.calendar import tariff_holidays_between
from services.rules.months import month_end
from solar.models import Plant, RollupDay, RollupHour
from solar.models.readings import Rollup
from solar.reports.figures import Figures
from solar.rules.energy import to_kwh
from solar.rules.tariff import DayEnergy, RuleBook, day_bands, price_of, shared, worth

Days = dict[tuple[int, date], Figures]
Hours = dict[tuple[int, datetime], Figures]


def days_with_won(month: date, plants: Sequence[Plant], months: Days, books: Mapping[int, RuleBook]) -> Days:
    """Every plant's days of a month (`months` has the plants' whole months). One query."""
    rows = RollupDay.objects.filter(
        plant__in=[plant.pk for plant in plants], day__range=(month, month_end(month))
    ).order_by("plant_id", "day")
    book_of = {plant.pk: books[plant.tariff_class_id] for plant in plants}
    found: Days = {}
    for plant_id, group in groupby(rows, key=lambda row: row.plant_id):
        days, whole = list(group), months.get((plant_id, month), Figures())
        book = book_of[plant_id]
        priced = [row for row in days if book.covers(row.day)]
        weights = [worth(DayEnergy(row.day, row.light_j, row.mid_j, row.peak_j), book) for row in priced]
        shares = shared(whole.saved_won or 0, weights)
        won_of = {row.day: won for row, won in zip(priced, shares, strict=True)}
        for row in days:
            won = won_of.get(row.day) if whole.saved_won is not None else None
            found[plant_id, row.day] = _figures(row, won, whole.factor, unpriced_days=row.day not in won_of)
    return found


def hours_with_won(day: date, plants: Sequence[Plant], days: Days, books: Mapping[int, RuleBook]) -> Hours:
    """Every plant's hours of a day (`days` has the plants' whole days). Two queries."""
    begin = datetime(day.year, day.month, day.day, tzinfo=timezone.get_default_timezone())
    rows = RollupHour.objects.filter(
        plant__in=[plant.pk for plant in plants], hour_at__gte=begin, hour_at__lt=begin + timedelta(days=1)
    ).order_by("plant_id", "hour_at")
    is_holiday = day in tariff_holidays_between(day, day)
    book_of = {plant.pk: books[plant.tariff_class_id] for plant in plants}
    found: Hours = {}
    for plant_id, group in groupby(rows, key=lambda row: row.plant_id):
        hours, whole, book = list(group), days.get((plant_id, day), Figures()), book_of[plant_id]
        shares: Sequence[int | None] = [None] * len(hours)
        if whole.saved_won is not None and book.covers(day):
            bands = day_bands(day, is_holiday=is_holiday, sets=book.bands)
            weights = [to_kwh(row.joules) * price_of(day, bands[_hour(row.hour_at)], book) for row in hours]
            shares = shared(whole.saved_won, weights)
        for row, won in zip(hours, shares, strict=True):
            found[plant_id, row.hour_at] = _figures(row, won, whole.factor)
    return found


def _hour(moment: datetime) -> int:
    return timezone.localtime(moment).hour


def _figures(row: Rollup, won: int | None, factor: Decimal, *, unpriced_days: int = 0) -> Figures:
    return Figures(
        joules=row.joules,
        simulated_j=row.simulated_j,
        saved_won=won,
        unpriced_days=int(unpriced_days),
        n_got=row.n_got,
        n_expected=row.n_expected,
        flags=row.flags,
        factor=factor,
    )
