"""Names of free advice with Korean labels: what a person wants, how they come, how a booking stands."""

import enum

from django.db import models

from consultations.enums.timetable import AdviserKind, Tone
from services.enums.consents import ConsentHow
from services.enums.moves import Move, to


class BookingKind(models.TextChoices):
    """What a person wants; `kinds` are the advisers whose time it takes, all or none."""

    TAX = "TAX", "세금"
    LAW = "LAW", "생활 법률"
    BOTH = "BOTH", "둘 다"
    UNSURE = "UNSURE", "잘 모르겠습니다"

    @property
    def kinds(self) -> tuple[AdviserKind, ...]:
        return {
            BookingKind.TAX: (AdviserKind.TAX,),
            BookingKind.LAW: (AdviserKind.LAW,),
            BookingKind.BOTH: (AdviserKind.TAX, AdviserKind.LAW),
            BookingKind.UNSURE: (AdviserKind.LAW,),  # every venue has a lawyer; an officer phones and settles it
        }[self]

    @property
    def answered_by(self) -> tuple[AdviserKind, ...]:
        """The professions that may answer it: either where the client wants both or does not know."""
        return tuple(AdviserKind) if self in (BookingKind.BOTH, BookingKind.UNSURE) else self.kinds

    @property
    def hint(self) -> str:
        return {
            BookingKind.TAX: "상속세, 증여세, 양도소득세, 재산세 등. 세무사가 상담합니다.",
            BookingKind.LAW: "임대차, 빌려준 돈, 상속, 가족, 사고, 임금 등. 변호사가 상담합니다.",
            BookingKind.BOTH: (
                "세무사와 변호사를 모두 만납니다. 한 번에 함께, 또는 이어서 만납니다. "
                "예: 땅을 물려받아 세금과 등기가 함께 걱정일 때"
            ),
            BookingKind.UNSURE: "직원이 전화드려 함께 정합니다.",
        }[self]


class JointOrder(models.TextChoices):
    """How a joint consultation takes two advisers' time; `kinds` are their turns, empty when they sit together."""

    SAME = "SAME", "같은 시간에 함께"
    TAX_FIRST = "TAX", "세무사 먼저, 이어서 변호사"
    LAW_FIRST = "LAW", "변호사 먼저, 이어서 세무사"

    @property
    def kinds(self) -> tuple[AdviserKind, ...]:
        return {
            JointOrder.SAME: (),
            JointOrder.TAX_FIRST: (AdviserKind.TAX, AdviserKind.LAW),
            JointOrder.LAW_FIRST: (AdviserKind.LAW, AdviserKind.TAX),
        }[self]


class Topic(models.TextChoices):
    INHERITANCE_TAX = "INHERITANCE_TAX", "상속세·증여세"
    CAPITAL_GAINS = "CAPITAL_GAINS", "양도소득세(땅이나 집을 팔 때)"
    LOCAL_TAX = "LOCAL_TAX", "재산세·취득세·자동차세"
    INCOME_VAT = "INCOME_VAT", "종합소득세·부가가치세"
    ARREARS = "ARREARS", "밀린 세금·압류"
    OTHER_TAX = "OTHER_TAX", "그 밖의 세금"
    LEASE = "LEASE", "전세·월세·임대차"
    DEBT = "DEBT", "빌려준 돈·보증"
    INHERITANCE = "INHERITANCE", "상속·유언"
    FAMILY = "FAMILY", "이혼·가족"
    LAND = "LAND", "땅·집·경계"
    WORK = "WORK", "임금·일터"
    ACCIDENT = "ACCIDENT", "교통사고·손해배상"
    CRIME = "CRIME", "고소·범죄 피해"
    PENALTY = "PENALTY", "과태료·행정 결정"
    OTHER_LAW = "OTHER_LAW", "그 밖의 법률"
    UNSURE = "UNSURE", "잘 모르겠습니다"

    TAX_TOPICS = enum.nonmember(
        frozenset({"INHERITANCE_TAX", "CAPITAL_GAINS", "LOCAL_TAX", "INCOME_VAT", "ARREARS", "OTHER_TAX"})
    )

    NATIONAL_TAX = enum.nonmember(frozenset({"INHERITANCE_TAX", "CAPITAL_GAINS", "INCOME_VAT"}))

    @classmethod
    def for_kind(cls, kind: BookingKind) -> "list[Topic]":
        """The topics a person may choose from; "잘 모르겠습니다" is always the last."""
        known = [topic for topic in cls if topic != cls.UNSURE]
        if kind == BookingKind.TAX:
            known = [topic for topic in known if topic.value in cls.TAX_TOPICS]
        elif kind == BookingKind.LAW:
            known = [topic for topic in known if topic.value not in cls.TAX_TOPICS]
        return [*known, cls.UNSURE]


