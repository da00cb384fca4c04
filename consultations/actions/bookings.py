"""Booking, moving, cancelling and closing a consultation: the adviser's time first, then everything that follows."""

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar, overload

from django.db import IntegrityError, OperationalError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from consultations.enums import (
    BookingKind,
    BookingState,
    CancelReason,
    ClinicDayState,
    ConsentKind,
    Source,
    Topic,
)
from consultations.models import Booking, ClinicDay, Consent, Hold, Sitting
from consultations.notices import TOO_LATE_TO_SEND, letters_of, reminders_for, reminders_of
from consultations.rules import free_starts
from services.actions.constraints import friendly
from services.actions.history import record
from services.actions.notices import post_many, skip
from services.enums.notices import Channel
from services.models import Notice, Resident, User
from services.rules.history import Actor
from services.rules.korean import date_long
from services.rules.refusal import Refused

TAKEN = "방금 다른 분이 이 시간을 예약했습니다. 적으신 내용은 그대로 있습니다. 남은 시간 가운데 골라 주세요."
FULL = "방금 마지막 자리가 찼습니다. 대기를 신청하시거나 다른 날을 골라 주세요."
BLOCKED = "이 날짜는 아직 예약을 받지 않습니다."
PAST = "고르신 날짜가 이미 지났습니다. 오늘 뒤의 날짜를 골라 주세요."
NO_SUCH_TIME = "고르신 상담 시간이 없습니다. 목록에 있는 시간을 골라 주세요."
BUSY = "예약하시는 분이 많습니다. 적으신 내용은 그대로 있습니다. 다시 한 번 눌러 주세요."
ALREADY_CANCELLED = "이미 취소된 예약입니다. 다시 예약하실 수 있습니다."
TOO_LATE = "상담이 곧 시작되어 여기서는 바꿀 수 없습니다. 전화해 주세요."
NEEDS_CONSENT = "동의하지 않으시면 누리집에서는 예약할 수 없습니다. 전화로 물어보세요."

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants to talk about and needs on the day; texts are encrypted when stored."""

    kind: BookingKind
    topic: Topic = Topic.UNSURE
    question: str = ""
    other_party: str = ""
    has_lawsuit: bool | None = None
    needs: Sequence[str] = ()
    need_language: str = ""
    consents: Mapping[str, bool] = field(default_factory=dict)
    helper: Resident | None = None
    helper_relation: str = ""


def in_turn(verb: Callable[P, R]) -> Callable[P, R]:
    """Run in one transaction; after a deadlock once more, after waiting too long for the lock a calm answer."""

    @wraps(verb)
    def decorated(*args: P.args, **kwargs: P.kwargs) -> R:
        for tries_left in (2, 1, 0):
            try:
                with transaction.atomic():
                    return verb(*args, **kwargs)
            except OperationalError as error:
                code = getattr(error.__cause__, "pgcode", None)
                if code == "55P03":  # lock_not_available: RUNTIME's 3 seconds are over
                    raise Refused(BUSY, conflict=True) from error
                if code != "40P01" or not tries_left or transaction.get_connection().in_atomic_block:
                    raise
        raise AssertionError

    return decorated


@in_turn
def book(
    day_id: int,
    starts_at: datetime,
    wish: Wish,
    *,
    resident: Resident,
    by: Actor,
    source: Source,
    taken_by: User | None = None,
) -> Booking:
    """Book one slot, with both advisers or none for a joint wish; writes holds, history, message and reminders.

    Locks the clinic day, so that bookings of one day are decided one after the other. Raises Refused: slot taken or
    day full (conflict), day not open, slot in the past, no such slot, already booked that day, consent missing.
    """
    _refuse_missing_consents(wish, source)
    day = lock_day(day_id, is_waiting=False)
    if day is None:  # others are being decided: most losers of a race leave here, unqueued
        seats_for(ClinicDay.objects.get(pk=day_id), wish.kind, starts_at)
        day = lock_day(day_id)
    seats = seats_for(day, wish.kind, starts_at)
    booking = _insert(day, starts_at, seats, wish, resident=resident, source=source, taken_by=taken_by)
    if wish.consents:
        _write_consents(booking, wish.consents)
    record(booking, "booked", by=by, after=booking.state)
    post_many([*letters_of("booked", booking, title="무료 상담을 예약했습니다"), *reminders_for(booking)])
    return booking


@overload
def lock_day(day_id: int) -> ClinicDay: ...
@overload
def lock_day(day_id: int, *, is_waiting: bool) -> ClinicDay | None: ...
def lock_day(day_id: int, *, is_waiting: bool = True) -> ClinicDay | None:
    """The queue: one booking of a day is decided at a time. Not waiting, None if somebody else is being served."""
    days = ClinicDay.objects.select_for_update(of=("self",), skip_locked=not is_waiting).select_related("venue")
    return days.get(pk=day_id) if is_waiting else days.filter(pk=day_id).first()


def seats_for(
    day: ClinicDay, kind: BookingKind, starts_at: datetime, *, moving: Booking | None = None
) -> list[Sitting]:
    """The sittings that would take this slot, in adviser order, or Refused; holds of `moving` do not count."""
    if day.state != ClinicDayState.OPEN:
        raise Refused(BLOCKED)
    if starts_at <= timezone.now():
        raise Refused(PAST)
    sittings = list(day.sittings.filter(is_absent=False).select_related("adviser").order_by("adviser_id"))
    busy, now = busy_of(day, sittings, moving=moving), timezone.now()
    seats = []
    for wanted in kind.kinds:
        able = [one for one in sittings if one.adviser.kind == wanted and starts_at in one.starts(day)]
        if not able:
            raise Refused(NO_SUCH_TIME)
        free = [one for one in able if free_starts([starts_at], one.slot_minutes, busy[one.adviser_id], now)]
        if not free:
            raise Refused(TAKEN if free_starts_of(day, kind, sittings, busy) else FULL, conflict=True)
        seats.append(free[0])
    return sorted(seats, key=lambda one: one.adviser_id)


Busy = defaultdict[int, list[tuple[datetime, datetime]]]


def busy_of(day: ClinicDay, sittings: Sequence[Sitting], *, moving: Booking | None = None) -> Busy:
    """What these advisers have taken on that date, wherever; holds of `moving` do not count. One query."""
    midnight = day.moment(time())
    holds = Hold.objects.filter(
        adviser__in=[one.adviser_id for one in sittings],
        period__overlap=DateTimeTZRange(midnight, midnight + timedelta(days=1)),
    )
    if moving:
        holds = holds.exclude(booking=moving)
    busy: Busy = defaultdict(list)
    for adviser_id, period in holds.values_list("adviser_id", "period").order_by():
        if period.lower and period.upper:  # every hold has both ends
            busy[adviser_id].append((period.lower, period.upper))
    return busy


def free_starts_of(day: ClinicDay, kind: BookingKind, sittings: Sequence[Sitting], busy: Busy) -> list[datetime]:
    """The times to come of this day at which one adviser of every wanted kind is free, in order. No query."""
    now = timezone.now()
    free: dict[str, set[datetime]] = {wanted: set() for wanted in kind.kinds}
    for one in sittings:
        if one.adviser.kind in free:
            free[one.adviser.kind].update(free_starts(one.starts(day), one.slot_minutes, busy[one.adviser_id], now))
    return sorted(set.intersection(*free.values()))


def _insert(
    day: ClinicDay,
    starts_at: datetime,
    seats: Sequence[Sitting],
    wish: Wish,
    *,
    resident: Resident,
    source: Source,
    taken_by: User | None,
) -> Booking:
    may_keep_needs = source in (Source.PHONE, Source.COUNTER, Source.WALK_IN) or wish.consents.get(ConsentKind.HEALTH)
    booking = Booking(
        resident=resident,
        clinic_day=day,
        on=day.on,
        starts_at=starts_at,
        minutes=max(one.slot_minutes for one in seats),
        kind=wish.kind,
        topic=wish.topic,
        question=wish.question,
        other_party=wish.other_party,
        has_lawsuit=wish.has_lawsuit,
        needs=list(wish.needs) if may_keep_needs else [],
        need_language=wish.need_language if may_keep_needs else "",
        helper=wish.helper,
        helper_relation=wish.helper_relation,
        source=source,
        taken_by=taken_by,
    )
    while True:
        booking.reference = f"{secrets.randbelow(900_000) + 100_000}"  # six digits that can be said on the phone
        try:
            with friendly("booking_once_a_day", "hold_adviser_is_free"):
                booking.save(force_insert=True)
                _hold(booking, seats)
        except IntegrityError as error:
            if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") != "booking_reference_is_unique":
                raise
        else:
            return booking


def _hold(booking: Booking, seats: Sequence[Sitting]) -> None:
    length = timedelta(minutes=1)
    Hold.objects.bulk_create(
        [
            Hold(
                clinic_day_id=booking.clinic_day_id,
                adviser_id=one.adviser_id,
                booking=booking,
                period=DateTimeTZRange(booking.starts_at, booking.starts_at + one.slot_minutes * length),
            )
            for one in seats
        ]
    )


def _refuse_missing_consents(wish: Wish, source: Source) -> None:
    """On the web the two required consents must be given; staff record them on paper or by voice (PD-01)."""
    if source in (Source.WEB, Source.HELPER, Source.API):
        for kind in ConsentKind.REQUIRED:
            if not wish.consents.get(kind):
                raise Refused(NEEDS_CONSENT, field=kind)


CONSENT_TEXT_VERSION = "2026-11"


def _write_consents(booking: Booking, answers: Mapping[str, bool]) -> None:
    Consent.objects.bulk_create(
        [
            Consent(booking=booking, kind=kind, is_given=is_given, text_version=CONSENT_TEXT_VERSION)
            for kind, is_given in answers.items()
        ]
    )


def tell(
    name: str,
    booking: Booking,
    *,
    title: str = "",
    not_before: datetime | None = None,
    also: Iterable[Channel] = (),
    **values: Any,
) -> None:
    """Post one message to the resident, and to the helper who booked for them."""
    post_many(letters_of(name, booking, title=title, not_before=not_before, also=tuple(also), **values))


def remind(booking: Booking) -> int:
    """Post the reminders of this booking that are still to come; asked again, it posts nothing. Returns how many.

    One whose last moment has passed is recorded as skipped with the reason (COPY 5.0), never sent late.
    """
    letters = reminders_for(booking)
    post_many(letters)
    late = [letter.once_key for letter in letters if letter.too_late]
    if late:
        skip(Notice.objects.filter(once_key__in=late), TOO_LATE_TO_SEND)
    return len(letters) - len(late)


@in_turn
def move(booking_id: int, day_id: int, starts_at: datetime, *, by: Actor, is_online: bool = False) -> Booking:
    """Change the time or place; the old time stays until the new one is held, the reference stays for good.

    Raises Refused: not live any more, too late to change online, or as `book`.
    """
    booking = _lock_with_days(booking_id, day_id)
    _refuse_unless_changeable(booking, is_online=is_online)
    day = ClinicDay.objects.select_related("venue").get(pk=day_id)
    seats = seats_for(day, BookingKind(booking.kind), starts_at, moving=booking)
    before = timezone.localtime(booking.starts_at)
    if (booking.clinic_day_id, booking.starts_at) == (day_id, starts_at):
        return booking
    skip(reminders_of(booking), "시간을 바꾸었습니다.")
    booking.holds.all().delete()
    booking.clinic_day, booking.on, booking.starts_at = day, day.on, starts_at
    booking.minutes, booking.sequence = max(one.slot_minutes for one in seats), booking.sequence + 1
    with friendly("booking_once_a_day", "hold_adviser_is_free"):
        booking.save()
        _hold(booking, seats)
    moved = f"{before:%Y-%m-%d %H:%M} → {timezone.localtime(starts_at):%Y-%m-%d %H:%M}"
    record(booking, "moved", by=by, before=booking.state, after=booking.state, reason=moved)
    tell("moved", booking)
    remind(booking)
    return booking


@in_turn
def cancel(booking_id: int, *, by: Actor, reason: str = "", is_online: bool = False) -> Booking:
    """Cancel and give the time back. Raises Refused when it is not live any more or too late online."""
    booking = _lock_with_days(booking_id)
    _refuse_unless_changeable(booking, is_online=is_online)
    booking.cancel_reason = reason if reason in CancelReason.values else ""
    skip(reminders_of(booking), "예약을 취소했습니다.")
    booking.holds.all().delete()
    _end(booking, BookingState.CANCELLED, "cancelled", by=by)
    tell("cancelled", booking)
    return booking


def cancel_for_city(booking: Booking, *, by: Actor, reason: str, call_by: date) -> Booking:
    """The city cannot hold it: tell the person at once and put them on the call list (S07). The day is locked."""
    booking = _lock(booking.pk)
    skip(reminders_of(booking), "상담일을 취소했습니다.")
    booking.holds.all().delete()
    _end(booking, BookingState.CANCELLED, "cancelled_by_city", by=by, reason=reason)
    day = date_long(call_by, this_year=timezone.localdate().year)
    tell("city_cancelled", booking, title="상담을 열지 못합니다", also=(Channel.CALL,), by=day)
    return booking


@in_turn
def check_in(booking_id: int, *, by: Actor) -> Booking:
    """The person has come. A second time changes nothing."""
    booking = _lock(booking_id)
    if booking.state != BookingState.CONFIRMED:
        raise Refused("예약 상태가 달라졌습니다. 화면을 새로 열어 확인해 주세요.", conflict=True)
    if booking.arrived_at is None:
        booking.arrived_at = timezone.now()
        booking.save()
        record(booking, "arrived", by=by, before=booking.state, after=booking.state)
    return booking


@in_turn
def complete(booking_id: int, *, by: Actor, is_remote: bool = False) -> Booking:
    """The consultation took place."""
    booking = _lock(booking_id)
    return _end(booking, BookingState.REMOTE_DONE if is_remote else BookingState.VISIT_DONE, "completed", by=by)


@in_turn
def mark_missed(booking_id: int, *, by: Actor) -> Booking:
    """The person did not come; next morning a message says how to book again (S11). Refused before the start."""
    booking = _lock(booking_id)
    if timezone.now() < booking.starts_at:
        raise Refused("아직 상담 시간이 되지 않았습니다.")
    _end(booking, BookingState.MISSED, "missed", by=by)
    morning = timezone.localtime(booking.starts_at).replace(hour=10, minute=0) + timedelta(days=1)
    tell("missed", booking, not_before=morning)
    return booking


@in_turn
def set_out_of_scope(booking_id: int, *, by: Actor, reason: str) -> Booking:
    """The matter belongs elsewhere; the time is given back."""
    booking = _lock_with_days(booking_id)
    skip(reminders_of(booking), "다른 기관을 안내했습니다.")
    booking.holds.all().delete()
    return _end(booking, BookingState.OUT_OF_SCOPE, "out_of_scope", by=by, reason=reason)


def _lock(booking_id: int) -> Booking:
    return Booking.objects.select_for_update(of=("self",)).with_place().get(pk=booking_id)


def _lock_with_days(booking_id: int, *day_ids: int) -> Booking:
    """Days first, by id, then the booking: the same order for everybody."""
    current = Booking.objects.values_list("clinic_day_id", flat=True).get(pk=booking_id)
    list(ClinicDay.objects.select_for_update().filter(pk__in={current, *day_ids}).order_by("pk"))
    return _lock(booking_id)


def _refuse_unless_changeable(booking: Booking, *, is_online: bool) -> None:
    if booking.state == BookingState.CANCELLED:
        raise Refused(ALREADY_CANCELLED, conflict=True)
    if not booking.is_live:
        raise Refused("이미 끝난 상담입니다. 다시 예약하실 수 있습니다.", conflict=True)
    if is_online and not booking.can_change_online:
        raise Refused(TOO_LATE)


def _end(booking: Booking, state: BookingState, move: str, *, by: Actor, reason: str = "") -> Booking:
    """The caller holds the row lock."""
    before = booking.state
    if state not in BookingState.MOVES[before]:
        raise Refused("예약 상태가 달라졌습니다. 화면을 새로 열어 확인해 주세요.", conflict=True)
    booking.state, booking.ended_at = state, timezone.now()
    booking.save()
    record(booking, move, by=by, before=before, after=state, reason=reason)
    return booking
