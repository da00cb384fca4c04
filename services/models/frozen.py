"""Reports as they were issued: figures, PDF and spreadsheet with their hashes; only a next report corrects one."""

from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.utils import timezone

from services.enums.reports import ReportMove


class FrozenReport(models.Model):
    """Base of an app's reports; its Meta inherits this one, adds what makes a report unique, and keeps the triggers.

    A report that corrects another names it and says why; each is corrected once at most, so they are a chain.
    """

    IDENTITY: ClassVar[tuple[str, ...]] = ()  # the fields that a report and its correction share
    moves: ClassVar = ReportMove

    number = models.PositiveIntegerField("호")
    figures = models.JSONField()
    pdf = models.BinaryField()
    xlsx = models.BinaryField()
    figures_sha256 = models.CharField(max_length=64)
    pdf_sha256 = models.CharField(max_length=64)
    xlsx_sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField("만든 때", default=timezone.now)
    corrects: "models.OneToOneField[Any, Any]" = models.OneToOneField(
        "self", verbose_name="고친 보고서", on_delete=models.PROTECT, null=True, blank=True, related_name="erratum"
    )
    correction = models.CharField("고친 까닭", max_length=200, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(corrects__isnull=True, correction="")
                | (models.Q(corrects__isnull=False) & ~models.Q(correction="")),
                name="%(class)s_correction_says_why",
                violation_error_message="정정본에는 고친 까닭이 있어야 합니다.",
            )
        ]
        triggers = [
            pgtrigger.Protect(name="frozen", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="hash_files",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    NEW.pdf_sha256 := encode(sha256(NEW.pdf), 'hex');
                    NEW.xlsx_sha256 := encode(sha256(NEW.xlsx), 'hex');
                    RETURN NEW;
                """,
            ),
        ]

    @property
    def file_name(self) -> str:
        """Latin letters without an ending."""
        raise NotImplementedError

    @property
    def corrected_by(self) -> "FrozenReport | None":
        """The report that corrects this one, if there is one."""
        return getattr(self, "erratum", None)

    @property
    def correction_note(self) -> str:
        """The line that stands in the files of a report that corrects another; else empty."""
        return f"제{self.corrects.number}호를 고친 정정본입니다. 까닭: {self.correction}" if self.corrects else ""
