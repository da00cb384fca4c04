"""Pure arithmetic and dates of free tax and legal advice; each rule cites its id."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from services.rules.calendar import nth_weekday

APPEAL_LIMIT_WON = 3_000_000  # TA-01: 조례 1311호 2조, claimed tax below this
AGENT_CLAIM_WON = 20_000_000  # DR-01: 지방세기본법 시행령 62조의2
AGENT_PROPERTY_WON = 300_000_000  # DR-01: 김제시 시세 기본 조례 6조
AGENT_INCOME_WON = 50_000_000  # DR-01
QUESTION_CHARACTERS = 2000

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
class ReminderTime:
    """A reminder of `kind` is sent at `at`; when it could not be sent until `until` it is skipped, not late."""

    kind: str
    at: datetime
    until: datetime


def reminder_times(starts_at: datetime) -> list[ReminderTime]:
    """The day before at 10:00 and the day itself at 09:00 (COPY 5.1 S03, S04). `starts_at` is in Korean time."""
    morning = starts_at.replace(hour=0, minute=0, second=0, microsecond=0)
    before = morning - timedelta(days=1)
    return [
        ReminderTime("reminder", before + timedelta(hours=10), before + timedelta(hours=20)),
        ReminderTime("today", morning + timedelta(hours=9), starts_at),
    ]


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


def free_starts(
    starts: Iterable[datetime], minutes: int, taken: Iterable[tuple[datetime, datetime]], now: datetime
) -> list[datetime]:
    """The starts after `now` whose slot touches none of the `taken` periods (half-open)."""
    busy = list(taken)
    length = timedelta(minutes=minutes)
    return [
        start
        for start in starts
        if start > now and not any(begin < start + length and start < end for begin, end in busy)
    ]


def offer_until(told_at: datetime, starts_at: datetime, *, hours: int, last_hours: int) -> datetime | None:
    """Until when a place is held for somebody told at `told_at`: `hours`, but not the `last_hours` before the start.

    None when less than an hour would be left: then the place is open to everybody at once.
    """
    until = min(told_at + timedelta(hours=hours), starts_at - timedelta(hours=last_hours))
    return until if until - told_at >= timedelta(hours=1) else None
