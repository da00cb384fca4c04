"""Why somebody opens a whole record, in words that say something."""

from services.rules.refusal import Refused
from services.rules.text import one_line

LETTERS, DIFFERENT = 4, 3  # "전화 문의" is short and says something; "ㅋㅋㅋㅋㅋ" and "......" do not


def clean_reason(typed: str) -> str:
    """The words as they are kept: at least LETTERS whole letters or digits, DIFFERENT of them different.

    Raises Refused otherwise; single jamo, dots and the like are no letters.
    """
    words = one_line(typed)
    letters = [sign for sign in words if "가" <= sign <= "힣" or (sign.isascii() and sign.isalnum())]
    if len(letters) < LETTERS or len(set(letters)) < DIFFERENT:
        raise Refused("왜 보시는지 몇 마디로 적어 주세요. 예: 신청이 어디까지 되었는지 물으심", field="words")
    return words
