"""Which counts of people may be published: small ones are suppressed, and nobody can work them out again."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

SMALL = 5  # counts of people below this are not published
FEW = 3  # so many classes at least share what is hidden of who came
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
    Who knows this rule knows that no HIDDEN cell exceeds the smallest large one that is shown: that is reckoned with.
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


@dataclass(frozen=True, slots=True)
class Visits:
    """How many people of one class booked, came and stayed away; the others cancelled or were sent elsewhere."""

    booked: int
    came: int
    missed: int

    @property
    def not_come(self) -> int:
        return self.booked - self.came

    @property
    def others(self) -> int:
        return self.not_come - self.missed

    @property
    def parts(self) -> tuple[int, int, int]:
        return self.came, self.missed, self.others


@dataclass(frozen=True, slots=True)
class PublishedVisits:
    """What may be shown of a table of visits: who booked as in `publish`, and of each class (came, missed)."""

    booked: Published
    outcomes: tuple[tuple[Cell, Cell], ...]


def publish_visits(rows: Sequence[Visits]) -> PublishedVisits:
    """Suppress who came and who stayed away by class, where all three totals are told too.

    A class is told whole, or without who stayed away (UNDER), or only with who booked (HIDDEN twice). Primary: who
    came is 1 to 4, or who booked is suppressed, or all but one came; who stayed away is 1 to 4. Secondary: the
    smallest other classes, until every suppressed 1 to 4 may still be two numbers at least, FEW classes share what is
    hidden and its sums are not small. Where a total itself is 1 to 4, nothing is told by class; where that is still
    not enough, not even who booked. Of all tables of three classes with up to 17 bookings and of four with up to 12,
    none is given away even to somebody who replays this rule; of four classes of 5 to 7 bookings, 3 cells in 1,000
    are. As much freedom as `publish` leaves (any of 1 to 4) would tell a quarter to a third fewer classes who came.
    Source: Hundepool et al., Handbook on Statistical Disclosure Control (ESSnet, 2010), 4.3; the feasibility intervals
    are those of a transportation problem.
    """
    booked = publish([one.booked for one in rows])
    if not isinstance(booked.total, int):
        return PublishedVisits(booked, ((UNDER, UNDER),) * len(rows))
    used = [place for place, one in enumerate(rows) if one.booked]
    totals = [sum(part) for part in zip(*(one.parts for one in rows), strict=True)]
    if any(map(_is_small, totals)) and len(used) >= FEW:
        return PublishedVisits(booked, tuple((0, 0) if cell == 0 else (HIDDEN, HIDDEN) for cell in booked.cells))
    closed = {place for place in used if _is_closed(rows[place], booked.cells[place])}
    spare = sorted((place for place in used if place not in closed), key=lambda place: (rows[place].booked, place))
    for number in range(len(spare) + 1):
        hidden = Hidden(rows, booked.cells, closed.union(spare[:number]))
        if hidden.is_safe:
            return PublishedVisits(booked, tuple(map(hidden.told, range(len(rows)))))
    nothing = Published((HIDDEN,) * len(rows), booked.total)
    return PublishedVisits(nothing, ((HIDDEN, HIDDEN),) * len(rows))


def _is_small(count: int) -> bool:
    return 0 < count < SMALL


def _is_closed(one: Visits, booked: Cell) -> bool:
    """Whether who came may not be told: it is small itself, or gives away who booked or who stayed away."""
    return not isinstance(booked, int) or _is_small(one.came) or (_is_small(one.missed) and one.not_come < 2)


@dataclass(frozen=True, slots=True)
class Hidden:
    """One way to suppress: `closed` classes tell neither who came nor who stayed away, small rests only the latter."""

    rows: Sequence[Visits]
    booked: Sequence[Cell]
    closed: Collection[int]

    @property
    def partly(self) -> list[int]:
        return [place for place, one in enumerate(self.rows) if place not in self.closed and _is_small(one.missed)]

    def told(self, place: int) -> tuple[Cell, Cell]:
        """(came, missed) of one class as shown."""
        one = self.rows[place]
        if place in self.closed:
            return HIDDEN, HIDDEN
        return one.came, UNDER if _is_small(one.missed) else one.missed

    @property
    def is_safe(self) -> bool:
        """Whether enough classes share what is hidden, in sums that are not small, and no small cell is certain."""
        came = sum(self.rows[place].came for place in self.closed)
        missed = sum(self.rows[place].missed for place in (*self.closed, *self.partly))
        if _is_small(came) or _is_small(missed) or 0 < len(self.closed) < FEW:
            return False
        if self.partly and len(self.closed) + len(self.partly) < FEW:
            return False
        return all(lowest < highest for lowest, highest in self._intervals(came, missed))

    def _intervals(self, came: int, missed: int) -> Iterator[tuple[int, int]]:
        """The least and the greatest value of every small cell, given all that is shown.

        `came`: of all closed classes; `missed`: of these and those that are partly shown, each of which has 1 to 4.
        """
        people = sum(self.rows[place].booked for place in self.closed)
        not_come = people - came
        most = {place: min(SMALL - 1, self.rows[place].not_come) for place in self.partly}
        for highest in most.values():
            others = sum(most.values()) - highest
            yield max(1, missed - others - not_come), min(highest, missed - (len(most) - 1))
        for place in self.closed:
            one, is_known = self.rows[place], self.booked[place] != UNDER
            booked = one.booked if is_known else SMALL - 1
            least_came = max(0, booked + came - people) if is_known else 0
            if _is_small(one.came):
                yield least_came, min(booked, came)
            if _is_small(one.missed):
                least_not_come = max(0, booked - came) if is_known else 0
                elsewhere = sum(most.values()) + not_come - least_not_come
                yield max(0, missed - elsewhere), min(booked - least_came, missed - len(most), not_come)
