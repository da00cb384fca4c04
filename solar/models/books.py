"""What was worked out from rollups and rules: savings of a plant's month, and monthly reports that never change."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from services.models.frozen import FrozenReport
from solar.models.plants import Plant


class SavingMonth(models.Model):
    """Won that one plant's month saved, with every priced line and the rule row that gave its price."""

    plant = models.ForeignKey(Plant, on_delete=models.CASCADE, related_name="savings")
    month = models.DateField("달")
    joules = models.BigIntegerField()
    energy_won = models.IntegerField("전력량요금")
    climate_won = models.IntegerField("기후환경요금")
    fuel_won = models.IntegerField("연료비조정요금")
    vat_won = models.IntegerField("부가가치세")
    fund_won = models.IntegerField("전력산업기반기금")
    saved_won = models.IntegerField("아낀 전기요금", null=True)  # null: no day of the month has a tariff
    unpriced_days = models.PositiveSmallIntegerField("요금표가 없는 날", default=0)  # their energy is in no won
    lines = models.JSONField(default=list)
    valued_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["month", "plant"]
        verbose_name = "달별 절감액"
        verbose_name_plural = "달별 절감액"
        constraints = [
            models.UniqueConstraint(
                fields=["plant", "month"],
                name="saving_once_per_plant_and_month",
                violation_error_message="이 달의 절감액은 이미 있습니다.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.plant_id} {self.month:%Y-%m} {self.saved_won}원"


class SolarReport(FrozenReport):
    """A month's report as it was issued; later corrections of readings do not change it."""

    IDENTITY: ClassVar = ("month",)

    month = models.DateField("달")

    class Meta(FrozenReport.Meta):
        ordering = ["-month", "-number"]
        verbose_name = "월보"
        verbose_name_plural = "월보"
        constraints = [
            *FrozenReport.Meta.constraints,
            models.UniqueConstraint(
                fields=["month"],
                condition=models.Q(corrects__isnull=True),
                name="solar_report_once_per_month",
                violation_error_message="이 달의 월보는 이미 있습니다.",
            ),
            models.UniqueConstraint(
                fields=["number"],
                name="solar_report_number_is_unique",
                violation_error_message="이 호는 이미 있습니다.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month.year}년 {self.month.month}월 월보"

    @property
    def file_name(self) -> str:
        """solar-2024-06, and of a correction with its number."""
        return f"solar-{self.month:%Y-%m}" + (f"-erratum-{self.number}" if self.corrects_id else "")
