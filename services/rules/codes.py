"""The six digits that a text message brings."""

import re

from services.rules.text import code

_SLIPS = str.maketrans({"O": "0", "o": "0", "l": "1", "I": "1"})


def clean_code(typed: str) -> str:
    """What a person typed or pasted -> six digits, or an empty text.

    "123 456", "123-456" and the whole message are fine, also with its line break lost: "인증번호 1234563분 안에".
    """
    text = code(typed).translate(_SLIPS)
    after = text.split("인증번호", 1)[1:]
    digits = re.sub(r"\D", "", after[0])[:6] if after else re.sub(r"[\s.-]", "", text)
    return digits if re.fullmatch(r"[0-9]{6}", digits) else ""
