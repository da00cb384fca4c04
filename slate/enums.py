"""Names with Korean labels: states, their named sets and the allowed moves of slate-roof subsidies."""

import enum
from typing import NamedTuple

from django.db import models


class ApplicationState(models.TextChoices):
    """Rules 4a. A draft is no application yet: it lives encrypted in services.Draft."""

    SUBMITTED = "submitted", "접수"
    CHECKING = "checking", "서류 확인"
    NEEDS_INFO = "needs_info", "보완 중"
    ELIGIBLE = "eligible", "자격 확인"
    REFUSAL_PROPOSED = "refusal_proposed", "지원 제외 결재 중"
    SELECTION_PROPOSED = "selection_proposed", "지원 결정 결재 중"
    WAITLISTED = "waitlisted", "대기"
    APPROVED = "approved", "지원 결정"
    REFUSED = "refused", "지원 제외"
    WITHDRAWN = "withdrawn", "신청 취소(취하)"
    CANCEL_PROPOSED = "cancel_proposed", "지원 취소 결재 중"
    CANCELLED = "cancelled", "지원 취소"
    OBJECTION = "objection", "이의신청"
    UPHELD = "upheld", "처음 결정 유지"
    COMPLETED = "completed", "지원 완료"
    RECOVERY = "recovery", "환수 진행"

    DEAD = enum.nonmember(frozenset({"refused", "withdrawn", "cancelled", "upheld"}))
    """The building is free for a new application."""
    WITH_OFFICER = enum.nonmember(frozenset({"submitted", "checking", "needs_info", "eligible"}))
    WITH_APPROVER = enum.nonmember(frozenset({"refusal_proposed", "selection_proposed"}))
    WAITING_FOR_ANSWER = enum.nonmember(
        frozenset({"submitted", "checking", "eligible", "refusal_proposed", "selection_proposed"})
    )
    """The clock of the first answer runs."""
    DECIDED = enum.nonmember(frozenset({"approved", "refused"}))
    WITHDRAWABLE = enum.nonmember(
        frozenset(
            {
                "submitted",
                "checking",
                "needs_info",
                "eligible",
                "refusal_proposed",
                "selection_proposed",
                "waitlisted",
                "approved",
            }
        )
    )

    @property
    def citizen_label(self) -> str:
        """What the applicant reads: proposals never show before they are decided (COPY 7)."""
        return _FOR_CITIZENS[self].label

    @property
    def tone(self) -> str:
        return _FOR_CITIZENS[self].tone

    @property
    def is_open(self) -> bool:
        return self not in {*self.DEAD, self.COMPLETED}


class _Face(NamedTuple):
    label: str
    tone: str


_S = ApplicationState
_FOR_CITIZENS: dict[ApplicationState, _Face] = {
    _S.SUBMITTED: _Face("접수", "info"),
    _S.CHECKING: _Face("서류 확인 중", "progress"),
    _S.NEEDS_INFO: _Face("보완 요청", "warn"),
    _S.ELIGIBLE: _Face("자격 확인", "progress"),
    _S.REFUSAL_PROPOSED: _Face("서류 확인 중", "progress"),
    _S.SELECTION_PROPOSED: _Face("지원 결정 준비 중", "progress"),
    _S.WAITLISTED: _Face("대기", "warn"),
    _S.APPROVED: _Face("지원 결정", "good"),
    _S.REFUSED: _Face("지원 제외", "danger"),
    _S.WITHDRAWN: _Face("신청 취소", "idle"),
    _S.CANCEL_PROPOSED: _Face("지원 취소 검토 중", "warn"),
    _S.CANCELLED: _Face("지원 취소", "danger"),
    _S.OBJECTION: _Face("이의신청 검토 중", "warn"),
    _S.UPHELD: _Face("처음 결정대로", "idle"),
    _S.COMPLETED: _Face("지원 완료", "good"),
    _S.RECOVERY: _Face("지원금 다시 계산 중", "danger"),
}

