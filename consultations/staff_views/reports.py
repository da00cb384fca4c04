"""Staff: the running month in numbers, issued reports and their files; an adviser's own half-year reports."""

from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from consultations.actions import statistics as actions
from consultations.enums import ReportKind
from consultations.forms.statistics import MissingReportForm
from consultations.models import StatisticsReport
from consultations.reports.half_year import missing_halves, reports_of
from consultations.reports.statistics import missing_months, month_paper, month_statistics
from services.enums.people import Role
from services.forms.frozen import CorrectionForm
from services.reports.papers import shown
from services.rules.history import Actor
from services.rules.months import first_of
from services.rules.refusal import Refused
from services.views.frozen import frozen_pdf, frozen_xlsx
from services.views.refusals import refusals_to, render_form
from services.views.requests import PortalRequest, staff_of

ROWS = 30


def statistics(request: PortalRequest) -> HttpResponse:
    """이번 달 숫자: as the report will show them, small numbers suppressed for everybody."""
    paper = month_paper(month_statistics(first_of(timezone.localdate())))
    tables = [
        {
            "title": table.title,
            "columns": [{"label": head, "number": place > 0} for place, head in enumerate(table.heads)],
            "rows": [[shown(cell) for cell in row] for row in table.rows],
            "foot": [shown(cell) for cell in table.foot],
        }
        for table in paper.tables
    ]
    page = {"paper": paper, "facts": [(name, shown(value)) for name, value in paper.facts], "tables": tables}
    return render(request, "consultations/staff/statistics.html", page)


def reports(request: PortalRequest) -> HttpResponse:
    """보고서: what was issued, and what is missing made by hand."""
    is_officer = Role.CONSULTATION_OFFICER in staff_of(request).roles
    form = MissingReportForm(request.POST or None, months=missing_months(), halves=missing_halves())
    if is_officer and form.is_valid():
        with refusals_to(form):
            made = _issue(*form.cleaned_data["what"], by=staff_of(request).actor)
            messages.success(request, f"보고서 {made}개를 만들었습니다.")
            return redirect("consultations:staff_reports")
    issued = StatisticsReport.objects.without_files()
    page = Paginator(issued, ROWS).get_page(request.GET.get("page"))
    correct_page = "consultations:staff_report_correct" if is_officer else ""
    context = {"page": page, "form": form if is_officer else None, "correct": correct_page}
    return render_form(request, "consultations/staff/reports.html", context)


def _issue(kind: ReportKind, first: date, *, by: Actor) -> int:
    if kind == ReportKind.HALF_YEAR:
        tally = actions.issue_half_years(first, by=by)
        if tally.bad and not tally.done:
            raise Refused(f"{tally.bad}명의 보고서를 만들지 못했습니다. 관리자에게 알려 주세요.")
        return len(tally.done)
    actions.issue_month(first, by=by)
    return 1


def report_pdf(request: PortalRequest, report_id: int) -> HttpResponse:
    """A report as it was issued."""
    return frozen_pdf(get_object_or_404(StatisticsReport.objects.defer("figures", "xlsx"), pk=report_id))


def report_xlsx(request: PortalRequest, report_id: int) -> HttpResponse:
    """The tables of a report as they were issued."""
    return frozen_xlsx(get_object_or_404(StatisticsReport.objects.defer("figures", "pdf"), pk=report_id))


def report_correct(request: PortalRequest, report_id: int) -> HttpResponse:
    """정정본 만들기: asked once, with the reason that is printed."""
    report = get_object_or_404(StatisticsReport.objects.without_files(), pk=report_id)
    form = CorrectionForm(request.POST or None)
    if form.is_valid():
        with refusals_to(form):
            made = actions.correct(report.pk, reason=form.cleaned_data["reason"], by=staff_of(request).actor)
            messages.success(request, f"제{report.number}호의 정정본 제{made.number}호를 만들었습니다.")
            return redirect("consultations:staff_reports")
    context = {"form": form, "report": report}
    return render_form(request, "consultations/staff/report_correct.html", context)


def my_reports(request: PortalRequest) -> HttpResponse:
    """내 보고서: the own half-years (별지 3)."""
    issued = reports_of(staff_of(request)).without_files()
    return render(request, "consultations/staff/my_reports.html", {"issued": issued})


def my_report_pdf(request: PortalRequest, report_id: int) -> HttpResponse:
    """An own report as it was issued; somebody else's is not found."""
    return frozen_pdf(get_object_or_404(reports_of(staff_of(request)), pk=report_id))


def my_report_xlsx(request: PortalRequest, report_id: int) -> HttpResponse:
    """The tables of an own report; somebody else's is not found."""
    return frozen_xlsx(get_object_or_404(reports_of(staff_of(request)), pk=report_id))
