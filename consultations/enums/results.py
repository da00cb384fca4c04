"""Names of free advice with Korean labels: what came of a consultation, the survey, the reports."""

import enum

from django.db import models


class Outcome(models.TextChoices):
    """How a consultation ended, as the ordinance's record asks (TA-06, 별지 1)."""

    SOLVED = "SOLVED", "상담으로 풀림"
    EXPLAINED = "EXPLAINED", "방법을 알려드림"
    NEEDS_MORE = "NEEDS_MORE", "더 상담해야 함"
    ELSEWHERE = "ELSEWHERE", "다른 기관이 맞음"
    CONFLICT = "CONFLICT", "이해 충돌로 상담하지 않음"


class FollowUp(models.TextChoices):
    """What comes after a consultation."""

    NONE = "NONE", "더 할 일 없음"
    NEXT_DAY = "NEXT_DAY", "다음 상담일에 다시 오심"
    CALL = "CALL", "전화로 더 답함"
    LEGAL_AID = "LEGAL_AID", "대한법률구조공단 132 안내"
    TAX_CENTRE = "TAX_CENTRE", "국세상담센터 126 안내"
    TAX_AGENT = "TAX_AGENT", "선정대리인 안내"

    ELSEWHERE = enum.nonmember(("LEGAL_AID", "TAX_CENTRE", "TAX_AGENT"))

    @property
    def office(self) -> str:
        """The office to phone, as a citizen reads it; empty where the city itself goes on."""
        return {
            "LEGAL_AID": "대한법률구조공단 132",
            "TAX_CENTRE": "국세상담센터 126",
            "TAX_AGENT": "지방세 선정대리인",
        }.get(self.value, "")


class Helped(models.TextChoices):
    """First question after a consultation: 상담이 도움이 되었나요?"""

    MUCH = "MUCH", "많이 되었습니다"
    SOME = "SOME", "조금 되었습니다"
    SO_SO = "SO_SO", "보통입니다"
    NOT = "NOT", "되지 않았습니다"
    NOT_SAID = "NOT_SAID", "말하고 싶지 않습니다"


class Ease(models.TextChoices):
    """Second question after a consultation: 예약과 안내는 편했나요?"""

    VERY = "VERY", "아주 편했습니다"
    FINE = "FINE", "편했습니다"
    SO_SO = "SO_SO", "보통입니다"
    HARD = "HARD", "불편했습니다"
    NOT_SAID = "NOT_SAID", "말하고 싶지 않습니다"


class ReportKind(models.TextChoices):
    MONTH = "MONTH", "월간 통계"
    HALF_YEAR = "HALF_YEAR", "반기 보고(별지 3)"
