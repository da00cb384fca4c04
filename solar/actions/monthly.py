"""Issuing the monthly report: once, numbered, frozen with its hash."""

import hashlib
from datetime import date

from django.db import transaction

from services.actions.history import record
from services.actions.references import next_number
from services.actions.turns import in_turn
from services.reports.pdf import render_pdf
from services.rules.history import Actor
from services.rules.refusal import Refused
from solar.enums import ReportMove
from solar.models import RollupMonth, SolarReport
from solar.reports.monthly import HEADS, month_report, report_csv

SERIES, WHOLE_LIFE = "SR", 0  # numbered through, not by year


@in_turn
def issue(month: date, *, by: Actor) -> SolarReport:
    """Make the report of a month and keep its bytes; a month that has one gives it back unchanged.

    Raises Refused when the month has no readings.
    """
    if made := SolarReport.objects.filter(month=month).first():
        return made
    if not RollupMonth.objects.filter(month=month).exists():
        raise Refused(f"{month.year}년 {month.month}월에는 자료가 없어 월보를 만들 수 없습니다.")
    figures = month_report(month)
    number = next_number(SERIES, WHOLE_LIFE)  # locks the counter: a second caller waits here and finds ours below
    if made := SolarReport.objects.filter(month=month).first():
        transaction.set_rollback(True)
        return made
    pdf = render_pdf("solar/reports/monthly.typ", _paper(figures, number))
    report = SolarReport.objects.create(
        month=month,
        number=number,
        figures={"rows": figures.rows, "foot": figures.foot, "days": figures.days},
        pdf=pdf,
        csv=report_csv(figures),
        figures_sha256=figures.sha256,
        pdf_sha256=hashlib.sha256(pdf).hexdigest(),
    )
    record(report, ReportMove.ISSUED, by=by)
    return report


def _paper(figures: object, number: int) -> dict[str, object]:
    names = ("title", "rows", "foot", "days", "kwh", "saved", "tonnes", "measured", "factor", "notes", "sha256")
    values = {name: getattr(figures, name) for name in names}
    return values | {"heads": HEADS, "number": number, "sha256_short": values["sha256"][:16]}
