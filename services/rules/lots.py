"""A lot number (지번) taken apart once (KR-01): 동·리, 산, main and sub number; the key is made of the parts."""

import re
from dataclasses import dataclass

from services.rules.refusal import Refused
from services.rules.text import one_line, unified

_BEFORE = re.compile(r"^(?:(?:전북특별자치도|전라북도|전북)\s*)?(?:김제시\s*)?")
_TOWNSHIP = re.compile(r"^[가-힣]+[읍면]\s*(?=[가-힣])")
_NAME = r"(?P<village>[가-힣][가-힣0-9·]*?(?:리|동|가))"
_VILLAGE = re.compile(_NAME + r"(?=[\s0-9산,(]|$)")
_LOT = re.compile(
    _NAME + r"\s*(?P<hill>산)?\s*"
    r"(?P<main>[0-9]{1,5})\s*(?:번지)?\s*(?:(?:-|의|~)\s*(?P<sub>[0-9]{1,5}))?\s*(?:번지)?\s*(?:호)?"
    r"(?P<rest>\s.*|,.*|\(.*|)"
)


@dataclass(frozen=True, slots=True)
class Lot:
    """One piece of land. `key` compares lots within the city; `rest` is what stood behind (building, room)."""

    village: str
    is_hill: bool
    main: int
    sub: int
    rest: str = ""

    @property
    def key(self) -> str:
        return f"{self.village}|{'산' if self.is_hill else ''}|{self.main}|{self.sub}"

    @property
    def shown(self) -> str:
        """ "만경리 산 12-3"."""
        hill, sub = "산 " if self.is_hill else "", f"-{self.sub}" if self.sub else ""
        return f"{self.village} {hill}{self.main}{sub}"


def within_city(typed: str) -> str:
    """ "김제시 만경읍 만경리 12-3" -> "만경리 12-3": an address without the city and the 읍 or 면 before it."""
    return _TOWNSHIP.sub("", _BEFORE.sub("", one_line(typed)))


def named_township(typed: str) -> str:
    """The 읍 or 면 that an address begins with ("만경읍"), or nothing."""
    found = _TOWNSHIP.match(_BEFORE.sub("", one_line(typed)))
    return found[0].strip() if found else ""


def village_of(typed: str) -> str:
    """The 리 or 동 that an address begins with ("만경리"), also without a number behind it; or nothing."""
    found = _VILLAGE.match(within_city(unified(typed)))
    return found["village"] if found else ""


def parse_lot(typed: str) -> Lot:
    """ "김제시 만경읍 만경리 12-3번지" -> Lot("만경리", main=12, sub=3). Raises Refused when it is no lot.

    Whatever the dash, width or Unicode form; city and township before it do not count.
    """
    text = within_city(unified(typed))
    found = _LOT.fullmatch(text)
    if found is None or not int(found["main"]):
        raise Refused("지번을 읽을 수 없습니다. 만경리 12-3이나 만경리 산 5처럼 적어 주세요.", field="address")
    return Lot(
        found["village"], bool(found["hill"]), int(found["main"]), int(found["sub"] or 0), found["rest"].strip(" ,")
    )
