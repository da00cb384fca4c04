"""Pure arithmetic and dates of free tax and legal advice; each rule cites its id."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import TypeVar

from consultations.enums import JointOrder
from services.rules.calendar import OFFICE_HOURS, add_working_days, nth_weekday

APPEAL_LIMIT_WON = 3_000_000  # TA-01: 조례 1311호 2조, claimed tax below this
AGENT_CLAIM_WON = 20_000_000  # DR-01: 지방세기본법 시행령 62조의2
AGENT_PROPERTY_WON = 300_000_000  # DR-01: 김제시 시세 기본 조례 6조
AGENT_INCOME_WON = 50_000_000  # DR-01
QUESTION_CHARACTERS = 2000
AGE_BANDS = ("40세 미만", "40대", "50대", "60대", "70대", "80세 이상", "모름")
AGE_ALONE = 14  # PD-05: who is younger needs a parent's consent

T = TypeVar("T")
P = TypeVar("P")


def nth_weekdays(nth: int, weekday: int, first: date, last: date) -> Iterator[date]:
    """Every n-th `weekday` (0 = Monday) of a month from `first` to `last`, both included (TA-09)."""
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        with suppress(ValueError):  # a month without a fifth Monday
            day = nth_weekday(year, month, weekday, nth)
            if first <= day <= last:
                yield day
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def link_ends_on(on: date, *, days: int) -> date:
    """The last day on which an adviser's address opens: results are written after the clinic day `on`, too."""
    return on + timedelta(days=days)


