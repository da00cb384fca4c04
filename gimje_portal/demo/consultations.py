"""Demonstration data of free advice: the timetable of the announcement, venues, advisers and some bookings."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Count
from django.utils import timezone

from consultations.actions import enquiries, waiting
from consultations.actions.bookings import book, cancel, new_reference
from consultations.actions.clinic_days import make_clinic_days
from consultations.actions.statistics import issue_half_years, issue_month
from consultations.actions.wishes import Wish
from consultations.enums import (
    AdviserKind,
    AnswerBy,
    AnsweredBy,
    BookingKind,
    BookingMove,
    BookingState,
    CancelReason,
    ClinicDayMove,
    ConsentKind,
    Ease,
    FollowUp,
    Helped,
    Outcome,
    Source,
    Topic,
    WaitingHour,
)
from consultations.models import (
    Adviser,
    Booking,
    ClinicDay,
    Enquiry,
    Hold,
    Result,
    Sitting,
    Survey,
    TimetableRule,
    Venue,
    Waiting,
)
from consultations.reports.consents import booking_consents
from consultations.reports.offers import Offer, offers
from services.actions import moves
from services.actions.consents import write_consents
from services.actions.history import record
from services.actions.people import find_or_add_resident
from services.enums.people import Role
from services.models import Township, User
from services.rules.calendar import nth_weekday
from services.rules.history import Actor
from services.rules.months import half_of, month_before
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
# People who have taken every time of one day (the last of them gives it back), and those who wait for one.
CROWD = tuple(
    (f"시연 {name}", f"+82100000011{number}")
    for number, name in enumerate(("강복순", "윤재호", "장영자", "임병철", "한옥희", "조성만"))
)
IN_LINE = (("시연 송점례", "+821000000091"), ("시연 백남수", "+82635400022"))
SOON = timedelta(days=2)  # a place that is free so late is not held for anybody
# What somebody wrote when booking, by the topic, and the other party: it is there to be read by the adviser alone.
WRITTEN = {
    Topic.LEASE: ("전세 계약이 끝났는데 집주인이 보증금을 돌려주지 않습니다.", "시연 박상대"),
    Topic.INHERITANCE: ("아버지가 남기신 논을 삼 남매가 물려받습니다. 세금과 등기를 알고 싶습니다.", ""),
    Topic.LAND: ("이웃이 우리 밭 일부를 자기 땅이라고 합니다.", "시연 고상대"),
}
# Questions at any time: who asks, what, how the answer shall come, and the adviser's answer if there is one.
QUESTIONS = (
    (
        "시연 김순자",
        "+821000000001",
        BookingKind.LAW,
        Topic.LAND,
        AnswerBy.MEETING,
        "이웃집 담이 우리 땅에 있습니다.",
        "",
    ),
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
# Clients of the past: year of birth, township, what, about what, how it ended, how it was booked.
CAME, MISSED, OFF = BookingState.VISIT_DONE, BookingState.MISSED, BookingState.CANCELLED
ENDED = {CAME: BookingMove.COMPLETED, MISSED: BookingMove.MISSED, OFF: BookingMove.CANCELLED}
PAST_MONTH = (
    ("시연 송영자", 1948, "만경읍", BookingKind.LAW, Topic.LEASE, CAME, Source.PHONE),
    ("시연 한상길", 1951, "만경읍", BookingKind.TAX, Topic.CAPITAL_GAINS, CAME, Source.WEB),
    ("시연 유복순", 1944, "만경읍", BookingKind.LAW, Topic.INHERITANCE, CAME, Source.COUNTER),
    ("시연 조판수", 1957, "만경읍", BookingKind.BOTH, Topic.INHERITANCE, CAME, Source.PHONE),
    ("시연 임정자", 1949, "만경읍", BookingKind.LAW, Topic.LAND, MISSED, Source.WEB),
    ("시연 노병철", 1963, "만경읍", BookingKind.TAX, Topic.LOCAL_TAX, CAME, Source.WEB),
    ("시연 문옥희", 1941, "죽산면", BookingKind.LAW, Topic.DEBT, CAME, Source.PHONE),
    ("시연 배삼식", 1955, "죽산면", BookingKind.LAW, Topic.LAND, CAME, Source.PHONE),
    ("시연 신춘자", 1946, "죽산면", BookingKind.LAW, Topic.FAMILY, OFF, Source.WEB),
    ("시연 안덕배", 1972, "죽산면", BookingKind.LAW, Topic.WORK, CAME, Source.WEB),
    ("시연 전금순", 1950, "죽산면", BookingKind.LAW, Topic.LEASE, CAME, Source.HELPER),
    ("시연 허말자", 1939, "죽산면", BookingKind.LAW, Topic.LAND, CAME, Source.PHONE),
)
PAST_HALF = (
    ("시연 구본칠", 1947, "만경읍", BookingKind.TAX, Topic.CAPITAL_GAINS, CAME, Source.PHONE),
    ("시연 도순례", 1953, "만경읍", BookingKind.TAX, Topic.INHERITANCE_TAX, CAME, Source.WEB),
    ("시연 마길동", 1960, "만경읍", BookingKind.TAX, Topic.LOCAL_TAX, CAME, Source.COUNTER),
)
OUTCOMES = (
    (Outcome.EXPLAINED, FollowUp.NONE),
    (Outcome.SOLVED, FollowUp.NONE),
    (Outcome.ELSEWHERE, FollowUp.LEGAL_AID),
)
ANSWERS = ((Helped.MUCH, Ease.VERY), (Helped.MUCH, Ease.FINE), (Helped.SOME, Ease.FINE))
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
    _line()
    _past()


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
    """A lawyer for each place, and four tax accountants who go round; one of them has an account.

    The others work from an address of the day, which asks for a code to their mobile phones.
    """
    for number, venue in enumerate(venues):
        name = f"시연 {venue.name.split()[0]} 변호사"
        _adviser(AdviserKind.LAW, name, f"010-0000-{111 + number:04}", venue=venue)
    account = User.objects.filter(username=Role.ADVISER.value).first()
    for number, name in enumerate(TAX_ADVISERS):
        _adviser(AdviserKind.TAX, name, f"010-0000-{101 + number:04}", user=account if number == 0 else None)


def _adviser(
    kind: AdviserKind, name: str, phone: str, *, venue: Venue | None = None, user: User | None = None
) -> None:
    facts = {"term_from": TERM[0], "term_until": TERM[1], "is_demo": True, "phone": phone}
    adviser, is_new = Adviser.objects.get_or_create(
        kind=kind, name=name, defaults={"venue": venue, "user": user, **facts}
    )
    if not is_new and not adviser.phone:  # a demonstration from before the addresses
        adviser.phone = phone
        adviser.save()


def _booking(number: int, name: str, phone: str, kind: BookingKind, topic: Topic, need: str) -> None:
    """One booking each, from the first day that has room on."""
    resident = find_or_add_resident(name=name, phone=phone, by=BY)
    if Booking.objects.filter(resident=resident).exists():
        return
    found = _free_slot(kind, number)
    if found is None:
        return
    consents = dict.fromkeys((*ConsentKind.REQUIRED, ConsentKind.HEALTH), True)
    question, other_party = WRITTEN.get(topic, ("", ""))
    needs = [need] if need else []
    wish = Wish(kind, topic, question=question, other_party=other_party, needs=needs, consents=consents)
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
        enquiries.answer(made.pk, answer, AnsweredBy.wanted(made.answer_by), adviser=adviser, by=BY)


def _past() -> None:
    """Last month's clinic day and one of the last half-year, with their reports: actions book no past day."""
    month = month_before(timezone.localdate())
    half = half_of(half_of(timezone.localdate()) - timedelta(days=1))
    _past_day(month, PAST_MONTH, first_phone=11)
    _past_day(half.replace(month=half.month + 5), PAST_HALF, first_phone=31)
    issue_month(month, by=BY)
    issue_half_years(half, by=BY)


