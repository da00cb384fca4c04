"""Issuing reports: the city's month and an adviser's half-year, each once, numbered and frozen with hashes."""

from datetime import date

from django.utils import timezone

from consultations.enums import ReportKind
from consultations.models import Adviser, StatisticsReport
from consultations.reports.half_year import advisers_with_work, half_year_paper
from consultations.reports.papers import report_pdf, report_xlsx
from consultations.reports.statistics import had_service, month_paper, month_statistics
from services.actions import frozen
from services.actions.faults import Tally, each
from services.actions.turns import in_turn
from services.reports.papers import Paper
from services.rules.history import Actor
from services.rules.months import half_end, month_end
from services.rules.refusal import Refused

SERIES = {ReportKind.MONTH: "CM", ReportKind.HALF_YEAR: "CH"}


@in_turn
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
    return _freeze(report, by=by)


@in_turn
def issue_half_year(adviser_id: int, first: date, *, by: Actor) -> StatisticsReport:
    """An adviser's report of the half-year that begins on `first`, once. Raises Refused when it is not over."""
    if half_end(first) >= timezone.localdate():
        raise Refused("반기가 아직 끝나지 않았습니다.")
    adviser = Adviser.objects.get(pk=adviser_id)
    report = StatisticsReport(kind=ReportKind.HALF_YEAR, starts_on=first, adviser=adviser)
    return _freeze(report, by=by)


def issue_half_years(first: date, *, by: Actor) -> Tally[StatisticsReport]:
    """The reports of everybody who worked in this half-year and has none yet; a second run makes none."""
    keys = list(advisers_with_work(first).values_list("pk", flat=True))
    return each(keys, lambda pk: issue_half_year(pk, first, by=by), job="consultations.half_years", of=Adviser)


@in_turn
def correct(report_id: int, *, reason: str, by: Actor) -> StatisticsReport:
    """The report once more with the numbers of today and the next number; both stay.

    Raises Refused: no reason, corrected already, nothing has changed.
    """
    kind = StatisticsReport.objects.values_list("kind", flat=True).get(pk=report_id)
    rows = StatisticsReport.objects.all()
    return frozen.correct(rows, report_id, _printed, series=SERIES[ReportKind(kind)], reason=reason, by=by)


def _freeze(report: StatisticsReport, *, by: Actor) -> StatisticsReport:
    return frozen.freeze(report, lambda: _printed(report), series=SERIES[ReportKind(report.kind)], by=by)


def _printed(report: StatisticsReport) -> "frozen.Printed[StatisticsReport]":
    paper = _paper(report)
    return frozen.Printed(paper.figures, lambda made: report_pdf(paper, made), lambda made: report_xlsx(paper, made))


def _paper(report: StatisticsReport) -> Paper:
    if report.adviser:
        return half_year_paper(report.adviser, report.starts_on)
    return month_paper(month_statistics(report.starts_on))
