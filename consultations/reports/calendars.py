"""Consultations for calendar programs: a resident's own file, and an adviser's feed with nobody's data in it."""

import datetime as dt
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.conf import settings
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone
from icalendar import Alarm, Calendar, Event

from consultations.enums import BookingKind, BookingState, ClinicDayState
from consultations.models import Adviser, Booking, CalendarFeed, Sitting, Venue
from consultations.reports.advisers import bookings_of
from consultations.reports.bookings import WHAT
from consultations.rules.reminders import reminder_of, reminder_times
from services.models import HistoryEntry

UIDS = UUID("6d9c2f4e-1c1b-5a7e-9f0e-2b6a5c3d8e10")  # of the events of free advice
DAYS_BACK = 30  # what was cancelled, and what is past, stays so long
GIVEN_BACK = frozenset({BookingState.CANCELLED, BookingState.OUT_OF_SCOPE})
TO_COME = [ClinicDayState.REVIEW, ClinicDayState.OPEN, ClinicDayState.CLOSED]
Period = tuple[datetime, datetime]
KINDS = {
    BookingKind.TAX: "세금",
    BookingKind.LAW: "생활 법률",
    BookingKind.BOTH: "세금과 생활 법률",
    BookingKind.UNSURE: "분야는 아직 정하지 않음",
}


def calendar_file(booking: Booking) -> bytes:
    """An iCalendar file without topic or name; later versions replace the earlier one by UID and SEQUENCE."""
    is_off = booking.state == BookingState.CANCELLED
    event = _event_of(booking, WHAT, (booking.starts_at, booking.ends_at), is_off=is_off, stamp=timezone.now())
    event.add("description", "\n".join(_what_to_know(booking)))
    if booking.clinic_day.venue.map_url:
        event.add("url", booking.clinic_day.venue.map_url)
    for before in () if is_off else _reminded_before(booking):
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", WHAT)
        alarm.add("trigger", -before)
        event.add_component(alarm)
    return _calendar([event], method="CANCEL" if is_off else "PUBLISH")


def _what_to_know(booking: Booking) -> list[str]:
    venue = booking.clinic_day.venue
    return [
        f"예약번호 {booking.shown_reference}. 신분증과 관련 서류를 가져오세요.",
        *([f"순서: {booking.turns}"] if booking.turns else []),
        *([f"휠체어: {venue.wheelchair}"] if venue.wheelchair else []),
        *([f"주차: {venue.parking}"] if venue.parking else []),
    ]


def _reminded_before(booking: Booking) -> list[timedelta]:
    """How long before the start the calendar rings: when the messages of CONSULTATION_REMINDERS come."""
    starts_at = timezone.localtime(booking.starts_at)
    wanted = [reminder_of(text) for text in settings.CONSULTATION_REMINDERS]
    return [starts_at - one.at for one in reminder_times(starts_at, wanted, hours=settings.NOTICE_HOURS)]


def feed_of(feed: CalendarFeed) -> bytes:
    """All consultations of one adviser: time, place and kind, never a person, a number or a matter. Four queries.

    The same bytes as long as nothing changed. What was cancelled stays for DAYS_BACK days as CANCELLED; a sitting
    that nobody has booked is a block that keeps no time busy.
    """
    adviser, first = feed.adviser, timezone.localdate() - timedelta(days=DAYS_BACK)
    held = list(bookings_of(adviser).filter(on__gte=first).exclude(state__in=GIVEN_BACK))
    shown = [*held, *_given_back(adviser)]
    stamps = _last_changes(shown)
    events = [
        _event_of(
            booking,
            f"상담 1건 · {KINDS[BookingKind(booking.kind)]} · {booking.clinic_day.venue.name}",
            _own_turn(booking),
            is_off=booking.state in GIVEN_BACK,
            stamp=stamps.get(str(booking.pk), booking.created_at),
        )
        for booking in shown
    ]
    days = {booking.clinic_day_id for booking in held}
    blocks = [_block(sitting, feed.made_at) for sitting in _sittings(adviser) if sitting.clinic_day_id not in days]
    return _calendar([*events, *blocks], name="무료 상담")


def _own_turn(booking: Booking) -> Period:
    """When this adviser is wanted: one of two who are met one after the other has only a part of the visit."""
    begin, end = getattr(booking, "own_at", None), getattr(booking, "own_until", None)
    return (begin, end) if begin and end else (booking.starts_at, booking.ends_at)


def _given_back(adviser: Adviser) -> list[Booking]:
    """Bookings whose time this adviser may have held: cancelled ones hold nothing any more, so by sitting and kind."""
    kinds = [kind for kind in BookingKind if adviser.kind in kind.kinds]
    sat = Sitting.objects.filter(adviser=adviser, clinic_day=OuterRef("clinic_day"))
    since = timezone.now() - timedelta(days=DAYS_BACK)
    gone = Booking.objects.filter(Exists(sat), state__in=GIVEN_BACK, kind__in=kinds, ended_at__gte=since)
    return list(gone.select_related("clinic_day__venue").order_by("starts_at", "pk"))


def _sittings(adviser: Adviser) -> list[Sitting]:
    sittings = Sitting.objects.filter(
        adviser=adviser,
        is_absent=False,
        clinic_day__on__gte=timezone.localdate(),
        clinic_day__state__in=TO_COME,
    )
    return list(sittings.select_related("clinic_day__venue", "adviser").order_by("clinic_day__on", "opens_at", "pk"))


def _last_changes(shown: Iterable[Booking]) -> dict[str, datetime]:
    """When each of these bookings changed last."""
    entries = HistoryEntry.objects.filter(
        subject_kind="consultations.booking", subject_id__in=[str(booking.pk) for booking in shown]
    )
    return dict(entries.values_list("subject_id").annotate(last=Max("at")))


def _event_of(booking: Booking, summary: str, period: Period, *, is_off: bool, stamp: datetime) -> Event:
    event = _event(f"booking {booking.reference}", period, booking.clinic_day.venue, stamp)
    event.add("sequence", booking.sequence + is_off)
    event.add("summary", summary)
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    return event


def _block(sitting: Sitting, stamp: datetime) -> Event:
    """The hours of one sitting without a booking."""
    day = sitting.clinic_day
    period = day.moment(sitting.opens_at), day.moment(sitting.closes_at)
    event = _event(f"sitting {day.on} {day.venue.name} {sitting.adviser}", period, day.venue, stamp)
    why = "선거 확인 중" if day.state == ClinicDayState.REVIEW else "아직 예약 없음"
    event.add("sequence", 0)
    event.add("summary", f"무료 상담일 · {why} · {day.venue.name}")
    event.add("status", "TENTATIVE")
    event.add("transp", "TRANSPARENT")
    return event


def _event(key: str, period: Period, venue: Venue, stamp: datetime) -> Event:
    event = Event()
    event.add("uid", str(uuid5(UIDS, key)))  # the same on every host and after a restore
    event.add("dtstamp", stamp.astimezone(dt.UTC))
    event.add("dtstart", period[0].astimezone(dt.UTC))
    event.add("dtend", period[1].astimezone(dt.UTC))
    event.add("location", ", ".join(filter(None, [f"{venue.name} {venue.room}".strip(), venue.address])))
    return event


def _calendar(events: Iterable[Event], *, method: str = "PUBLISH", name: str = "") -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Gimje//consultations//KO")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    if name:
        calendar.add("x-wr-calname", name)
        calendar.add("x-wr-timezone", settings.TIME_ZONE)
        calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
    for event in events:
        calendar.add_component(event)
    return bytes(calendar.to_ical())
