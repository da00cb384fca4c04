"""The year's rules and money: kinds of work, modes of support, funds and the ledger."""

from django.db import models

from services.enums.moves import Move


class Work(models.TextChoices):
    """What money is spent on; each has its own rate and its own lines in the budget."""

    HOUSE = "house", "주택 철거"
    OUTBUILDING = "outbuilding", "창고·축사 철거"
    REROOFING = "reroofing", "지붕 개량"
    STORED = "stored", "버려진 슬레이트 처리"
    FACTORY = "factory", "공장 철거"


class Mode(models.TextChoices):
    """How a year's rule turns cost into support."""

    CAP = "cap", "한도까지"
    FULL = "full", "전액"
    FULL_TO_AREA = "full_to_area", "면적까지 전액"
    NONE = "none", "지원하지 않음"
    UNKNOWN = "unknown", "확인되지 않음"


class RateHousehold(models.TextChoices):
    """The households a year's rule is for; which households count as vulnerable is set per year."""

    ALL = "all", "모든 가구"
    GENERAL = "general", "일반 가구"
    VULNERABLE = "vulnerable", "취약계층"


class Confidence(models.TextChoices):
    HIGH = "high", "높음"
    MEDIUM = "medium", "보통"
    LOW = "low", "낮음"
    ASSUMPTION = "assumption", "시연을 위한 가정"


class Fund(models.TextChoices):
    NATIONAL = "national", "국비"
    PROVINCE = "province", "도비"
    CITY = "city", "시비"


class LedgerKind(models.TextChoices):
    ALLOT = "allot", "배정"
    RESERVE = "reserve", "묶음"
    ADJUST = "adjust", "면적에 따라 고침"
    COMMIT = "commit", "확정"
    SPEND = "spend", "지급"
    RELEASE = "release", "풀어 줌"
    TRANSFER = "transfer", "옮김"
    CARRY_OVER = "carry_over", "다음 해로 넘김"
    RECOVER = "recover", "돌려받음"


class ProgrammeMove(Move):
    """What happens to a year's programme; it has no states."""

    ADDED = "added", "적음"  # as every row of reference data (services/enums/tables.py)
    CHANGED = "changed", "고침"
    REMOVED = "removed", "지움"
    ALLOTTED = "allotted", "예산 배정"
