"""A resident's whole record: who of the staff may open it, for which reason; each opening is written down (PD-10)."""

from services.actions.history import record_reading
from services.actions.turns import in_turn
from services.enums.people import ReadingReason
from services.models import HistoryEntry, Resident, User
from services.reports.people import Case, cases_of
from services.reports.staff import is_of_own_township
from services.rules.history import Actor
from services.rules.reasons import clean_reason
from services.rules.references import normalise_reference
from services.rules.refusal import Refused

NO_SUCH_CASE = "이 분의 신청 가운데 그런 번호가 없습니다. 번호를 다시 확인해 주세요."
ELSEWHERE = "다른 읍·면·동에 사시거나 사는 곳을 모르는 분입니다. 이 분의 예약번호나 접수번호가 있어야 볼 수 있습니다."
OWN_ENTRY = "본인이 대신 적은 신청의 번호로는 다른 것을 볼 수 없습니다. 그 신청은 그 신청의 화면에서 보세요."


@in_turn
def open_record(
    resident_id: int, *, by: Actor, kind: ReadingReason, words: str, reference: str = "", address: str = ""
) -> Resident:
    """Give the record for a reason of a known kind, and write the reading down.

    Raises Refused: words that say nothing; a number that is none of this person's; a clerk of another township
    without one. A clerk gains nothing by a case that they typed in themselves.
    """
    resident = Resident.objects.select_related("township").get(pk=resident_id)
    user = User.objects.get(pk=by.staff_id)
    words, number = clean_reason(words), ""
    if kind == ReadingReason.CASE:
        case = _case_of(resident, reference)
        if not is_of_own_township(user, resident) and _is_typed_by(user, case):
            raise Refused(OWN_ENTRY, field="reference")
        number = case.reference
    elif not is_of_own_township(user, resident):
        raise Refused(ELSEWHERE, field="kind")
    record_reading(
        user, resident, resident, "전체 보기", address=address or None, kind=kind, reference=number, reason=words
    )
    return resident


def _case_of(resident: Resident, typed: str) -> Case:
    number = normalise_reference(typed)
    case = next((one for one in cases_of([resident]) if number and one.reference == number), None)
    if case is None:
        raise Refused(NO_SUCH_CASE, field="reference")
    return case


def _is_typed_by(user: User, case: Case) -> bool:
    entries = HistoryEntry.objects.filter(subject_kind=case.subject_kind, subject_id=case.subject_id)
    first = entries.order_by("seq").first()
    return first is not None and first.actor_kind == user.actor.kind and first.actor_key == user.actor.key
