"""From a stamp in a file to the start of an interval in UTC: formats, zones, start or end labels, the slot grid."""

import re
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from solar.enums import Label

_KOREAN = re.compile(r"\s*[년월./]\s*|\s*일\s*")
_CLOCK = re.compile(r"^(\d{1,4})-(\d{1,2})-(\d{1,4})[ T-]*(?:(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d+)?)?)?$")
_PLAIN = re.compile(r"\d{4}-\d\d-\d\d[ T](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?$", re.ASCII)
FIRST_YEAR, LAST_YEAR = 2000, 2100
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SEOUL = ZoneInfo("Asia/Seoul")
BEFORE = "장치를 단 날이나 요금표의 첫날보다 앞선 때입니다. 장치의 시계를 확인해 주세요."
AHEAD = "아직 오지 않은 때입니다. 장치의 시계를 확인해 주세요."


@dataclass(frozen=True, slots=True)
class Span:
    """Where the readings of one device may lie, in seconds since 1970: the one rule for pushes, files and corrections.

    A logger whose clock fell back to 2000, or ran ahead, would otherwise spread a plant's days over years.
    """

    first: int
    last: int

    @classmethod
    def of(cls, first_on: date, now: datetime, interval_s: int) -> "Span":
        """From a Korean day on up to one interval from now."""
        begin = datetime(first_on.year, first_on.month, first_on.day, tzinfo=SEOUL)
        return cls(int((begin - EPOCH).total_seconds()), int((now - EPOCH).total_seconds()) + interval_s)

    def refusal(self, start: int) -> str:
        """Why a slot that starts then is not taken; empty when it is."""
        if start < self.first:
            return BEFORE
        return AHEAD if start > self.last else ""


def parse_stamp(text: str) -> datetime:
    """A stamp as written, with its offset if it has one. Raises ValueError.

    ISO, 2024.1.2 13:05, 2024년 1월 2일 13:05, 1/2/2022 0:15 (month first), and 24:00 as the next day's 0:00.
    """
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return _parse_loose(text)


def _parse_loose(text: str) -> datetime:
    match = _CLOCK.match(_KOREAN.sub("-", text.strip()).rstrip("-"))
    if not match:
        raise ValueError(text)
    first, second, third, hour, minute, sec = (int(part or 0) for part in match.groups())
    if hour > 24 or (hour == 24 and (minute or sec)):
        raise ValueError(text)
    year, month, day = (first, second, third) if first > 31 else (third, first, second)
    if not MINYEAR <= year < MAXYEAR:  # 24:00 of its last day would be no day any more
        raise ValueError(text)
    stamp = datetime(year, month, day, tzinfo=None) + timedelta(days=1) * (hour == 24)  # noqa: DTZ001
    return stamp.replace(hour=hour % 24, minute=minute, second=sec)


class Clock:
    """Turns stamps of one file into interval starts, as whole seconds since 1970 in UTC."""

    def __init__(self, *, zone: str, label: str, interval_s: int) -> None:
        self.zone = UTC if zone == "UTC" else ZoneInfo(zone)
        self.shift = interval_s if label == Label.END else 0
        self.interval_s = interval_s
        # A file repeats each day 288 times and each time of day 365 times: both halves of a plain stamp are kept.
        self.midnights: dict[str, int] = {}
        self.seconds: dict[str, int] = {}

    def start_of(self, text: str) -> tuple[int, bool]:
        """(start of the slot, whether the stamp stood beside the grid and was moved). Raises ValueError."""
        try:
            stamp = self.midnights[text[:10]] + self.seconds[text[10:]]
        except KeyError:
            stamp = self._learn(text)
        off_grid = (stamp - self.shift) % self.interval_s
        return stamp - self.shift - off_grid, off_grid > 0

    def _learn(self, text: str) -> int:
        """`2024-06-01 12:05:00` without an offset is two halves; no zone we know has a day of other length."""
        if not _PLAIN.match(text):
            return self._any(text)
        midnight = self.midnights[text[:10]] = self._any(text[:10])
        seconds = int(text[11:13]) * 3600 + int(text[14:16]) * 60 + int(text[17:19] or 0)
        self.seconds[text[10:]] = seconds
        return midnight + seconds

    def _any(self, text: str) -> int:
        stamp = parse_stamp(text)
        if stamp.tzinfo is None:
            stamp = stamp.replace(tzinfo=self.zone)
        if not FIRST_YEAR <= stamp.year <= LAST_YEAR:
            raise ValueError(text)
        return int((stamp - EPOCH).total_seconds())
