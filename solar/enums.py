"""Names with Korean labels: sources, states and kinds of readings and plants."""

import enum

from django.db import models

from services.enums.moves import Move, to


class SourceKind(models.TextChoices):
    """Where readings come from. The first kind in `RANK` that covers a day is the one that counts on that day."""

    METER = "meter", "계량기"
    INVERTER = "inverter", "인버터"
    MODEL = "model", "시뮬레이션"

    RANK = enum.nonmember(("meter", "inverter", "model"))


class Unit(models.TextChoices):
    """What a value in a file is: mean power of an interval, or energy made in it."""

    KW = "kw", "kW(순간 출력)"
    W = "w", "W(순간 출력)"
    KWH = "kwh", "kWh(구간 전력량)"
    WH = "wh", "Wh(구간 전력량)"

    POWERS = enum.nonmember(frozenset({"kw", "w"}))


class Label(models.TextChoices):
    """Whether a stamp names the start or the end of its interval; stored readings always carry the start."""

    START = "start", "구간이 시작한 때"
    END = "end", "구간이 끝난 때"


class Zone(models.TextChoices):
    """What clock a stamp without an offset was written by; none of them knows summer time."""

    SEOUL = "Asia/Seoul", "한국 시각"
    UTC = "UTC", "세계 표준시(UTC)"


class BatchOrigin(models.TextChoices):
    FILE = "file", "파일"
    API = "api", "장치"
    MODEL = "model", "시뮬레이션"


class BatchState(models.TextChoices):
    PREVIEW = "preview", "미리보기"
    ACCEPTED = "accepted", "받음"
    PARTLY = "partly", "일부 받음"
    REJECTED = "rejected", "버림"
    UNDONE = "undone", "되돌림"

    OPEN = enum.nonmember(frozenset({"preview"}))
    IN_USE = enum.nonmember(frozenset({"accepted", "partly"}))
    LIVE = enum.nonmember(frozenset({"preview", "accepted", "partly"}))

    @property
    def tone(self) -> str:
        """Badge tone (COPY 7)."""
        return {"accepted": "good", "partly": "warn", "rejected": "danger", "undone": "idle"}.get(self, "progress")


class BatchMove(Move):
    """What people do with a file of readings; a device's push is taken at once and leaves no entry."""

    UPLOADED = "uploaded", "올림"
    ACCEPTED = "accepted", "받음"
    ACCEPTED_PARTLY = "accepted_partly", "일부 받음"
    DISCARDED = "discarded", "버림"
    UNDONE = "undone", "되돌림"

    PATHS = enum.nonmember(
        {
            "accepted": to("accepted", "preview"),
            "accepted_partly": to("partly", "preview"),
            "discarded": to("rejected", "preview"),
            "undone": to("undone", "accepted", "partly"),
        }
    )


class KeyMove(Move):
    """What happens to the key of a plant's loggers."""

    ADDED = "added", "만듦"
    ROTATED = "rotated", "새 열쇠로 바꿈"
    REVOKED = "revoked", "끊음"


class ReadingFlag(enum.IntFlag):
    """What is odd about a reading; a flagged reading is kept and counted."""

    OVER_RATED = 1
    NEGATIVE = 2
    STALE = 4
    SIMULATED = 8
    DEMO = 16

    @property
    def label(self) -> str:
        return _FLAG_LABELS[self]


_FLAG_LABELS = {
    ReadingFlag.OVER_RATED: "튀는 값(설비 크기보다 큼)",
    ReadingFlag.NEGATIVE: "0보다 작은 값",
    ReadingFlag.STALE: "멈춘 값(한 시간 넘게 똑같음)",
    ReadingFlag.SIMULATED: "시뮬레이션",
    ReadingFlag.DEMO: "시연 자료",
}


class Season(models.TextChoices):
    """Seasons of the supply terms, general service."""

    SUMMER = "summer", "여름(6~8월)"
    SPRINGFALL = "springfall", "봄·가을(3~5월, 9~10월)"
    WINTER = "winter", "겨울(11~2월)"


class Band(models.TextChoices):
    """Time bands of the supply terms; the value is the letter of a day's 24-letter band string."""

    LIGHT = "L", "경부하"
    MID = "M", "중간부하"
    PEAK = "P", "최대부하"


class ChargeKind(models.IntegerChoices):
    """Charges beside the energy rate; integers, because an exclusion constraint compares them as ranges."""

    CLIMATE = 1, "기후환경요금"
    FUEL = 2, "연료비조정요금"
    FUND = 3, "전력산업기반기금"
    VAT = 4, "부가가치세"


class PlantCondition(models.TextChoices):
    """How a plant is doing now: staff label."""

    GENERATING = "generating", "발전 중"
    NIGHT = "night", "밤"
    NO_DATA = "no_data", "자료 끊김"
    STOPPED = "stopped", "멈춤 의심"
    PLANNED = "planned", "가동 전"
    SIMULATED = "simulated", "시뮬레이션"

    @property
    def citizen(self) -> str:
        return _CONDITION_WORDS[self]

    @property
    def tone(self) -> str:
        return {"generating": "good", "no_data": "warn", "stopped": "danger"}.get(self, "idle")


_CONDITION_WORDS = {
    PlantCondition.GENERATING: "전기를 만들고 있습니다",
    PlantCondition.NIGHT: "밤이라 쉬고 있습니다",
    PlantCondition.NO_DATA: "자료가 들어오지 않습니다",
    PlantCondition.STOPPED: "멈춘 것 같아 확인하고 있습니다",
    PlantCondition.PLANNED: "아직 가동 전입니다",
    PlantCondition.SIMULATED: "시뮬레이션 값만 있습니다",
}


class FigureQuality(models.TextChoices):
    """How far a figure can be trusted: staff label."""

    TRUSTED = "trusted", "믿을 만함"
    LIMITED = "limited", "신뢰 제한"

    @property
    def citizen(self) -> str:
        return "믿을 만함" if self == FigureQuality.TRUSTED else "참고만 하세요"

    @property
    def tone(self) -> str:
        return "good" if self == FigureQuality.TRUSTED else "warn"
