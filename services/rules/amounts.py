"""Amounts as people type them: what is clear is repaired and said, what is not is asked."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from services.rules.refusal import Refused
from services.rules.text import code

PYEONG_M2 = Decimal(400) / Decimal(121)  # 1평 = 400/121 m², 계량에 관한 법률 시행령
_TENTH = Decimal("0.1")
_AREA = re.compile(r"(?:약)?([0-9][0-9.,]*)(m2|제곱미터|제곱m|헤베|평)?(?:정도|쯤)?", re.I)
MOST_M2 = Decimal(99_999)  # the column holds no more, and no roof is larger
_LONGEST = 18  # digits; more is a slip of the hand
_NUMBER = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|-?[0-9]+(?:[.,][0-9]{1,2})?|-?[0-9]+\.[0-9]+")
_WHOLE = re.compile(r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)")


@dataclass(frozen=True, slots=True)
class Area:
    """Square metres to a tenth; `repaired` says in words what was made of what was typed, or is empty."""

    m2: Decimal
    repaired: str = ""


def parse_area(typed: str) -> Area:
    """ "110", "110.5m²", "100m2", "110,5", "33평" -> square metres. Raises Refused for anything that is not clear."""
    text = code(typed)
    found = _AREA.fullmatch(text)
    if found is None:
        raise Refused("넓이를 읽을 수 없습니다. 숫자로 적어 주세요. 예: 110 또는 33평")
    number, unit = parse_number(found[1], "넓이"), found[2] or ""
    if number > MOST_M2:
        raise Refused(f"넓이가 너무 큽니다. {MOST_M2:,}m²까지 적으실 수 있습니다. 다시 확인해 주세요.")
    if unit == "평":
        m2 = _tenths(number * PYEONG_M2)
        return Area(m2, f"{number.normalize():f}평은 {m2}m²입니다.")
    m2 = _tenths(number)
    is_plain = re.fullmatch(r"[0-9]+(\.[0-9])?", typed.strip())
    return Area(m2, "" if is_plain else f"{m2}m²로 적었습니다.")


def _tenths(number: Decimal) -> Decimal:
    m2 = number.quantize(_TENTH, ROUND_HALF_UP)
    return m2.to_integral_value() if m2 == m2.to_integral_value() else m2


def parse_number(typed: str, what: str, *, unit: str = "") -> Decimal:
    """A number with a decimal point or comma, thousands by comma. Raises Refused, naming `what` was asked.

    "1,234" is a thousand, "110,5" a decimal comma: three digits after the comma are thousands, one or two decimals.
    `unit` may stand behind it.
    """
    text = code(typed).removesuffix(unit)
    if not _NUMBER.fullmatch(text):
        raise Refused(f"{what}에 숫자가 아닌 글자가 있습니다. 숫자로 적어 주세요. 예: 110 또는 110.5")
    _refuse_long(text, what)
    if re.fullmatch(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", text):
        return Decimal(text.replace(",", ""))
    return Decimal(text.replace(",", "."))


def parse_whole(typed: str, what: str, *, unit: str = "") -> int:
    """A whole number, thousands by comma, `unit` behind it: "1,000,000원". Raises Refused, naming `what`."""
    text = code(typed).removesuffix(unit)
    if not _WHOLE.fullmatch(text):
        raise Refused(f"{what}에 숫자가 아닌 글자가 있습니다. 소수점 없이 숫자로 적어 주세요. 예: 12")
    _refuse_long(text, what)
    return int(text.replace(",", ""))


def parse_year(typed: str, what: str, *, first: int, last: int) -> int:
    """A year of four digits, "1972년" too. Raises Refused: two digits are asked back, out of bounds is named."""
    text = code(typed).rstrip("년도.")
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise Refused(f"{what}에 숫자가 아닌 글자가 있습니다. 네 자리 숫자로 적어 주세요. 예: 1972")
    if len(text) <= 2:
        years = [year for year in (1900 + int(text), 2000 + int(text)) if first <= year <= last]
        asked = " 아니면 ".join(f"{year}년인가요?" for year in years)
        raise Refused(f"{what}에는 해를 네 자리로 적어 주세요. {asked}".strip())
    if not first <= int(text) <= last:
        raise Refused(f"{what}에는 {first}년부터 {last}년까지 적으실 수 있습니다. 다시 확인해 주세요.")
    return int(text)


def _refuse_long(text: str, what: str) -> None:
    if sum(sign.isdecimal() for sign in text) > _LONGEST:
        raise Refused(f"{what}의 숫자가 너무 깁니다. 자릿수를 다시 확인해 주세요.")
