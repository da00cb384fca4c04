"""Buildings and the households that live in them: what applicants tell about themselves and their roof."""

import enum

from django.db import models

from slate.enums.money import Work


class BuildingKind(models.TextChoices):
    HOUSE = "house", "주택"
    WAREHOUSE = "warehouse", "창고"
    BARN = "barn", "축사"
    OTHER = "other", "그 밖의 건물"
    STORED = "stored", "버려진 슬레이트"

    @property
    def work(self) -> Work:
        """Under which line of the budget its removal falls."""
        if self == BuildingKind.HOUSE:
            return Work.HOUSE
        return Work.STORED if self == BuildingKind.STORED else Work.OUTBUILDING


class InUse(models.TextChoices):
    LIVED_IN = "lived_in", "살고 있습니다"
    USED = "used", "쓰고 있습니다"
    EMPTY = "empty", "비어 있습니다"


class SlatePlace(models.TextChoices):
    ROOF = "roof", "지붕"
    WALL = "wall", "벽"
    BOTH = "both", "지붕과 벽"


class YesNoUnknown(models.TextChoices):
    YES = "yes", "예"
    NO = "no", "아니요"
    UNKNOWN = "unknown", "잘 모르겠습니다"


class Ownership(models.TextChoices):
    OWNER = "owner", "제가 주인입니다"
    FAMILY = "family", "가족이 주인입니다"
    TENANT = "tenant", "빌려 살고 있습니다"
    UNKNOWN = "unknown", "주인이 돌아가셨거나 알 수 없습니다"


class Household(models.TextChoices):
    BASIC_LIVELIHOOD = "basic_livelihood", "기초생활보장을 받는 가구(기초생활수급자)"
    NEAR_POOR = "near_poor", "차상위계층"
    OTHER_PRIORITY = "other_priority", "한부모가족, 다자녀, 장애인이 있는 가구, 혼자 사시는 65세 이상"
    GENERAL = "general", "해당하지 않습니다"
    UNKNOWN = "unknown", "잘 모르겠습니다"

    # Those whose standing must be proved, with the day it was seen and the day it ends (A7).
    PROVED = enum.nonmember(frozenset({BASIC_LIVELIHOOD[0], NEAR_POOR[0], OTHER_PRIORITY[0]}))

    @property
    def short_label(self) -> str:
        return _HOUSEHOLD_SHORT[self]


_HOUSEHOLD_SHORT = {
    Household.BASIC_LIVELIHOOD: "기초생활수급자",
    Household.NEAR_POOR: "차상위계층",
    Household.OTHER_PRIORITY: "그 밖의 먼저 지원하는 가구",
    Household.GENERAL: "일반 가구",
    Household.UNKNOWN: "확인 전",
}


class Priority(models.TextChoices):
    """Order of support (rules 5, SL-08)."""

    BASIC_LIVELIHOOD = "1a", "1순위 가(기초생활수급자)"
    NEAR_POOR = "1b", "1순위 나(차상위계층)"
    OTHER_PRIORITY = "1c", "1순위 다(그 밖의 먼저 지원하는 가구)"
    LINKED = "2", "2순위(연계 사업)"
    GENERAL = "3", "3순위(일반 가구)"


class PaperKind(models.TextChoices):
    """Papers that are no photos of the building."""

    FORM = "form", "신청서(종이)"
    REGISTER = "register", "건축물대장·등기"
    OWNER = "owner_consent", "건물 주인의 동의서"
    HOUSEHOLD = "household_proof", "가구 자격 증명서"
    OTHER = "other", "그 밖의 서류"


class PhotoKind(models.TextChoices):
    WHOLE = "whole", "건물 전체"
    CLOSE = "close", "슬레이트 지붕 가까이"
    BACK = "back", "건물 뒤쪽"
    ROAD = "road", "건물로 들어오는 길"
