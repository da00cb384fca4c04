"""Which counts of people may be published: small ones are suppressed, and nobody can work them out again."""

from collections.abc import Sequence
from dataclasses import dataclass

SMALL = 5  # counts of people below this are not published
UNDER, HIDDEN = "5 미만", "가림"

Cell = int | str


@dataclass(frozen=True, slots=True)
class Published:
    """Counts as they may be shown: a number, UNDER or HIDDEN."""

    cells: tuple[Cell, ...]
    total: Cell


def publish(counts: Sequence[int]) -> Published:
    """Suppress the small cells of a one-way table of people whose total is shown too.

    Primary: 1 to 4 become UNDER, 0 stays 0 (nobody is behind it). Secondary: the smallest larger cells become HIDDEN
    until from everything that is shown every UNDER may still be each of 1, 2, 3, 4; a zero is never a partner. Where
    no partner is enough, no cell of the table is shown; a total below SMALL takes its whole table with it.
    Readers of this rule know that no HIDDEN cell exceeds the smallest large one that is shown: that is reckoned with.
    Source: Hundepool et al., Handbook on Statistical Disclosure Control (ESSnet, 2010), 4.2 minimum frequency rule,
    4.3 secondary suppression and the feasibility interval of a suppressed cell.
    """
    total = sum(counts)
    if 0 < total < SMALL:
        return Published((UNDER,) * len(counts), UNDER)
    small = {place for place, count in enumerate(counts) if 0 < count < SMALL}
    large = sorted((count, place) for place, count in enumerate(counts) if count >= SMALL)
    for number in range(len(large) + 1):
        partners = {place for _, place in large[:number]}
        hidden = sum(counts[place] for place in small | partners)
        most = large[number][0] - 1 if number < len(large) else total
        if not small or _is_open(hidden, len(small), number, most=most):
            cells = (UNDER if place in small else HIDDEN if place in partners else n for place, n in enumerate(counts))
            return Published(tuple(cells), total)
    return Published((HIDDEN,) * len(counts), total)


def _is_open(hidden: int, small: int, partners: int, *, most: int) -> bool:
    """Whether one of `small` cells may be any of 1 to 4 while the others, `partners` up to `most`, fill the sum."""
    others = small - 1
    lowest, highest = others + partners * SMALL, others * (SMALL - 1) + partners * most
    return lowest <= hidden - (SMALL - 1) and hidden - 1 <= highest


def is_small(count: int) -> bool:
    """Whether a count of people is too small to be told."""
    return 0 < count < SMALL


def tells_quarter(months: Sequence[Sequence[int]]) -> bool:
    """Whether a quarter's totals may be told, given each month's totals (who came, who stayed away).

    They stand in for months that are too small to be told; of one such month alone they would tell the rest of a
    subtraction.
    """
    return sum(any(map(is_small, month)) for month in months) >= 2
