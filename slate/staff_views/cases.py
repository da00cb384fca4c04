"""One application: read it (logged), check it, ask for more, propose, decide."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from services.actions.history import record_reading
from services.enums.people import Role
from services.forms.versions import VersionForm
from services.models import Document, User
from services.reports.documents import link
from services.reports.history import timeline
from services.rules.korean import won
from services.views.asking import settle
from services.views.refusals import changed_meanwhile, render_form
from services.views.requests import PortalRequest, staff_of
from slate import rules
from slate.actions import casework, decisions
from slate.enums import ApplicationMove, ApplicationState, CheckItem, Household, Needed, RefusalReason
from slate.forms.staff import ChecksForm, DecideForm, RefusalForm, RequestMoreForm, TakeBackForm
from slate.models import Application
from slate.reports import letters, quote_of, total
from slate.reports.cases import last_decision, newer_contact, papers_until, told
from slate.reports.evidence import evidence_of, look_ups_of
from slate.reports.lookalikes import lookalikes
from slate.reports.owners import contest_of
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
        "checks": _checks_of(application),
        "buttons": _buttons(application, user),
        "newer_contact": newer_contact(application),
        "may_take_contact": Role.SLATE_OFFICER in user.roles,
        "may_check": Role.SLATE_OFFICER in user.roles and application.state == S.CHECKING,
        "may_add": bool({Role.SLATE_OFFICER, Role.TOWNSHIP_CLERK} & user.roles),
        "may_take": Role.SLATE_OFFICER in user.roles and application.state == S.SUBMITTED,
    }
    return render(request, "slate/staff/case.html", values | _others(application, user))


def _others(application: Application, user: User) -> dict[str, Any]:
    """Who asks for the same building, and who else may; nobody stands in both."""
    contest = contest_of(application)
    rivals = set(contest.rivals) if contest else set()
    alike = [one for one in lookalikes(application, user) if one.application not in rivals]
    return {"contest": contest, "lookalikes": alike}


def _checks_of(application: Application) -> list[tuple[str, bool, str]]:
    """Each check, whether it was made, and what it rests on (or what is missing)."""
    return [
        (str(one.item.label), one.item.value in application.checked, one.kept_words(application) or one.shown)
        for one in evidence_of(application)
    ]


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
        found += [
            ("지원 결정 올리기", "slate:staff_propose_approval"),
            ("지원 제외 올리기", "slate:staff_propose_refusal"),
        ]
    if application.state in S.WITH_APPROVER and application.proposed_by_id == user.pk:
        found.append(("올린 것 거두기", "slate:staff_take_back"))
    elif Role.SLATE_APPROVER in user.roles and application.state in S.WITH_APPROVER:
        found.append(("결재하기", "slate:staff_decide"))
    return found


def _nothing(application: Application) -> dict[str, Any]:
    """A form that repeats nothing of the application."""
    return {}


@dataclass(frozen=True, slots=True)
class Asking:
    """A page that asks once and acts: its template and form, and the moves that it may make.

    `facts` gives what the application says as the form begins with it.
    """

    template: str
    form: type[VersionForm]
    moves: tuple[ApplicationMove, ...]
    facts: Callable[[Application], dict[str, Any]] = _nothing

    def may_still(self, application: Application) -> bool:
        return not self.moves or any(one.target(application.state) is not None for one in self.moves)

    def answer(
        self,
        request: PortalRequest,
        application: Application,
        do: Callable[[dict[str, Any]], str],
        page: Callable[[Application], dict[str, Any]] = _nothing,
    ) -> HttpResponse:
        """Done -> back to the case; refused -> the same page as things are now, with what was typed."""
        beside: dict[str, Any] = {}
        form = self.form(request.POST or None, initial=self.facts(application) | {"version": application.version})
        is_filled_in = form.is_valid()
        if done := settle(request, form, do, back=reverse("slate:staff_case", args=[application.reference])):
            return done
        if is_filled_in:  # the verb said no: as things are by now
            application = Application.objects.in_full().get(pk=application.pk)
            beside = changed_meanwhile(form, application, self.facts(application))
        values = {"application": application, "form": form, "may_still": self.may_still(application)}
        values |= beside | {"told": told(application)} | page(application)
        return render_form(request, f"slate/staff/{self.template}.html", values)


def _checked(application: Application) -> dict[str, Any]:
    return {
        "checked": application.checked,
        "lot": application.lot,
        "household": application.household,
        "verified_on": application.household_verified_on,
        "valid_until": application.household_valid_until,
    } | {
        f"{item}_{name}": value
        for item, found in look_ups_of(application).items()
        for name, value in (("where", found.where), ("on", found.on), ("number", found.number))
    }


CHECKS = Asking("checks", ChecksForm, (ApplicationMove.CHECKED,), _checked)
REQUEST_MORE = Asking("request_more", RequestMoreForm, (ApplicationMove.RETURNED,))
PROPOSE_REFUSAL = Asking("propose_refusal", RefusalForm, (ApplicationMove.REFUSAL_PROPOSED,))
PROPOSE_APPROVAL = Asking("propose_approval", VersionForm, (ApplicationMove.APPROVAL_PROPOSED,))
CONTACT = Asking("contact", VersionForm, ())
TAKE_BACK = Asking("take_back", TakeBackForm, (ApplicationMove.TAKEN_BACK,))
DECIDE = Asking("decide", DecideForm, (ApplicationMove.APPROVED, ApplicationMove.REFUSED))


def checks(request: PortalRequest, reference: str) -> HttpResponse:
    """자격을 확인했나요?"""
    application, user = _open(request, reference, "자격 확인"), staff_of(request)

    def do(data: dict[str, Any]) -> str:
        found = casework.Checks(
            checked=[CheckItem(item) for item in data["checked"]],
            household=Household(data["household"]),
            verified_on=data["verified_on"],
            valid_until=data["valid_until"],
            lot=data["lot"],
            look_ups=data["look_ups"],
        )
        if "eligible" in request.POST:
            casework.confirm(application.pk, found, by=user.actor, version=data["version"])
            return "자격을 확인했습니다."
        casework.save_checks(application.pk, found, by=user.actor, version=data["version"])
        return "저장했습니다."

    return CHECKS.answer(
        request,
        application,
        do,
        lambda row: {"evidence": evidence_of(row)} | _others(row, user),
    )


def request_more(request: PortalRequest, reference: str) -> HttpResponse:
    """서류를 더 내 달라고 할까요?"""
    application, user = _open(request, reference, "보완 요청"), staff_of(request)

    def do(data: dict[str, Any]) -> str:
        items = [Needed(item) for item in data["items"]]
        casework.request_more(application.pk, items=items, note=data["note"], by=user.actor, version=data["version"])
        return f"보완을 요청했습니다. {told(application)} 보냅니다."

    return REQUEST_MORE.answer(request, application, do, lambda row: {"by": papers_until(row.programme)})


def propose_refusal(request: PortalRequest, reference: str) -> HttpResponse:
    """지원 제외를 결재에 올릴까요?"""
    application, user = _open(request, reference, "지원 제외 올리기"), staff_of(request)

    def do(data: dict[str, Any]) -> str:
        code = RefusalReason(data["code"])
        sentence = data["sentence"] or rules.REASON_SENTENCES[code][0]
        casework.propose_refusal(
            application.pk,
            code=code,
            sentence=sentence,
            look_up=data["look_up"],
            by=user.actor,
            version=data["version"],
        )
        return "결재에 올렸습니다."

    return PROPOSE_REFUSAL.answer(
        request, application, do, lambda row: {"sentences": _sentences(), "contest": contest_of(row)}
    )


def _sentences() -> list[tuple[str, str, str]]:
    return [(str(code.label), *rules.REASON_SENTENCES[code]) for code in RefusalReason]


def propose_approval(request: PortalRequest, reference: str) -> HttpResponse:
    """지원 결정을 결재에 올릴까요?"""
    application, user = _open(request, reference, "지원 결정 올리기"), staff_of(request)

    def do(data: dict[str, Any]) -> str:
        casework.propose_approval(application.pk, by=user.actor, version=data["version"])
        return "결재에 올렸습니다."

    return PROPOSE_APPROVAL.answer(request, application, do, lambda row: {"quote": quote_of(row)})


def contact(request: PortalRequest, reference: str) -> HttpResponse:
    """시민 기록의 연락처를 이 신청에도 쓸까요?"""
    application, user = _open(request, reference, "연락처"), staff_of(request)

    def do(data: dict[str, Any]) -> str:
        casework.take_contact(application.pk, by=user.actor, version=data["version"])
        return "이 신청의 편지와 문자를 시민 기록의 연락처로 보냅니다."

    return CONTACT.answer(request, application, do, lambda row: {"newer_contact": newer_contact(row)})


def take_back(request: PortalRequest, reference: str) -> HttpResponse:
    """올린 것을 거둘까요?"""
    application, user = _open(request, reference, "올린 것 거두기"), staff_of(request)

    def do(data: dict[str, Any]) -> str:
        casework.take_back(application.pk, reason=data["reason"], by=user.actor, version=data["version"])
        return "올린 것을 거두었습니다. 다시 확인하고 올리실 수 있습니다."

    return TAKE_BACK.answer(request, application, do, lambda row: {"is_own": row.proposed_by_id == user.pk})


def decide(request: PortalRequest, reference: str) -> HttpResponse:
    """Approve, refuse or give back; never what they proposed themselves."""
    application, user = _open(request, reference, "결재"), staff_of(request)

    def do(data: dict[str, Any]) -> str:
        version = data["version"]
        if data["decision"] == "give_back":
            decisions.give_back(application.pk, by=user.actor, note=data["note"], version=version)
            return "되돌려 보냈습니다."
        if application.state == S.REFUSAL_PROPOSED:
            decisions.refuse(application.pk, by=user.actor, version=version)
            return f"지원 제외를 결정했습니다. {told(application, of_decision=True)} 보냅니다."
        decision = decisions.approve(application.pk, by=user.actor, version=version)
        sent = told(application, of_decision=True)
        return f"지원을 결정했습니다. 지원금은 {won(decision.support_won)}입니다. {sent} 보냅니다."

    def page(row: Application) -> dict[str, Any]:
        return {
            "told": told(row, of_decision=True),
            "quote": quote_of(row),
            "left_won": total(row.programme).left_won,
            "is_own": row.proposed_by_id == user.pk,
            "parts": row.parts.all(),
            "papers": [(paper, link(paper, user)) for paper in Document.objects.of(row)],
            "checks": _checks_of(row),
        } | _others(row, user)

    return DECIDE.answer(request, application, do, page)


def letter(request: PortalRequest, reference: str) -> HttpResponse:
    """결정 통지서, from the record."""
    application = _open(request, reference, "통지서 보기")
    record = last_decision(application)
    values = {"application": application, "letter": letters.letter_of(record) if record else None}
    return render(request, "slate/staff/letter.html", values)


def letter_pdf(request: PortalRequest, reference: str) -> HttpResponse:
    """결정 통지서 on paper."""
    record = last_decision(_open(request, reference, "통지서 내려받기"))
    if record is None:
        raise Http404
    return HttpResponse(letters.letter_pdf(record), content_type="application/pdf")
