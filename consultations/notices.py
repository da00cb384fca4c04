"""Which message, to whom, with which once-key."""

from collections.abc import Iterable
from copy import copy
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from consultations.enums import FollowUp, JointOrder
from consultations.models import Affected, Booking, ClinicDay, Enquiry, SeatOffer, Waiting
from consultations.rules.reminders import ReminderTime, reminder_calls, reminder_of, reminder_times
from services.enums.calendar import ExtensionReason
from services.enums.notices import Channel
from services.models import Notice, Resident
from services.notices.messages import Letter, Message, compose
from services.reports.calendar import EveryHoliday
from services.rules.korean import date_long, date_short, time_ko

TOO_LATE_TO_SEND = "보낼 시간이 이미 지났습니다."
NOT_PHONED = "집 전화로는 상담 당일에 알리지 않습니다."
REMINDER_KINDS = tuple(f"consultations/notices/{kind}" for kind in ("ahead", "reminder", "today"))
SETTLING = tuple(f"consultations/notices/{kind}" for kind in ("unsure", "affected"))
CONFIRMATIONS = tuple(f"consultations/notices/{kind}" for kind in ("booked", "booked_for_you", "moved", "reassigned"))
TITLES = {  # the events of COPY 5.1, for messages without a long form: staff read them in their lists
    "ahead": "상담 며칠 전 알림",
    "reminder": "상담 하루 전 알림",
    "today": "상담 당일 알림",
    "moved": "상담 시간·장소 바뀜",
    "cancelled": "시민이 예약 취소",
    "missed": "오시지 않음",
    "unsure": "함께 정하기",
    "reassigned": "맡은 사람 바뀜",
    "affected": "상담을 어떻게 할지 함께 정하기",
    "waiting_withdrawn": "안내한 자리 거둠",
    "waiting_received": "대기 신청 접수",
    "waiting_offer": "상담 자리가 났습니다",
    "waiting_lapsed": "빈자리 답 시간 지남",
    "waiting_ended": "상담일 취소",
    "enquiry_received": "질문을 받았습니다",
    "enquiry_answered": "질문에 답했습니다",
    "enquiry_asked_back": "더 여쭤볼 것이 있습니다",
    "enquiry_extended": "답을 드리는 날이 늦어집니다",
    "enquiry_referred": "더 알맞은 곳을 알려드립니다",
}


def _values(booking: Booking) -> dict[str, Any]:
    start = timezone.localtime(booking.starts_at)
    venue = booking.clinic_day.venue
    return {
        "date": date_short(start.date()),
        "time": time_ko(start),
        "venue": venue.name,
        "room": venue.room,
        "wanted": booking.get_kind_display(),
        "minutes": booking.minutes,
        "turns": booking.turns,
        "ref": booking.shown_reference,
        "phone": settings.CONSULTATION_PHONE,
        "dept": settings.CONSULTATION_DEPARTMENT,
    }


def message(name: str, booking: Booking, *, to: Resident, title: str = "", **values: Any) -> Message:
    """The message `consultations/notices/<name>` about a booking, for its resident or the helper (S02 to S11)."""
    shown = title or TITLES.get(name, "")
    return compose(f"consultations/notices/{name}", title=shown, name=to.name, **_values(booking), **values)


def letters_of(
    name: str,
    booking: Booking,
    *,
    title: str = "",
    not_before: datetime | None = None,
    also: tuple[Channel, ...] = (),
    **values: Any,
) -> list[Letter]:
    """One message to the resident. A helper gets a copy of the confirmation and nothing else.

    The resident of a helped booking is told apart, in words that say so, and whom to phone if that is not wanted.
    """
    people = [booking.resident]
    if name == "booked" and booking.helper and booking.helper.can_receive_texts:
        people.append(booking.helper)  # without a mobile phone the helper was told on the phone or at the counter
    return [
        Letter(
            message(_text_for(name, booking, person), booking, to=person, title=title, **values),
            once_key(name, booking, to=person),
            resident=person,
            subject=booking,
            also=also,
            not_before=not_before,
        )
        for person in people
    ]


def _text_for(name: str, booking: Booking, person: Resident) -> str:
    is_told_apart = name == "booked" and booking.helper_id and person.pk == booking.resident_id
    return "booked_for_you" if is_told_apart else name


def reminders_for(booking: Booking) -> list[Letter]:
    """All reminders of CONSULTATION_REMINDERS; one that comes too late or is no call is recorded as skipped, with why.

    No query for people with a mobile phone, one for the others (their calls avoid holidays).
    """
    starts_at, now = timezone.localtime(booking.starts_at), timezone.now()
    wanted = [reminder_of(text) for text in settings.CONSULTATION_REMINDERS]
    times = reminder_times(starts_at, wanted, hours=settings.NOTICE_HOURS)
    phoned: dict[str, ReminderTime] = {}
    if not booking.resident.can_receive_texts:
        phoned = {one.reminder.name: one for one in reminder_calls(starts_at, wanted, EveryHoliday())}
    letters = []
    for text in times:
        one = phoned.get(text.reminder.name, text)
        why = TOO_LATE_TO_SEND if one.until <= now else ""
        if text is one and not booking.resident.can_receive_texts:
            why = NOT_PHONED
        letters.append(_reminder(booking, one, why))
    return letters


