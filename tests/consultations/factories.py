"""Clinic days, advisers and bookings named by what they are for."""

import re
from datetime import date, datetime, time
from typing import Any

from django.urls import reverse
from django.utils import timezone

from consultations.actions.bookings import book
from consultations.actions.wishes import Wish
from consultations.enums import AdviserKind, BookingKind, ClinicDayState, ConsentKind, JointOrder, Source, Topic
from consultations.models import Adviser, Booking, ClinicDay, Sitting, TimetableRule, Venue
from services.models import Notice, Resident, Township
from services.rules.history import Actor

CONSENTS = {ConsentKind.COLLECTION: True, ConsentKind.ADVISER: True}
BY = Actor.system("test")
MONDAY = date(2026, 11, 23)  # a fourth Monday
PHONE = "010-1234-5678"
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


def wish_for(kind: str = BookingKind.LAW, **facts: Any) -> Wish:
    """A wish with both required consents."""
    return Wish(BookingKind(kind), **{"consents": CONSENTS, **facts})


def booked(
    resident: Resident,
    day: ClinicDay,
    starts_at: datetime | None = None,
    *,
    kind: str = BookingKind.LAW,
    source: Source = Source.WEB,
    order: JointOrder = JointOrder.SAME,
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
        order=order,
    )


def url(page: str, *args: object) -> str:
    return reverse(f"consultations:{page}", args=args)


def code() -> str:
    """The six digits of the last message, as a person reads them."""
    text = Notice.objects.filter(once_key__startswith="verification:").order_by("-pk").first().short
    return re.search(r"\d{6}", text).group()


ANSWERS: dict[str, dict[str, Any]] = {
    "booking_kind": {"kind": "LAW"},
    "booking_topic": {"topic": "LEASE"},
    "booking_place": {"township": "0", "venue": None},
    "booking_time": {"slot": None},
    "booking_contact": {
        "who": "self",
        "name": "시연 김만경",
        "born_on_year": "1945",
        "born_on_month": "3",
        "born_on_day": "9",
        "phone": PHONE,
    },
    "booking_question": {
        "question": "보증금을 돌려받지 못했습니다.",
        "other_party": "박상대",
        "has_lawsuit": "no",
        "needs": ["WHEELCHAIR"],
    },
    "booking_consents": {"COLLECTION": "yes", "ADVISER": "yes", "HEALTH": "yes", "NEWS": "no"},
}
