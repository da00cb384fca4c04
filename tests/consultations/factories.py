"""Clinic days, advisers and bookings named by what they are for."""

from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from consultations.actions.bookings import Wish, book
from consultations.enums import AdviserKind, BookingKind, ClinicDayState, ConsentKind, Source, Topic
from consultations.models import Adviser, Booking, ClinicDay, Sitting, TimetableRule, Venue
from services.models import Resident, Township
from services.rules.history import Actor

CONSENTS = {ConsentKind.COLLECTION: True, ConsentKind.ADVISER: True}
BY = Actor.system("test")
MONDAY = date(2026, 11, 23)  # a fourth Monday
EVE = "2026-11-20 10:00"  # the Friday before


def at(hour: int, minute: int = 0, on: date = MONDAY) -> datetime:
    return datetime.combine(on, time(hour, minute), tzinfo=timezone.get_default_timezone())


def venue(name: str = "만경읍 행정복지센터", **fields: object) -> Venue:
    township = Township.objects.filter(name=name.split(maxsplit=1)[0]).first()
    return Venue.objects.get_or_create(name=name, defaults={"township": township, "order": 1, **fields})[0]


def adviser(kind: str = AdviserKind.LAW, name: str = "시연 한변호", **fields: object) -> Adviser:
    term = {"term_from": date(2020, 1, 1), "term_until": date(2035, 12, 31)}
    return Adviser.objects.create(kind=kind, name=name, **{**term, **fields})


def clinic_day(*kinds: str, on: date = MONDAY, where: Venue | None = None, **fields: object) -> ClinicDay:
    """An open clinic day, 15:00 to 17:00 by 20 minutes, with one adviser a kind (both by default)."""
    place = where or venue()
    day = ClinicDay.objects.create(on=on, venue=place, **{"state": ClinicDayState.OPEN, **fields})
    for number, kind in enumerate(kinds or AdviserKind.values):
        who = adviser(kind, name=f"시연 {kind} {place.pk}-{on:%m%d}-{number}")
        Sitting.objects.create(clinic_day=day, adviser=who, opens_at=time(15), closes_at=time(17), slot_minutes=20)
    return day


def rule(kind: str = AdviserKind.LAW, *, venues: tuple[Venue, ...] = (), **fields: object) -> TimetableRule:
    facts = {
        "nth": 4,
        "weekday": 0,
        "opens_at": time(15),
        "closes_at": time(17),
        "valid_from": date(2016, 9, 1),
        "source": "TA-08",
    }
    made = TimetableRule.objects.create(kind=kind, **{**facts, **fields})
    made.venues.set(venues)
    return made


def booked(
    resident: Resident,
    day: ClinicDay,
    starts_at: datetime | None = None,
    *,
    kind: str = BookingKind.LAW,
    source: Source = Source.WEB,
    **wish: Any,
) -> Booking:
    facts = {"topic": Topic.LEASE, "consents": CONSENTS, **wish}
    return book(
        day.pk,
        starts_at or at(15, 20, day.on),
        Wish(BookingKind(kind), **facts),
        resident=resident,
        by=BY,
        source=source,
    )
