"""Names of free advice with Korean labels: questions without an appointment."""

import enum

from django.db import models

from consultations.enums.timetable import Tone
from services.enums.moves import Move, to


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

    @classmethod
    def wanted(cls, answer_by: str) -> "AnsweredBy":
        """How whoever asked wants to be answered."""
        return cls.PORTAL if answer_by == AnswerBy.WEB else cls(answer_by)


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


class EnquiryMove(Move):
    """What happens to a question."""

    RECEIVED = "received", "질문 접수"
    ASSIGNED = "assigned", "맡을 사람 정함"
    DRAFT_KEPT = "draft_kept", "답을 쓰기 시작함"
    CALL_PREPARED = "call_prepared", "전화로 답할 말을 쓰기 시작함"
    ANSWERED = "answered", "답변함"
    ASKED_BACK = "asked_back", "더 여쭤봄, 기한 멈춤"
    REPLIED = "replied", "답하심, 기한 다시 감"
    FOLLOWED_UP = "followed_up", "다시 물어보심"
    EXTENDED = "extended", "기한 늦춤"
    REFERRED = "referred", "다른 기관 안내"
    MEETING_BOOKED = "meeting_booked", "만날 약속 잡음"
    CLOSED = "closed", "마침"
    TEXTS_DESTROYED = "texts_destroyed", "질문과 답변 지움"

    PATHS = enum.nonmember(
        {
            "assigned": to("ASSIGNED", "RECEIVED", "ASSIGNED", "ANSWERING", "CALL_DUE", "FOLLOW_UP"),
            "draft_kept": to("ANSWERING", "ASSIGNED", "FOLLOW_UP"),
            "call_prepared": to("CALL_DUE", "ASSIGNED", "FOLLOW_UP"),
            "answered": to("ANSWERED", "ASSIGNED", "ANSWERING", "CALL_DUE", "FOLLOW_UP"),
            "referred": to("REFERRED", "RECEIVED", "ASSIGNED", "ANSWERING", "CALL_DUE", "FOLLOW_UP"),
            "followed_up": to("FOLLOW_UP", "ANSWERED"),
            "closed": to("CLOSED", "ANSWERED"),
        }
    )
