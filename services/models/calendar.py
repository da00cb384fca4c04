"""Holidays that staff add to, or take from, the ones the `holidays` package knows (HD-03)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from services.enums.calendar import HolidayKind, HolidayMove


class HolidayQuerySet(models.QuerySet["Holiday"]):
    def added(self) -> "HolidayQuerySet":
        return self.filter(is_cancelled=False)

    def cancelled(self) -> "HolidayQuerySet":
        return self.filter(is_cancelled=True)


class Holiday(models.Model):
    """A day that the package lacks, or that it has and the city works on (`is_cancelled`)."""

    day = models.DateField("날짜")
    name = models.CharField("이름", max_length=60)
    kind = models.CharField("종류", max_length=12, choices=HolidayKind, default=HolidayKind.TEMPORARY)
    counts_for_power_tariff = models.BooleanField(
        "전기요금에서도 공휴일", default=False, db_default=False, help_text="임시공휴일은 전기요금에서 평일입니다."
    )  # KT-08
    is_cancelled = models.BooleanField("쉬지 않음", default=False, db_default=False)
    source = models.CharField("근거", max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="적은 사람",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    added_at = models.DateTimeField("적은 때", db_default=Now(), editable=False)

    objects: ClassVar[HolidayQuerySet] = HolidayQuerySet.as_manager()  # type: ignore[assignment]
    moves: ClassVar = HolidayMove

    class Meta:
        ordering = ["day"]
        verbose_name = "공휴일"
        verbose_name_plural = "공휴일"
        constraints = [
            models.UniqueConstraint(
                fields=["day"], name="holiday_once_a_day", violation_error_message="이 날짜는 이미 적혀 있습니다."
            ),
            models.CheckConstraint(
                condition=~models.Q(name=""),
                name="holiday_has_a_name",
                violation_error_message="공휴일 이름을 적어 주세요.",
            ),
            models.CheckConstraint(
                condition=models.Q(is_cancelled=False) | models.Q(counts_for_power_tariff=False),
                name="holiday_cancelled_is_no_tariff_holiday",
                violation_error_message="쉬지 않는 날은 전기요금에서도 평일입니다.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