MOVES: tuple[tuple[ApplicationState, ApplicationState], ...] = (
    (_S.SUBMITTED, _S.CHECKING),  # A3
    (_S.CHECKING, _S.NEEDS_INFO),  # A4
    (_S.NEEDS_INFO, _S.CHECKING),  # A5
    (_S.CHECKING, _S.ELIGIBLE),  # A7
    (_S.CHECKING, _S.REFUSAL_PROPOSED),  # A8
    (_S.REFUSAL_PROPOSED, _S.REFUSED),  # A9
    (_S.REFUSAL_PROPOSED, _S.CHECKING),  # A10
    (_S.ELIGIBLE, _S.SELECTION_PROPOSED),  # A11
    (_S.ELIGIBLE, _S.WAITLISTED),  # A12
    (_S.SELECTION_PROPOSED, _S.APPROVED),  # A13
    (_S.SELECTION_PROPOSED, _S.ELIGIBLE),  # A14
    (_S.WAITLISTED, _S.SELECTION_PROPOSED),  # A15
    (_S.WAITLISTED, _S.ELIGIBLE),  # A16
    *((_S(state), _S.WITHDRAWN) for state in sorted(_S.WITHDRAWABLE)),  # A6, A17
    (_S.APPROVED, _S.CANCEL_PROPOSED),  # A18
    (_S.CANCEL_PROPOSED, _S.CANCELLED),
    (_S.CANCEL_PROPOSED, _S.APPROVED),
    (_S.REFUSED, _S.OBJECTION),  # A19
    (_S.CANCELLED, _S.OBJECTION),
    (_S.WAITLISTED, _S.OBJECTION),
    (_S.OBJECTION, _S.UPHELD),  # A20
    (_S.OBJECTION, _S.CHECKING),  # A21
    (_S.OBJECTION, _S.APPROVED),
    (_S.APPROVED, _S.COMPLETED),  # A22
    (_S.COMPLETED, _S.RECOVERY),  # A23
    (_S.RECOVERY, _S.COMPLETED),
)
"""Every allowed move of an application (rules 4a); the database refuses the others."""


class BuildingKind(models.TextChoices):
    HOUSE = "house", "주택"
    WAREHOUSE = "warehouse", "창고"
    BARN = "barn", "축사"
    OTHER = "other", "그 밖의 건물"
    STORED = "stored", "버려진 슬레이트"

    @property
    def work(self) -> "Work":
        """Under which line of the budget its removal falls."""
        if self == BuildingKind.HOUSE:
            return Work.HOUSE
        return Work.STORED if self == BuildingKind.STORED else Work.OUTBUILDING


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


class RateHousehold(models.TextChoices):
    """Whom a year's rule is for; which households count as vulnerable is set per year."""

    ALL = "all", "모든 가구"
    GENERAL = "general", "일반 가구"
    VULNERABLE = "vulnerable", "취약계층"


class Priority(models.TextChoices):
    """Order of support (rules 5, SL-08)."""

    BASIC_LIVELIHOOD = "1a", "1순위 가(기초생활수급자)"
    NEAR_POOR = "1b", "1순위 나(차상위계층)"
    OTHER_PRIORITY = "1c", "1순위 다(그 밖의 먼저 지원하는 가구)"
    LINKED = "2", "2순위(연계 사업)"
    GENERAL = "3", "3순위(일반 가구)"


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


class ContactWay(models.TextChoices):
    SMS = "sms", "문자"
    ALIMTALK = "alimtalk", "카카오톡 알림"
    CALL = "call", "전화"
    POST = "post", "우편"


class Origin(models.TextChoices):
    ONLINE = "online", "누리집"
    COUNTER = "counter", "행정복지센터"


class ConsentKind(models.TextChoices):
    """Each asked for on its own, none ticked beforehand (PD-01)."""

    COLLECT = "collect", "개인정보 받기와 쓰기(수집·이용)"
    LOOKUP = "lookup", "시가 자료를 확인하기(행정정보 공동이용)"
    CONTRACTOR = "contractor", "철거 업체에 알려 주기(제3자 제공)"
    ELECTRONIC = "electronic", "카카오톡·문자로 결정을 받아 보기(전자 송달)"

    REQUIRED = enum.nonmember(("collect", "lookup", "contractor"))


