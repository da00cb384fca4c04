"""Which times are free: two queries, whatever the number of days."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property

from django.db import models
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from django.utils.translation import gettext as _

from consultations.enums import BookingKind, ClinicDayState, DisruptionKind, JointOrder
from consultations.models import Adviser, Booking, ClinicDay, Disruption, Hold, Sitting, TimetableRule, Venue
from consultations.models.timetable import WEEKDAYS, ClinicDayQuerySet
from consultations.rules.seating import Busy, Hours, best_seating, free_starts, starts_of
from consultations.rules.timetable import nth_weekdays
from services.models import Township
from services.reports.calendar import holidays_between
from services.rules.korean import date_long, time_ko, time_span_ko

WAIT = "-wait"


@dataclass(frozen=True)  # no slots: a page shows a hundred, and works each word out once
class Slot:
    """One time of one day; a taken one is shown by name (마감)."""

    day_id: int
    starts_at: datetime  # in Korean time
    is_free: bool
    order: JointOrder = JointOrder.SAME
    minutes: int = 0  # of a visit with both advisers: together and in turn differ

    @cached_property
    def value(self) -> str:
        """ "17-1520", or "17-1520-TAX" for one adviser after the other: what the form carries."""
        at, turn = self.starts_at, "" if self.order == JointOrder.SAME else f"-{self.order.value}"
        return f"{self.day_id}-{at.hour:02}{at.minute:02}{turn}"  # strftime takes ten times as long

    @property
    def words(self) -> str:
        """ "오후 3시 20분", "오후 3시 40분 · 마감"."""
        return time_ko(self.starts_at) + ("" if self.is_free else f" · {_('마감')}")

    @property
    def more(self) -> str:
        """Where both advisers are met: together or one after the other, and how long it takes."""
        return f"{self.order.label}, {self.minutes}분" if self.minutes else ""


@dataclass(frozen=True, slots=True)
class Day:
    """What an offer tells of its clinic day: a page of times reads a hundred columns less than with whole rows."""

    pk: int
    on: date
    state: str
    venue_id: int
    venue_name: str
    venue_order: int

    @classmethod
    def of(cls, day: ClinicDay) -> "Day":
        return cls(day.pk, day.on, day.state, day.venue_id, day.venue.name, day.venue.order)

    def moment(self, at: time) -> datetime:
        """That time of this day, in Korean time."""
        return datetime.combine(self.on, at, tzinfo=timezone.get_default_timezone())


@dataclass(frozen=True)  # no slots, as above
class Offer:
    """One clinic day as a citizen sees it for one kind of consultation."""

    day: Day
    slots: tuple[Slot, ...]
    hours: tuple[Hours, ...] = ()  # of the advisers of this kind
    elsewhere: tuple["Offer", ...] = ()  # of a full day: where there is room on days near it

    @property
    def minutes(self) -> int:
        """How long one visit takes with one adviser."""
        return max(one.minutes for one in self.hours)

    @property
    def span(self) -> str:
        """ "오후 3시부터 5시까지"."""
        return time_span_ko(min(one.opens_at for one in self.hours), max(one.closes_at for one in self.hours))

    @cached_property
    def free(self) -> int:
        return sum(slot.is_free for slot in self.slots)

    @property
    def heading(self) -> str:
        """ "11월 23일 월요일 · 남은 자리 6개"."""
        return f"{date_long(self.day.on)} · {self.left_words}"

    @property
    def left_words(self) -> str:
        """How many places are left, or why there are none."""
        if self.is_in_review:
            return _("아직 예약을 받지 않음")
        return _("남은 자리 %(n)s개") % {"n": self.free} if self.free else _("모두 마감")

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


def offers(kind: BookingKind, *, venue: Venue | int | None = None) -> list[Offer]:
    """The coming days that offer this kind, by date and place, with their free and taken times. Two queries.

    Days in review come along without times; days on which nobody of this kind sits do not come.
    """
    found = _sitting(kind, venue)
    busy = _busy(list(found))
    all_offers = [Offer(day, _slots(day, kind, hours, busy), tuple(hours)) for day, hours in found.items()]
    return [offer for offer in all_offers if offer.slots]


ELSEWHERE = 3


def with_elsewhere(found: Sequence[Offer], kind: BookingKind) -> list[Offer]:
    """The same, each full day with other places that have room, the nearest days first. Two queries, or none."""
    if not any(offer.is_full for offer in found):
        return list(found)
    free = [offer for offer in offers(kind) if offer.free]
    return [replace(offer, elsewhere=nearest(offer, free)) if offer.is_full else offer for offer in found]


def nearest(full: Offer, free: Sequence[Offer]) -> tuple[Offer, ...]:
    """Days with room at other places than that of `full`: one a place, the fewest days away first."""
    firsts: dict[int, Offer] = {}
    for offer in sorted(free, key=lambda one: (abs(one.day.on - full.day.on), one.day.on, one.day.venue_order)):
        if offer.day.venue_id != full.day.venue_id:
            firsts.setdefault(offer.day.venue_id, offer)
    return tuple(firsts.values())[:ELSEWHERE]


def _sitting(kind: BookingKind, venue: Venue | int | None) -> dict[Day, list[Hours]]:
    """The coming days by date and place, and who of this kind sits on them, in adviser order. One query."""
    rows = Sitting.objects.filter(
        is_absent=False,
        adviser__kind__in=kind.kinds,
        clinic_day__on__gte=timezone.localdate(),
        clinic_day__state__in=[ClinicDayState.OPEN, ClinicDayState.REVIEW],
    )
    if venue:
        rows = rows.filter(clinic_day__venue=venue)
    days = (
        "clinic_day_id",
        *(f"clinic_day__{name}" for name in ("on", "state", "venue_id", "venue__name", "venue__order")),
    )
    hours = ("adviser_id", "adviser__kind", "opens_at", "closes_at", "slot_minutes")
    found: defaultdict[Day, list[Hours]] = defaultdict(list)
    ordered = rows.order_by("clinic_day__on", "clinic_day__venue__order", "clinic_day_id", "adviser_id")
    for *of_day, adviser_id, adviser_kind, opens_at, closes_at, minutes in ordered.values_list(*days, *hours):
        day = Day(*of_day)
        found[day].append(Hours(adviser_id, adviser_kind, day.moment(opens_at), day.moment(closes_at), minutes))
    return found


def hours_of(days: Sequence[ClinicDay]) -> "defaultdict[int, list[Hours]]":
    """The advisers of these days from when to when, in adviser order, by day. One query."""
    by_pk = {day.pk: day for day in days}
    rows = Sitting.objects.filter(clinic_day__in=by_pk, is_absent=False).order_by("adviser_id")
    facts = ("clinic_day_id", "adviser_id", "adviser__kind", "opens_at", "closes_at", "slot_minutes")
    found: defaultdict[int, list[Hours]] = defaultdict(list)
    for day_id, adviser_id, kind, opens_at, closes_at, minutes in rows.values_list(*facts):
        day = by_pk[day_id]
        found[day_id].append(Hours(adviser_id, kind, day.moment(opens_at), day.moment(closes_at), minutes))
    return found


def busy_between(
    first: datetime, last: datetime, *, moving: Booking | None = None
) -> dict[int, list[tuple[datetime, datetime]]]:
    """What each adviser has taken in a period, wherever; holds of `moving` do not count. One query."""
    holds = Hold.objects.filter(period__overlap=DateTimeTZRange(first, last))
    if moving:
        holds = holds.exclude(booking=moving)
    busy: defaultdict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for adviser_id, begin, end in holds.order_by().values_list("adviser_id", "period__startswith", "period__endswith"):
        busy[adviser_id].append((begin, end))
    return busy


def _busy(days: Sequence[Day]) -> dict[int, list[tuple[datetime, datetime]]]:
    if not days:
        return {}
    return busy_between(
        min(day.moment(time()) for day in days), max(day.moment(time()) for day in days) + timedelta(days=1)
    )


def _slots(day: Day, kind: BookingKind, hours: Sequence[Hours], busy: Busy) -> tuple[Slot, ...]:
    """The starts at which the wanted advisers sit; free where the time of one of each is free."""
    is_open, kinds, now = day.state == ClinicDayState.OPEN, kind.kinds, timezone.now()
    if len(kinds) == 1:  # nearly always, and a page may show a hundred
        free = free_starts(kinds[0], hours, busy, now) if is_open else set()
        return tuple(Slot(day.pk, start, start in free) for start in starts_of(kinds, hours, now))
    slots = []
    for start in starts_of(kinds, hours, now):
        best = best_seating(kinds, hours, busy, start) if is_open else None
        if best or best_seating(kinds, hours, {}, start):
            order, minutes = (best.order, best.minutes) if best else (JointOrder.SAME, 0)
            slots.append(Slot(day.pk, start, best is not None, order, minutes))
    return tuple(slots)


def places(kind: BookingKind, *, near: Township | None = None) -> list[Place]:
    """Venues in use, the own township first, each with its next day for this kind. Three queries."""
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
    moved_on: date | None = None  # where an officer moved its consultations


def skipped_days(last: date) -> list[SkippedDay]:
    """Timetable days until `last` that are holidays and so have no consultation (TA-12, COPY B4 HOL).

    A day that became a holiday after it was made is held until an officer cancels it (`days_on_holidays`).
    """
    today = timezone.localdate()
    rules = TimetableRule.objects.touching(today, last).order_by().values_list("nth", "weekday").distinct()
    planned = sorted({day for nth, weekday in rules for day in nth_weekdays(nth, weekday, today, last)})
    closed = holidays_between(today, last)
    holidays = _without_days([day for day in planned if day in closed])
    moved = moved_days(holidays)
    return [
        SkippedDay(
            day, next((later for later in planned if later > day and later not in closed), None), moved.get(day)
        )
        for day in holidays
    ]


def taking_place() -> ClinicDayQuerySet:
    """Clinic days that are going to take place: held, and not closed by a report (their own, or of their place)."""
    of_day = models.Q(clinic_day=models.OuterRef("pk")) | models.Q(kind=DisruptionKind.VENUE_CLOSED)
    closures = Disruption.objects.standing().filter(
        of_day,
        kind__in=DisruptionKind.CLOSURES,
        venue=models.OuterRef("venue"),
        first_on__lte=models.OuterRef("on"),
        last_on__gte=models.OuterRef("on"),
    )
    is_reopened = ~models.Q(state=ClinicDayState.CLOSED)
    return ClinicDay.objects.held().filter(is_reopened | ~models.Exists(closures)).order_by()


def _without_days(holidays: Sequence[date]) -> list[date]:
    """Those on which nothing takes place anywhere. One query or none."""
    if not holidays:
        return []
    held = set(taking_place().filter(on__in=holidays).values_list("on", flat=True))
    return [day for day in holidays if day not in held]


def open_holidays(last: date) -> list[date]:
    """The holidays until `last` on which consultations take place all the same, in order. Three queries at most."""
    closed = holidays_between(timezone.localdate(), last)
    return sorted(set(taking_place().filter(on__in=closed).values_list("on", flat=True)))


def days_on_holidays() -> set[date]:
    """Dates of coming clinic days that are holidays, for officers: declared after the day was made (HD-03), and not
    settled as long as somebody is booked. Three queries.
    """
    coming = ClinicDay.objects.coming().held().order_by()
    last = coming.aggregate(last=models.Max("on"))["last"]
    closed = holidays_between(timezone.localdate(), last) if last else frozenset()
    return set(coming.filter(on__in=closed).values_list("on", flat=True))


def moved_days(holidays: Sequence[date]) -> dict[date, date]:
    """Holidays whose consultations an officer moved, with the day they are held on. One query or none."""
    if not holidays:
        return {}
    rows = ClinicDay.objects.moved().filter(moved_from__in=holidays).order_by("on")
    return {on: to for on, to in rows.values_list("moved_from", "on") if on}


def planned_on(on: date) -> list[TimetableRule]:
    """The rules of the timetable that name this date, whether or not it is a holiday. Two queries."""
    rules = TimetableRule.objects.touching(on, on).prefetch_related("venues").order_by("pk")
    return [rule for rule in rules if on in nth_weekdays(rule.nth, rule.weekday, on, on)]


def seats_elsewhere(advisers: Sequence[Adviser], on: date) -> bool:
    """Whether one of these sits anywhere on that date. One query."""
    sittings = Sitting.objects.filter(adviser__in=advisers, clinic_day__on=on, is_absent=False)
    return sittings.exclude(clinic_day__state=ClinicDayState.CANCELLED).exists()


def next_open_day() -> tuple[date, str, int] | None:
    """The next date with a free time for one adviser, from when to when advice is held then, and its free times."""
    found: defaultdict[date, list[Offer]] = defaultdict(list)
    for kind in (BookingKind.TAX, BookingKind.LAW):
        for offer in offers(kind):
            if offer.free:
                found[offer.day.on].append(offer)
    if not found:
        return None
    on, those = min(found.items())
    hours = [one for offer in those for one in offer.hours]
    span = time_span_ko(min(one.opens_at for one in hours), max(one.closes_at for one in hours))
    return on, span, sum(offer.free for offer in those)


def takes_bookings() -> bool:
    """Whether a coming day is open on which somebody sits (SERVICE_OPEN_SOURCES); a full one has its waiting list."""
    return ClinicDay.objects.bookable().filter(sittings__is_absent=False).exists()


def open_places() -> int:
    """At how many places a coming day is open. One query."""
    return ClinicDay.objects.bookable().filter(sittings__is_absent=False).values("venue").distinct().count()


ORDINALS = ("첫째", "둘째", "셋째", "넷째", "다섯째")


def timetable_words() -> list[str]:
    """When advice is held from today on, one sentence for each weekday of the timetable (TA-08). One query."""
    today = timezone.localdate()
    who: defaultdict[tuple[int, int, time, time, int], list[str]] = defaultdict(list)
    for rule in TimetableRule.objects.touching(today, today).order_by("weekday", "nth", "opens_at", "-kind"):
        when = (rule.nth, rule.weekday, rule.opens_at, rule.closes_at, rule.slot_minutes)
        who[when].append(str(rule.get_kind_display()))
    return [
        f"매월 {ORDINALS[nth - 1]} {WEEKDAYS[weekday][1]} {time_span_ko(opens_at, closes_at)}. "
        f"{'와 '.join(kinds)}, 한 분에 {minutes}분"
        for (nth, weekday, opens_at, closes_at, minutes), kinds in who.items()
    ]


def waiting_for_decision() -> int:
    """How many coming clinic days are held in review."""
    return ClinicDay.objects.coming().filter(state=ClinicDayState.REVIEW).aggregate(n=models.Count("pk"))["n"] or 0
