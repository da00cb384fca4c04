"""Giving out the files of a frozen report."""

from django.http import HttpResponse

from services.models.frozen import FrozenReport

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def frozen_pdf(report: FrozenReport) -> HttpResponse:
    """The PDF as it was issued, shown in the browser."""
    return _file(report.pdf, "application/pdf", f'inline; filename="{report.file_name}.pdf"')


def frozen_xlsx(report: FrozenReport) -> HttpResponse:
    """The spreadsheet as it was issued, to be kept."""
    return _file(report.xlsx, XLSX, f'attachment; filename="{report.file_name}.xlsx"')


def _file(content: bytes | memoryview, kind: str, disposition: str) -> HttpResponse:
    return HttpResponse(bytes(content), content_type=kind, headers={"Content-Disposition": disposition})
