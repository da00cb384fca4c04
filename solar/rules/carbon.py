"""CO2 that self-made electricity avoids, and everyday measures (COPY E1 to E8)."""

from decimal import ROUND_HALF_UP, Decimal

from solar.rules.energy import to_kwh

HOUSEHOLD_SUMMER_KWH = 427  # E3: July and August mean of a four-person household, 2020 energy survey
PINE_KG_A_YEAR = Decimal("6.6")  # E6: National Institute of Forest Science 2012, pine of 30 years
CITIZENS = 80_000  # E5: the announcement's "about 80,000"


def avoided_kg(joules: int, factor: Decimal) -> int:
    """Whole kg CO2eq; a factor in t/MWh is the same number in kg/kWh."""
    return int((to_kwh(joules) * factor).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def two_digits(number: Decimal | int) -> int:
    """Two significant digits for sentences with 약: 8,834 -> 8,800; 297.1 -> 300."""
    whole = int(Decimal(number).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    step = int(10 ** max(0, len(str(abs(whole))) - 2))
    return int((Decimal(whole) / step).quantize(Decimal(1), rounding=ROUND_HALF_UP)) * step
