"""Names of free advice with Korean labels: what keeps a consultation from taking place."""

import enum

from django.db import models

from consultations.enums.timetable import Tone
from services.enums.moves import Move, to


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


class DisruptionMove(Move):
    """What happens to the list of everybody affected; it has no state of its own."""

    REPORTED = "reported", "알림 명단 만듦"
    WITHDRAWN = "withdrawn", "거둠, 그대로 상담함"
    CLOSED = "closed", "모두 알림"
    REOPENED = "reopened", "알리지 못한 분이 다시 생김"


class AffectedMove(Move):
    """What is arranged for one of them."""

    CALLING = "calling", "전화해서 정하기로 함"
    COLLEAGUE = "colleague", "다른 분께 맡김"
    MOVED = "moved", "다른 날로 옮김"
    CANCELLED = "cancelled", "시 사정으로 취소"
    KEPT = "kept", "그대로 상담"
    ENDED = "ended", "예약 끝남"
    TOLD = "told", "말로 알림"

    PATHS = enum.nonmember(
        {
            "calling": to("CALLING", "OPEN", "CALLING"),  # again after a wrong number
            "colleague": to("COLLEAGUE", "OPEN", "CALLING"),
            "moved": to("MOVED", "OPEN", "CALLING"),
            "cancelled": to("CANCELLED", "OPEN", "CALLING"),
            "kept": to("KEPT", "OPEN", "CALLING"),
            "ended": to("ENDED", "OPEN", "CALLING"),
        }
    )
