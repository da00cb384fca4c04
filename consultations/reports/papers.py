"""The files of an issued report of free advice, made from its paper."""

from dataclasses import replace

from consultations.models import StatisticsReport
from services.reports.papers import Paper, paper_xlsx, shown
from services.reports.pdf import render_pdf
from services.rules.korean import date_letter

TEMPLATE = "consultations/reports/statistics.typ"


def report_pdf(paper: Paper, report: StatisticsReport) -> bytes:
    """PDF/UA-1 of a report with the hash of its figures on every page."""
    sha256 = report.figures_sha256
    tables = [
        {
            "title": table.title,
            "heads": table.heads,
            "rows": [[shown(cell) for cell in row] for row in table.rows],
            "foot": [shown(cell) for cell in table.foot],
            "numbers": [place for place, cell in enumerate(table.foot) if place and cell != ""],
        }
        for table in paper.tables
    ]
    data = {
        "title": f"{paper.period} {paper.title}",
        "number": report.number,
        "facts": [[name, shown(value)] for name, value in paper.facts],
        "tables": tables,
        "notes": _notes(paper, report),
        "signed_by": paper.signed_by,
        "signed_on": date_letter(report.made_at.date()),
        "sha256": sha256,
        "sha256_short": sha256[:16],
    }
    return render_pdf(TEMPLATE, data)


def report_xlsx(paper: Paper, report: StatisticsReport) -> bytes:
    """The same cells as a spreadsheet."""
    printed = replace(paper, notes=_notes(paper, report))
    return paper_xlsx(printed, report.number, report.made_at, sha256=report.figures_sha256)


def _notes(paper: Paper, report: StatisticsReport) -> tuple[str, ...]:
    return (report.correction_note, *paper.notes) if report.corrects else paper.notes
