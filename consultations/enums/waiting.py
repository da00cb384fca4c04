"""Names of free advice with Korean labels: the waiting list."""

import enum

from django.db import models

from consultations.enums.timetable import Tone
from services.enums.moves import Move, to


class WaitingState(models.TextChoices):
    WAITING = "WAITING", "대기"
    OFFERED = "OFFERED", "빈자리 안내함"
    ACCEPTED = "ACCEPTED", "받음"
    LEFT = "LEFT", "대기 취소"
    ENDED = "ENDED", "대기 끝남"

    LIVE = enum.nonmember(frozenset({"WAITING", "OFFERED"}))

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


class WaitingMove(Move):
    """What happens to somebody's place in line."""

    WAITING = "waiting", "대기 신청"
    OFFERED = "offered", "빈자리 안내"
    ACCEPTED = "accepted", "자리를 받음"
    DECLINED = "declined", "이번에는 받지 않음"
    LAPSED = "lapsed", "답이 없어 지나감"
    WITHDRAWN = "withdrawn", "안내한 자리를 거둠"
    LEFT = "left", "대기 취소"
    ENDED = "ended", "대기 끝남"
    TEXTS_DESTROYED = "texts_destroyed", "적힌 내용 지움"

    PATHS = enum.nonmember(
        {
            "offered": to("OFFERED", "WAITING"),
            "accepted": to("ACCEPTED", "OFFERED"),
            "declined": to("WAITING", "OFFERED"),
            "lapsed": to("WAITING", "OFFERED"),
            "withdrawn": to("WAITING", "OFFERED"),
            "left": to("LEFT", "WAITING", "OFFERED"),
            "ended": to("ENDED", "WAITING", "OFFERED"),
        }
    )


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
