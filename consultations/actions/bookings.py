"""Booking, moving, cancelling and closing a consultation: the adviser's time first, then everything that follows."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError
from django.utils import timezone

from consultations.actions import affected
from consultations.actions.offers import give_back
from consultations.actions.queue import lock_booking, lock_day
from consultations.actions.seating import hold, seating_for
from consultations.actions.wishes import Wish, refuse_missing_consents, with_kept_needs
from consultations.enums import (
    AffectedMove,
    BookingKind,
    BookingMove,
    BookingState,
    CancelReason,
    FollowUp,
    JointOrder,
    Source,
)
from consultations.models import Booking, ClinicDay, Survey
from consultations.notices import (
    call_to_settle,
    city_cancelled_letters,
    elsewhere_letters,
    letters_of,
    missed_letters,
    missed_notices,
    once_key,
    outstanding,
    reminders_for,
    reminders_of,
)
from consultations.reports.consents import booking_consents
from services.actions import moves
from services.actions.consents import write_consents
from services.actions.constraints import friendly
from services.actions.history import record
from services.actions.notices import pause, post_many, resume, skip
from services.actions.references import random_number
from services.actions.turns import in_turn
from services.enums.consents import ConsentHow
from services.models import Notice, Resident
from services.rules.history import Actor
from services.rules.refusal import Refused

ALREADY_CANCELLED = "이미 취소된 예약입니다. 다시 예약하실 수 있습니다."
TOO_LATE = "상담이 곧 시작되어 여기서는 바꿀 수 없습니다. 전화해 주세요."
OVER = {  # why what was still to be said about a booking is not said any more
    BookingMove.CANCELLED: "예약을 취소했습니다.",
    BookingMove.CANCELLED_BY_CITY: "상담일을 취소했습니다.",
    BookingMove.OUT_OF_SCOPE: "다른 기관을 안내했습니다.",
}
NOT_TODAY = "오늘 상담이 아닙니다. 오신 것은 상담일에만 적습니다."
NOT_YET = "아직 상담 시간이 되지 않았습니다."
BEGUN = "이미 시작한 상담입니다. 오셨는지, 오지 않으셨는지 적어 주세요."
NOTHING_NOTED = "되돌릴 것이 없습니다. 화면을 새로 열어 확인해 주세요."
ANOTHER_DAY = "적은 날에만 되돌릴 수 있습니다."
RESTED_ON = "이미 상담 결과나 만족도 답이 있어 되돌릴 수 없습니다."
NOT_MISSED = "not_missed"  # the code under which a text about staying away is held back


@in_turn
def book(
    day_id: int,
    starts_at: datetime,
    wish: Wish,
    *,
    resident: Resident,
    by: Actor,
    source: Source,
    order: JointOrder = JointOrder.SAME,
) -> Booking:
    """Book one slot; a joint wish gets both advisers, at once or in `order`, or none. Writes holds, history, messages.

    Locks the clinic day, so that bookings of one day are decided one after the other. Raises Refused: slot taken or
    day full (conflict), day not open, slot in the past, no such slot, already booked that day, consent missing.
    """
    refuse_missing_consents(wish, source)
    is_walk_in = source == Source.WALK_IN
    day = lock_day(day_id, is_waiting=False)
    if day is None:  # others are being decided: most losers of a race leave here, unqueued
        seating_for(ClinicDay.objects.get(pk=day_id), wish.kind, starts_at, order, is_walk_in=is_walk_in)
        day = lock_day(day_id)
    seating = seating_for(day, wish.kind, starts_at, order, is_walk_in=is_walk_in)
    is_here = is_walk_in and day.on == timezone.localdate()
    booking = insert(
        day,
        starts_at,
        with_kept_needs(wish, source),
        take=lambda made: hold(seating.seats, clinic_day=day, booking=made),
        minutes=seating.minutes,
        joint_order=seating.order,
        resident=resident,
        source=source,
        taken_by_id=by.user_id,
        arrived_at=timezone.now() if is_here else None,
    )
    announce(booking, wish, how=source.consent_how, by=by)
    if is_here:
        moves.note(booking, BookingMove.ARRIVED, by=by)
    return booking


def announce(booking: Booking, wish: Wish, *, how: ConsentHow, by: Actor) -> None:
    """Consents, history, message and reminders of a new booking; a client who is unsure is phoned (COPY B1)."""
    if wish.consents:
        write_consents(booking, wish.consents, booking_consents(), resident=booking.resident, how=how)
    record(booking, BookingMove.BOOKED, by=by, after=booking.state)
    letters = [*letters_of("booked", booking, title="무료 상담을 예약했습니다"), *reminders_for(booking)]
    if booking.kind == BookingKind.UNSURE:
        letters.append(call_to_settle(booking))
    post_many(letters)


def insert(
    day: ClinicDay, starts_at: datetime, wish: Wish, *, take: Callable[[Booking], object], **facts: Any
) -> Booking:
    """The booking's row and its time, which `take` holds; a reference that is taken already gives way to a new one."""
    booking = Booking(
        clinic_day=day,
        on=day.on,
        starts_at=starts_at,
        kind=wish.kind,
        topic=wish.topic,
        question=wish.question,
        other_party=wish.other_party,
        has_lawsuit=wish.has_lawsuit,
        needs=list(wish.needs),
        need_language=wish.need_language,
        helper=wish.helper,
        helper_relation=wish.helper_relation,
        helper_consent=wish.helper_consent,
        helper_consent_on=date.fromisoformat(wish.helper_consent_on) if wish.helper_consent_on else None,
        **facts,
    )
    while True:
        booking.reference = booking.reference or new_reference()
        try:
            with friendly("booking_once_a_day", "hold_adviser_is_free"):
                booking.save(force_insert=True)
                take(booking)
        except IntegrityError as error:
            if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") != "booking_reference_is_unique":
                raise
            booking.reference = ""
        else:
            return booking


