"""Issuing the monthly report: once, numbered, frozen with its hash; corrected by another one."""

from dataclasses import replace
from datetime import date

from services.actions import frozen
from services.actions.turns import in_turn
from services.reports.papers import paper_xlsx
from services.reports.pdf import render_pdf
from services.rules.history import Actor
from services.rules.refusal import Refused
from solar.models import RollupMonth, SolarReport
from solar.reports.monthly import HEADS, MonthReport, month_report, paper_of

SERIES = "SR"


@in_turn
def issue(month: date, *, by: Actor) -> SolarReport:
    """Make the report of a month and keep its bytes; a month that has one gives it back unchanged.

    Raises Refused when the month has no readings.
    """
    return frozen.freeze(SolarReport(month=month), lambda: _printed(month), series=SERIES, by=by)


@in_turn
def correct(report_id: int, *, reason: str, by: Actor) -> SolarReport:
    """The month once more with the figures of today and the next number; both stay.

    Raises Refused: no reason, corrected already, nothing has changed.
    """
    rows = SolarReport.objects.all()
    return frozen.correct(rows, report_id, lambda report: _printed(report.month), series=SERIES, reason=reason, by=by)


def _printed(month: date) -> "frozen.Printed[SolarReport]":
    if not RollupMonth.objects.filter(month=month).exists():
        raise Refused(f"{month.year}년 {month.month}월에는 자료가 없어 월보를 만들 수 없습니다.")
    figures = month_report(month)
    return frozen.Printed(figures.as_json, lambda made: _pdf(figures, made), lambda made: _xlsx(figures, made))


def _pdf(figures: MonthReport, made: SolarReport) -> bytes:
    names = ("title", "rows", "foot", "days", "kwh", "saved", "tonnes", "measured", "factor", "notes", "sha256")
    values = {name: getattr(figures, name) for name in names}
    values |= {"heads": HEADS, "number": made.number, "sha256_short": figures.sha256[:16]}
    return render_pdf("solar/reports/monthly.typ", values | {"correction": made.correction_note})


def _xlsx(figures: MonthReport, made: SolarReport) -> bytes:
    paper = paper_of(figures)
    if made.corrects:
        paper = replace(paper, notes=(made.correction_note, *paper.notes))
    return paper_xlsx(paper, made.number, made.made_at, sha256=made.figures_sha256)
