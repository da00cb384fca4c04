"""Reporting what keeps a consultation from taking place, and withdrawing it while nobody has been moved."""

from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from consultations.actions import affected, waiting
from consultations.actions.offers import offer_places
from consultations.actions.queue import lock_day
from consultations.enums import (
    AffectedMove,
    AffectedState,
    ClinicDayMove,
    ClinicDayState,
    DisruptionKind,
    DisruptionMove,
)
from consultations.models import Adviser, Affected, Booking, ClinicDay, Disruption, Sitting, Venue
from consultations.models.timetable import ClinicDayQuerySet
from consultations.reports.worklist import is_shut, stand_ins
from services.actions import moves
from services.actions.turns import in_turn
from services.rules.history import Actor
from services.rules.refusal import Refused

NO_REASON = "이유가 비어 있습니다. 무슨 일인지 적어 주세요."
OVER = "이미 지났거나 취소한 상담일입니다."
ABSENT_ALREADY = "이미 못 온다고 적었습니다. 화면을 새로 열어 확인해 주세요."
CLOSED_ALREADY = "이미 닫은 상담일입니다. 화면을 새로 열어 확인해 주세요."
NOT_OPEN_YET = "아직 예약을 받지 않은 날입니다. '상담일 취소하기'를 눌러 주세요."
TOLD_ALREADY = "이미 옮기거나 알린 분이 있어 거둘 수 없습니다."
WITHDRAWN_ALREADY = "이미 거두었습니다."
PAST_PERIOD = "이미 지난 기간입니다. 오늘이나 오늘 뒤의 날짜를 적어 주세요."
UPSIDE_DOWN = "끝나는 날이 시작하는 날보다 앞섭니다. 다시 확인해 주세요."
NO_STAND_IN = "대신 올 사람을 정할 수 있는 일이 아닙니다. 화면을 새로 열어 확인해 주세요."
CANNOT_STAND_IN = "그날 이미 다른 곳을 맡았거나 맡을 수 없는 분입니다. 다른 분을 골라 주세요."


@in_turn
def report_absence(sitting_id: int, *, reason: str, by: Actor) -> Disruption:
    """An adviser cannot come: no more bookings with them that day; clients who have one are on a worklist.

    Places held for people in line are taken back and they are told. Raises Refused: no reason, day over, reported
    already (conflict).
    """
    _refuse_without(reason)
    sitting = Sitting.objects.select_related("adviser").get(pk=sitting_id)
    day = lock_day(sitting.clinic_day_id)
    sitting.refresh_from_db(fields=["is_absent"])
    _refuse_when_over(day)
    if sitting.is_absent:
        raise Refused(ABSENT_ALREADY, conflict=True)
    sitting.is_absent = True
    sitting.save(update_fields=["is_absent"])
    moves.note(day, ClinicDayMove.ABSENCE_REPORTED, by=by, reason=str(sitting.adviser))
    held = Booking.objects.live().filter(clinic_day=day, holds__adviser=sitting.adviser_id)
    disruption = affected.open_list(
        _of_day(DisruptionKind.ABSENCE, day, adviser=sitting.adviser, reason=reason), _locked(held), by=by
    )
    waiting.withdraw_offers(day, sitting.adviser_id, by=by)
    return disruption


@in_turn
def seat_stand_in(disruption_id: int, adviser_id: int, *, by: Actor) -> Sitting:
    """Somebody else of the same kind comes instead of who cannot, for the same hours; bookings are given separately.

    Raises Refused: not an absence that stands, of another kind, out of term, or sitting somewhere that day already.
    """
    disruption = Disruption.objects.select_related("adviser").get(pk=disruption_id)
    if disruption.kind != DisruptionKind.ABSENCE or disruption.clinic_day_id is None or disruption.withdrawn_at:
        raise Refused(NO_STAND_IN, conflict=True)
    day = lock_day(disruption.clinic_day_id)
    _refuse_when_over(day)
    # two places at once ask for one
    adviser = Adviser.objects.select_for_update(of=("self",), no_key=True).get(pk=adviser_id)
    if adviser not in stand_ins(disruption):
        raise Refused(CANNOT_STAND_IN, conflict=True)
    missing = day.sittings.get(adviser=disruption.adviser_id)
    sitting = Sitting.objects.create(
        clinic_day=day,
        adviser=adviser,
        opens_at=missing.opens_at,
        closes_at=missing.closes_at,
        slot_minutes=missing.slot_minutes,
    )
    moves.note(day, ClinicDayMove.STAND_IN_SEATED, by=by, reason=str(adviser))
    return sitting


