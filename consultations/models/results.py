"""What an adviser says about a booking: the result (TA-06, 별지 1), or that it may not be theirs (LA-05)."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from consultations.enums import FollowUp, Outcome, Topic
from consultations.models.bookings import Booking
from consultations.models.timetable import Adviser
from services.models.encryption import EncryptedTextField
from services.models.history import tracked


class ResultQuerySet(models.QuerySet["Result"]):
    def current(self) -> "ResultQuerySet":
        """What holds; what its adviser has corrected since stays readable and is not counted."""
        return self.filter(replaced_at__isnull=True)


@tracked("note")
class Result(models.Model):
    """One adviser's record of one booking; a joint booking has one of each. A correction is a row of its own."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="results")
    adviser = models.ForeignKey(Adviser, on_delete=models.PROTECT, related_name="results")
    topic = models.CharField("분야", max_length=16, choices=Topic)
    outcome = models.CharField("결과", max_length=12, choices=Outcome)
    follow_up = models.CharField("다음에 할 일", max_length=12, choices=FollowUp, default=FollowUp.NONE)
    minutes = models.PositiveSmallIntegerField("걸린 시간(분)")
    note = EncryptedTextField("상담 내용 요지", blank=True)
    note_destroyed_at = models.DateTimeField("요지를 지운 때", null=True, blank=True)
    recorded_at = models.DateTimeField("적은 때", default=timezone.now)
    replaced_at = models.DateTimeField("고쳐 적은 때", null=True, blank=True)

    objects: ClassVar[ResultQuerySet] = ResultQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["booking", "pk"]
        verbose_name = "상담 결과"
        verbose_name_plural = "상담 결과"
        constraints = [
            models.UniqueConstraint(
                fields=["booking", "adviser"],
                condition=models.Q(replaced_at__isnull=True),
                name="result_once_per_adviser",
                violation_error_message="이 상담의 결과는 이미 적었습니다.",
            ),
            models.CheckConstraint(
                condition=models.Q(minutes__range=(1, 240)),
                name="result_takes_1_to_240_minutes",
                violation_error_message="걸린 시간은 1분부터 240분까지 적을 수 있습니다.",
            ),
        ]

    def __str__(self) -> str:
        return f"상담 결과 {self.pk}"


@tracked()
class ConflictFlag(models.Model):
    """An adviser may not act in this matter (LA-05, 변호사법 31조): the question stays closed to them from now on."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="conflict_flags")
    adviser = models.ForeignKey(Adviser, on_delete=models.PROTECT, related_name="conflict_flags")
    at = models.DateTimeField("알린 때", default=timezone.now)

    class Meta:
        ordering = ["booking", "pk"]
        verbose_name = "이해 충돌 알림"
        verbose_name_plural = "이해 충돌 알림"
        constraints = [
            models.UniqueConstraint(
                fields=["booking", "adviser"],
                name="conflict_once_per_adviser",
                violation_error_message="이 예약의 이해 충돌은 이미 알리셨습니다.",
            )
        ]

    def __str__(self) -> str:
        return f"이해 충돌 알림 {self.pk}"
