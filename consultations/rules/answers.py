"""How a question may be answered."""

from consultations.enums import AnsweredBy
from services.rules.refusal import Refused

OTHER_WAY = "물어보신 분이 고르신 방법과 다릅니다. 왜 다르게 답하시는지 적어 주세요."


def refuse_other_way(given: AnsweredBy, answer_by: str, why: str) -> None:
    """Raise Refused when it is answered in another way than was asked for, without saying why."""
    if given != AnsweredBy.wanted(answer_by) and not why.strip():
        raise Refused(OTHER_WAY, field="why")
