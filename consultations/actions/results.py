"""What an adviser says about a booking: the result (TA-06, 별지 1), or a conflict of interest (LA-05)."""

from django.utils import timezone

from consultations.actions.bookings import finish
from consultations.actions.disruptions import list_conflict
from consultations.actions.queue import lock_booking
from consultations.actions.statistics import SERIES
from consultations.enums import BookingMove, BookingState, FollowUp, Outcome, ReportKind, Topic
from consultations.models import Adviser, Booking, ConflictFlag, Result
from consultations.reports.advisers import can_be_corrected
from services.actions import moves
from services.actions.constraints import friendly
from services.actions.limits import take_turn
from services.actions.turns import in_turn
from services.rules.history import Actor
from services.rules.refusal import Refused


@in_turn
def record_result(
    booking_id: int,
    *,
    adviser: Adviser,
    by: Actor,
    topic: Topic,
    outcome: Outcome,
    follow_up: FollowUp,
    minutes: int,
    note: str = "",
) -> Result:
    """Write one adviser's result, once; a booking that nobody has closed yet is closed as held.

    Raises Refused: not this adviser's booking, flagged as a conflict, not begun yet, cancelled or missed, recorded
    before.
    """
    booking = moves.lock(Booking.objects.with_place(), booking_id)
    _refuse_unless_own(booking, adviser)
    if booking.conflict_flags.filter(adviser=adviser).exists():
        raise Refused("이해 충돌을 알리신 예약입니다. 결과는 다시 맡은 분이 적습니다.", conflict=True)
    if timezone.now() < booking.starts_at:
        raise Refused("아직 상담 시간이 되지 않았습니다.")
    if booking.state == BookingState.CONFIRMED:
        finish(booking, BookingMove.RESULT, by=by, reason=str(outcome.label))
    else:
        moves.move(booking, BookingMove.RESULT, by=by, reason=str(outcome.label))
    with friendly("result_once_per_adviser"):
        return Result.objects.create(
            booking=booking,
            adviser=adviser,
            topic=topic,
            outcome=outcome,
            follow_up=follow_up,
            minutes=minutes,
            note=note.strip(),
        )


@in_turn
def correct_result(
    result_id: int,
    *,
    adviser: Adviser,
    by: Actor,
    reason: str,
    topic: Topic,
    outcome: Outcome,
    follow_up: FollowUp,
    minutes: int,
    note: str = "",
) -> Result:
    """The adviser writes the own result anew; the earlier one stays, and only the new one counts.

    Raises Refused: no reason, somebody else's, corrected meanwhile (conflict), counted in an issued half-year report.
    """
    if not reason.strip():
        raise Refused("고치는 이유가 비어 있습니다. 무엇이 달랐는지 적어 주세요.", field="reason")
    take_turn(f"report {SERIES[ReportKind.HALF_YEAR]}")  # nobody issues the report in between
    booking = moves.lock(
        Booking.objects.with_place(), Result.objects.values_list("booking_id", flat=True).get(pk=result_id)
    )
    old = moves.lock(Result.objects.select_related("booking"), result_id)
    if old.adviser_id != adviser.pk:
        raise Refused("다른 세무사·변호사가 적은 결과입니다.", conflict=True)
    if old.replaced_at:
        raise Refused("그사이 결과를 고쳐 적었습니다. 화면을 새로 열어 확인해 주세요.", conflict=True)
    if not can_be_corrected(old):
        raise Refused("이 결과가 들어간 반기 보고를 이미 냈습니다. 담당자에게 전화해 주세요.")
    old.replaced_at = timezone.now()
    old.save(update_fields=["replaced_at"])
    change = f"{old.get_outcome_display()} → {outcome.label}. {reason.strip()}"
    moves.note(booking, BookingMove.RESULT_CORRECTED, by=by, reason=change)
    return Result.objects.create(
        booking=booking,
        adviser=adviser,
        topic=topic,
        outcome=outcome,
        follow_up=follow_up,
        minutes=minutes,
        note=note.strip(),
    )


@in_turn
def flag_conflict(booking_id: int, *, adviser: Adviser, by: Actor) -> ConflictFlag:
    """The adviser may not act in this matter (변호사법 31조): the question closes to them, an officer arranges anew.

    The booking comes onto the day's worklist, and this adviser is never offered for it again. Raises Refused: not this
    adviser's booking, the consultation is over, flagged before, moved to another day meanwhile (all conflicts).
    """
    booking = lock_booking(booking_id)
    _refuse_unless_own(booking, adviser)
    if not booking.is_live or booking.ends_at <= timezone.now():
        raise Refused("이미 끝난 상담이라 이해 충돌을 알릴 수 없습니다. 담당자에게 전화해 주세요.", conflict=True)
    with friendly("conflict_once_per_adviser"):
        flag = ConflictFlag.objects.create(booking=booking, adviser=adviser)
    moves.note(booking, BookingMove.CONFLICT, by=by)
    list_conflict(booking, adviser, by=by)
    return flag


def _refuse_unless_own(booking: Booking, adviser: Adviser) -> None:
    if not booking.holds.filter(adviser=adviser).exists():
        raise Refused("다른 세무사·변호사가 맡은 예약입니다.", conflict=True)
