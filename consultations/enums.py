"""Names with Korean labels: states, their named sets and the allowed moves of free tax and legal advice."""

import enum

from django.db import models


class AdviserKind(models.TextChoices):
    TAX = "TAX", "세무사"
    LAW = "LAW", "변호사"


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
    def hint(self) -> str:
        return {
            BookingKind.TAX: "상속세, 증여세, 양도소득세, 재산세 등. 세무사가 상담합니다.",
            BookingKind.LAW: "임대차, 빌려준 돈, 상속, 가족, 사고, 임금 등. 변호사가 상담합니다.",
            BookingKind.BOTH: "세무사와 변호사를 함께 만납니다. 예: 땅을 물려받아 세금과 등기가 함께 걱정일 때",
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


class BookingState(models.TextChoices):
    REQUESTED = "REQUESTED", "신청"
    RECEIVED = "RECEIVED", "접수"
    ASSIGNED = "ASSIGNED", "배정"
    CONFIRMED = "CONFIRMED", "확정"
    REMOTE_DONE = "REMOTE_DONE", "전화 상담 마침"
    VISIT_DONE = "VISIT_DONE", "대면 상담 마침"
    CLOSED = "CLOSED", "종결"
    CANCELLED = "CANCELLED", "취소"
    MISSED = "MISSED", "불참"
    OUT_OF_SCOPE = "OUT_OF_SCOPE", "범위 밖"

    LIVE = enum.nonmember(frozenset({"REQUESTED", "RECEIVED", "ASSIGNED", "CONFIRMED"}))
    CAME = enum.nonmember(frozenset({"REMOTE_DONE", "VISIT_DONE", "CLOSED"}))
    MOVES = enum.nonmember(
        {
            "REQUESTED": {"RECEIVED", "ASSIGNED", "CONFIRMED", "CANCELLED", "OUT_OF_SCOPE"},
            "RECEIVED": {"ASSIGNED", "CONFIRMED", "CANCELLED", "OUT_OF_SCOPE"},
            "ASSIGNED": {"CONFIRMED", "CANCELLED", "OUT_OF_SCOPE"},
            "CONFIRMED": {"REMOTE_DONE", "VISIT_DONE", "CANCELLED", "MISSED", "OUT_OF_SCOPE"},
            "REMOTE_DONE": {"CLOSED"},
            "VISIT_DONE": {"CLOSED"},
            "MISSED": {"VISIT_DONE", "REMOTE_DONE"},  # came late, or was marked by mistake
            "CLOSED": set(),
            "CANCELLED": set(),
            "OUT_OF_SCOPE": set(),
        }
    )

    @property
    def citizen_label(self) -> str:
        return {
            "REQUESTED": "예약 확인 중",
            "RECEIVED": "예약 확인 중",
            "ASSIGNED": "상담할 사람 정함",
            "CONFIRMED": "예약됨",
            "REMOTE_DONE": "전화 상담 마침",
            "VISIT_DONE": "상담 마침",
            "CLOSED": "상담 마침",
            "CANCELLED": "예약 취소",
            "MISSED": "오지 않음",
            "OUT_OF_SCOPE": "다른 곳 안내",
        }[self.value]

    @property
    def tone(self) -> Tone:
        return {
            "REQUESTED": Tone.PROGRESS,
            "RECEIVED": Tone.PROGRESS,
            "ASSIGNED": Tone.PROGRESS,
            "CONFIRMED": Tone.INFO,
            "REMOTE_DONE": Tone.GOOD,
            "VISIT_DONE": Tone.GOOD,
            "CLOSED": Tone.GOOD,
            "CANCELLED": Tone.IDLE,
            "MISSED": Tone.WARN,
            "OUT_OF_SCOPE": Tone.IDLE,
        }[self.value]


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


class AnswerBy(models.TextChoices):
    """How a person wants the answer to an enquiry (COPY 3.4)."""

    CALL = "CALL", "전화로"
    WEB = "WEB", "문자 알림을 받고 누리집에서"
    LETTER = "LETTER", "우편으로"
    MEETING = "MEETING", "만나서"


class CallTime(models.TextChoices):
    MORNING = "MORNING", "오전"
    AFTERNOON = "AFTERNOON", "오후"
    ANY = "ANY", "아무 때나"


class TurnKind(models.TextChoices):
    """What one text of an enquiry is."""

    QUESTION = "QUESTION", "질문"
    ANSWER = "ANSWER", "답변"
    ASK_BACK = "ASK_BACK", "세무사·변호사가 여쭤봄"
    REPLY = "REPLY", "여쭤본 것에 답하심"

    BY_ADVISER = enum.nonmember(frozenset({"ANSWER", "ASK_BACK"}))


class AnsweredBy(models.TextChoices):
    """How an answer was really given."""

    PORTAL = "PORTAL", "누리집에 답변"
    CALL = "CALL", "전화로 답함"
    LETTER = "LETTER", "편지로 답함"
    MEETING = "MEETING", "만나서 답함"

    TELLS = enum.nonmember(frozenset({"PORTAL"}))  # on the telephone and face to face they already know


class EnquiryState(models.TextChoices):
    RECEIVED = "RECEIVED", "접수"
    ASSIGNED = "ASSIGNED", "배정"
    ANSWERING = "ANSWERING", "답변 중"
    CALL_DUE = "CALL_DUE", "전화할 차례"
    ANSWERED = "ANSWERED", "답변함"
    FOLLOW_UP = "FOLLOW_UP", "다시 물음"
    REFERRED = "REFERRED", "다른 기관 안내"
    CLOSED = "CLOSED", "종결"

    WAITING = enum.nonmember(frozenset({"RECEIVED", "ASSIGNED", "ANSWERING", "CALL_DUE", "FOLLOW_UP"}))
    WITH_ADVISER = enum.nonmember(frozenset({"ASSIGNED", "ANSWERING", "CALL_DUE", "FOLLOW_UP"}))
    OPEN = enum.nonmember(frozenset({"RECEIVED", "ASSIGNED", "ANSWERING", "CALL_DUE", "FOLLOW_UP", "ANSWERED"}))
    MOVES = enum.nonmember(
        {
            "RECEIVED": {"ASSIGNED", "REFERRED"},
            "ASSIGNED": {"ANSWERING", "CALL_DUE", "ANSWERED", "REFERRED"},
            "ANSWERING": {"ASSIGNED", "ANSWERED", "REFERRED"},
            "CALL_DUE": {"ASSIGNED", "ANSWERED", "REFERRED"},
            "ANSWERED": {"FOLLOW_UP", "CLOSED"},
            "FOLLOW_UP": {"ASSIGNED", "ANSWERING", "CALL_DUE", "ANSWERED", "REFERRED"},
            "REFERRED": {"CLOSED"},
            "CLOSED": set(),
        }
    )

    @property
    def citizen_label(self) -> str:
        return {
            "RECEIVED": "질문 접수",
            "ASSIGNED": "맡은 사람 정함",
            "ANSWERING": "답을 쓰고 있음",
            "CALL_DUE": "전화드릴 예정",
            "ANSWERED": "답변 도착",
            "FOLLOW_UP": "다시 물어보심",
            "REFERRED": "다른 곳 안내",
            "CLOSED": "마침",
        }[self.value]

    @property
    def tone(self) -> Tone:
        return {
            "RECEIVED": Tone.INFO,
            "ASSIGNED": Tone.PROGRESS,
            "ANSWERING": Tone.PROGRESS,
            "CALL_DUE": Tone.WARN,
            "ANSWERED": Tone.GOOD,
            "FOLLOW_UP": Tone.PROGRESS,
            "REFERRED": Tone.IDLE,
            "CLOSED": Tone.GOOD,
        }[self.value]


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
        """Whom to phone, as a citizen reads it; empty where the city itself goes on."""
        return {
            "LEGAL_AID": "대한법률구조공단 132",
            "TAX_CENTRE": "국세상담센터 126",
            "TAX_AGENT": "지방세 선정대리인",
        }.get(self.value, "")


class WaitingState(models.TextChoices):
    WAITING = "WAITING", "대기"
    OFFERED = "OFFERED", "빈자리 안내함"
    ACCEPTED = "ACCEPTED", "받음"
    LEFT = "LEFT", "대기 취소"
    ENDED = "ENDED", "대기 끝남"

    LIVE = enum.nonmember(frozenset({"WAITING", "OFFERED"}))
    MOVES = enum.nonmember(
        {
            "WAITING": {"OFFERED", "LEFT", "ENDED"},
            "OFFERED": {"WAITING", "ACCEPTED", "LEFT", "ENDED"},
            "ACCEPTED": set(),
            "LEFT": set(),
            "ENDED": set(),
        }
    )

    @property
    def citizen_label(self) -> str:
        return {
            "WAITING": "대기",
            "OFFERED": "자리가 났습니다",
            "ACCEPTED": "예약됨",
            "LEFT": "대기 취소",
            "ENDED": "대기 끝남",
        }[self.value]

    @property
    def tone(self) -> Tone:
        return {
            "WAITING": Tone.PROGRESS,
            "OFFERED": Tone.WARN,
            "ACCEPTED": Tone.GOOD,
            "LEFT": Tone.IDLE,
            "ENDED": Tone.IDLE,
        }[self.value]


class OfferState(models.TextChoices):
    """What became of one freed place that was held for one person in line."""

    OPEN = "OPEN", "빈자리 안내함"
    ACCEPTED = "ACCEPTED", "받음"
    DECLINED = "DECLINED", "받지 않음"
    LAPSED = "LAPSED", "답 없음"
    WITHDRAWN = "WITHDRAWN", "거둠"  # the person left the list, or the city cancelled the day


class WaitingHour(models.TextChoices):
    """Which times suit somebody who waits."""

    ANY = "ANY", "아무 때나"
    THREE = "15", "오후 3시대"
    FOUR = "16", "오후 4시대"


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


class DisruptionKind(models.TextChoices):
    """What keeps a consultation from taking place as it was promised."""

    ABSENCE = "ABSENCE", "세무사·변호사 못 옴"
    DAY_CLOSED = "DAY_CLOSED", "상담일 닫음"
    VENUE_CLOSED = "VENUE_CLOSED", "장소 닫음"
    DAY_CANCELLED = "DAY_CANCELLED", "상담일 취소"
    CONFLICT = "CONFLICT", "이해 충돌"

    SAME_DAY = enum.nonmember(frozenset({"ABSENCE", "CONFLICT"}))  # the day takes place: a colleague may take it
    CLOSURES = enum.nonmember(frozenset({"DAY_CLOSED", "VENUE_CLOSED"}))
    WITHDRAWABLE = enum.nonmember(frozenset({"ABSENCE", "DAY_CLOSED", "VENUE_CLOSED"}))

    @property
    def tone(self) -> Tone:
        return Tone.WARN if self.value in self.SAME_DAY else Tone.DANGER


class AffectedState(models.TextChoices):
    """What was arranged for one booking that cannot take place as promised."""

    OPEN = "OPEN", "정하지 않음"
    CALLING = "CALLING", "전화해서 정함"
    COLLEAGUE = "COLLEAGUE", "다른 분께 맡김"
    MOVED = "MOVED", "다른 날로 옮김"
    CANCELLED = "CANCELLED", "시 사정으로 취소"
    KEPT = "KEPT", "그대로 상담"
    ENDED = "ENDED", "예약 끝남"

    UNSETTLED = enum.nonmember(frozenset({"OPEN", "CALLING"}))
    UNCHANGED = enum.nonmember(frozenset({"KEPT", "ENDED"}))  # nobody has to be told
    MOVES = enum.nonmember(
        {
            "OPEN": {"CALLING", "COLLEAGUE", "MOVED", "CANCELLED", "KEPT", "ENDED"},
            "CALLING": {"COLLEAGUE", "MOVED", "CANCELLED", "KEPT", "ENDED"},
            "COLLEAGUE": set(),
            "MOVED": set(),
            "CANCELLED": set(),
            "KEPT": set(),
            "ENDED": set(),
        }
    )

    @property
    def tone(self) -> Tone:
        return {
            "OPEN": Tone.DANGER,
            "CALLING": Tone.WARN,
            "COLLEAGUE": Tone.GOOD,
            "MOVED": Tone.GOOD,
            "CANCELLED": Tone.IDLE,
            "KEPT": Tone.IDLE,
            "ENDED": Tone.IDLE,
        }[self.value]
