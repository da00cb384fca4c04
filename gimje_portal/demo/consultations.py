"""Demonstration data of free advice: the timetable of the announcement, venues, advisers and some bookings."""

from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

from consultations.actions import enquiries
from consultations.actions.bookings import book
from consultations.actions.clinic_days import make_clinic_days
from consultations.actions.seats import Wish
from consultations.enums import AdviserKind, AnswerBy, AnsweredBy, BookingKind, ConsentKind, Source, Topic
from consultations.models import Adviser, Booking, Enquiry, TimetableRule, Venue
from consultations.reports.offers import offers
from services.actions.people import find_or_add_resident
from services.enums.people import Role
from services.models import Township, User
from services.rules.history import Actor
from services.rules.refusal import Refused

BY = Actor.system("demo")
TERM = (date(2026, 1, 1), date(2027, 12, 31))  # TA-07: the sixth term
TAX_ADVISERS = ("시연 문세무", "시연 배세무", "시연 서세무", "시연 신세무")  # TA-07: four accountants
PEOPLE = (
    ("시연 김순자", "+821000000001", BookingKind.LAW, Topic.LEASE, ""),
    ("시연 이만복", "+821000000002", BookingKind.TAX, Topic.CAPITAL_GAINS, ""),
    ("시연 박정희", "+821000000003", BookingKind.BOTH, Topic.INHERITANCE, "WHEELCHAIR"),
    ("시연 최영수", "+82635400001", BookingKind.LAW, Topic.LAND, "HARD_OF_HEARING"),
    ("시연 정말순", "+821000000004", BookingKind.UNSURE, Topic.UNSURE, ""),
    ("시연 오금례", "+821000000005", BookingKind.TAX, Topic.LOCAL_TAX, ""),
)
# Questions at any time: who asks, what, how the answer shall come, and the adviser's answer if there is one.
QUESTIONS = (
    ("시연 김순자", "+821000000001", BookingKind.LAW, Topic.LAND, AnswerBy.WEB, "이웃집 담이 우리 땅에 있습니다.", ""),
    (
        "시연 이만복",
        "+821000000002",
        BookingKind.TAX,
        Topic.CAPITAL_GAINS,
        AnswerBy.CALL,
        "8년 넘게 농사지은 밭을 팔려고 합니다. 세금을 얼마나 내나요?",
        "",
    ),
    (
        "시연 오금례",
        "+821000000005",
        BookingKind.TAX,
        Topic.LOCAL_TAX,
        AnswerBy.WEB,
        "재산세 고지서를 두 번 받았습니다. 두 번 내야 하나요?",
        "주택 재산세는 7월과 9월에 반씩 나누어 냅니다. 두 고지서의 과세 번호를 견주어 보세요.",
    ),
)
# TA-08. The portal carries the joint fourth Monday of the 2020 announcement; the city ends it by a date in this table.
RULES = (
    (AdviserKind.LAW, 4, time(15), time(17), date(2015, 10, 26), "TA-08 첫 변호사 상담일 2015-10-26"),
    (AdviserKind.TAX, 4, time(15), time(17), date(2016, 9, 1), "TA-08 통합운영 2016-09, 2020년 시정 발표"),
)


def load() -> None:
    """Add what is missing; a second run adds nothing."""
    venues = _venues()
    _rules(venues)
    _advisers(venues)
    until = timezone.localdate() + timedelta(days=31 * settings.CONSULTATION_MONTHS_AHEAD)
    make_clinic_days(until, by=BY)
    for number, person in enumerate(PEOPLE):
        _booking(number, *person)
    for question in QUESTIONS:
        _question(*question)


def _venues() -> list[Venue]:
    """The offices of the 17 townships that lawyers visit (TA-10)."""
    return [
        Venue.objects.get_or_create(
            name=township.office, defaults={"township": township, "order": township.order, "room": "상담실"}
        )[0]
        for township in Township.objects.filter(has_visiting_lawyer=True)
    ]


def _rules(venues: list[Venue]) -> None:
    for kind, nth, opens_at, closes_at, valid_from, source in RULES:
        rule, is_new = TimetableRule.objects.get_or_create(
            kind=kind,
            nth=nth,
            weekday=0,
            valid_from=valid_from,
            defaults={"opens_at": opens_at, "closes_at": closes_at, "source": source},
        )
        if is_new:
            rule.venues.set(venues)


def _advisers(venues: list[Venue]) -> None:
    """A lawyer for each place, and four tax accountants who go round; one of them has an account."""
    for venue in venues:
        _adviser(AdviserKind.LAW, f"시연 {venue.name.split()[0]} 변호사", venue=venue)
    account = User.objects.filter(username=Role.ADVISER.value).first()
    for number, name in enumerate(TAX_ADVISERS):
        _adviser(AdviserKind.TAX, name, user=account if number == 0 else None)


def _adviser(kind: AdviserKind, name: str, *, venue: Venue | None = None, user: User | None = None) -> None:
    term = {"term_from": TERM[0], "term_until": TERM[1], "is_demo": True}
    Adviser.objects.get_or_create(kind=kind, name=name, defaults={"venue": venue, "user": user, **term})


def _booking(number: int, name: str, phone: str, kind: BookingKind, topic: Topic, need: str) -> None:
    """One booking each, from the first day that has room on."""
    resident = find_or_add_resident(name=name, phone=phone, by=BY)
    if Booking.objects.filter(resident=resident).exists():
        return
    found = _free_slot(kind, number)
    if found is None:
        return
    consents = dict.fromkeys((*ConsentKind.REQUIRED, ConsentKind.HEALTH), True)
    wish = Wish(kind=kind, topic=topic, needs=[need] if need else [], consents=consents)
    source = Source.PHONE if phone.startswith("+8263") else Source.WEB
    try:
        book(*found, wish, resident=resident, by=BY, source=source)
    except Refused:
        return  # somebody who tries the demonstration was faster


def _question(
    name: str, phone: str, kind: BookingKind, topic: Topic, answer_by: AnswerBy, text: str, answer: str
) -> None:
    """One question each; those about tax go to the adviser with an account, where there is one."""
    resident = find_or_add_resident(name=name, phone=phone, by=BY)
    if Enquiry.objects.filter(resident=resident).exists():
        return
    consents = dict.fromkeys(ConsentKind.REQUIRED, True)
    ask = enquiries.Ask(kind, text, answer_by, topic=topic, consents=consents)
    made = enquiries.receive(ask, resident=resident, by=BY)
    adviser = Adviser.objects.filter(kind=kind, user__isnull=False).first()
    if adviser is None:
        return
    enquiries.assign(made.pk, adviser.pk, by=BY)
    if answer:
        enquiries.answer(made.pk, answer, AnsweredBy.PORTAL, adviser=adviser, by=BY)


def _free_slot(kind: BookingKind, number: int) -> tuple[int, datetime] | None:
    free = [slot for offer in offers(kind)[:4] for slot in offer.slots if slot.is_free]
    slot = free[number % len(free)] if free else None
    return (slot.day_id, slot.starts_at) if slot else None
