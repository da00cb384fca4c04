"""One application: read it (logged), check it, ask for more, propose, decide."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from services.actions.history import record_reading
from services.enums.people import Role
from services.models import Document, User
from services.reports.documents import link
from services.reports.history import timeline
from services.rules.korean import won
from services.views.refusals import refusals_to, render_form
from services.views.requests import PortalRequest, staff_of
from slate import rules
from slate.actions import casework, decisions
from slate.enums import ApplicationState, CheckItem, Household, Needed, RefusalReason
from slate.forms.staff import ChecksForm, DecideForm, RefusalForm, RequestMoreForm, VersionForm
from slate.models import Application
from slate.reports import letters, quote_of, total
from slate.reports.cases import last_decision
from slate.staff_views.queue import due_words

S = ApplicationState


def case(request: PortalRequest, reference: str) -> HttpResponse:
    """Everything about one application; every look is written down (PD-10)."""
    user = staff_of(request)
    application = _open(request, reference, "보기")
    papers = [(paper, link(paper, user)) for paper in Document.objects.of(application)]
    values = {
        "application": application,
        "parts": application.parts.all(),
        "quote": quote_of(application),
        "papers": papers,
        "history": timeline(application),
        "requests": application.info_requests.select_related("asked_by"),
        "decision": last_decision(application),
        "due": due_words(application),
        "checks": [(item.label, item.value in application.checked) for item in CheckItem],
        "buttons": _buttons(application, user),
        "may_take": Role.SLATE_OFFICER in user.roles and application.state == S.SUBMITTED,
    }
    return render(request, "slate/staff/case.html", values)


def _open(request: PortalRequest, reference: str, why: str) -> Application:
    rows = Application.objects.seen_by(staff_of(request)).in_full().select_related("officer", "proposed_by")
    application = get_object_or_404(rows, reference=reference)
    record_reading(staff_of(request), application.resident, application, why, address=request.address or None)
    return application


def _buttons(application: Application, user: User) -> list[tuple[str, str]]:
    """What this person may do now: label and page."""
    found: list[tuple[str, str]] = []
    if Role.SLATE_OFFICER in user.roles and application.state == S.CHECKING:
        found += [
            ("자격 확인하기", "slate:staff_checks"),
            ("보완 요청하기", "slate:staff_request_more"),
            ("지원 제외 올리기", "slate:staff_propose_refusal"),
        ]
    if Role.SLATE_OFFICER in user.roles and application.state == S.ELIGIBLE:
        found.append(("지원 결정 올리기", "slate:staff_propose_approval"))
    if Role.SLATE_APPROVER in user.roles and application.state in S.WITH_APPROVER:
        found.append(("결재하기", "slate:staff_decide"))
    return found


def _act(
    request: PortalRequest,
    application: Application,
    form: forms.Form,
    do: Callable[[dict[str, Any]], str],
    page: dict[str, Any],
) -> HttpResponse:
    """A page that asks once and acts: done -> back to the case, refused -> the same page with the sentence."""
    if form.is_valid():
        with refusals_to(form):
            sentence = do(form.cleaned_data)
            messages.success(request, sentence)
            return redirect("slate:staff_case", application.reference)
    template = f"slate/staff/{page.pop('template')}.html"
    return render_form(request, template, {"application": application, "form": form} | page)


def checks(request: PortalRequest, reference: str) -> HttpResponse:
    """자격을 확인했나요?"""
    application, user = _open(request, reference, "자격 확인"), staff_of(request)
    initial = {
        "version": application.version,
        "checked": application.checked,
        "household": application.household,
        "verified_on": application.household_verified_on,
        "valid_until": application.household_valid_until,
    }
    form = ChecksForm(request.POST or None, initial=initial)

    def do(data: dict[str, Any]) -> str:
        found = casework.Checks(
            checked=[CheckItem(item) for item in data["checked"]],
            household=Household(data["household"]),
            verified_on=data["verified_on"],
            valid_until=data["valid_until"],
        )
        if "eligible" in request.POST:
            casework.confirm(application.pk, found, by=user.actor, version=data["version"])
            return "자격을 확인했습니다."
        casework.save_checks(application.pk, found, by=user.actor, version=data["version"])
        return "저장했습니다."

    return _act(request, application, form, do, {"template": "checks"})


def request_more(request: PortalRequest, reference: str) -> HttpResponse:
    """서류를 더 내 달라고 할까요?"""
    application, user = _open(request, reference, "보완 요청"), staff_of(request)
    form = RequestMoreForm(request.POST or None, initial={"version": application.version})

    def do(data: dict[str, Any]) -> str:
        items = [Needed(item) for item in data["items"]]
        casework.request_more(application.pk, items=items, note=data["note"], by=user.actor, version=data["version"])
        return "보완을 요청했습니다. 문자 1건, 편지 1건을 보냅니다."

    return _act(request, application, form, do, {"template": "request_more"})


def propose_refusal(request: PortalRequest, reference: str) -> HttpResponse:
    """지원 제외를 결재에 올릴까요?"""
    application, user = _open(request, reference, "지원 제외 올리기"), staff_of(request)
    form = RefusalForm(request.POST or None, initial={"version": application.version})

    def do(data: dict[str, Any]) -> str:
        code = RefusalReason(data["code"])
        sentence = data["sentence"] or rules.REASON_SENTENCES[code][0]
        casework.propose_refusal(application.pk, code=code, sentence=sentence, by=user.actor, version=data["version"])
        return "결재에 올렸습니다."

    page = {"template": "propose_refusal", "sentences": _sentences()}
    return _act(request, application, form, do, page)


def _sentences() -> list[tuple[str, str, str]]:
    return [(str(code.label), *rules.REASON_SENTENCES[code]) for code in RefusalReason]


def propose_approval(request: PortalRequest, reference: str) -> HttpResponse:
    """지원 결정을 결재에 올릴까요?"""
    application, user = _open(request, reference, "지원 결정 올리기"), staff_of(request)
    form = VersionForm(request.POST or None, initial={"version": application.version})

    def do(data: dict[str, Any]) -> str:
        casework.propose_approval(application.pk, by=user.actor, version=data["version"])
        return "결재에 올렸습니다."

    return _act(request, application, form, do, {"template": "propose_approval", "quote": quote_of(application)})


def decide(request: PortalRequest, reference: str) -> HttpResponse:
    """Approve, refuse or give back; never what they proposed themselves."""
    application, user = _open(request, reference, "결재"), staff_of(request)
    form = DecideForm(request.POST or None, initial={"version": application.version})
    quote = quote_of(application)

    def do(data: dict[str, Any]) -> str:
        version = data["version"]
        if data["decision"] == "give_back":
            decisions.give_back(application.pk, by=user.actor, note=data["note"], version=version)
            return "되돌려 보냈습니다."
        if application.state == S.REFUSAL_PROPOSED:
            decisions.refuse(application.pk, by=user.actor, version=version)
            return "지원 제외를 결정했습니다."
        decision = decisions.approve(application.pk, by=user.actor, version=version)
        return f"지원을 결정했습니다. 지원금은 {won(decision.support_won)}입니다."

    page = {
        "template": "decide",
        "quote": quote,
        "left_won": total(application.programme).left_won,
        "is_own": application.proposed_by_id == user.pk,
    }
    return _act(request, application, form, do, page)


def letter(request: PortalRequest, reference: str) -> HttpResponse:
    """결정 통지서, from the record."""
    application = _open(request, reference, "통지서 보기")
    values = {"application": application, "decision": last_decision(application)}
    return render(request, "slate/staff/letter.html", values)


def letter_pdf(request: PortalRequest, reference: str) -> HttpResponse:
    """결정 통지서 on paper."""
    record = last_decision(_open(request, reference, "통지서 내려받기"))
    if record is None:
        raise Http404
    return HttpResponse(letters.letter_pdf(record), content_type="application/pdf")
