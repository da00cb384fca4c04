"""The six digits that a text message brings."""

import re
import unicodedata

_SLIPS = str.maketrans({"O": "0", "o": "0", "l": "1", "I": "1"})


def clean_code(typed: str) -> str:
    """What a person typed or pasted -> six digits, or an empty text: "[김제시] 인증번호 123 456" -> "123456"."""
    text = unicodedata.normalize("NFKC", typed).translate(_SLIPS)
    joined = re.sub(r"(?<=\d)[\s.-]+(?=\d)", "", text)
    found = re.findall(r"(?<!\d)\d{6}(?!\d)", joined)
    return found[0] if len(found) == 1 else ""
