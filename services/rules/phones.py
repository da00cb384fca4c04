"""Korean telephone numbers (KR-02): what people type, what is stored, what is shown."""

import re
import unicodedata

import phonenumbers

from services.rules.refusal import Refused

_SLIPS = str.maketrans({"O": "0", "o": "0", "l": "1", "I": "1"})


def parse_phone(typed: str) -> str:
    """What a person typed -> E.164 ("+821012345678").

    Repairs spaces, hyphens, full-width digits, +82 and O for 0. Raises Refused (F03, F05).
    """
    text = unicodedata.normalize("NFKC", typed).strip().translate(_SLIPS)
    if re.search(r"[^\W\d_]", text):
        raise Refused("전화번호에 글자가 들어 있습니다. 숫자만 적어 주세요.")
    try:
        number = phonenumbers.parse(text, "KR")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or number.country_code != 82 or not phonenumbers.is_valid_number(number):
        raise Refused("전화번호의 숫자 개수가 맞지 않습니다. 010-1234-5678처럼 적어 주세요.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_mobile(e164: str) -> bool:
    """Whether a text message reaches this number."""
    return bool(re.fullmatch(r"\+821[016789]\d{7,8}", e164))


def show_phone(e164: str) -> str:
    """ "+821012345678" -> "010-1234-5678"."""
    return phonenumbers.format_number(phonenumbers.parse(e164, "KR"), phonenumbers.PhoneNumberFormat.NATIONAL)


def mask_phone(e164: str) -> str:
    """ "+821012345678" -> "010-****-5678" (PD-11)."""
    first, *_middle, last = show_phone(e164).split("-")
    return f"{first}-****-{last}"


def mask_name(name: str) -> str:
    """ "홍길동" -> "홍*동", "이산" -> "이*" (PD-11)."""
    if len(name) <= 2:
        return name[:1] + "*"
    return name[0] + "*" * (len(name) - 2) + name[-1]