@in_turn
def close_day(day_id: int, *, reason: str, by: Actor) -> Disruption:
    """This day does not take place: no more bookings, nobody waits any more; bookings stay until arranged.

    Raises Refused: no reason, day over, not opened yet, closed so already (conflict).
    """
    _refuse_without(reason)
    day = lock_day(day_id)
    _refuse_when_over(day)
    if day.state not in (ClinicDayState.OPEN, ClinicDayState.CLOSED):
        raise Refused(NOT_OPEN_YET)
    if is_shut(day):
        raise Refused(CLOSED_ALREADY, conflict=True)
    return _close(day, reason=reason, by=by)


def close_all(on: date, *, reason: str, by: Actor) -> list[Disruption]:
    """Close every clinic day of this date that stands; one that took no bookings yet is cancelled.

    Returns the worklists of those that took some. Raises Refused: no reason, past, or none of them stands (conflict).
    """
    _refuse_without(reason)
    standing = ClinicDay.objects.coming().filter(on=on).exclude(state=ClinicDayState.CANCELLED)
    days = list(standing.select_for_update(of=("self",)).select_related("venue").order_by("pk"))
    open_days = [day for day in days if not is_shut(day)]
    if not open_days:
        raise Refused(CLOSED_ALREADY if days else OVER, conflict=True)
    for day in open_days:
        if day.state == ClinicDayState.REVIEW:
            _shut(day, by=by)
    return [_close(day, reason=reason, by=by) for day in open_days if day.state != ClinicDayState.CANCELLED]


def _close(day: ClinicDay, *, reason: str, by: Actor) -> Disruption:
    live = _locked(Booking.objects.live().filter(clinic_day=day))
    disruption = affected.open_list(_of_day(DisruptionKind.DAY_CLOSED, day, reason=reason), live, by=by)
    _shut(day, by=by)
    return disruption


@in_turn
def close_venue(venue_id: int, first: date, last: date, *, reason: str, by: Actor) -> Disruption:
    """A place cannot be used from `first` to `last`, both included: its days close, all their bookings on one list.

    Days that took no bookings yet are cancelled; none are made there meanwhile. Raises Refused: no reason, dates
    upside down or past, closed in that period already (conflict).
    """
    _refuse_without(reason)
    if last < first:
        raise Refused(UPSIDE_DOWN, field="last")
    if last < timezone.localdate():
        raise Refused(PAST_PERIOD, field="last")
    venue = Venue.objects.select_for_update().get(pk=venue_id)
    coming = ClinicDay.objects.coming().filter(venue=venue, on__range=(first, last))
    held = coming.exclude(state=ClinicDayState.CANCELLED).select_related("venue").order_by("pk")
    days = list(held.select_for_update(of=("self",)))
    live = _locked(Booking.objects.live().filter(clinic_day__in=days))
    disruption = affected.open_list(
        Disruption(kind=DisruptionKind.VENUE_CLOSED, venue=venue, first_on=first, last_on=last, reason=reason.strip()),
        live,
        by=by,
    )
    for day in days:
        _shut(day, by=by)
    return disruption


def list_conflict(booking: Booking, adviser: Adviser, *, by: Actor) -> Affected:
    """An adviser who flagged a conflict must not take this booking: onto the worklist of that day and adviser.

    The caller has written the flag and holds the day and the booking.
    """
    day = booking.clinic_day
    lists = Disruption.objects.open().filter(kind=DisruptionKind.CONFLICT, clinic_day=day, adviser=adviser)
    disruption = lists.select_for_update(of=("self",)).first()
    if disruption:
        affected.add(disruption, [booking])
    else:
        wanted = _of_day(DisruptionKind.CONFLICT, day, adviser=adviser)
        disruption = affected.open_list(wanted, [booking], by=by)
    return disruption.affected.get(booking=booking)


