"""Which times are free: three queries, whatever the number of days."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import models
from django.utils import timezone

from consultations.enums import BookingKind, ClinicDayState
from consultations.models import ClinicDay, Hold, Sitting, TimetableRule, Venue
from consultations.rules import free_starts, nth_weekdays
from services.models import Township
from services.reports.calendar import holidays_between

WAIT = "-wait"


@dataclass(frozen=True, slots=True)
class Slot:
    """One time of one day; a taken one is shown by name (마감)."""

    day_id: int
    starts_at: datetime
    is_free: bool
    value: str  # "17-1520": what the form carries


@dataclass(frozen=True, slots=True)
class Offer:
    """One clinic day as a citizen sees it for one kind of consultation."""

    day: ClinicDay
    slots: tuple[Slot, ...]

    @property
    def free(self) -> int:
        return sum(slot.is_free for slot in self.slots)

    @property
    def wait_value(self) -> str:
        """ "17-wait": what the form carries for who gets in line."""
        return f"{self.day.pk}{WAIT}"

    @property
    def is_in_review(self) -> bool:
        return self.day.state == ClinicDayState.REVIEW

    @property
    def is_full(self) -> bool:
        return not self.is_in_review and bool(self.slots) and not self.free


@dataclass(frozen=True, slots=True)
class Place:
    """A venue with its first day that has room, or its first day at all."""

    venue: Venue
    next: Offer | None
    is_near: bool


def offers(kind: BookingKind, *, venue: Venue | None = None) -> list[Offer]:
    """The coming days that offer this kind, by date, with their free and taken times. Three queries.

    Days in review come along without times; days on which nobody of this kind sits do not come.
    """
    days = ClinicDay.objects.coming().filter(state__in=[ClinicDayState.OPEN, ClinicDayState.REVIEW])
    if venue:
        days = days.filter(venue=venue)
    found = list(days.select_related("venue"))
    sittings, busy = _sittings(found), _busy(found)
    all_offers = [Offer(day, _slots(day, kind, sittings[day.pk], busy)) for day in found]
    return [offer for offer in all_offers if offer.slots]


def _sittings(days: Sequence[ClinicDay]) -> "defaultdict[int, list[Sitting]]":
    by_day: defaultdict[int, list[Sitting]] = defaultdict(list)
    rows = (
        Sitting.objects.filter(clinic_day__in=days, is_absent=False).select_related("adviser").order_by("adviser_id")
    )
    for sitting in rows:
        by_day[sitting.clinic_day_id].append(sitting)
    return by_day


Busy = defaultdict[int, list[tuple[datetime, datetime]]]


def _busy(days: Sequence[ClinicDay]) -> Busy:
    by_adviser: Busy = defaultdict(list)
    for adviser_id, period in Hold.objects.filter(clinic_day__in=days).values_list("adviser_id", "period").order_by():
        if period.lower and period.upper:  # every hold has both ends
            by_adviser[adviser_id].append((period.lower, period.upper))
    return by_adviser


def _slots(day: ClinicDay, kind: BookingKind, sittings: Iterable[Sitting], busy: Busy) -> tuple[Slot, ...]:
    """The starts at which every wanted kind of adviser sits; free where one of each is free."""
    now = timezone.now()
    offered: dict[str, set[datetime]] = {wanted: set() for wanted in kind.kinds}
    free: dict[str, set[datetime]] = {wanted: set() for wanted in kind.kinds}
    for one in sittings:
        if one.adviser.kind in offered:
            starts = [start for start in one.starts(day) if start > now]
            offered[one.adviser.kind].update(starts)
            free[one.adviser.kind].update(free_starts(starts, one.slot_minutes, busy[one.adviser_id], now))
    open_starts = set.intersection(*free.values()) if day.state == ClinicDayState.OPEN else set()
    return tuple(
        Slot(day.pk, start, start in open_starts, f"{day.pk}-{start:%H%M}")  # starts are in Korean time
        for start in sorted(set.intersection(*offered.values()))
    )


def places(kind: BookingKind, *, near: Township | None = None) -> list[Place]:
    """Venues in use, the own township first, each with its next day for this kind. Four queries."""
    by_venue: dict[int, list[Offer]] = {}
    for offer in offers(kind):
        by_venue.setdefault(offer.day.venue_id, []).append(offer)
    found = []
    for venue in Venue.objects.filter(is_active=True):
        days = by_venue.get(venue.pk, [])
        first = next((offer for offer in days if offer.free), days[0] if days else None)
        found.append(Place(venue, first, is_near=near is not None and venue.township_id == near.pk))
    return sorted(found, key=lambda place: (not place.is_near, place.venue.order))


@dataclass(frozen=True, slots=True)
class SkippedDay:
    """A day of the timetable that is a holiday, and the day that comes after it."""

    on: date
    next_on: date | None


def skipped_days(last: date) -> list[SkippedDay]:
    """Timetable days until `last` that are holidays and so have no consultation (TA-12, COPY B4 HOL)."""
    today = timezone.localdate()
    rules = TimetableRule.objects.touching(today, last)
    planned = sorted({day for rule in rules for day in nth_weekdays(rule.nth, rule.weekday, today, last)})
    closed = holidays_between(today, last)
    return [
        SkippedDay(day, next((later for later in planned if later > day and later not in closed), None))
        for day in planned
        if day in closed
    ]


def next_open_day() -> tuple[ClinicDay, int] | None:
    """The next date with a free time for one adviser, and how many places that date has. Three queries."""
    by_date: defaultdict[date, int] = defaultdict(int)
    first: dict[date, ClinicDay] = {}
    for kind in (BookingKind.TAX, BookingKind.LAW):
        for offer in offers(kind):
            if offer.free:
                by_date[offer.day.on] += offer.free
                first.setdefault(offer.day.on, offer.day)
    if not by_date:
        return None
    on = min(by_date)
    return first[on], by_date[on]


def waiting_for_decision() -> int:
    """How many coming clinic days are held in review."""
    return ClinicDay.objects.coming().filter(state=ClinicDayState.REVIEW).aggregate(n=models.Count("pk"))["n"] or 0
