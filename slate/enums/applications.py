"""Where an application is, what happens to it, and the words of those who check and decide it."""

import enum
from typing import NamedTuple

from django.db import models

from services.enums.moves import Move, to


class ApplicationState(models.TextChoices):
    """Rules 4a. A draft is no application yet: it lies encrypted in services.Draft."""

    SUBMITTED = "submitted", "접수"
    CHECKING = "checking", "서류 확인"
    NEEDS_INFO = "needs_info", "보완 중"
    ELIGIBLE = "eligible", "자격 확인"
    REFUSAL_PROPOSED = "refusal_proposed", "지원 제외 결재 중"
    SELECTION_PROPOSED = "selection_proposed", "지원 결정 결재 중"
    APPROVED = "approved", "지원 결정"
    REFUSED = "refused", "지원 제외"
    WITHDRAWN = "withdrawn", "신청 취소(취하)"

    DEAD = enum.nonmember(frozenset({"refused", "withdrawn"}))
    """The building is free for a new application."""
    WITH_APPROVER = enum.nonmember(frozenset({"refusal_proposed", "selection_proposed"}))
    WAITING_FOR_ANSWER = enum.nonmember(
        frozenset({"submitted", "checking", "eligible", "refusal_proposed", "selection_proposed"})
    )
    """The clock of the first answer runs."""
    DECIDED = enum.nonmember(frozenset({"approved", "refused"}))
    SUPPORTED = enum.nonmember(frozenset({"eligible", "selection_proposed", "approved"}))
    """The city has confirmed that the building can be supported: never without its owner."""

    @property
    def citizen_label(self) -> str:
        """What the applicant reads: proposals never show before they are decided (COPY 7)."""
        return _FOR_CITIZENS[self].label

    @property
    def tone(self) -> str:
        return _FOR_CITIZENS[self].tone

    @property
    def is_open(self) -> bool:
        return self not in self.DEAD


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
    _S.APPROVED: _Face("지원 결정", "good"),
    _S.REFUSED: _Face("지원 제외", "danger"),
    _S.WITHDRAWN: _Face("신청 취소", "idle"),
}


class ApplicationMove(Move):
    """What happens to an application (rules 4a); the number of the rule stands at its path."""

    SUBMITTED = "submitted", "접수"
    ASSIGNED = "assigned", "담당자 정함"
    CONSENT_BROUGHT = "consent_brought", "건물 주인 동의서 받음"
    RIVAL_CAME = "rival_came", "같은 건물을 다른 분도 신청함"
    RIVAL_CONFIRMED = "rival_confirmed", "다른 신청의 주인을 확인함"
    CONTACT_TAKEN = "contact_taken", "시민 기록의 연락처로 바꿈"
    RETURNED = "returned", "보완 요청"
    SUPPLIED = "supplied", "보완 서류 받음"
    CHECKED = "checked", "확인한 것 저장"
    ELIGIBLE = "eligible", "자격 확인"
    REFUSAL_PROPOSED = "refusal_proposed", "지원 제외 올림"
    APPROVAL_PROPOSED = "approval_proposed", "지원 결정 올림"
    GIVEN_BACK = "given_back", "되돌려 보냄"
    TAKEN_BACK = "taken_back", "올린 것 거둠"
    APPROVED = "approved", "지원 결정"
    REFUSED = "refused", "지원 제외"
    WITHDRAWN = "withdrawn", "신청 취소(취하)"

    PATHS = enum.nonmember(
        {
            "assigned": to("checking", "submitted"),  # A3; an application that is being checked only changes hands
            "returned": to("needs_info", "checking"),  # A4
            "supplied": to("checking", "needs_info"),  # A5
            "checked": to("checking", "checking"),
            "eligible": to("eligible", "checking"),  # A7
            "refusal_proposed": to("refusal_proposed", "checking", "eligible"),  # A8; eligible: no money, no rule
            "refused": to("refused", "refusal_proposed"),  # A9
            "approval_proposed": to("selection_proposed", "eligible"),  # A11
            "approved": to("approved", "selection_proposed"),  # A13
            "given_back": {"refusal_proposed": "checking", "selection_proposed": "eligible"},  # A10, A14
            "taken_back": {"refusal_proposed": "checking", "selection_proposed": "eligible"},  # by the proposer
            "withdrawn": to(  # A6, A17
                "withdrawn",
                "submitted",
                "checking",
                "needs_info",
                "eligible",
                "refusal_proposed",
                "selection_proposed",
                "approved",
            ),
        }
    )


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


class CheckItem(models.TextChoices):
    """What an officer confirms before an application is eligible (COPY 6.3)."""

    OWNER = "owner", "주인 확인"
    SLATE = "slate", "슬레이트 있음"
    NOT_REMOVED = "not_removed", "먼저 걷어내지 않음"
    NOT_SUPPORTED = "not_supported", "전에 지원받지 않음"
    HOUSEHOLD = "household", "가구 자격(확인일, 유효일)"
    CONSENTS = "consents", "필요한 동의"
    PHOTOS = "photos", "사진 4장"


class Needed(models.TextChoices):
    """What a citizen can be asked to supply (letter c)."""

    PHOTOS = "photos", "건물 사진"
    OWNERSHIP = "ownership", "건물 주인임을 보여 주는 서류"
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
    Needed.OWNERSHIP: (
        "건축물대장과 등기로는 누가 주인인지 알 수 없습니다.",
        "재산세 고지서나 매매 계약서를 올려 주세요.",
    ),
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