@in_turn
def withdraw(disruption_id: int, *, by: Actor) -> Disruption:
    """It takes place after all: everybody stays where they were, while nobody was moved or told otherwise.

    Days that were closed for it open again; the people in line were told and stay away. Raises Refused: somebody was
    moved or told already, withdrawn already (conflict), not a thing to withdraw.
    """
    disruption = Disruption.objects.select_related("venue", "adviser").get(pk=disruption_id)
    days = list(_days_of(disruption).select_for_update(of=("self",)).select_related("venue").order_by("pk"))
    rows = disruption.affected.exclude(state=AffectedState.ENDED).with_told().select_related("booking__resident")
    found = list(rows.order_by("pk"))
    disruption.refresh_from_db()
    if disruption.withdrawn_at:
        raise Refused(WITHDRAWN_ALREADY, conflict=True)
    is_untouched = all(row.is_unsettled and not row.is_told for row in found)  # type: ignore[attr-defined]
    if disruption.kind not in DisruptionKind.WITHDRAWABLE or not is_untouched:
        raise Refused(TOLD_ALREADY, conflict=True)
    for booking in _locked(Booking.objects.filter(pk__in=[row.booking_id for row in found])):
        affected.settle(booking, AffectedMove.KEPT, by=by, kinds=[disruption.kind])
    disruption, now = moves.lock(Disruption.objects.all(), disruption_id), timezone.now()
    closed_at = disruption.closed_at or now
    moves.note(disruption, DisruptionMove.WITHDRAWN, by=by, withdrawn_at=now, closed_at=closed_at)
    for day in days:
        _reopen(day, disruption, by=by)
    return disruption


def _of_day(kind: DisruptionKind, day: ClinicDay, *, adviser: Adviser | None = None, reason: str = "") -> Disruption:
    return Disruption(
        kind=kind,
        venue_id=day.venue_id,
        first_on=day.on,
        last_on=day.on,
        clinic_day=day,
        adviser=adviser,
        reason=reason.strip(),
    )


def cancelled(day: ClinicDay, live: Iterable[Booking], *, reason: str, by: Actor) -> Disruption:
    """The worklist of a day that the city cancels; the caller cancels each booking. The day is locked."""
    return affected.open_list(_of_day(DisruptionKind.DAY_CANCELLED, day, reason=reason), live, by=by)


def _locked(bookings: Iterable[Booking]) -> list[Booking]:
    """These bookings, locked by id; the days are locked already."""
    keys = [booking.pk for booking in bookings]
    rows = Booking.objects.select_for_update(of=("self",)).with_place().filter(pk__in=keys)
    return list(rows.order_by("pk"))


def _days_of(disruption: Disruption) -> ClinicDayQuerySet:
    if disruption.clinic_day_id:
        return ClinicDay.objects.filter(pk=disruption.clinic_day_id)
    period = (disruption.first_on, disruption.last_on)
    return ClinicDay.objects.filter(venue=disruption.venue_id, on__range=period)


def _shut(day: ClinicDay, *, by: Actor) -> None:
    """No more bookings, an end to the line; a day that took no bookings yet is cancelled. The day is locked."""
    if day.state == ClinicDayState.OPEN:
        moves.move(day, ClinicDayMove.SHUT, by=by, reopens=True)
    elif day.state == ClinicDayState.REVIEW:
        moves.move(day, ClinicDayMove.CANCELLED, by=by)
    waiting.end_line(day, by=by, is_cancelled=True)


def _reopen(day: ClinicDay, disruption: Disruption, *, by: Actor) -> None:
    """Undo what the report did to a day; one that somebody closed on purpose stays closed."""
    if disruption.kind == DisruptionKind.ABSENCE:
        day.sittings.filter(adviser=disruption.adviser_id).update(is_absent=False)
        moves.note(day, ClinicDayMove.ABSENCE_WITHDRAWN, by=by, reason=str(disruption.adviser))
    elif day.reopens and not is_shut(day):
        moves.move(day, ClinicDayMove.REOPENED, by=by, reopens=False)
    offer_places(day)


def _refuse_without(reason: str) -> None:
    if not reason.strip():
        raise Refused(NO_REASON, field="reason")


def _refuse_when_over(day: ClinicDay) -> None:
    if day.state == ClinicDayState.CANCELLED or day.on < timezone.localdate():
        raise Refused(OVER, conflict=True)
