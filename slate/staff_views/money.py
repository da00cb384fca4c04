"""The year's budget and the published figures."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from services.enums.people import Role
from services.views.refusals import refusals_to, render_form
from services.views.requests import PortalRequest, staff_of
from slate.actions import money
from slate.enums import Work
from slate.forms.staff import AllotForm
from slate.models import LedgerEntry, PastFigure, SupportRate
from slate.reports import balances, current_programme, lines_off_their_ledger, total
from slate.reports.terms import terms_of


def budget(request: PortalRequest) -> HttpResponse:
    """예산: allotted, reserved, spent, left; an approver adds to it, with the document that says so."""
    user, programme = staff_of(request), current_programme()
    may_allot = Role.SLATE_APPROVER in user.roles and programme is not None
    form = AllotForm(request.POST if request.method == "POST" and may_allot else None)
    if programme and form.is_valid():
        data = form.cleaned_data
        with refusals_to(form):
            money.allot(programme.pk, Work(data["work"]), data["amount_won"], by=user.actor, note=data["note"])
            messages.success(request, "저장했습니다.")
            return redirect("slate:staff_budget")
    values = {
        "programme": programme,
        "groups": balances(programme) if programme else [],
        "total": total(programme) if programme else None,
        "faults": lines_off_their_ledger(),
        "entries": LedgerEntry.objects.select_related("line", "application").order_by("-pk")[:20],
        "form": form if may_allot else None,
        "may_allot": may_allot,
    }
    return render_form(request, "slate/staff/budget.html", values)


def figures(request: PortalRequest) -> HttpResponse:
    """지원 기준, 가정과 발표한 숫자: each with its source and how sure it is."""
    programme = current_programme()
    values = {
        "figures": PastFigure.objects.all(),
        "rates": SupportRate.objects.all(),
        "terms": terms_of(programme) if programme else [],
        "programme": programme,
    }
    return render(request, "slate/staff/figures.html", values)
