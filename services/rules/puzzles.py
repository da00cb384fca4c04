"""A question that everybody answers at once and that a program has to be written for: a sum of two small numbers."""

from services.rules.refusal import Refused
from services.rules.text import code

NUMBERS = range(2, 10)
_NATIVE = ("", "하나", "둘", "셋", "넷", "다섯", "여섯", "일곱", "여덟", "아홉")
_SINO = ("", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구")


class PuzzleAsked(Refused):
    """A code goes out only after the answer to a puzzle."""

    def __init__(self) -> None:
        super().__init__(
            "오늘은 인증번호를 받는 분이 많습니다. 사람이 쓰시는지 셈 하나로 먼저 확인합니다.", field="answer"
        )


def sum_in_words(first: int, second: int) -> str:
    """(7, 6) -> 일곱 더하기 여섯은 얼마인가요? each of NUMBERS takes the same particle."""
    return f"{_NATIVE[first]} 더하기 {_NATIVE[second]}은 얼마인가요?"


def number_typed(text: str) -> int | None:
    """13, 13 in full width, "13입니다", 열셋 and 십삼 -> 13; None for what is no number up to 19."""
    word = code(text).removesuffix(".").removesuffix("입니다")
    return int(word) if word.isascii() and word.isdecimal() and len(word) <= 2 else _WORDS.get(word)


def _words() -> dict[str, int]:
    return {
        f"{ten * teen}{ones[one]}": 10 * teen + one
        for ones, ten in ((_NATIVE, "열"), (_SINO, "십"))
        for teen in (0, 1)
        for one in range(10)
        if teen or one
    }


_WORDS = _words()
