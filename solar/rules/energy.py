"""Energy as whole joules: power x interval stays exact, sums of integers too; kWh only for display and bills."""

from decimal import ROUND_HALF_UP, Decimal

from solar.enums import ReadingFlag, Unit

JOULES_PER_KWH = 3_600_000
REFUSE_ABOVE_RATED = 2  # twice the name-plate is no reading of this device
STALE_SECONDS = 3600
LIMITED_BELOW_PERCENT = 90  # completeness below which a money figure is marked 신뢰 제한
_FACTORS = {Unit.KW: Decimal(1000), Unit.W: Decimal(1), Unit.KWH: Decimal(JOULES_PER_KWH), Unit.WH: Decimal(3600)}


def joules_factor(unit: str, interval_s: int) -> Decimal:
    """What a value is multiplied with to become joules of one interval."""
    factor = _FACTORS[Unit(unit)]
    return factor * interval_s if unit in Unit.POWERS else factor


def to_joules(value: Decimal, unit: str, interval_s: int) -> int:
    """Joules of one interval; 0.01 kW x 15 min = 9,000 J. Finer than a joule is rounded half up."""
    return int((value * joules_factor(unit, interval_s)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def to_kwh(joules: int) -> Decimal:
    """kWh, exact."""
    return Decimal(joules) / JOULES_PER_KWH


def shown_kwh(joules: int) -> int:
    """Whole kWh for screens and reports, rounded half up (as KT-01 does for bills)."""
    return int(to_kwh(joules).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def flags_of(joules: int, rated_j: int | None) -> int:
    """What one reading alone shows: larger than the name-plate allows, or below zero."""
    if joules >= 0 and (rated_j is None or joules <= rated_j):
        return 0  # nearly every reading: enums are slow
    flags = ReadingFlag.NEGATIVE if joules < 0 else ReadingFlag(0)
    if rated_j is not None and joules > rated_j:
        flags |= ReadingFlag.OVER_RATED
    return int(flags)


def completeness_percent(got: int, expected: int) -> int:
    """Share of the readings that daylight lets us expect, 0 to 100; night silence is no gap."""
    return 100 if expected <= 0 else min(100, got * 100 // expected)
