"""What officers do for everybody affected: the same-day colleague, the next day, the call list; one by one or all."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from consultations.actions import affected, bookings
from consultations.actions.queue import lock_booking
from consultations.actions.seating import busy_on, hold, hours_for
from consultations.enums import AffectedMove, AffectedState, BookingKind, BookingMove, DisruptionKind, JointOrder
from consultations.models import Affected, Booking
from consultations.notices import call_about, reassigned_letter
from consultations.reports.worklist import forgotten, names_of, ways_for
from consultations.rules.seating import Seating, seating, seatings
from services.actions import moves
from services.actions.constraints import friendly
from services.actions.faults import each
from services.actions.notices import post_many, skip
from services.actions.turns import in_turn
from services.enums.notices import CallOutcome, Channel, NoticeState
from services.models import Notice
from services.reports.calendar import EveryHoliday
from services.rules.calendar import add_working_days
from services.rules.history import Actor
from services.rules.refusal import Refused

DECIDED = "이 예약은 이미 정했습니다. 화면을 새로 열어 확인해 주세요."
NOBODY_FREE = "같은 시간에 맡을 분이 없습니다. 다른 시간을 고르거나 다음 상담일로 옮겨 주세요."
NOBODY_THAT_DAY = "그날은 맡을 분이 없습니다. 다음 상담일로 옮기거나 전화해 주세요."
NOT_THAT_DAY = "그날은 상담을 열지 않습니다. 다음 상담일로 옮기거나 전화해 주세요."
NO_NEXT_DAY = "이 장소의 다음 상담일에 빈자리가 없습니다. 전화해서 정해 주세요."
ON_CALL_LIST = "이미 '전화할 분' 목록에 있습니다."
SPOKEN_TO = "이미 전화로 알렸습니다. 정하신 대로 눌러 주세요."
ALREADY_TOLD = "이미 알린 분입니다."
NOTHING_TO_TELL = "먼저 어떻게 할지 정해 주세요."


@in_turn
def give_to_colleague(
    affected_id: int, *, by: Actor, starts_at: datetime | None = None, order: JointOrder = JointOrder.SAME
) -> Booking:
    """Somebody else takes it the same day at the same place: at the same time, or at `starts_at`.

    A joint booking keeps both advisers or none; one who can still come stays with it. At the same time the citizen is
    told that somebody else is there, at another time of the new time (S05). Raises Refused: arranged already, the day
    does not take place, nobody is free (conflict).
    """
    row, booking = _lock(affected_id)
    if row.disruption.kind not in DisruptionKind.SAME_DAY:
        raise Refused(NOT_THAT_DAY)
    if starts_at and starts_at != booking.starts_at:
        return bookings.move(booking.pk, booking.clinic_day_id, starts_at, order=order, by=by)
    found = _same_time(booking)
    advisers = names_of(found)
    booking.holds.all().delete()
    with friendly("hold_adviser_is_free"):
        moves.note(booking, BookingMove.REASSIGNED, by=by, reason=advisers, minutes=found.minutes)
        hold(found.seats, clinic_day=booking.clinic_day, booking=booking)
    letter = reassigned_letter(row, booking, advisers=advisers)
    post_many([letter])
    key = letter.once_key
    affected.settle(booking, AffectedMove.COLLEAGUE, by=by, notice_key=key, kinds=DisruptionKind.SAME_DAY)
    return booking


def _same_time(booking: Booking) -> Seating:
    """The advisers whose time the same start would take, those who have it first; Refused if nobody is free.

    The day is locked.
    """
    day, kinds, now = booking.clinic_day, BookingKind(booking.kind).kinds, timezone.now()
    stays = set(booking.holds.values_list("adviser_id", flat=True))
    hours = sorted(hours_for(day, booking), key=lambda one: (one.adviser_id not in stays, one.adviser_id))
    busy = busy_on(day, moving=booking)
    found = seating(kinds, hours, busy, booking.starts_at, JointOrder(booking.joint_order))
    if found is None or booking.starts_at <= now:
        raise Refused(NOBODY_FREE if seatings(kinds, hours, busy, now) else NOBODY_THAT_DAY, conflict=True)
    return found


@in_turn
def move_to_next(
    affected_id: int,
    *,
    by: Actor,
    to: tuple[int, datetime] | None = None,
    order: JointOrder = JointOrder.SAME,
) -> Booking:
    """Move it to `to` (clinic day, start), or to the next day at the same place with a free time (S05).

    Raises Refused: arranged already, no such place, or as `bookings.move`.
    """
    day_id, starts_at, order = (*to, order) if to else _next_place(affected_id)
    _row, booking = _lock(affected_id, day_id)
    return bookings.move(booking.pk, day_id, starts_at, order=order, by=by)


def _next_place(affected_id: int) -> tuple[int, datetime, JointOrder]:
    row = Affected.objects.with_people().select_related("disruption").get(pk=affected_id)
    ways = ways_for([row]).get(row.pk)
    if ways is None:
        raise Refused(DECIDED, conflict=True)
    if ways.next is None:
        raise Refused(NO_NEXT_DAY, conflict=True)
    return ways.next.day.pk, ways.next.starts_at, ways.next.order


@in_turn
def put_on_call_list(affected_id: int, *, by: Actor) -> Affected:
    """전화해서 정하기: a call task with the words to say; untold until somebody was reached.

    Again only after a wrong number. Raises Refused: arranged already, on the call list already, spoken to already.
    """
    row, booking = _lock(affected_id)
    calls = Notice.objects.filter(once_key__startswith=f"affected:{row.pk}:call:")
    if row.state == AffectedState.CALLING:
        if calls.filter(state=NoticeState.CALL).exists():
            raise Refused(ON_CALL_LIST, conflict=True)
        if calls.filter(call__outcome__in=list(CallOutcome.REACHED)).exists():
            raise Refused(SPOKEN_TO, conflict=True)
    letter = call_about(row, booking, number=calls.count() + 1)
    post_many([letter])
    return moves.move(row, AffectedMove.CALLING, by=by, notice_key=letter.once_key)


@in_turn
def cancel(affected_id: int, *, by: Actor, reason: str = "") -> Booking:
    """They do not want another time: the booking ends, as agreed with them, for a reason of `CancelReason`."""
    _row, booking = _lock(affected_id)
    return bookings.cancel(booking.pk, by=by, reason=reason)


@in_turn
def tell_in_person(affected_id: int, *, by: Actor) -> Affected:
    """직접 알림: they came by or were reached in another way; nobody has to phone them about it any more.

    A client on two lists because of the same message is told on both. Raises Refused: told already, or nothing
    has changed for them (any more).
    """
    booking_id = Affected.objects.values_list("booking_id", flat=True).get(pk=affected_id)
    rows = list(Affected.objects.select_for_update(of=("self",)).filter(booking=booking_id).order_by("pk"))
    row = next(one for one in rows if one.pk == affected_id)
    if row.state in AffectedState.UNCHANGED:
        raise Refused(DECIDED, conflict=True)
    if row.state == AffectedState.OPEN:
        raise Refused(NOTHING_TO_TELL)
    untold = set(Affected.objects.untold().filter(booking=booking_id).values_list("pk", flat=True))
    if row.pk not in untold:
        raise Refused(ALREADY_TOLD, conflict=True)
    same = [one for one in rows if one.pk in untold and one.notice_key == row.notice_key]
    for one in same:
        moves.note(one, AffectedMove.TOLD, by=by, told_at=timezone.now())
    skip(Notice.objects.filter(once_key=row.notice_key, channel=Channel.CALL), "직접 알렸습니다.")
    affected.close_done([one.disruption_id for one in same], by=by)
    return row


WAYS: dict[str, Callable[..., object]] = {
    "colleague": give_to_colleague,
    "next": move_to_next,
    "call": put_on_call_list,
    "cancel": cancel,
    "told": tell_in_person,
}
FOR_ALL = ("colleague", "next", "call")


@dataclass(slots=True)
class Arranged:
    """What one way brought for everybody on a list: how many it was arranged for, and why not for the others."""

    done: int = 0
    left: list[tuple[Affected, str]] = field(default_factory=list)


def arrange_all(disruption_id: int, way: str, *, by: Actor) -> Arranged:
    """One way ("colleague", "next", "call") for all that nobody has decided about; what cannot be done stays open.

    Each booking is arranged in a transaction of its own, earliest first.
    """
    verb, arranged = WAYS[way], Arranged()
    rows = Affected.objects.filter(disruption=disruption_id, state=AffectedState.OPEN)
    for row in list(rows.with_people().order_by("starts_at", "pk")):
        try:
            verb(row.pk, by=by)
        except Refused as refusal:
            arranged.left.append((row, refusal.sentence))
        else:
            arranged.done += 1
    return arranged


def tend(*, by: Actor) -> int:
    """Put who was forgotten on the call list the working day before, close lists that are done, open those again
    whose message turned out undelivered; a second run changes nothing. Returns how many people were put on the list.
    """
    today = timezone.localdate()
    tomorrow = add_working_days(today, 1, EveryHoliday())
    keys = forgotten(until=tomorrow)
    put = each(keys, lambda pk: put_on_call_list(pk, by=by), job="consultations.call_forgotten", of=Affected)
    affected.tend_lists(by=by)
    return len(put.done)


def _lock(affected_id: int, *day_ids: int) -> tuple[Affected, Booking]:
    """Days first, by id, then the booking, then the row: the same order for everybody. Refused if it is settled."""
    booking = lock_booking(Affected.objects.values_list("booking_id", flat=True).get(pk=affected_id), *day_ids)
    row = moves.lock(Affected.objects.select_related("disruption"), affected_id)
    if not row.is_unsettled:
        raise Refused(DECIDED, conflict=True)
    return row, booking