def new_reference() -> str:
    """Six digits that can be said on the phone."""
    return str(random_number())


@in_turn
def move(
    booking_id: int,
    day_id: int,
    starts_at: datetime,
    *,
    by: Actor,
    order: JointOrder = JointOrder.SAME,
    is_online: bool = False,
) -> Booking:
    """Change the time or place; the old time stays until the new one is held, the reference stays for good.

    Raises Refused: not live any more, too late to change online, or as `book`.
    """
    booking = lock_booking(booking_id, day_id)
    _refuse_unless_changeable(booking, is_online=is_online)
    day = ClinicDay.objects.select_related("venue").get(pk=day_id)
    seating = seating_for(day, BookingKind(booking.kind), starts_at, order, moving=booking)
    old_day, before = booking.clinic_day, timezone.localtime(booking.starts_at)
    if (booking.clinic_day_id, booking.starts_at, booking.joint_order) == (day_id, starts_at, seating.order):
        return booking
    skip(reminders_of(booking), "시간을 바꾸었습니다.")
    booking.holds.all().delete()
    moved = f"{before:%Y-%m-%d %H:%M} → {timezone.localtime(starts_at):%Y-%m-%d %H:%M}"
    place = {"clinic_day": day, "on": day.on, "starts_at": starts_at, "minutes": seating.minutes}
    place |= {"joint_order": seating.order, "sequence": booking.sequence + 1}
    with friendly("booking_once_a_day", "hold_adviser_is_free"):
        moves.note(booking, BookingMove.MOVED, by=by, reason=moved, **place)
        hold(seating.seats, clinic_day=day, booking=booking)
    post_many([*letters_of("moved", booking), *reminders_for(booking)])
    settled = AffectedMove.COLLEAGUE if old_day.pk == day.pk else AffectedMove.MOVED
    affected.settle(booking, settled, by=by, notice_key=once_key("moved", booking, to=booking.resident))
    give_back(old_day, before)
    return booking


@in_turn
def cancel(booking_id: int, *, by: Actor, reason: str = "", is_online: bool = False) -> Booking:
    """Cancel and give the time back. Raises Refused when it is not live any more or too late online."""
    booking = lock_booking(booking_id)
    _refuse_unless_changeable(booking, is_online=is_online)
    booking.holds.all().delete()
    finish(booking, BookingMove.CANCELLED, by=by, cancel_reason=reason if reason in CancelReason.values else "")
    post_many(letters_of("cancelled", booking))
    give_back(booking.clinic_day, booking.starts_at)
    return booking


def cancel_for_city(booking: Booking, *, by: Actor, reason: str, call_by: date) -> Booking:
    """The city cannot hold it: tell the person at once and put them on the call list (S07). The day is locked."""
    booking = moves.lock(Booking.objects.with_place(), booking.pk)
    booking.holds.all().delete()
    key = once_key("city_cancelled", booking, to=booking.resident)
    finish(booking, BookingMove.CANCELLED_BY_CITY, by=by, reason=reason, told_by=key)
    post_many(city_cancelled_letters(booking, call_by=call_by))
    return booking


