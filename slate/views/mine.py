"""The applicant's own application: where it is, what is missing, the decision, withdrawing."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from services.actions import documents
from services.models import Document
from services.reports.documents import link
from services.views.own_case import own_case
from services.views.refusals import refusals_to, render_form
from services.views.requests import PortalRequest
from slate.actions import intake
from slate.enums import ApplicationState, PaperKind
from slate.forms.questions import OwnerConsentForm, SupplyForm, WithdrawForm
from slate.models import Application, Decision
from slate.reports.cases import last_decision, open_request, status_of, steps_of
from slate.reports.letters import letter_of, letter_pdf
from slate.reports.owners import contest_of

mine = own_case(lambda: Application.objects.select_related("programme", "resident", "township", "officer"))


@mine
def application(request: PortalRequest, row: Application) -> HttpResponse:
    """지금 어디까지."""
    papers = [{"label": paper.name, "url": link(paper, request.session)} for paper in Document.objects.of(row)]
    contest = contest_of(row)
    page = {
        "application": row,
        "is_lost": contest is not None and contest.winner is not None,
        "status": status_of(row),
        "steps": steps_of(row),
        "parts": row.parts.all(),
        "papers": papers,
        "request_for_more": open_request(row),
        "decision": last_decision(row),
        "may_withdraw": row.may_withdraw,
    }
    return render(request, "slate/application.html", page)


@mine
def application_supply(request: PortalRequest, row: Application) -> HttpResponse:
    """Papers that were asked for."""
    form = SupplyForm(request.POST or None, request.FILES or None)
    if row.state != ApplicationState.NEEDS_INFO:
        return redirect("slate:application", row.reference)
    if form.is_valid():
        with refusals_to(form):
            for upload in form.papers:
                documents.accept(upload, subject=row, kind="supplied", by=row.resident.actor, resident=row.resident)
            intake.supply(row.pk, answer=form.cleaned_data["answer"], by=row.resident.actor)
            messages.success(request, _("제출했습니다."))
            return redirect("slate:application", row.reference)
    page = {"application": row, "form": form, "request_for_more": open_request(row)}
    return render_form(request, "slate/application_supply.html", page)


@mine
def application_consent(request: PortalRequest, row: Application) -> HttpResponse:
    """The owner's consent on paper, from somebody who is not the owner."""
    form = OwnerConsentForm(request.POST or None, request.FILES or None)
    if not row.waits_for_owner:
        return redirect("slate:application", row.reference)
    if form.is_valid():
        with refusals_to(form):
            paper = form.cleaned_data["paper"]
            documents.accept(paper, subject=row, kind=PaperKind.OWNER, by=row.resident.actor, resident=row.resident)
            intake.bring_consent(row.pk, by=row.resident.actor)
            messages.success(request, _("동의서를 냈습니다. 담당자가 확인합니다."))
            return redirect("slate:application", row.reference)
    return render_form(request, "slate/application_consent.html", {"application": row, "form": form})


@mine
def application_withdraw(request: PortalRequest, row: Application) -> HttpResponse:
    """Asks once, then withdraws."""
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_to(form):
            intake.withdraw(row.pk, by=row.resident.actor, reason=form.cleaned_data["reason"])
            messages.success(request, _("신청을 취소했습니다."))
            return redirect("slate:application", row.reference)
    return render_form(request, "slate/application_withdraw.html", {"application": row, "form": form})


@mine
def decision(request: PortalRequest, row: Application) -> HttpResponse:
    """The letter, from the decision's record alone."""
    return render(request, "slate/decision.html", {"application": row, "letter": letter_of(_decision_of(row))})


@mine
def decision_pdf(request: PortalRequest, row: Application) -> HttpResponse:
    """The letter on paper."""
    return HttpResponse(letter_pdf(_decision_of(row)), content_type="application/pdf")


def _decision_of(row: Application) -> Decision:
    record = last_decision(row)
    if record is None:
        raise Http404
    return record
