"""Issuing reports: the city's month and an adviser's half-year, each once, numbered and frozen with hashes."""

import hashlib
from collections.abc import Callable
from datetime import date

from django.db import transaction
from django.utils import timezone

from consultations.enums import ReportKind
from consultations.models import Adviser, StatisticsReport
from consultations.reports.half_year import advisers_with_work, half_year_paper
from consultations.reports.papers import Paper, report_pdf, report_xlsx, sha256_of
from consultations.reports.statistics import had_service, month_paper, month_statistics
from services.actions.history import record
from services.actions.references import next_number
from services.rules.history import Actor
from services.rules.months import half_end, month_end
from services.rules.refusal import Refused

SERIES = {ReportKind.MONTH: "CM", ReportKind.HALF_YEAR: "CH"}
WHOLE_LIFE = 0  # numbered through, not by year


@transaction.atomic
def issue_month(first: date, *, by: Actor) -> StatisticsReport:
    """The report of the month that begins on `first`; a month that has one gives it back unchanged.

    Raises Refused when the month is not over, or lies before the city gave advice.
    """
    name = f"{first.year}년 {first.month}월"
    if month_end(first) >= timezone.localdate():
        raise Refused(f"{name}이 아직 끝나지 않았습니다. 다음 달에 만들 수 있습니다.")
    if not had_service(first):
        raise Refused(f"{name}에는 상담 시간표가 없어 통계를 만들 수 없습니다.")
    report = StatisticsReport(kind=ReportKind.MONTH, starts_on=first)
    return _freeze(report, lambda: month_paper(month_statistics(first)), by=by)


@transaction.atomic
def issue_half_year(adviser: Adviser, first: date, *, by: Actor) -> StatisticsReport:
    """An adviser's report of the half-year that begins on `first`, once. Raises Refused when it is not over."""
    if half_end(first) >= timezone.localdate():
        raise Refused("반기가 아직 끝나지 않았습니다.")
    report = StatisticsReport(kind=ReportKind.HALF_YEAR, starts_on=first, adviser=adviser)
    return _freeze(report, lambda: half_year_paper(adviser, first), by=by)


def issue_half_years(first: date, *, by: Actor) -> list[StatisticsReport]:
    """The reports of everybody who worked in this half-year and has none yet; a second run makes none."""
    return [issue_half_year(adviser, first, by=by) for adviser in list(advisers_with_work(first))]


def _freeze(report: StatisticsReport, paper_of: Callable[[], Paper], *, by: Actor) -> StatisticsReport:
    """Number, figures, files and hashes; what exists already is given back."""
    same = StatisticsReport.objects.filter(kind=report.kind, starts_on=report.starts_on, adviser=report.adviser)
    if made := same.first():
        return made
    report.number = next_number(SERIES[ReportKind(report.kind)], WHOLE_LIFE)  # a second caller waits for the first
    if made := same.first():
        transaction.set_rollback(True)  # gives the number back
        return made
    paper, report.made_at = paper_of(), timezone.localtime()
    report.figures = paper.figures
    report.pdf = report_pdf(paper, report.number, report.made_at)
    report.xlsx = report_xlsx(paper, report.number, report.made_at)
    report.figures_sha256 = sha256_of(report.figures)
    report.pdf_sha256, report.xlsx_sha256 = (hashlib.sha256(file).hexdigest() for file in (report.pdf, report.xlsx))
    report.save(force_insert=True)
    record(report, "issued", by=by, after="frozen")
    return report
