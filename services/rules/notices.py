"""When a message may go out, how long to wait before the next try, and how an address is masked."""

import unicodedata
from contextlib import suppress
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

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


def cp949_safe(text: str) -> str:
    """Only what a Korean text message can carry (KR-04): pictures and joiners go, other strange letters become □."""
    with suppress(UnicodeEncodeError):
        text.encode("cp949")
        return text  # nearly always
    return "".join(_carried(letter) for letter in text)


def _carried(letter: str) -> str:
    try:
        letter.encode("cp949")
    except UnicodeEncodeError:
        is_picture = unicodedata.category(letter) in {"So", "Sk", "Cf", "Mn", "Me", "Cs"}
        return "" if is_picture else "□"
    return letter


def mask_email(address: str) -> str:
    """ "manager@example.com" -> "ma*****@example.com"."""
    name, _at, host = address.partition("@")
    return f"{name[:2]}{'*' * max(len(name) - 2, 1)}@{host}"


def mask_address(address: str) -> str:
    """ "전북특별자치도 김제시 만경읍 만경로 12-3" -> "전북특별자치도 김제시 만경읍 ***": no street, no number."""
    words = address.split()
    return " ".join([*words[: min(3, max(len(words) - 1, 0))], "***"])
