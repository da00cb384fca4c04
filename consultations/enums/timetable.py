"""Names of free advice with Korean labels: who sits and how a clinic day stands."""

import enum

from django.db import models

from services.enums.moves import Move, to


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
    REVIEW = "REVIEW", "선거 확인 중"
    OPEN = "OPEN", "예약 받는 중"
    CLOSED = "CLOSED", "예약 닫음"
    CANCELLED = "CANCELLED", "상담일 취소"

    @property
    def citizen_label(self) -> str:
        return {
            "REVIEW": "아직 예약을 받지 않음",
            "OPEN": "예약 가능",
            "CLOSED": "예약 마감",
            "CANCELLED": "상담 없음",
        }[self.value]

    @property
    def tone(self) -> Tone:
        return {
            "REVIEW": Tone.WARN,
            "OPEN": Tone.INFO,
            "CLOSED": Tone.IDLE,
            "CANCELLED": Tone.DANGER,
        }[self.value]


class ClinicDayMove(Move):
    """What happens to a clinic day."""

    MADE = "made", "상담일 만듦"
    MOVED_HERE = "moved_here", "공휴일 상담을 옮겨 만듦"
    BASIS_RECORDED = "basis_recorded", "선거 기간 근거 적음"
    CLOSED = "closed", "예약 닫음"
    SHUT = "shut", "이날 상담 닫음"
    REOPENED = "reopened", "예약 다시 받음"
    CANCELLED = "cancelled", "상담일 취소"
    ABSENCE_REPORTED = "absence_reported", "못 옴 적음"
    ABSENCE_WITHDRAWN = "absence_withdrawn", "못 옴 거둠"
    STAND_IN_SEATED = "stand_in_seated", "대신 올 사람 정함"
    LINK_MADE = "link_made", "전용 주소 만듦"
    LINK_REVOKED = "link_revoked", "전용 주소 거둠"

    STARTS = enum.nonmember(("OPEN", "REVIEW"))
    PATHS = enum.nonmember(
        {
            "basis_recorded": to("OPEN", "REVIEW"),
            "closed": to("CLOSED", "OPEN"),
            "shut": to("CLOSED", "OPEN"),
            "reopened": to("OPEN", "CLOSED"),
            "cancelled": to("CANCELLED", "REVIEW", "OPEN", "CLOSED"),
        }
    )


class CalendarFeedMove(Move):
    """What happens to an adviser's calendar address."""

    MADE = "made", "달력 주소 만듦"
    RENEWED = "renewed", "달력 주소 바꿈"
    REVOKED = "revoked", "달력 주소 끊음"