class PhotoKind(models.TextChoices):
    WHOLE = "whole", "건물 전체"
    CLOSE = "close", "슬레이트 지붕 가까이"
    BACK = "back", "건물 뒤쪽"
    ROAD = "road", "건물로 들어오는 길"


class CheckItem(models.TextChoices):
    """What an officer confirms before an application is eligible (COPY 6.3)."""

    OWNER = "owner", "주인 확인"
    SLATE = "slate", "슬레이트 있음"
    NOT_REMOVED = "not_removed", "먼저 걷어내지 않음"
    NOT_SUPPORTED = "not_supported", "전에 지원받지 않음"
    HOUSEHOLD = "household", "가구 자격(확인일, 유효일)"
    CONSENTS = "consents", "동의 4가지"
    PHOTOS = "photos", "사진 4장"


class Needed(models.TextChoices):
    """What a citizen can be asked to supply (letter c)."""

    PHOTOS = "photos", "건물 사진"
    OWNER_CONSENT = "owner_consent", "건물 주인의 동의서"
    LAND_CONSENT = "land_consent", "땅 주인의 동의서"
    HOUSEHOLD_PROOF = "household_proof", "가구 자격 증명서"
    AREA = "area", "슬레이트 면적"
    OTHER = "other", "그 밖의 서류"

    @property
    def why(self) -> str:
        return _NEEDED[self][0]

    @property
    def how(self) -> str:
        return _NEEDED[self][1]


_NEEDED = {
    Needed.PHOTOS: ("지붕에 슬레이트가 있는지 확인합니다.", "땅에서 찍은 사진을 올려 주세요. 지붕에 올라가지 마세요."),
    Needed.OWNER_CONSENT: ("주인의 동의가 있어야 철거할 수 있습니다.", "동의서에 주인의 이름을 적어 올려 주세요."),
    Needed.LAND_CONSENT: ("땅 주인이 따로 있습니다.", "동의서에 땅 주인의 이름을 적어 올려 주세요."),
    Needed.HOUSEHOLD_PROOF: (
        "시가 가구 자격을 확인하지 못했습니다.",
        "증명서를 행정복지센터에서 받아 올려 주세요.",
    ),
    Needed.AREA: ("면적이 있어야 금액을 어림할 수 있습니다.", "가로와 세로를 재어 알려 주세요."),
    Needed.OTHER: ("신청하신 내용을 확인합니다.", "담당자가 적은 안내를 읽어 주세요."),
}


class Outcome(models.TextChoices):
    APPROVED = "approved", "지원 결정"
    REFUSED = "refused", "지원 제외"


class RefusalReason(models.TextChoices):
    """Why an application is refused (COPY 5.5 b)."""

    NOT_SLATE = "NOT_SLATE", "슬레이트가 없음"
    REMOVED_BEFORE = "REMOVED_BEFORE", "결정 전에 걷어냄"
    SUPPORTED_BEFORE = "SUPPORTED_BEFORE", "전에 지원받음"
    NOT_OWNER = "NOT_OWNER", "주인 동의 없음"
    LAND_CONSENT = "LAND_CONSENT", "땅 주인 동의 없음"
    NOT_ELIGIBLE_TYPE = "NOT_ELIGIBLE_TYPE", "올해 지원하지 않는 건물"
    ROOF_NOT_RESIDENT = "ROOF_NOT_RESIDENT", "새 지붕: 살지 않음"
    ROOF_CLASS = "ROOF_CLASS", "새 지붕: 가구 자격"
    OUTSIDE = "OUTSIDE", "김제시 밖"
    DEMOLISHED = "DEMOLISHED", "이미 헐림"
    FALSE_STATEMENT = "FALSE_STATEMENT", "사실과 다름"
    NO_BUDGET = "NO_BUDGET", "예산 모자람"


class WithdrawReason(models.TextChoices):
    """Why people give up: the programme's main failure, so it is counted (COPY 3.8)."""

    OWN_SHARE = "own_share", "돈이 부담됩니다"
    DATE = "date", "날짜가 맞지 않습니다"
    SELLING = "selling", "집을 팔거나 헐 계획입니다"
    FAMILY = "family", "가족이 반대합니다"
    OTHER = "other", "다른 이유"