def _reminder(booking: Booking, one: ReminderTime, why_not: str) -> Letter:
    return Letter(
        message(one.kind, booking, to=booking.resident, days=one.days),
        once_key(one.reminder.name, booking, to=booking.resident),
        resident=booking.resident,
        subject=booking,
        not_before=one.at,
        expires_at=one.until,
        too_late=why_not,
    )


def call_to_settle(booking: Booking) -> Letter:
    """잘 모르겠습니다: an officer phones, and they settle together which adviser it takes (COPY B1)."""
    return Letter(
        message("unsure", booking, to=booking.resident),
        f"booking:{booking.pk}:unsure",
        resident=booking.resident,
        subject=booking,
        only=Channel.CALL,
        expires_at=booking.starts_at,
    )


def waiting_letter(name: str, waiting: Waiting, *, offer: SeatOffer | None = None, person: Resident) -> Letter:
    """S08 to S10: in line, a place is held, nobody answered; to whoever waits, or the helper who asked for them."""
    venue, starts_at = waiting.clinic_day.venue, timezone.localtime(offer.starts_at if offer else None)
    until = timezone.localtime(offer.until) if offer else None
    composed = compose(
        f"consultations/notices/waiting_{name}",
        title=TITLES[f"waiting_{name}"],
        name=person.name,
        date=date_short(waiting.clinic_day.on),
        time=time_ko(starts_at) if offer else "",
        venue=venue.name,
        rank=waiting.rank,
        ref=waiting.shown_reference,
        until=f"{date_short(until.date())} {time_ko(until)}" if until else "",
        until_short=f"{until.month}월 {until.day}일 {time_ko(until)}" if until else "",
        place=venue.name.split(maxsplit=1)[0],
        phone=settings.CONSULTATION_PHONE,
        dept=settings.CONSULTATION_DEPARTMENT,
    )
    slot = f":{starts_at:%Y%m%dT%H%M}.{offer.pk}" if offer else ""
    copy = "" if person.pk == waiting.resident_id else ":helper"
    is_offer = offer is not None and name == "offer"
    return Letter(
        composed,
        f"waiting:{waiting.pk}:{name}{slot}{copy}",
        resident=person,
        subject=waiting,
        expires_at=offer.until if offer and is_offer else None,
    )


def waiting_letters(name: str, waiting: Waiting, *, offer: SeatOffer | None = None) -> list[Letter]:
    """One message to both."""
    people = filter(None, (waiting.resident, waiting.helper))
    return [waiting_letter(name, waiting, offer=offer, person=person) for person in people]


def booked_letters_of(waiting: Waiting) -> list[Letter]:
    """What they read when they take the place that is held for them; nothing when none is."""
    offer = waiting.open_offer
    if offer is None:
        return []
    booking = Booking(
        reference=waiting.reference,
        resident=waiting.resident,
        helper=waiting.helper,
        clinic_day=waiting.clinic_day,
        on=waiting.clinic_day.on,
        starts_at=offer.starts_at,
        minutes=offer.minutes,
        kind=waiting.kind,
    )
    return letters_of("booked", booking)


def calls_about(case: Waiting | Enquiry) -> "QuerySet[Notice]":
    """Calls about this case that nobody has made: what they would say is no longer so when it goes on or ends."""
    kind = "consultations.waiting" if isinstance(case, Waiting) else "consultations.enquiry"
    return Notice.objects.filter(subject_kind=kind, subject_id=str(case.pk), channel=Channel.CALL)


def offer_notices(waiting: Waiting) -> "QuerySet[Notice]":
    """The offers that this person was sent or is to be phoned about."""
    return Notice.objects.filter(
        subject_kind="consultations.waiting",
        subject_id=str(waiting.pk),
        kind="consultations/notices/waiting_offer",
    )


def once_key(name: str, booking: Booking, *, to: Resident) -> str:
    """`booking:17:reminder:20261123T1520`; the helper's copy has its own key."""
    slot = "" if name in {"cancelled", "city_cancelled", "missed", "out_of_scope"} else f":{booking.slot_key}"
    copy = "" if to.pk == booking.resident_id else ":helper"
    return f"booking:{booking.pk}:{name}{slot}{copy}"


def reminders_of(booking: Booking) -> "QuerySet[Notice]":
    """All reminders of this booking, sent or not."""
    key = f"booking:{booking.pk}:"
    return Notice.objects.filter(
        subject_kind="consultations.booking", subject_id=str(booking.pk), kind__in=REMINDER_KINDS
    ).filter(once_key__startswith=key)


def moved_letters(booking: Booking, day: ClinicDay, starts_at: datetime) -> list[Letter]:
    """What its resident reads when it is moved there; the booking itself stays as it is."""
    moved = copy(booking)
    moved.clinic_day, moved.starts_at, moved.joint_order = day, starts_at, JointOrder.SAME  # turns: once it is held
    return letters_of("moved", moved)


