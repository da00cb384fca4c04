"""The time of a visit: advisers' hours cut into slots, one free adviser of every wanted kind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from consultations.enums import JointOrder


def slot_starts(opens_at: time, closes_at: time, minutes: int) -> list[time]:
    """Starts of the whole slots that fit between two times of one day (TA-11): 15:00-17:00 by 20 -> six."""
    first = opens_at.hour * 60 + opens_at.minute
    end = closes_at.hour * 60 + closes_at.minute
    return [time(start // 60, start % 60) for start in range(first, end - minutes + 1, minutes)]


Busy = Mapping[int, Sequence[tuple[datetime, datetime]]]  # adviser -> half-open periods that are taken


@dataclass(frozen=True, slots=True)
class Hours:
    """One adviser's hours on one date, cut into slots of `minutes` from `opens_at` on (TA-11)."""

    adviser_id: int
    kind: str
    opens_at: datetime
    closes_at: datetime
    minutes: int

    def starts(self) -> list[datetime]:
        """The starts of the whole slots."""
        step = timedelta(minutes=self.minutes)
        return [self.opens_at + step * number for number in range((self.closes_at - self.opens_at) // step)]

    def has(self, at: datetime) -> bool:
        """Whether a whole slot starts then."""
        step = timedelta(minutes=self.minutes)
        return self.opens_at <= at and at + step <= self.closes_at and not (at - self.opens_at) % step


@dataclass(frozen=True, slots=True)
class Seat:
    """One adviser's time for one visit."""

    adviser_id: int
    starts_at: datetime
    minutes: int

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    def is_free(self, busy: Busy) -> bool:
        return not any(begin < self.ends_at and self.starts_at < end for begin, end in busy.get(self.adviser_id, ()))


@dataclass(frozen=True, slots=True)
class Seating:
    """A visit that can be held: when it starts, whose time it takes (in adviser order), and in which turn."""

    starts_at: datetime
    order: JointOrder
    seats: tuple[Seat, ...]

    @property
    def minutes(self) -> int:
        """From the first adviser's start to the last one's end."""
        return int((max(seat.ends_at for seat in self.seats) - self.starts_at).total_seconds() // 60)


def seating(
    kinds: Sequence[str], hours: Sequence[Hours], busy: Busy, starts_at: datetime, order: JointOrder = JointOrder.SAME
) -> Seating | None:
    """The time of one free adviser of every wanted kind, at once or one after the other; None unless all are free."""
    order = order if len(kinds) > 1 else JointOrder.SAME
    at, seats = starts_at, []
    for kind in order.kinds or kinds:
        able = (Seat(one.adviser_id, at, one.minutes) for one in hours if one.kind == kind and one.has(at))
        seat = next((seat for seat in able if seat.is_free(busy)), None)
        if seat is None:
            return None
        seats.append(seat)
        at = seat.ends_at if order.kinds else at
    return Seating(starts_at, order, tuple(sorted(seats, key=lambda seat: seat.adviser_id)))


def best_seating(kinds: Sequence[str], hours: Sequence[Hours], busy: Busy, starts_at: datetime) -> Seating | None:
    """Both advisers together if they are free then, else one after the other."""
    orders = JointOrder if len(kinds) > 1 else (JointOrder.SAME,)
    return next((found for order in orders if (found := seating(kinds, hours, busy, starts_at, order))), None)


def starts_of(kinds: Sequence[str], hours: Iterable[Hours], after: datetime) -> list[datetime]:
    """Every start later than `after` of any adviser of these kinds, in order."""
    return sorted({start for one in hours if one.kind in kinds for start in one.starts() if start > after})


def free_starts(kind: str, hours: Iterable[Hours], busy: Busy, after: datetime) -> set[datetime]:
    """The starts later than `after` at which an adviser of this kind is free."""
    free = set()
    for one in hours:
        if one.kind == kind:
            taken, length = busy.get(one.adviser_id, ()), timedelta(minutes=one.minutes)
            for start in one.starts():
                if start > after and not any(begin < start + length and start < end for begin, end in taken):
                    free.add(start)
    return free


def seatings(kinds: Sequence[str], hours: Sequence[Hours], busy: Busy, after: datetime) -> list[Seating]:
    """The best seating of every start later than `after` that has one, in order of time."""
    found = (best_seating(kinds, hours, busy, start) for start in starts_of(kinds, hours, after))
    return [one for one in found if one]
