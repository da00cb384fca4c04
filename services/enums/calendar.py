"""Kinds of holiday, and the reasons for which a deadline may and may not be moved."""

from django.db import models

from services.enums.moves import Move


class HolidayKind(models.TextChoices):
    PUBLIC = "public", "공휴일"
    SUBSTITUTE = "substitute", "대체공휴일"
    TEMPORARY = "temporary", "임시공휴일"
    ELECTION = "election", "선거일"


class ExtensionReason(models.TextChoices):
    """The only reasons that the petition decree takes (MW-08); workload, late assignment and absence are not here."""

    OTHER_OFFICE = "other_office", "다른 기관의 도움이 필요합니다"
    SITE_CHECK = "site_check", "사실이나 현장을 더 확인해야 합니다"
    FORCE_MAJEURE = "force_majeure", "재해처럼 어쩔 수 없는 일이 있습니다"
    ALIKE = "alike", "그 밖에 이와 비슷한 일이 있습니다"


class HolidayMove(Move):
    """What staff do with a day of the calendar."""

    ADDED = "added", "공휴일로 적음"
    CANCELLED = "cancelled", "쉬지 않는 날로 적음"
    REMOVED = "removed", "지움"
