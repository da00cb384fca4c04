"""The waiting list: getting in line, answering an offer, leaving; what nobody answers goes to the next."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from django.db import IntegrityError
from django.db.models import Exists, OuterRef
from django.utils import timezone

from consultations.actions.bookings import announce, insert, new_reference
from consultations.actions.offers import fits, offer_places
from consultations.actions.queue import lock_day
from consultations.actions.seating import BLOCKED, NO_SUCH_TIME, PAST, busy_on
from consultations.actions.wishes import Wish, refuse_missing_consents, with_kept_needs
from consultations.enums import (
    BookingKind,
    ClinicDayState,
    OfferState,
    Source,
    Topic,
    WaitingHour,
    WaitingMove,
    WaitingState,
)
from consultations.models import Booking, ClinicDay, SeatOffer, Waiting
from consultations.notices import calls_about, offer_notices, waiting_letters
from consultations.reports.offers import hours_of
from consultations.rules.seating import seatings
from services.actions import moves
from services.actions.constraints import friendly
from services.actions.faults import each
from services.actions.history import record
from services.actions.notices import post_many, skip
from services.actions.turns import in_turn
from services.models import Resident
from services.notices.messages import Answer
from services.rules.history import Actor
from services.rules.refusal import Refused

NOT_FULL = "아직 빈 시간이 있습니다. 기다리지 마시고 그 시간을 골라 주세요."
BOOKED_THAT_DAY = "그날 이미 예약하신 상담이 있습니다. 한 분이 하루에 한 번 받으실 수 있습니다."
GONE = "맡아 둔 시간이 지났습니다. 대기 순서는 그대로입니다. 다음 빈자리를 기다려 주세요."
OVER = "이미 끝난 대기입니다."
OUT_OF_LINE = "대기가 끝났습니다."


@in_turn
def join(
    day_id: int,
    wish: Wish,
    *,
    hour: WaitingHour,
    resident: Resident,
    by: Actor,
    source: Source,
) -> Waiting:
    """Get in line for a full day; the wish is kept until a place is accepted.

    Raises Refused: day not open or past, nobody of this kind sits, a fitting time is free (conflict), in line already,
    booked already that day, consent missing.
    """
    refuse_missing_consents(wish, source)
    day = lock_day(day_id)
    _refuse_unless_full(day, wish.kind, hour)
    if Booking.objects.live().filter(resident=resident, on=day.on).exists():
        raise Refused(BOOKED_THAT_DAY)
    waiting = Waiting(
        resident=resident,
        clinic_day=day,
        kind=wish.kind,
        hour=hour,
        source=source,
        helper=wish.helper,
        taken_by_id=by.user_id,
        wish=_packed(with_kept_needs(wish, source)),
    )
    _insert(waiting)
    record(waiting, WaitingMove.WAITING, by=by, after=waiting.state)
    post_many(waiting_letters("received", waiting))
    return waiting


def _refuse_unless_full(day: ClinicDay, kind: BookingKind, hour: WaitingHour) -> None:
    if day.state != ClinicDayState.OPEN:
        raise Refused(BLOCKED)
    if day.on < timezone.localdate():
        raise Refused(PAST)
    hours = hours_of([day])[day.pk]
    if not {one.kind for one in hours}.issuperset(kind.kinds):
        raise Refused(NO_SUCH_TIME)
    free = seatings(kind.kinds, hours, busy_on(day), timezone.now())
    if any(fits(hour, one.starts_at) for one in free):
        raise Refused(NOT_FULL, conflict=True)


def _insert(waiting: Waiting) -> None:
    """A reference that a booking or somebody in line has already gives way to a new one."""
    while True:
        waiting.reference = new_reference()
        if Booking.objects.filter(reference=waiting.reference).exists():
            continue
        try:
            with friendly("waiting_once_a_day"):
                waiting.save(force_insert=True)
        except IntegrityError as error:
            if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") != "waiting_reference_is_unique":
                raise
        else:
            return


def _packed(wish: Wish) -> dict[str, Any]:
    """The wish as JSON; its helper is a column."""
    facts = {one.name: getattr(wish, one.name) for one in fields(wish) if one.name != "helper"}
    return facts | {"needs": list(wish.needs), "consents": {str(kind): given for kind, given in wish.consents.items()}}


def _unpacked(waiting: Waiting) -> Wish:
    facts: Mapping[str, Any] = waiting.wish
    return Wish(
        **{**facts, "kind": BookingKind(facts["kind"]), "topic": Topic(facts["topic"]), "helper": waiting.helper}
    )


@in_turn
def accept(waiting_id: int, *, by: Actor) -> Booking:
    """이 자리 받기: the held place becomes a booking under the same number. Refused when it is too late."""
    waiting = _lock(waiting_id)
    offer = _open_offer(waiting)
    if offer.until <= timezone.now():
        raise Refused(GONE, conflict=True)
    wish = _unpacked(waiting)
    booking = insert(
        waiting.clinic_day,
        offer.starts_at,
        wish,
        take=lambda made: offer.holds.update(booking=made, offer=None),
        minutes=offer.minutes,
        joint_order=offer.joint_order,
        reference=waiting.reference,
        resident=waiting.resident,
        source=Source.WAITING,
        taken_by=waiting.taken_by,
    )
    _close(offer, OfferState.ACCEPTED)
    moves.move(waiting, WaitingMove.ACCEPTED, by=by, booking=booking, ended_at=timezone.now())
    skip(calls_about(waiting), OUT_OF_LINE)
    announce(booking, wish, how=Source(waiting.source).consent_how, by=by)
    return booking


@in_turn
def decline(waiting_id: int, *, by: Actor) -> Waiting:
    """이번에는 받지 않기: the next in line is asked, the own rank stays."""
    waiting = _lock(waiting_id)
    _close(_open_offer(waiting), OfferState.DECLINED)
    moves.move(waiting, WaitingMove.DECLINED, by=by)
    offer_places(waiting.clinic_day)
    return waiting


@in_turn
def expire(offer_id: int, *, by: Actor) -> bool:
    """Nobody answered in time: the next in line is asked, the own rank stays. False if it is answered or not due."""
    waiting_id = SeatOffer.objects.values_list("waiting_id", flat=True).get(pk=offer_id)
    waiting = _lock(waiting_id)
    offer = waiting.open_offer
    if offer is None or offer.pk != offer_id or offer.until > timezone.now():
        return False
    _close(offer, OfferState.LAPSED)
    moves.move(waiting, WaitingMove.LAPSED, by=by)
    post_many(waiting_letters("lapsed", waiting, offer=offer))
    offer_places(waiting.clinic_day)
    return True


@in_turn
def leave(waiting_id: int, *, by: Actor, reason: str = "") -> Waiting:
    """대기 취소하기; a place that was held goes to the next."""
    waiting = _lock(waiting_id)
    if not waiting.is_live:
        raise Refused(OVER, conflict=True)
    offer = waiting.open_offer
    if offer:
        _close(offer, OfferState.WITHDRAWN)
    moves.move(waiting, WaitingMove.LEFT, by=by, reason=reason, ended_at=timezone.now())
    skip(calls_about(waiting), OUT_OF_LINE)
    offer_places(waiting.clinic_day)
    return waiting


def end_line(day: ClinicDay, *, by: Actor, is_cancelled: bool) -> int:
    """The day is over or cancelled: nobody waits any more; of a cancelled day they are told. The day is locked."""
    line = list(day.waitings.live().select_related("resident", "helper").in_line())
    for waiting in line:
        waiting.clinic_day = day
        if offer := waiting.open_offer:
            _close(offer, OfferState.WITHDRAWN)
        moves.move(waiting, WaitingMove.ENDED, by=by, ended_at=timezone.now())
        skip(calls_about(waiting), OUT_OF_LINE)
        if is_cancelled:
            post_many(waiting_letters("ended", waiting))
    return len(line)


def withdraw_offers(day: ClinicDay, adviser_id: int, *, by: Actor) -> int:
    """This adviser will not come: places held with them are taken back and those people told; returns how many.

    People whose kind of adviser no longer sits are told that there is nothing to wait for. The day is locked.
    """
    kinds = {one.kind for one in hours_of([day])[day.pk]}
    told = 0
    for waiting in list(day.waitings.live().select_related("resident", "helper").in_line()):
        waiting.clinic_day = day
        offer = waiting.open_offer
        if not kinds.issuperset(BookingKind(waiting.kind).kinds):
            if offer:
                _close(offer, OfferState.WITHDRAWN)
            moves.move(waiting, WaitingMove.ENDED, by=by, ended_at=timezone.now())
            skip(calls_about(waiting), OUT_OF_LINE)
            post_many(waiting_letters("ended", waiting))
        elif offer and offer.holds.filter(adviser=adviser_id).exists():
            offer.is_past = True  # the same time with a colleague may be offered anew
            _close(offer, OfferState.WITHDRAWN)
            moves.move(waiting, WaitingMove.WITHDRAWN, by=by)
            post_many(waiting_letters("withdrawn", waiting, offer=offer))
        else:
            continue
        told += 1
    offer_places(day)  # of a place held with two, the other adviser's half is free now
    return told


def expire_due(*, by: Actor) -> int:
    """Places nobody answered for in time go to the next in line; returns how many."""
    over = SeatOffer.objects.filter(state=OfferState.OPEN, until__lte=timezone.now()).order_by("until", "pk")
    keys = list(over.values_list("pk", flat=True))
    return sum(each(keys, lambda pk: expire(pk, by=by), job="consultations.expire_offers", of=SeatOffer).done)


def end_past_lines(*, by: Actor) -> int:
    """The lines of days that have gone by end; returns how many waited to the end."""
    past = ClinicDay.objects.filter(on__lt=timezone.localdate(), waitings__state__in=WaitingState.LIVE).distinct()
    keys = list(past.order_by("pk").values_list("pk", flat=True))
    return sum(each(keys, lambda pk: end_past_line(pk, by=by), job="consultations.end_lines", of=ClinicDay).done)


def leave_booked(*, by: Actor) -> int:
    """People who have booked that very day wait no longer; a place that was held goes to the next."""
    booked = Booking.objects.live().filter(resident=OuterRef("resident"), on=OuterRef("clinic_day__on"))
    keys = list(Waiting.objects.live().filter(Exists(booked)).order_by("pk").values_list("pk", flat=True))
    return len(each(keys, lambda pk: leave(pk, by=by), job="consultations.leave_booked", of=Waiting).done)


@in_turn
def end_past_line(day_id: int, *, by: Actor) -> int:
    """The day has gone by; returns how many waited to the end."""
    return end_line(lock_day(day_id), by=by, is_cancelled=False)


def _lock(waiting_id: int) -> Waiting:
    """The day first, then the person: the same order for everybody."""
    day = lock_day(Waiting.objects.values_list("clinic_day_id", flat=True).get(pk=waiting_id))
    waiting = moves.lock(Waiting.objects.select_related("resident", "helper"), waiting_id)
    waiting.clinic_day = day
    return waiting


def _open_offer(waiting: Waiting) -> SeatOffer:
    offer = waiting.open_offer
    if offer is None:
        raise Refused(GONE if waiting.state == WaitingState.WAITING else OVER, conflict=True)
    return offer


def _close(offer: SeatOffer, state: OfferState) -> None:
    """The place is taken or free again; nobody is phoned about it any more."""
    offer.holds.all().delete()  # an accepted offer has handed them to its booking
    offer.state, offer.closed_at = state, timezone.now()
    offer.save()
    skip(offer_notices(offer.waiting), "빈자리 안내가 끝났습니다.")


ON_THE_PHONE = {"accept": Answer("자리 받음", accept), "decline": Answer("자리 받지 않음", decline)}  # CALL_ANSWERS
