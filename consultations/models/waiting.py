"""People who wait for a place on a full day, and the freed places that are held for them."""

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone

from consultations.enums import BookingKind, JointOrder, OfferState, Source, WaitingHour, WaitingMove, WaitingState
from consultations.models.bookings import Booking
from consultations.models.timetable import ClinicDay
from services.enums.people import Role
from services.models import User
from services.models.encryption import EncryptedJSONField
from services.models.history import tracked


class WaitingQuerySet(models.QuerySet["Waiting"]):
    def live(self) -> "WaitingQuerySet":
        return self.filter(state__in=WaitingState.LIVE)

    def in_line(self) -> "WaitingQuerySet":
        """First come, first offered."""
        return self.order_by("created_at", "pk")

    def seen_by(self, user: User) -> "WaitingQuerySet":
        """What this member of staff may see: everything, or as a clerk the own township and the own entries."""
        if user.roles & {Role.CONSULTATION_OFFICER, Role.AUDITOR}:
            return self
        return self.filter(models.Q(clinic_day__venue__township=user.township_id or 0) | models.Q(taken_by=user))

    def with_place(self) -> "WaitingQuerySet":
        return self.select_related("resident", "clinic_day__venue")


@tracked("wish")
class Waiting(models.Model):
    """A resident's place in the line of one full clinic day. `wish` becomes the booking when a place is accepted."""

    reference = models.CharField("예약번호", max_length=6)  # becomes the booking's
    resident = models.ForeignKey(
        "services.Resident", verbose_name="상담받는 분", on_delete=models.PROTECT, related_name="waitings"
    )
    clinic_day = models.ForeignKey(ClinicDay, verbose_name="상담일", on_delete=models.PROTECT, related_name="waitings")
    kind = models.CharField("상담", max_length=6, choices=BookingKind)
    hour = models.CharField("원하는 시간", max_length=3, choices=WaitingHour, default=WaitingHour.ANY)
    state = models.CharField("상태", max_length=10, choices=WaitingState, default=WaitingState.WAITING)
    source = models.CharField("어떻게", max_length=8, choices=Source, default=Source.WEB)
    helper = models.ForeignKey(
        "services.Resident", on_delete=models.PROTECT, null=True, blank=True, related_name="helped_waitings"
    )
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="taken_waitings"
    )
    wish: "models.Field[Any, Any]" = EncryptedJSONField("상담 내용", default=dict)
    booking = models.OneToOneField(Booking, on_delete=models.PROTECT, null=True, blank=True, related_name="waiting")
    created_at = models.DateTimeField("신청한 때", default=timezone.now)
    ended_at = models.DateTimeField("마친 때", null=True, blank=True)
    wish_destroyed_at = models.DateTimeField("상담 내용을 지운 때", null=True, blank=True)

    moves: ClassVar = WaitingMove

    objects: ClassVar[WaitingQuerySet] = WaitingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["clinic_day", "created_at", "pk"]
        verbose_name = "대기"
        verbose_name_plural = "대기"
        constraints = [
            models.UniqueConstraint(
                fields=["reference"],
                name="waiting_reference_is_unique",
                violation_error_message="이 예약번호는 이미 있습니다.",
            ),
            models.UniqueConstraint(
                fields=["resident", "clinic_day"],
                condition=models.Q(state__in=["WAITING", "OFFERED"]),
                name="waiting_once_a_day",
                violation_error_message="이미 이날 대기하고 계십니다.",
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="waiting_moves",
                field="state",
                transitions=WaitingMove.transitions(),
            )
        ]

    def __str__(self) -> str:
        return f"대기 {self.pk}"

    @property
    def shown_reference(self) -> str:
        return f"{self.reference[:3]}-{self.reference[3:]}"

    @property
    def label(self) -> WaitingState:
        return WaitingState(self.state)

    @property
    def is_live(self) -> bool:
        return self.state in WaitingState.LIVE

    @property
    def rank(self) -> int:
        """1 is the first in line of that day. One query."""
        earlier = models.Q(created_at__lt=self.created_at) | models.Q(created_at=self.created_at, pk__lt=self.pk)
        return Waiting.objects.live().filter(earlier, clinic_day=self.clinic_day_id).count() + 1

    @property
    def open_offer(self) -> "SeatOffer | None":
        return self.offers.filter(state=OfferState.OPEN).first()


class SeatOffer(models.Model):
    """One freed place, held for one person in line until a set time; its holds block the place for everybody else."""

    waiting = models.ForeignKey(Waiting, on_delete=models.PROTECT, related_name="offers")
    clinic_day = models.ForeignKey(ClinicDay, on_delete=models.PROTECT, related_name="offers")
    starts_at = models.DateTimeField("시작")
    minutes = models.PositiveSmallIntegerField("분")
    joint_order = models.CharField("순서", max_length=4, choices=JointOrder, default=JointOrder.SAME)
    until = models.DateTimeField("이때까지 맡아 둠")
    state = models.CharField("상태", max_length=10, choices=OfferState, default=OfferState.OPEN)
    is_past = models.BooleanField("다시 난 자리", default=False)  # freed anew since: may be offered to them again
    made_at = models.DateTimeField("안내한 때", default=timezone.now)
    closed_at = models.DateTimeField("답한 때", null=True, blank=True)

    class Meta:
        ordering = ["made_at", "pk"]
        verbose_name = "빈자리 안내"
        verbose_name_plural = "빈자리 안내"
        constraints = [
            models.UniqueConstraint(
                fields=["waiting"],
                condition=models.Q(state="OPEN"),
                name="offer_one_open_per_waiting",
                violation_error_message="이미 맡아 둔 자리가 있습니다.",
            )
        ]

    def __str__(self) -> str:
        return f"빈자리 안내 {self.pk}"