def city_cancelled_letters(booking: Booking, *, call_by: date) -> list[Letter]:
    """The city cannot hold it, and somebody phones until `call_by` to find another day (S07)."""
    day = date_long(call_by, this_year=timezone.localdate().year)
    return letters_of("city_cancelled", booking, title="상담을 열지 못합니다", also=(Channel.CALL,), by=day)


def elsewhere_letters(booking: Booking, where: FollowUp) -> list[Letter]:
    """Another office helps better: which one to phone."""
    return letters_of("out_of_scope", booking, title="더 알맞은 곳을 알려드립니다", where=where.office)


def missed_letters(booking: Booking) -> list[Letter]:
    """S11: the next morning somebody who stayed away reads how to book again."""
    morning = timezone.localtime(booking.starts_at).replace(hour=10, minute=0) + timedelta(days=1)
    return letters_of("missed", booking, not_before=morning)


def missed_notices(booking: Booking) -> "QuerySet[Notice]":
    """S11 of this booking, sent or not."""
    return Notice.objects.filter(once_key=once_key("missed", booking, to=booking.resident))


def outstanding(booking: Booking) -> "QuerySet[Notice]":
    """What is true only of a consultation to come: reminders, calls to settle it, and a confirmation by hand.

    Whatever ends the booking voids them, so that nobody is phoned or written to about it afterwards.
    """
    mine = Notice.objects.filter(subject_kind="consultations.booking", subject_id=str(booking.pk))
    by_hand = Q(kind__in=CONFIRMATIONS, channel__in=[Channel.CALL, Channel.LETTER])
    on_worklists = booking.affected.exclude(notice_key="").values("notice_key")  # a worklist counts its own calls
    return mine.filter(Q(kind__in=(*REMINDER_KINDS, *SETTLING)) | by_hand).exclude(once_key__in=on_worklists)


def reminders_of_all(bookings: Iterable[Booking]) -> "QuerySet[Notice]":
    """All reminders of these bookings, sent or not."""
    keys = [str(booking.pk) for booking in bookings]
    return Notice.objects.filter(subject_kind="consultations.booking", subject_id__in=keys, kind__in=REMINDER_KINDS)


def reminders_of_slot(booking: Booking) -> "QuerySet[Notice]":
    """The reminders of its present time, not of one it was moved away from."""
    names = [reminder_of(text).name for text in settings.CONSULTATION_REMINDERS]
    return Notice.objects.filter(once_key__in=[once_key(name, booking, to=booking.resident) for name in names])


def reassigned_letter(row: Affected, booking: Booking, *, advisers: str) -> Letter:
    """Somebody else takes the consultation; time and place stay. Once for each time it happens."""
    return Letter(
        message("reassigned", booking, to=booking.resident, advisers=advisers),
        f"affected:{row.pk}:reassigned",
        resident=booking.resident,
        subject=booking,
        expires_at=booking.starts_at,
    )


def call_about(row: Affected, booking: Booking, *, number: int) -> Letter:
    """An officer phones, and they settle together what becomes of the consultation; `number` counts the calls."""
    return Letter(
        message("affected", booking, to=booking.resident),
        f"affected:{row.pk}:call:{number}",
        resident=booking.resident,
        subject=booking,
        only=Channel.CALL,
        expires_at=booking.starts_at,
    )


def enquiry_letter(
    name: str, enquiry: Enquiry, *, once: str = "", also: tuple[Channel, ...] = (), **values: Any
) -> Letter:
    """The message `consultations/notices/<name>` to whoever asked (S12 to S14): never a word of the text.

    `once` is the key of one that may go more than once in a round.
    """
    facts = {
        "ref": enquiry.reference,
        "topic": enquiry.get_topic_display(),
        "until": date_short(enquiry.due_on),
        "by": date_long(enquiry.due_on, this_year=timezone.localdate().year),
        "phone": settings.CONSULTATION_PHONE,
        "dept": settings.CONSULTATION_DEPARTMENT,
    }
    facts["name"] = enquiry.resident.name
    where = f"consultations/notices/{name}"
    return Letter(
        compose(where, title=TITLES[name], reference=enquiry.reference, **facts, **values),
        once or enquiry_key(name, enquiry),
        resident=enquiry.resident,
        subject=enquiry,
        also=also,
    )


def extension_letter(enquiry: Enquiry, why: ExtensionReason) -> Letter:
    """답을 드리는 날이 늦어집니다, by letter too (MW-08, S26); the enquiry knows its new day."""
    return enquiry_letter("enquiry_extended", enquiry, also=(Channel.LETTER,), why=str(why.label))


def enquiry_key(name: str, enquiry: Enquiry) -> str:
    """`enquiry:17:answered:2`: once a question; the first message and the last one once a case."""
    what = name.removeprefix("enquiry_")
    once_a_case = what in {"received", "referred"}
    return f"enquiry:{enquiry.pk}:{what}" if once_a_case else f"enquiry:{enquiry.pk}:{what}:{enquiry.round}"