def slot_starts(opens_at: time, closes_at: time, minutes: int) -> list[time]:
    """Starts of the whole slots that fit between two times of one day (TA-11): 15:00-17:00 by 20 -> six."""
    first = opens_at.hour * 60 + opens_at.minute
    end = closes_at.hour * 60 + closes_at.minute
    return [time(start // 60, start % 60) for start in range(first, end - minutes + 1, minutes)]


def rota(places: Sequence[P], advisers: Sequence[T], turn: int) -> dict[P, T]:
    """Which place each travelling adviser visits on the `turn`-th date: every place has its turn, none two advisers.

    With 17 places and 4 advisers every place is visited once in five dates.
    """
    count = min(len(places), len(advisers))
    return {places[(turn * count + index) % len(places)]: advisers[index] for index in range(count)}


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder of the settings: `days` before at `clock`, or on the day itself `hours` before the start."""

    days: int = 0
    clock: time = time(10)
    hours: int = 0

    @property
    def name(self) -> str:
        """Its part of the once-key, whatever the text says: "ahead3", "reminder" (the day before), "today"."""
        return {0: "today", 1: "reminder"}.get(self.days, f"ahead{self.days}")

    @property
    def words(self) -> str:
        """When it comes, as a citizen reads it."""
        return {0: f"{self.hours}시간 전", 1: "하루 전"}.get(self.days, f"{self.days}일 전")


@cache
def reminder_of(text: str) -> Reminder:
    """ "3d 10:00": three days before at ten; "2h": two hours before the start. Raises ValueError for anything else."""
    found = re.fullmatch(r"(?:([1-9]\d?)d (\d{1,2}:\d\d)|([1-9]|1\d|2[0-3])h)", text.strip())
    if found is None:
        msg = f'A reminder is written like "3d 10:00" or "2h", not {text!r}.'
        raise ValueError(msg)
    days, clock, hours = found.groups()
    return Reminder(int(days), time.fromisoformat(clock.zfill(5))) if days else Reminder(hours=int(hours))


@dataclass(frozen=True, slots=True)
class ReminderTime:
    """A reminder is due at `at`; when nobody could be told until `until` it is skipped, not late (COPY 5.0)."""

    reminder: Reminder
    at: datetime
    until: datetime
    days: int  # from that day to the consultation: what the text says

    @property
    def kind(self) -> str:
        """Which text is true on that day: "ahead" (S03a), "reminder" (S03: tomorrow) or "today" (S04)."""
        return {0: "today", 1: "reminder"}.get(self.days, "ahead")


def reminder_times(
    starts_at: datetime, reminders: Iterable[Reminder], *, hours: tuple[int, int]
) -> list[ReminderTime]:
    """When the reminders of a consultation go out as texts, all in Korean time (COPY 5.1 S03, S04).

    `hours` are those in which texts may go at all (KR-04), the end excluded: whatever would be earlier goes at the
    first of them, whatever would be later ten minutes before the last. "2h" never leaves the day of the consultation.
    """
    morning = starts_at.replace(hour=0, minute=0, second=0, microsecond=0)
    times = []
    for one in reminders:
        day = morning - timedelta(days=one.days)
        on_time = datetime.combine(day, one.clock, starts_at.tzinfo)
        wanted = starts_at - timedelta(hours=one.hours) if one.hours else on_time
        first, last = day + timedelta(hours=hours[0]), day + timedelta(hours=hours[1])
        at = min(max(wanted, first), last - timedelta(minutes=10))
        times.append(ReminderTime(one, at, starts_at if one.hours else last, one.days))
    return times


def reminder_calls(
    starts_at: datetime, reminders: Iterable[Reminder], holidays: Collection[date]
) -> list[ReminderTime]:
    """When people without a mobile phone are phoned instead: so many *working* days before, until the offices close.

    A fourth Monday's "day before" is the Friday and its "three days before" the Wednesday, so officers have days on
    which they sit at their desks. Nobody is phoned some hours before: at that time people are on their way and the
    officer is at the clinic; such reminders are left out.
    """
    calls = []
    for one in reminders:
        if one.hours:
            continue
        on = add_working_days(starts_at.date(), -one.days, holidays)
        at, closing = (datetime.combine(on, clock, starts_at.tzinfo) for clock in (one.clock, OFFICE_HOURS[-1][1]))
        calls.append(ReminderTime(one, at, closing, (starts_at.date() - on).days))
    return calls


def age_on(born_on: date, day: date) -> int:
    """Full years (만 나이) on `day`."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def can_still_change(starts_at: datetime, now: datetime, *, hours: int) -> bool:
    """Whether a citizen may still move or cancel on the web: until `hours` before the start (COPY C08)."""
    return now <= starts_at - timedelta(hours=hours)


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a tax question belongs: "in", "agent" (선정대리인, DR-01) or "out" (126, TA-01)."""

    outcome: str
    sentence: str


def tax_scope(
    *,
    is_appeal: bool,
    is_local_tax: bool = True,
    claim_won: int = 0,
    is_company: bool = False,
    property_won: int = 0,
    income_won: int = 0,
) -> Scope:
    """Whether a village tax accountant may take this (TA-01, TA-02, DR-01). It informs; it never refuses.

    Advice that is no appeal is always in scope; an appeal only about local tax below APPEAL_LIMIT_WON.
    """
    if not is_appeal:
        return Scope("in", "마을세무사가 상담할 수 있습니다.")
    if not is_local_tax:
        return Scope("out", "국세를 다투는 일은 국세상담센터 126에서 도와드립니다.")
    if claim_won < APPEAL_LIMIT_WON:
        return Scope("in", "마을세무사가 상담할 수 있습니다.")
    fits_agent = claim_won <= AGENT_CLAIM_WON and not is_company
    if fits_agent and property_won <= AGENT_PROPERTY_WON and income_won <= AGENT_INCOME_WON:
        return Scope("agent", "지방세는 '선정대리인'이 무료로 대신 다투어 줄 수 있습니다.")
    return Scope("out", "마을세무사가 도울 수 있는 금액보다 많습니다. 세정 담당에게 물어보세요.")


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


def offer_until(told_at: datetime, starts_at: datetime, *, hours: int, last_hours: int) -> datetime | None:
    """Until when a place is held for somebody told at `told_at`: `hours`, but not the `last_hours` before the start.

    None when less than an hour would be left: then the place is open to everybody at once.
    """
    until = min(told_at + timedelta(hours=hours), starts_at - timedelta(hours=last_hours))
    return until if until - told_at >= timedelta(hours=1) else None


def survey_until(on: date, *, days: int) -> date:
    """The last day on which somebody who was advised on `on` is asked how it was."""
    return on + timedelta(days=days)


def month_before(day: date) -> date:
    """The first day of the month before the one that `day` lies in."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def month_end(first: date) -> date:
    """The last day of the month that begins on `first`."""
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def half_of(day: date) -> date:
    """The first day of the half-year that `day` lies in: 1 January or 1 July."""
    return day.replace(month=1 if day.month <= 6 else 7, day=1)


def half_end(first: date) -> date:
    """The last day of the half-year that begins on `first`."""
    return date(first.year, 6, 30) if first.month == 1 else date(first.year, 12, 31)


def age_band(born_on: date | None, on: date) -> str:
    """The band of the 만 나이 on the day `on` (KR-06): whole years, a birthday on 29 February counts on 1 March."""
    if born_on is None or born_on > on:
        return AGE_BANDS[-1]
    years = age_on(born_on, on)
    return AGE_BANDS[min(max(years // 10 - 3, 0), 5)]
