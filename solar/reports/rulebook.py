"""The dated rules as values that the rules room can count with: three queries for all classes."""

from collections.abc import Iterable
from datetime import date

from solar.enums import Band, ChargeKind, Season
from solar.models import ChargeRate, EmissionFactor, Source, TariffClass, TariffRate, TimeBands
from solar.rules.stamps import FIRST_YEAR
from solar.rules.tariff import BandSet, Charge, Rate, RuleBook


def band_sets() -> list[BandSet]:
    """Time bands, oldest first."""
    rows = TimeBands.objects.order_by("valid_from")
    return [BandSet(row.pk, row.valid_from, row.summer, row.springfall, row.winter) for row in rows]


def rule_books() -> dict[int, RuleBook]:
    """For every contract class (by id) all rows that value it; one without a tariff has an empty list."""
    bands, charges = band_sets(), _charges()
    rates: dict[int, list[Rate]] = {class_id: [] for class_id in TariffClass.objects.values_list("pk", flat=True)}
    for row in TariffRate.objects.order_by("tariff_class_id", "valid_from"):
        prices = {(str(season), str(band)): row.price(season, band) for season in Season for band in Band}
        rates[row.tariff_class_id].append(Rate(row.pk, row.valid_from, prices))
    return {
        class_id: RuleBook(
            bands,
            rows,
            charges[ChargeKind.CLIMATE],
            charges[ChargeKind.FUEL],
            charges[ChargeKind.FUND],
            charges[ChargeKind.VAT],
        )
        for class_id, rows in rates.items()
    }


def _charges() -> dict[int, list[Charge]]:
    charges: dict[int, list[Charge]] = {kind: [] for kind in ChargeKind}
    for row in ChargeRate.objects.order_by("kind", "valid_from"):
        charges[row.kind].append(Charge(row.pk, row.valid_from, row.value))
    return charges


def public_factor(factors: Iterable[EmissionFactor]) -> EmissionFactor:
    """The factor that the public-sector notice names."""
    return next(factor for factor in factors if factor.is_public_rule)


def newest_factor(factors: Iterable[EmissionFactor]) -> EmissionFactor:
    """The factor of the latest years."""
    return max(factors, key=lambda factor: factor.years)


def first_day_of(source: Source) -> date:
    """From when on this device's readings are taken: the day it was put up, else the earliest day the rules cover."""
    return source.begins_on or (
        TimeBands.objects.order_by("valid_from").values_list("valid_from", flat=True).first() or date(FIRST_YEAR, 1, 1)
    )


def rates_in_force(class_id: int, day: date) -> TariffRate | None:
    """The price row of a class on a day."""
    return TariffRate.objects.filter(tariff_class=class_id, valid_from__lte=day).order_by("-valid_from").first()
