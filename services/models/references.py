"""Numbers that people say on the phone: the counters behind them, and who tried to look one up."""

from django.db import models
from django.utils import timezone


class Counter(models.Model):
    """The last number given in a series and year; its row lock makes the next number unique and without gaps."""

    series = models.CharField("종류", max_length=10)  # "SL"
    year = models.PositiveSmallIntegerField("연도")
    last = models.PositiveIntegerField("마지막 번호", default=0)

    class Meta:
        verbose_name = "번호 매김"
        verbose_name_plural = "번호 매김"
        constraints = [
            models.UniqueConstraint(
                fields=["series", "year"],
                name="counter_once_per_series_and_year",
                violation_error_message="이 번호 매김은 이미 있습니다.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.year}: {self.last}"


class ReferenceTry(models.Model):
    """Somebody looked up a case by its number; counted so that numbers cannot be guessed."""

    reference_index = models.CharField(max_length=64, db_index=True)
    address_index = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = "번호로 찾기"
        verbose_name_plural = "번호로 찾기"

    def __str__(self) -> str:
        return f"번호로 찾기 {self.pk}"
