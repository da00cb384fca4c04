"""What kinds of municipal service there are, and whether one can be asked for now."""

from django.db import models

from services.enums.moves import Move


class ServiceKind(models.TextChoices):
    SERVICE = "service", "서비스"
    PROGRAMME = "programme", "프로그램"


class ServiceGroup(models.TextChoices):
    """Headings of the catalogue; the value is the anchor on its page."""

    LIVING = "living", "집과 생활"
    LEARNING = "learning", "배움과 장학"
    TAKING_PART = "taking-part", "참여와 의견"


class Schedule(models.TextChoices):
    ALWAYS = "always", "언제든"
    PERIOD = "period", "정한 기간"
    BUDGET = "budget", "예산이 남아 있는 동안"
    ASK = "ask", "전화로 물어봐 주세요"


class ServiceState(models.TextChoices):
    OPEN = "open", "신청 받는 중"
    SOON = "soon", "곧 신청"
    CLOSED = "closed", "올해 신청 마감"
    ASK = "ask", "전화로 물어봐 주세요"
    VIEW = "view", "언제든 보실 수 있습니다"  # nothing to apply for


class ServicePageMove(Move):
    """What happens to a page of the catalogue."""

    EDITED = "edited", "고침"


class AnnouncementMove(Move):
    """What happens to a notice on the first page."""

    ANNOUNCED = "announced", "올림"
    ENDED = "ended", "내림"
