"""The dated rules as values that the rules room can count with: three queries for all classes."""

from collections.abc import Iterable
from datetime import date

from solar.enums import Band, ChargeKind, Season
from solar.models import ChargeRate, EmissionFactor, TariffRate, TimeBands
from solar.rules.tariff import BandSet, Charge, Rate, RuleBook


def band_sets() -> list[BandSet]:
    """Time bands, oldest first."""
    rows = TimeBands.objects.order_by("valid_from")
    return [BandSet(row.pk, row.valid_from, row.summer, row.springfall, row.winter) for row in rows]


def rule_books() -> dict[int, RuleBook]:
    """For every contract class (by id) all rows that value it."""
    bands, charges = band_sets(), _charges()
    rates: dict[int, list[Rate]] = {}
    for row in TariffRate.objects.order_by("tariff_class_id", "valid_from"):
        prices = {(str(season), str(band)): row.price(season, band) for season in Season for band in Band}
        rates.setdefault(row.tariff_class_id, []).append(Rate(row.pk, row.valid_from, prices))
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


def rates_in_force(class_id: int, day: date) -> TariffRate | None:
    """The price row of a class on a day."""
    return TariffRate.objects.filter(tariff_class=class_id, valid_from__lte=day).order_by("-valid_from").first()