@in_turn
def check_in(booking_id: int, *, by: Actor) -> Booking:
    """The person has come. A second time changes nothing; Refused on any other day."""
    booking = moves.lock(Booking.objects.with_place(), booking_id)
    if not booking.is_live:
        raise moves.somebody_was_faster(booking, by=by)
    if booking.on != timezone.localdate():
        raise Refused(NOT_TODAY)
    if booking.arrived_at is None:
        moves.note(booking, BookingMove.ARRIVED, by=by, arrived_at=timezone.now())
        skip(reminders_of(booking), "오셨습니다.")
    return booking


@in_turn
def complete(booking_id: int, *, by: Actor) -> Booking:
    """The consultation took place. Refused before the start, unless they have come and were seen early."""
    booking = moves.lock(Booking.objects.with_place(), booking_id)
    if not (booking.has_begun or booking.arrived_at):
        raise Refused(NOT_YET)
    return finish(booking, BookingMove.COMPLETED, by=by)


@in_turn
def mark_missed(booking_id: int, *, by: Actor) -> Booking:
    """The person did not come; next morning a message says how to book again (S11). Refused before the start."""
    booking = moves.lock(Booking.objects.with_place(), booking_id)
    if not booking.has_begun:
        raise Refused(NOT_YET)
    finish(booking, BookingMove.MISSED, by=by)
    (letter,) = missed_letters(booking)
    post_many([letter])
    resume(Notice.objects.filter(once_key=letter.once_key), code=NOT_MISSED)  # taken back once, and missed after all
    return booking


@in_turn
def take_back(booking_id: int, *, reason: str, by: Actor) -> Booking:
    """Undo the last of 오심, 상담 마침 and 오지 않음, the same day; what was to be sent about it stays unsent.

    Raises Refused: no reason, another day, nothing noted, a result or the answers to the survey rest on it (conflict),
    or the resident booked another time of that day meanwhile.
    """
    if not reason.strip():
        raise Refused("이유가 비어 있습니다. 왜 되돌리는지 적어 주세요.", field="reason")
    booking = lock_booking(booking_id)
    if booking.noted_at is None:
        raise Refused(NOTHING_NOTED, conflict=True)
    if not booking.may_be_taken_back:
        raise Refused(ANOTHER_DAY)
    if booking.is_live:
        return moves.note(booking, BookingMove.ARRIVAL_TAKEN_BACK, by=by, reason=reason.strip(), arrived_at=None)
    if booking.results.exists() or Survey.objects.filter(booking=booking).exists():
        raise Refused(RESTED_ON, conflict=True)
    with friendly("booking_once_a_day"):
        moves.move(booking, BookingMove.TAKEN_BACK, by=by, reason=reason.strip(), ended_at=None)
    pause(missed_notices(booking), "되돌렸습니다.", code=NOT_MISSED)
    return booking


@in_turn
def set_out_of_scope(booking_id: int, where: FollowUp, *, by: Actor) -> Booking:
    """The matter belongs elsewhere: the person is told whom to phone, and the time is given back.

    Raises Refused once it has begun: then the adviser says so in the result.
    """
    booking = lock_booking(booking_id)
    _refuse_begun(booking)
    booking.holds.all().delete()
    finish(booking, BookingMove.OUT_OF_SCOPE, by=by, reason=str(where.label))
    post_many(elsewhere_letters(booking, where))
    give_back(booking.clinic_day, booking.starts_at)
    return booking


def _refuse_unless_changeable(booking: Booking, *, is_online: bool) -> None:
    if booking.state == BookingState.CANCELLED:
        raise Refused(ALREADY_CANCELLED, conflict=True)
    if not booking.is_live:
        raise Refused("이미 끝난 상담입니다. 다시 예약하실 수 있습니다.", conflict=True)
    if is_online and not booking.can_change_online:
        raise Refused(TOO_LATE)
    if not booking.affected.unsettled().exists():  # what the city did not hold may still be settled
        _refuse_begun(booking)


def _refuse_begun(booking: Booking) -> None:
    if booking.is_live and booking.has_begun:
        raise Refused(BEGUN)


def finish(
    booking: Booking, name: BookingMove, *, by: Actor, reason: str = "", told_by: str = "", **changes: Any
) -> Booking:
    """The booking ends, and with it whatever was still to be arranged for it or said about it; the row is locked.

    `told_by` is the once-key of the message by which its resident learns that the city ends it.
    """
    moves.move(booking, name, by=by, reason=reason, ended_at=timezone.now(), **changes)
    pause(missed_notices(booking), "오셨습니다.", code=NOT_MISSED)
    skip(outstanding(booking), OVER.get(name, "상담이 끝났습니다."))
    settled = AffectedMove.CANCELLED if told_by else AffectedMove.ENDED
    affected.settle(booking, settled, by=by, notice_key=told_by)
    return booking
