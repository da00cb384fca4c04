"""Staff: the running month in numbers, issued reports and their files; an adviser's own half-year reports."""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
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
from services.views.asking import Question, ask_after, ask_once
from services.views.frozen import frozen_pdf, frozen_xlsx
from services.views.refusals import render_form
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
    """보고서: what was issued, and what is missing made by hand; asked once, because it freezes."""
    is_officer = Role.CONSULTATION_OFFICER in staff_of(request).roles
    form = MissingReportForm(request.POST or None, months=missing_months(), halves=missing_halves())

    def question(typed: dict[str, Any]) -> Question:
        return Question(
            title="보고서를 만들까요?",
            is_grave=False,
            submit="보고서 만들기",
            back=reverse("consultations:staff_reports"),
            back_words="보고서",
            explains="지금 적혀 있는 것으로 셉니다. 만든 보고서는 바꿀 수 없고, 정정본만 만들 수 있습니다. "
            "반기 보고에 들어간 상담 결과는 더 고칠 수 없습니다.",
            shows=[("만들 보고서", form.words)],
        )

    def do(typed: dict[str, Any]) -> str:
        return f"보고서 {_issue(*typed['what'], by=staff_of(request).actor)}개를 만들었습니다."

    asked = ask_after(request, form, question, do) if is_officer else None
    issued = StatisticsReport.objects.without_files()
    page = Paginator(issued, ROWS).get_page(request.GET.get("page"))
    correct_page = "consultations:staff_report_correct" if is_officer else ""
    context = {"page": page, "form": form if is_officer else None, "correct": correct_page}
    return asked or render_form(request, "consultations/staff/reports.html", context)


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
    """정정본을 만들까요? Asked once, with the reason that is printed."""
    report = get_object_or_404(StatisticsReport.objects.without_files(), pk=report_id)

    def do(typed: dict[str, Any]) -> str:
        made = actions.correct(report.pk, reason=typed["reason"], by=staff_of(request).actor)
        return f"제{report.number}호의 정정본 제{made.number}호를 만들었습니다."

    question = Question(
        title="정정본을 만들까요?",
        is_grave=False,
        submit="정정본 만들기",
        back=reverse("consultations:staff_reports"),
        back_words="보고서",
        about=str(report),
        explains=f"지금 숫자로 새 호를 만듭니다. 제{report.number}호는 그대로 남고, 새 호에 어느 것을 왜 고쳤는지 "
        "인쇄됩니다. 정정본도 다시 바꿀 수 없습니다.",
    )
    return ask_once(request, question, do, form=CorrectionForm)


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
