"""What self-used solar energy saves: time bands, rates and charges of the supply terms (KT-01 to KT-09).

Avoided cost in proportion to energy. Demand charge and power factor are left out: they need the building's own load.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import TypeVar

from solar.enums import Band, Season
from solar.rules.energy import to_kwh

SATURDAY, SUNDAY = 5, 6
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class BandSet:
    """The hours of each season's bands from a day on; each string has 24 letters of Band."""

    row_id: int
    valid_from: date
    summer: str
    springfall: str
    winter: str


@dataclass(frozen=True, slots=True)
class Rate:
    """Energy prices of one contract class from a day on, won per kWh by (season, band)."""

    row_id: int
    valid_from: date
    prices: Mapping[tuple[str, str], Decimal]


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge from a day on: won per kWh, or per cent."""

    row_id: int
    valid_from: date
    value: Decimal


Row = TypeVar("Row", BandSet, Rate, Charge)


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Every dated row that values one contract class, each list by valid_from ascending."""

    bands: Sequence[BandSet]
    rates: Sequence[Rate]
    climate: Sequence[Charge]
    fuel: Sequence[Charge]
    fund: Sequence[Charge]
    vat: Sequence[Charge]

    @property
    def since(self) -> date | None:
        """The first day that all of them cover; None while one of them has no row at all."""
        lists = (self.bands, self.rates, self.climate, self.fuel, self.fund, self.vat)
        return max(rows[0].valid_from for rows in lists) if all(lists) else None

    def covers(self, day: date) -> bool:
        """Whether this day's energy has a price."""
        return self.since is not None and self.since <= day


@dataclass(frozen=True, slots=True)
class DayEnergy:
    """Joules of one day by band."""

    day: date
    light_j: int
    mid_j: int
    peak_j: int

    def of(self, band: str) -> int:
        return {Band.LIGHT: self.light_j, Band.MID: self.mid_j, Band.PEAK: self.peak_j}[Band(band)]


@dataclass(frozen=True, slots=True)
class Line:
    """One priced piece: which rule row, how much energy, at what price, how many won (to 0.01)."""

    name: str
    rule: str  # "rate:12", "charge:3": the row that gave the price
    kwh: Decimal
    price: Decimal
    won: Decimal


@dataclass(frozen=True, slots=True)
class Saving:
    """Avoided cost of some days: lines, then won per heading, each cut as KT-06 says."""

    lines: tuple[Line, ...]
    energy_won: int
    climate_won: int
    fuel_won: int
    vat_won: int
    fund_won: int
    saved_won: int


def season_of(day: date) -> Season:
    """Summer June to August, winter November to February, the rest spring and autumn (KT-07)."""
    if 6 <= day.month <= 8:
        return Season.SUMMER
    return Season.WINTER if day.month in (11, 12, 1, 2) else Season.SPRINGFALL


def day_bands(day: date, *, is_holiday: bool, sets: Sequence[BandSet]) -> str:
    """24 letters of Band. Sundays and public holidays are all light, Saturday's peak is mid.

    Temporary holidays are no holidays here (KT-08): the caller leaves them out of `is_holiday`.
    """
    if is_holiday or day.weekday() == SUNDAY:
        return Band.LIGHT * 24
    bands: str = getattr(in_force(sets, day), season_of(day))
    return bands.replace(Band.PEAK, Band.MID) if day.weekday() == SATURDAY else bands


def bands_from_hours(hours: dict[str, str]) -> str:
    """{"L": "22-08", "M": "08-11 12-13", ...} -> 24 letters. Raises ValueError when an hour has none or two bands."""
    letters = [""] * 24
    for band, spans in hours.items():
        for span in spans.split():
            first, last = (int(part) for part in span.split("-"))
            for hour in range(first, last if last > first else last + 24):
                letters[hour % 24] += band
    if any(len(letter) != 1 for letter in letters):
        msg = f"Not one band an hour: {letters}"
        raise ValueError(msg)
    return "".join(letters)


def in_force(rows: Sequence[Row], day: date) -> Row:
    """The last row that is valid from `day` or earlier. Raises LookupError before the first."""
    for row in reversed(rows):
        if row.valid_from <= day:
            return row
    msg = f"No rule row for {day}."
    raise LookupError(msg)


