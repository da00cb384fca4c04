"""When a message may go out, how long to wait before the next try, and how an address is masked."""

import unicodedata
from contextlib import suppress
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from anyascii import anyascii

SEOUL = ZoneInfo("Asia/Seoul")
MAX_ATTEMPTS = 5
LONGEST_WAIT = timedelta(hours=1)


def back_off(attempts: int, *, is_urgent: bool = False) -> timedelta:
    """Wait before the next try after `attempts` tries: 5, 10, 20, 40 minutes, at most one hour.

    A phone code lives three minutes, so it is tried again after 10, 20, 40 seconds.
    """
    first = timedelta(seconds=10) if is_urgent else timedelta(minutes=5)
    return min(first * (1 << max(attempts - 1, 0)), LONGEST_WAIT)


def next_opening(moment: datetime, hours: tuple[int, int]) -> datetime:
    """`moment` itself if it lies within the hours of the day (KR-04), else the next opening.

    `hours` are (first, end) in Korean time; the end is excluded: (9, 20) is 09:00:00 to 19:59:59.
    """
    first, end = hours
    local = moment.astimezone(SEOUL)
    if first <= local.hour < end:
        return moment
    day = local.date() if local.hour < first else local.date() + timedelta(days=1)
    return datetime.combine(day, time(first), SEOUL)


def last_opening(moment: datetime, hours: tuple[int, int]) -> datetime | None:
    """When the hours began in which `moment` lies; None outside of them, where nothing but codes leaves."""
    if next_opening(moment, hours) != moment:
        return None
    return datetime.combine(moment.astimezone(SEOUL).date(), time(hours[0]), SEOUL)


# Signs that CP949 lacks and whose plain form says the same.
_SPELT = {"₩": "￦", "\u2014": "-", "\u2013": "-", "\u2212": "-", "•": "·", "€": "유로", "\u00a0": " ", "\u2764": "♥"}


def cp949_safe(text: str) -> str:
    """What a Korean text message can carry (KR-04), so that everybody can still read it.

    "José" -> "Jose", Han "zhang wei" -> "ZhangWei": letters fold to their base letter, or are spelt out; pictures go.
    """
    with suppress(UnicodeEncodeError):
        text.encode("cp949")
        return text  # nearly always
    return "".join(_carried(letter) for letter in unicodedata.normalize("NFC", text))


def _carried(letter: str) -> str:
    if _fits(letter):
        return letter
    if letter in _SPELT:
        return _SPELT[letter]
    base = "".join(sign for sign in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(sign))
    if base and _fits(base):
        return base
    return anyascii(letter) if unicodedata.category(letter)[0] in "LNPS" and not _is_picture(letter) else ""


def _fits(text: str) -> bool:
    try:
        text.encode("cp949")
    except UnicodeEncodeError:
        return False
    return True


def _is_picture(letter: str) -> bool:
    return unicodedata.category(letter) in {"So", "Sk"}


def mask_email(address: str) -> str:
    """ "manager@example.com" -> "ma*****@example.com"."""
    name, _at, host = address.partition("@")
    return f"{name[:2]}{'*' * max(len(name) - 2, 1)}@{host}"


def mask_address(address: str) -> str:
    """ "전북특별자치도 김제시 만경읍 만경로 12-3" -> "전북특별자치도 김제시 만경읍 ***": no street, no number."""
    words = address.split()
    return " ".join([*words[: min(3, max(len(words) - 1, 0))], "***"])
