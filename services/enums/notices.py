"""Channels and states of a notice."""

from django.db import models


class Channel(models.TextChoices):
    SMS = "sms", "문자"
    LMS = "lms", "긴 문자"
    ALIMTALK = "alimtalk", "알림톡"
    EMAIL = "email", "전자우편"
    LETTER = "letter", "편지"
    CALL = "call", "전화"


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


class CallOutcome(models.TextChoices):
    TOLD = "told", "알려드림"
    ABSENT = "absent", "부재중"
    WRONG_NUMBER = "wrong_number", "번호 다름"
    CALL_BACK = "call_back", "다시 걸어 달라고 하심"
    FAMILY_TOLD = "family_told", "가족에게 전함(내용은 말하지 않음)"
