"""What people say after a consultation: two answers to choose from and not a word more."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from consultations.enums import Ease, Helped, Source
from consultations.models.bookings import Booking
from services.models.history import tracked


@tracked()
class Survey(models.Model):
    """The two answers of one booking, given on the web or asked on the telephone; counted, never read one by one."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="surveys")
    helped = models.CharField("도움이 되었나요?", max_length=8, choices=Helped)
    ease = models.CharField("예약과 안내는 편했나요?", max_length=8, choices=Ease)
    source = models.CharField(
        "어떻게", max_length=8, choices=[(one.value, one.label) for one in (Source.WEB, Source.PHONE)]
    )
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="taken_surveys"
    )
    answered_at = models.DateTimeField("답한 때", default=timezone.now)

    class Meta:
        ordering = ["answered_at", "pk"]
        verbose_name = "만족도 답"
        verbose_name_plural = "만족도 답"
        constraints = [
            models.UniqueConstraint(
                fields=["booking"],
                name="survey_once_per_booking",
                violation_error_message="이미 답해 주셨습니다. 알려 주셔서 고맙습니다.",
            ),
            models.CheckConstraint(
                condition=models.Q(source="WEB", taken_by__isnull=True)
                | models.Q(source="PHONE", taken_by__isnull=False),
                name="survey_on_the_phone_names_who_asked",
                violation_error_message="전화로 여쭌 답에는 여쭌 사람이 있어야 합니다.",
            ),
        ]

    def __str__(self) -> str:
        return f"만족도 답 {self.pk}"
