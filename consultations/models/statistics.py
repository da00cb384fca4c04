"""Reports as they were issued: figures, PDF and spreadsheet with their hashes, never changed again."""

from datetime import date
from typing import ClassVar

from django.db import models

from consultations.enums import ReportKind
from consultations.models.timetable import Adviser
from services.models.frozen import FrozenReport
from services.rules.months import half_end, month_end


class StatisticsReportQuerySet(models.QuerySet["StatisticsReport"]):
    def without_files(self) -> "StatisticsReportQuerySet":
        """For lists: the figures, PDFs and spreadsheets stay in the database."""
        files = [f"{path}{name}" for path in ("", "erratum__", "corrects__") for name in ("figures", "pdf", "xlsx")]
        return self.select_related("adviser", "erratum", "corrects").defer(*files)


class StatisticsReport(FrozenReport):
    """The city's month, or one adviser's half-year (TA-06, 별지 3). Later corrections do not change it."""

    kind = models.CharField("종류", max_length=9, choices=ReportKind)
    starts_on = models.DateField("언제부터")
    adviser = models.ForeignKey(
        Adviser, verbose_name="세무사·변호사", on_delete=models.PROTECT, null=True, blank=True, related_name="reports"
    )

    IDENTITY: ClassVar = ("kind", "starts_on", "adviser")

    objects: ClassVar[StatisticsReportQuerySet] = StatisticsReportQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(FrozenReport.Meta):
        ordering = ["-starts_on", "kind", "-number"]
        verbose_name = "상담 보고서"
        verbose_name_plural = "상담 보고서"
        constraints = [
            *FrozenReport.Meta.constraints,
            models.UniqueConstraint(
                fields=["starts_on"],
                condition=models.Q(kind="MONTH", corrects__isnull=True),
                name="report_once_per_month",
                violation_error_message="이 달의 통계는 이미 있습니다.",
            ),
            models.UniqueConstraint(
                fields=["adviser", "starts_on"],
                condition=models.Q(kind="HALF_YEAR", corrects__isnull=True),
                name="report_once_per_adviser_and_half_year",
                violation_error_message="이 분의 반기 보고는 이미 있습니다.",
            ),
            models.UniqueConstraint(
                fields=["kind", "number"],
                name="report_number_is_unique",
                violation_error_message="이 호는 이미 있습니다.",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="MONTH", adviser__isnull=True)
                | models.Q(kind="HALF_YEAR", adviser__isnull=False),
                name="half_year_report_has_an_adviser",
                violation_error_message="반기 보고에는 세무사·변호사가 있고, 월간 통계에는 없습니다.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} 제{self.number}호"

    @property
    def ends_on(self) -> date:
        return month_end(self.starts_on) if self.kind == ReportKind.MONTH else half_end(self.starts_on)

    @property
    def period(self) -> str:
        """2026년 10월; 2026년 상반기."""
        if self.kind == ReportKind.MONTH:
            return f"{self.starts_on.year}년 {self.starts_on.month}월"
        return f"{self.starts_on.year}년 {'상' if self.starts_on.month == 1 else '하'}반기"

    @property
    def file_name(self) -> str:
        """Latin letters without an ending: consultations-2026-10."""
        erratum = f"-erratum-{self.number}" if self.corrects_id else ""
        if self.kind == ReportKind.MONTH:
            return f"consultations-{self.starts_on:%Y-%m}{erratum}"
        return f"adviser-{self.adviser_id}-{self.starts_on.year}-{1 if self.starts_on.month == 1 else 2}{erratum}"
