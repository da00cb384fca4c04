"""The two questions after a consultation, answered once."""

from consultations.enums import BookingMove, Ease, Helped, Source
from consultations.models import Booking, Survey
from services.actions import moves
from services.actions.constraints import friendly
from services.actions.turns import in_turn
from services.rules.history import Actor
from services.rules.refusal import Refused

NOT_HELD = "상담을 마치신 뒤에 여쭙니다."
TOO_OLD = "답하실 수 있는 날이 지났습니다. 마음 써 주셔서 고맙습니다."


@in_turn
def answer_survey(booking_id: int, *, helped: Helped, ease: Ease, by: Actor, source: Source) -> Survey:
    """Keep both answers of one booking, and who asked on the telephone. The history says that, not what.

    Raises Refused: no consultation took place, longer ago than CONSULTATION_SURVEY_DAYS, answered before (conflict).
    """
    booking = moves.lock(Booking.objects.all(), booking_id)
    if not booking.is_held:
        raise Refused(NOT_HELD)
    if not booking.is_asked_how_it_was:
        raise Refused(TOO_OLD)
    with friendly("survey_once_per_booking"):
        survey = Survey.objects.create(
            booking=booking, helped=helped, ease=ease, source=source, taken_by_id=by.user_id
        )
    moves.note(booking, BookingMove.SURVEYED, by=by)
    return survey
