"""Korean telephone numbers (KR-02): what people type, what is stored, what is shown."""

import re

import phonenumbers

from services.rules.refusal import Refused
from services.rules.text import code

_SLIPS = str.maketrans({"O": "0", "o": "0", "l": "1", "I": "1"})


# The numbering plan by prefix (전기통신번호관리세칙; KR-02): digits in all, the leading 0 included.
_PLAN = (
    (r"010", (11,)),
    (r"01[16789]", (10, 11)),
    (r"02", (9, 10)),
    (r"0(3[1-3]|4[1-4]|5[1-5]|6[1-4])", (10, 11)),  # 063: Jeonbuk
    (r"070", (11,)),
    (r"050\d", (11, 12)),
)
_COMPANY = r"1[568]\d{6}"
_WRONG_LENGTH = {
    "010": "전화번호의 숫자 개수가 맞지 않습니다. 010-1234-5678처럼 11개를 적어 주세요.",
    "070": "전화번호의 숫자 개수가 맞지 않습니다. 070-1234-5678처럼 11개를 적어 주세요.",
}
_NO_PHONE = "전화번호의 숫자 개수가 맞지 않습니다. 010-1234-5678이나 063-540-3114처럼 적어 주세요."
_NO_AREA = "지역번호가 빠져 있습니다. 063-540-3114처럼 지역번호까지 적어 주세요."
_OF_A_COMPANY = "1588처럼 여러 사람이 쓰는 대표번호로는 연락드릴 수 없습니다. 본인이 받으시는 번호를 적어 주세요."
_ABROAD = "다른 나라의 전화번호에는 연락드릴 수 없습니다. 한국에서 받으시는 번호를 적어 주세요."


def parse_phone(typed: str, *, of_office: bool = False) -> str:
    """What a person typed -> E.164 ("+821012345678"); 1588-1234 only where it is the number `of_office`.

    Repairs spaces, all kinds of dashes, full-width digits, +82 and O for 0; then the numbering plan decides, so that
    a number with a digit too few is not taken (KR-02). Raises Refused (F03, F05).
    """
    text = code(typed).translate(_SLIPS)
    if re.search(r"[^\W\d_]", text):
        raise Refused("전화번호에 글자가 들어 있습니다. 숫자만 적어 주세요.")
    digits = re.sub(r"[^0-9]", "", text)
    if text.startswith("+") or digits.startswith("00"):
        digits = digits.removeprefix("00")
        if not digits.startswith("82"):
            raise Refused(_ABROAD)
        digits = digits.removeprefix("82").removeprefix("0")
        digits = digits if re.fullmatch(_COMPANY, digits) else "0" + digits
    for prefix, lengths in _PLAN:
        if re.match(prefix, digits):
            if len(digits) in lengths and re.fullmatch(rf"{prefix}[0-9]+", digits):
                return "+82" + digits[1:]
            raise Refused(_WRONG_LENGTH.get(digits[:3], _NO_PHONE))
    if re.fullmatch(_COMPANY, digits):
        if of_office:
            return "+82" + digits
        raise Refused(_OF_A_COMPANY)
    raise Refused(_NO_AREA if re.fullmatch(r"[2-9]\d{6,7}", digits) else _NO_PHONE)


def is_mobile(e164: str) -> bool:
    """Whether a text message reaches this number."""
    return bool(re.fullmatch(r"\+82(10\d{8}|1[16789]\d{7,8})", e164))


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