class BookingState(models.TextChoices):
    CONFIRMED = "CONFIRMED", "확정"
    VISIT_DONE = "VISIT_DONE", "대면 상담 마침"
    CANCELLED = "CANCELLED", "취소"
    MISSED = "MISSED", "불참"
    OUT_OF_SCOPE = "OUT_OF_SCOPE", "범위 밖"

    LIVE = enum.nonmember(frozenset({"CONFIRMED"}))
    CAME = enum.nonmember(frozenset({"VISIT_DONE"}))
    NOTED = enum.nonmember(frozenset({"VISIT_DONE", "MISSED"}))  # by staff, on the day

    @property
    def citizen_label(self) -> str:
        return {
            "CONFIRMED": "예약됨",
            "VISIT_DONE": "상담 마침",
            "CANCELLED": "예약 취소",
            "MISSED": "오지 않음",
            "OUT_OF_SCOPE": "다른 곳 안내",
        }[self.value]

    @property
    def tone(self) -> Tone:
        return {
            "CONFIRMED": Tone.INFO,
            "VISIT_DONE": Tone.GOOD,
            "CANCELLED": Tone.IDLE,
            "MISSED": Tone.WARN,
            "OUT_OF_SCOPE": Tone.IDLE,
        }[self.value]


class BookingMove(Move):
    """What happens to a booking."""

    BOOKED = "booked", "예약"
    MOVED = "moved", "시간·장소 바꿈"
    REASSIGNED = "reassigned", "맡은 사람 바꿈"
    ARRIVED = "arrived", "오심"
    ARRIVAL_TAKEN_BACK = "arrival_taken_back", "오심 되돌림"
    TAKEN_BACK = "taken_back", "마침·오지 않음 되돌림"
    COMPLETED = "completed", "상담 마침"
    MISSED = "missed", "오지 않음"
    CANCELLED = "cancelled", "예약 취소"
    OUT_OF_SCOPE = "out_of_scope", "다른 기관 안내"
    CANCELLED_BY_CITY = "cancelled_by_city", "시 사정으로 취소"
    RESULT = "result", "상담 결과 적음"
    RESULT_CORRECTED = "result_corrected", "상담 결과 고침"
    SURVEYED = "surveyed", "만족도 답하심"
    TEXTS_DESTROYED = "texts_destroyed", "적힌 내용 지움"
    CONFLICT = "conflict", "이해 충돌 알림"

    PATHS = enum.nonmember(
        {
            "completed": to("VISIT_DONE", "CONFIRMED", "MISSED"),  # came late, or was marked by mistake
            "result": to("VISIT_DONE", "CONFIRMED", "VISIT_DONE"),  # each of two advisers writes one
            "missed": to("MISSED", "CONFIRMED"),
            "taken_back": to("CONFIRMED", "VISIT_DONE", "MISSED"),  # the same day only
            "cancelled": to("CANCELLED", "CONFIRMED"),
            "cancelled_by_city": to("CANCELLED", "CONFIRMED"),
            "out_of_scope": to("OUT_OF_SCOPE", "CONFIRMED"),
        }
    )


class Source(models.TextChoices):
    """How a booking reached the city."""

    WEB = "WEB", "누리집"
    HELPER = "HELPER", "가족·이웃"
    PHONE = "PHONE", "전화"
    COUNTER = "COUNTER", "창구"
    WALK_IN = "WALK_IN", "바로 오심"
    API = "API", "다른 프로그램"
    WAITING = "WAITING", "대기에서"

    BY_STAFF = enum.nonmember(frozenset({"PHONE", "COUNTER", "WALK_IN"}))

    @property
    def consent_how(self) -> ConsentHow:
        """Staff explain the texts and ask; everybody else answers on a screen of their own."""
        return ConsentHow.SPOKEN if self in Source.BY_STAFF else ConsentHow.WEB


class Need(models.TextChoices):
    WHEELCHAIR = "WHEELCHAIR", "휠체어로 갑니다"
    LARGE_PRINT = "LARGE_PRINT", "글씨가 커야 합니다"
    HARD_OF_HEARING = "HARD_OF_HEARING", "잘 들리지 않습니다"
    SIGN_LANGUAGE = "SIGN_LANGUAGE", "수어 통역이 필요합니다"
    INTERPRETER = "INTERPRETER", "외국어 통역이 필요합니다"
    COMPANION = "COMPANION", "다른 사람과 함께 갑니다"

    SEVEN_DAYS = enum.nonmember(frozenset({"SIGN_LANGUAGE", "INTERPRETER"}))  # AC-02


class ConsentKind(models.TextChoices):
    """Each asked for on its own, none ticked beforehand (PD-01, PD-02)."""

    COLLECTION = "COLLECTION", "개인정보 받기와 쓰기(수집·이용)"
    ADVISER = "ADVISER", "세무사·변호사에게 알려 주기(제3자 제공)"
    HEALTH = "HEALTH", "건강에 관한 정보(민감정보) 쓰기"
    NEWS = "NEWS", "다음 상담일과 시 행사 소식 받기"

    REQUIRED = enum.nonmember(("COLLECTION", "ADVISER"))


class HelperConsent(models.TextChoices):
    """How the person agreed that somebody else books for them, where staff write it down."""

    BY_PHONE = "BY_PHONE", "본인이 전화로 동의하심"
    SPOKEN = "SPOKEN", "본인이 담당자 앞에서 말로 동의하심"
    PAPER = "PAPER", "본인이 서명한 종이를 봄"


class CancelReason(models.TextChoices):
    SOLVED = "SOLVED", "문제가 풀렸습니다"
    DATE = "DATE", "날짜가 맞지 않습니다"
    CANNOT_COME = "CANNOT_COME", "가기 어렵습니다"
    ELSEWHERE = "ELSEWHERE", "다른 곳에서 상담받았습니다"
    NOT_SAID = "NOT_SAID", "말하고 싶지 않습니다"