@transaction.atomic
def _past_day(
    month: date,
    people: Sequence[tuple[str, int, str, BookingKind, Topic, BookingState, Source]],
    *,
    first_phone: int,
) -> None:
    """The fourth Monday of a month that has no clinic day yet, with everybody who had booked."""
    on = nth_weekday(month.year, month.month, 0, 4)
    if ClinicDay.objects.filter(on__year=on.year, on__month=on.month).exists():
        return
    tax = Adviser.objects.filter(kind=AdviserKind.TAX, venue=None).order_by("pk").first()
    days: dict[str, ClinicDay] = {}
    for number, (name, born, place, kind, topic, state, source) in enumerate(people):
        if place not in days:
            days[place] = _held_day(on, place, tax if not days else None)
        resident = find_or_add_resident(
            name=name,
            phone=f"+8210000000{first_phone + number}",
            by=BY,
            born_on=f"{born}-03-09",
            township=days[place].venue.township,
        )
        starts_at = days[place].moment(time(15)) + timedelta(minutes=20 * (number % 6))
        booking = Booking.objects.create(
            reference=new_reference(),
            resident=resident,
            clinic_day=days[place],
            on=on,
            starts_at=starts_at,
            minutes=20,
            kind=kind,
            topic=topic,
            state=state,
            source=source,
            ended_at=starts_at + timedelta(minutes=20),
            created_at=starts_at - timedelta(days=9),
        )
        agreed = dict.fromkeys(ConsentKind.REQUIRED, True)
        write_consents(booking, agreed, booking_consents(), resident=resident, how=source.consent_how)
        record(booking, BookingMove.BOOKED, by=BY, after=BookingState.CONFIRMED)
        record(booking, ENDED[state], by=BY, before=BookingState.CONFIRMED, after=state)
        if state == CAME:
            _result_of(booking, number)