def avoided(days: Iterable[DayEnergy], book: RuleBook, *, with_vat: bool = True) -> Saving:
    """What these days of self-used energy save, of one billing month.

    Each piece is rounded half up to 0.01 won, each heading cut below 1 won (KT-06), fuel by the month of the last
    day (KT-05), the fund cut below 10 won, VAT rounded to the won.
    """
    days = sorted(days, key=lambda row: row.day)
    if not days:
        return Saving((), 0, 0, 0, 0, 0, 0)
    total_j = sum(row.light_j + row.mid_j + row.peak_j for row in days)
    energy = tuple(_energy_lines(days, book.rates))
    climate = tuple(_climate_lines(days, book.climate))
    fuel_row = in_force(book.fuel, days[-1].day)
    fuel = _line("연료비조정요금", f"charge:{fuel_row.row_id}", total_j, fuel_row.value)
    heads = (_cut(energy), _cut(climate), _cut((fuel,)))
    fund, vat = in_force(book.fund, days[-1].day), in_force(book.vat, days[-1].day)
    vat_won, fund_won, saved_won = taxed(sum(heads), vat.value if with_vat else Decimal(0), fund.value)
    return Saving((*energy, *climate, fuel), *heads, vat_won, fund_won, saved_won)


def price_of(day: date, band: str, book: RuleBook) -> Decimal:
    """Won per kWh in a band of a day: energy, climate and fuel, before VAT and fund."""
    rate = in_force(book.rates, day)
    return rate.prices[season_of(day), band] + in_force(book.climate, day).value + in_force(book.fuel, day).value


def worth(energy: DayEnergy, book: RuleBook) -> Decimal:
    """Won of a day's energy, not cut anywhere: what it weighs when days share the won of their month."""
    return sum((to_kwh(energy.of(band)) * price_of(energy.day, band, book) for band in Band), Decimal(0))


def shared(won: int, weights: Sequence[Decimal]) -> list[int]:
    """Whole won by weight; the parts add up to `won` to the won. Without any weight the last part gets all."""
    total, running, told, parts = sum(weights, Decimal(0)), Decimal(0), 0, []
    for place, weight in enumerate(weights, 1):
        running += weight
        upto = (running / total * won).quantize(Decimal(1), rounding=ROUND_HALF_UP) if total else 0
        parts.append((won if place == len(weights) else int(upto)) - told)
        told += parts[-1]
    return parts


def taxed(net_won: int, vat_percent: Decimal, fund_percent: Decimal) -> tuple[int, int, int]:
    """(VAT rounded to the won, fund cut below 10 won, total cut below 10 won) of a net sum (KT-06)."""
    vat = int((net_won * vat_percent / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    fund = int(net_won * fund_percent / 100) // 10 * 10
    return vat, fund, (net_won + vat + fund) // 10 * 10


def _energy_lines(days: Sequence[DayEnergy], rates: Sequence[Rate]) -> Iterable[Line]:
    for (valid_from, season), group in groupby(
        days, key=lambda row: (in_force(rates, row.day).valid_from, season_of(row.day))
    ):
        rows, rate = list(group), in_force(rates, valid_from)
        for band in Band:
            joules = sum(row.of(band) for row in rows)
            if joules:
                price = rate.prices[season, band]
                yield _line(f"{season.label} {band.label}", f"rate:{rate.row_id}", joules, price)


def _climate_lines(days: Sequence[DayEnergy], charges: Sequence[Charge]) -> Iterable[Line]:
    for valid_from, group in groupby(days, key=lambda row: in_force(charges, row.day).valid_from):
        charge = in_force(charges, valid_from)
        joules = sum(row.light_j + row.mid_j + row.peak_j for row in group)
        yield _line("기후환경요금", f"charge:{charge.row_id}", joules, charge.value)


def _line(name: str, rule: str, joules: int, price: Decimal) -> Line:
    kwh = to_kwh(joules)
    return Line(name, rule, kwh, price, (kwh * price).quantize(CENT, rounding=ROUND_HALF_UP))


def _cut(lines: Sequence[Line]) -> int:
    return int(sum((line.won for line in lines), Decimal(0)))
