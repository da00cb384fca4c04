"""Names of free advice with Korean labels: the waiting list."""

import enum

from django.db import models

from consultations.enums.timetable import Tone


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
