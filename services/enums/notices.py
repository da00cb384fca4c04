"""Channels and states of a notice."""

import enum

from django.db import models

from services.enums.moves import Move


class Channel(models.TextChoices):
    SMS = "sms", "문자"
    LMS = "lms", "긴 문자"
    ALIMTALK = "alimtalk", "알림톡"
    EMAIL = "email", "전자우편"
    LETTER = "letter", "편지"
    CALL = "call", "전화"

    BY_PHONE = enum.nonmember(frozenset({"sms", "lms", "alimtalk"}))  # what a provider carries to a mobile phone
    BY_MACHINE = enum.nonmember(frozenset({"sms", "lms", "alimtalk", "email"}))  # the rest is done by people


class NoticeState(models.TextChoices):
    QUEUED = "queued", "보낼 예정"
    HELD = "held", "아침까지 기다림"
    SENDING = "sending", "보내는 중"
    SENT = "sent", "보냄"
    DELIVERED = "delivered", "도착"
    RETRY = "retry", "다시 보낼 예정"
    DEAD = "dead", "보내지 못함"
    SKIPPED = "skipped", "보내지 않음"
    FALLBACK = "fallback", "문자로 바꿔 보냄"
    CALL = "call", "전화로 알림"

    WAITING = enum.nonmember(frozenset({"queued", "held", "retry"}))
    VOIDABLE = enum.nonmember(frozenset({"queued", "held", "retry", "call"}))  # nobody has been told yet
    ARRIVED = enum.nonmember(frozenset({"sent", "delivered"}))

    @property
    def tone(self) -> str:
        """The badge's tone (COPY 7)."""
        return _TONES[self.value]

    @property
    def citizen_label(self) -> str:
        """What the addressee reads; empty where the notice was withdrawn."""
        return _CITIZEN_LABELS[self.value]


class NoticeMove(Move):
    """What people do with a notice; what the dispatcher does stands in its attempts."""

    RETRIED = "retried", "다시 보냄"
    CALLED = "called", "전화함"
    POSTED = "posted", "편지를 부침"


_TONES = {
    "queued": "progress",
    "held": "idle",
    "sending": "progress",
    "sent": "info",
    "delivered": "good",
    "retry": "warn",
    "dead": "danger",
    "skipped": "idle",
    "fallback": "info",
    "call": "warn",
}
_CITIZEN_LABELS = {
    "queued": "곧 보냅니다",
    "held": "오전 9시에 보냅니다",
    "sending": "곧 보냅니다",
    "sent": "보냈습니다",
    "delivered": "도착했습니다",
    "retry": "곧 다시 보냅니다",
    "dead": "보내지 못했습니다. 전화드립니다.",
    "skipped": "",
    "fallback": "문자로 보냈습니다",
    "call": "전화드립니다",
}


class CallOutcome(models.TextChoices):
    TOLD = "told", "알려드림"
    ABSENT = "absent", "부재중"
    WRONG_NUMBER = "wrong_number", "번호 다름"
    CALL_BACK = "call_back", "다시 걸어 달라고 하심"
    FAMILY_TOLD = "family_told", "가족에게 전함(내용은 말하지 않음)"

    ENDS = enum.nonmember(frozenset({"told", "wrong_number", "family_told"}))  # the task leaves the list
    REACHED = enum.nonmember(frozenset({"told", "family_told"}))
