"""Finding a resident registration number in what people type: the portal never takes one (F17, PD-02)."""

import re

from services.rules.refusal import Refused
from services.rules.text import unified

# Six digits of a date, then one of the century and sex, then six more, with any signs between that are no letters.
_PATTERN = re.compile(r"(?<!\d)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])[\W_]{0,3}[0-9]\d{6}(?!\d)")
_SPACED = re.compile(r"(?<!\d)(?:\d[ .,]?){6}[\W_]{0,5}(?:\d[ .,]?){6}\d(?!\d)")


def has_resident_number(text: str) -> bool:
    """Whether the text holds thirteen digits that look like a resident registration number.

    However they are written: full-width, with any dash, tilde, slash or dot between, in groups, digit by digit.
    """
    return any(
        _PATTERN.search(found)
        for line in text.splitlines()
        for found in (unified(line), *_without_spaces(unified(line)))
    )


def refuse_resident_number(text: str) -> str:
    """The text itself. Raises Refused (F17) when it holds such a number."""
    if has_resident_number(text):
        raise Refused(
            "주민등록번호로 보이는 숫자가 있습니다. 이 누리집은 주민등록번호를 받지 않습니다. 지우고 다시 적어 주세요."
        )
    return text


def _without_spaces(line: str) -> list[str]:
    """Runs of thirteen digits that are written apart: "4 5 0 3 0 9 - 1 2 3 4 5 6 7"."""
    return [re.sub(r"[ .,]", "", run.group()) for run in _SPACED.finditer(line)]