def _held_day(on: date, place: str, tax: Adviser | None) -> ClinicDay:
    """A clinic day that was held, with its lawyer, and the tax accountant who came along."""
    venue = Venue.objects.select_related("township").get(township__name=place)
    day = ClinicDay.objects.create(on=on, venue=venue)
    record(day, ClinicDayMove.MADE, by=BY, after=day.state)
    for adviser in (venue.advisers.first(), tax):
        if adviser:
            hours = {"opens_at": time(15), "closes_at": time(17), "slot_minutes": 20}
            Sitting.objects.create(clinic_day=day, adviser=adviser, **hours)
    return day


def _result_of(booking: Booking, number: int) -> None:
    """What each adviser recorded, and what most people said afterwards."""
    period = DateTimeTZRange(booking.starts_at, booking.ends_at)
    outcome, follow_up = OUTCOMES[number % len(OUTCOMES)]
    for sitting in booking.clinic_day.sittings.select_related("adviser"):
        if sitting.adviser.kind in BookingKind(booking.kind).kinds:
            facts = {"booking": booking, "adviser": sitting.adviser}
            Hold.objects.create(clinic_day=booking.clinic_day, period=period, **facts)
            Result.objects.create(
                topic=booking.topic,
                outcome=outcome,
                follow_up=follow_up,
                minutes=15 + number,
                recorded_at=booking.ends_at,
                **facts,
            )
    if number % 3:  # not everybody answers
        helped, ease = ANSWERS[number // 3 % len(ANSWERS)]
        said_at = booking.ends_at + timedelta(hours=3)
        Survey.objects.create(booking=booking, helped=helped, ease=ease, source=Source.WEB, answered_at=said_at)
        moves.note(booking, BookingMove.SURVEYED, by=BY)


def _free_slot(kind: BookingKind, number: int) -> tuple[int, datetime] | None:
    free = [slot for offer in offers(kind)[:4] for slot in offer.slots if slot.is_free]
    slot = free[number % len(free)] if free else None
    return (slot.day_id, slot.starts_at) if slot else None


def _line() -> None:
    """A full day: two people wait, and the place that was given back is held for the first of them."""
    first, second = (find_or_add_resident(name=name, phone=phone, by=BY) for name, phone in IN_LINE)
    offer = None if Waiting.objects.filter(resident=first).exists() else _quiet_day()
    if offer is None:
        return
    consents = dict.fromkeys(ConsentKind.REQUIRED, True)
    wish = Wish(kind=BookingKind.LAW, topic=Topic.LEASE, consents=consents)
    taken = []
    try:
        for slot, (name, phone) in zip(offer.slots, CROWD, strict=False):
            resident = find_or_add_resident(name=name, phone=phone, by=BY)
            taken.append(book(slot.day_id, slot.starts_at, wish, resident=resident, by=BY, source=Source.WEB))
        for person, source in ((first, Source.WEB), (second, Source.PHONE)):
            waiting.join(offer.day.pk, wish, hour=WaitingHour.ANY, resident=person, by=BY, source=source)
        cancel(taken[-1].pk, by=BY, reason=CancelReason.SOLVED)
    except Refused:
        return  # somebody who tries the demonstration was faster


def _quiet_day() -> Offer | None:
    """The first day of the last place that has one lawyer and nobody yet."""
    soonest = timezone.localdate() + SOON
    quiet = [
        offer
        for offer in offers(BookingKind.LAW)
        if offer.day.on > soonest and offer.free == len(offer.slots) == len(CROWD)
    ]
    alone = ClinicDay.objects.annotate(advisers=Count("sittings")).filter(advisers=1)
    lonely = set(alone.filter(pk__in=[offer.day.pk for offer in quiet]).values_list("pk", flat=True))
    found = [offer for offer in quiet if offer.day.pk in lonely]
    first_date = [offer for offer in found if offer.day.on == found[0].day.on]
    return max(first_date, key=lambda offer: offer.day.venue_order, default=None)
