"""Names of free advice with Korean labels: who sits and how a clinic day stands."""

import enum

from django.db import models


class AdviserKind(models.TextChoices):
    TAX = "TAX", "세무사"
    LAW = "LAW", "변호사"


class Tone(enum.StrEnum):
    """Badge tones of COPY 7."""

    INFO = "info"
    PROGRESS = "progress"
    WARN = "warn"
    GOOD = "good"
    IDLE = "idle"
    DANGER = "danger"


class ClinicDayState(models.TextChoices):
    PLANNED = "PLANNED", "계획"
    REVIEW = "REVIEW", "선거 확인 중"
    OPEN = "OPEN", "예약 받는 중"
    CLOSED = "CLOSED", "예약 닫음"
    HELD = "HELD", "상담 마침"
    CANCELLED = "CANCELLED", "상담일 취소"

    MOVES = enum.nonmember(
        {
            "PLANNED": {"REVIEW", "OPEN", "CANCELLED"},
            "REVIEW": {"OPEN", "CANCELLED"},
            "OPEN": {"REVIEW", "CLOSED", "HELD", "CANCELLED"},
            "CLOSED": {"OPEN", "HELD", "CANCELLED"},
            "HELD": set(),
            "CANCELLED": set(),
        }
    )

    @property
    def citizen_label(self) -> str:
        return {
            "PLANNED": "준비 중",
            "REVIEW": "아직 예약을 받지 않음",
            "OPEN": "예약 가능",
            "CLOSED": "예약 마감",
            "HELD": "지난 상담",
            "CANCELLED": "상담 없음",
        }[self.value]

    @property
    def tone(self) -> Tone:
        return {
            "PLANNED": Tone.IDLE,
            "REVIEW": Tone.WARN,
            "OPEN": Tone.INFO,
            "CLOSED": Tone.IDLE,
            "HELD": Tone.GOOD,
            "CANCELLED": Tone.DANGER,
        }[self.value]
