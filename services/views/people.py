"""내 신청 확인: proving a phone, everything of theirs, one case by its number, and who looked."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from services.actions import access, drafts, puzzles
from services.actions import people as actions
from services.enums.access import Held
from services.forms.people import CodeForm, PhoneForm, PuzzleForm, ReferenceForm
from services.forms.steps import journeys
from services.models import Verification, blind_index
from services.reports import people as reports
from services.rules.puzzles import PuzzleAsked
from services.views.addresses import own_address
from services.views.refusals import refusals_to, render_form
from services.views.requests import PortalRequest


def start_verification(
    request: PortalRequest, phone_e164: str, *, next_url: str, keeps: str = "", is_solved: bool = False
) -> HttpResponse:
    """Send a code and go to the page for it; afterwards to `next_url`. A phone that is verified goes there at once.

    `keeps` is the kind of the half-filled form that will be this phone's; `is_solved`: the puzzle that may stand
    before a code was answered just now.

    Raises Refused (F04, F08, F09) for the caller's form.
    """
    phone_index = blind_index(phone_e164, purpose="phone")
    if request.resident_phone_index == phone_index:
        drafts.bind(request.session, phone_e164, phone_index, keeps=keeps)
        return redirect(next_url)
    try:
        verification = actions.send_code(phone_e164, address=reports.address_of(request), is_solved=is_solved)
    except PuzzleAsked:
        access.await_answer(request.session, phone_e164, next_url=next_url, keeps=keeps)
        return redirect("services:code_puzzle")
    access.await_code(request.session, verification, next_url=next_url, keeps=keeps)
    return redirect("services:verify_code")


@never_cache
def my_start(request: PortalRequest) -> HttpResponse:
    """휴대전화 번호를 알려 주세요."""
    form = PhoneForm(request.POST or None)
    if form.is_valid():
        next_url = own_address(request, request.GET.get("next", ""), otherwise=reverse("services:my"))
        with refusals_to(form):
            phone, keeps = form.cleaned_data["phone"], request.GET.get("keep", "")
            return start_verification(request, phone, next_url=next_url, keeps=keeps)
    session = request.session
    page = {
        "form": form,
        "was_idle": session.get(Held.WAS_IDLE, False),
        "waits": any(session.get(Held.CLOSED, {}).values()),
        "keeps": journeys().get(request.GET.get("keep", "")),
        "is_writing": bool(session.get(Held.DRAFTS)) and not request.resident_phone_index,
    }
    return render_form(request, "services/my_start.html", page)


@never_cache
def code_puzzle(request: PortalRequest) -> HttpResponse:
    """셈 하나를 풀어 주세요: before a code, on a day on which the city has sent nearly all of its codes."""
    phone = access.phone_awaiting_answer(request.session)
    if not phone:
        return redirect("services:my_start")
    phone_index, asked = blind_index(phone, purpose="phone"), request.session[Held.PUZZLE]
    form = PuzzleForm(request.POST or None)
    if form.is_valid():
        with refusals_to(form):
            puzzles.solve(form.cleaned_data["puzzle"], form.cleaned_data["answer"], phone_index=phone_index)
            return start_verification(request, phone, next_url=asked["next"], keeps=asked["keeps"], is_solved=True)
    puzzle = puzzles.new_puzzle(phone_index)
    form.ask(puzzle.question, puzzle.token)
    return render_form(request, "services/code_puzzle.html", {"form": form, "phone": phone})


@never_cache
def verify_code(request: PortalRequest) -> HttpResponse:
    """문자로 받은 인증번호를 적어 주세요."""
    verification = _waiting(request)
    if verification is None:
        return redirect("services:my_start")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        with refusals_to(form):
            passed = actions.check_code(verification.pk, form.cleaned_data["code"])
            waiting = request.session[Held.WAITING]
            if access.enter(request.session, passed, keeps=waiting["keeps"]):
                messages.info(request, _("번호를 확인하기 전에 이 화면에서 쓰던 다른 신청은 지웠습니다."))
            return redirect(waiting["next"])
    return render_form(request, "services/verify_code.html", _code_page(verification, form))


def _code_page(verification: Verification, form: CodeForm) -> dict[str, Any]:
    return {"form": form, "verification": verification, "fate": reports.fate_of_code(verification).name}


@never_cache
def code_fate(request: PortalRequest) -> HttpResponse:
    """The line about the message alone, which the waiting page asks for every few seconds."""
    verification = _waiting(request)
    if verification is None:
        raise Http404
    page = {"verification": verification, "fate": reports.fate_of_code(verification).name}
    return render(request, "services/_code_fate.html", page)


def _waiting(request: PortalRequest) -> Verification | None:
    waiting = request.session.get(Held.WAITING)
    return Verification.objects.filter(pk=waiting["id"]).first() if waiting else None


@require_POST
def verify_again(request: PortalRequest) -> HttpResponse:
    """인증번호 다시 받기."""
    verification = _waiting(request)
    if verification is None:
        return redirect("services:my_start")
    waiting = request.session[Held.WAITING]
    form = CodeForm({"code": ""})
    form.errors.clear()  # an empty code is no fault here
    with refusals_to(form):
        response = start_verification(request, verification.phone, next_url=waiting["next"], keeps=waiting["keeps"])
        if response.headers["Location"] == reverse("services:verify_code"):
            messages.success(
                request, _("인증번호를 다시 보냈습니다. 남은 시간 %(n)s분") % {"n": settings.VERIFICATION_MINUTES}
            )
        return response
    return render_form(request, "services/verify_code.html", _code_page(verification, form))


@never_cache
def my(request: PortalRequest) -> HttpResponse:
    """Everything that the people with this phone asked for, with state and next step."""
    residents = reports.residents_of(request.resident_phone_index)
    cases = reports.cases_of(residents)
    known = journeys()
    begun = drafts.drafts_of(request.resident_phone_index)
    page = {
        "residents": residents,
        "cases": cases,
        "open_cases": [case for case in cases if case.is_open],
        "unfinished": [(one, known[one.kind].title) for one in begun if one.kind in known],
    }
    return render(request, "services/my.html", page)


@never_cache
def my_data(request: PortalRequest) -> HttpResponse:
    """내 개인정보 보기 (PD-07)."""
    residents = reports.residents_of(request.resident_phone_index)
    return render(request, "services/my_data.html", {"residents": residents})


@never_cache
def my_readings(request: PortalRequest) -> HttpResponse:
    """누가 내 정보를 보았는지 보기."""
    readings = reports.readings_about(request.resident_phone_index)
    return render(request, "services/my_readings.html", {"readings": readings})


@never_cache
def my_reference(request: PortalRequest) -> HttpResponse:
    """예약번호나 접수번호로 하나만 보기."""
    form = ReferenceForm(request.POST or None)
    if form.is_valid():
        typed, last4 = form.cleaned_data["reference"], form.cleaned_data["last4"]
        with refusals_to(form):
            actions.open_by_reference(request.session, typed, last4, address=request.address)
            return redirect("services:my_case")
    return render_form(request, "services/my_reference.html", {"form": form})


@never_cache
def my_case(request: PortalRequest) -> HttpResponse:
    """The one case that was opened by its number."""
    opened = request.session.get(Held.CASE)
    case = reports.case_by_reference(opened[2], opened[3]) if opened else None
    if case is None:
        return redirect("services:my_reference")
    return render(request, "services/my_case.html", {"case": case})


@require_POST
def my_leave(request: PortalRequest) -> HttpResponse:
    """나가기."""
    access.leave(request.session)
    messages.success(request, _("나갔습니다. 이 화면에는 아무것도 남아 있지 않습니다."))
    return redirect("services:home")
