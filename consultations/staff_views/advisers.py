"""An adviser's own desk: clinic days with the clients' questions, results, and the enquiries to answer."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from consultations.actions import enquiries as actions
from consultations.enums import AnsweredBy, FollowUp
from consultations.forms import enquiries as forms
from consultations.models import Adviser, Enquiry
from consultations.notices import enquiry_letter
from consultations.reports import advisers as desks
from consultations.reports import enquiries as reports
from consultations.rules.answers import refuse_other_way
from consultations.staff_views.enquiries import referring
from consultations.views.own_bookings import Door, booking_page, conflict_page, result_page
from services.actions.history import record_reading
from services.models import Document
from services.notices.messages import previews
from services.reports.documents import link
from services.views.asking import Question, ask_after, settle
from services.views.refusals import refusals_to, render_form
from services.views.requests import PortalRequest, staff_of


def _adviser(request: PortalRequest) -> Adviser:
    """The adviser behind this account. Raises Http404 for an account that no adviser has."""
    adviser = reports.adviser_of(staff_of(request))
    if adviser is None:
        raise Http404
    return adviser


def my_days(request: PortalRequest) -> HttpResponse:
    """내 상담: days to come with their bookings, those without a result, and questions to answer."""
    adviser = _adviser(request)
    page = {
        "adviser": adviser,
        "bookings": desks.bookings_to_come(adviser),
        "open_results": desks.bookings_without_result(adviser),
        "enquiries": reports.enquiries_of(adviser),
        "today": timezone.localdate(),
    }
    return render(request, "consultations/staff/my_days.html", page)


def _door(request: PortalRequest) -> Door:
    """All own bookings, with the client's phone number."""
    adviser, user = _adviser(request), staff_of(request)
    return Door(
        adviser=adviser,
        by=user.actor,
        reader=user,
        seen_as="상담 내용 보기",
        bookings=desks.bookings_of(adviser),
        frame="staff_base.html",
        list_page="consultations:staff_my_days",
        booking_page="consultations:staff_my_booking",
        result_page="consultations:staff_result",
        conflict_page="consultations:staff_conflict",
        list_label="내 상담",
        shows_phone=True,
    )


def my_booking(request: PortalRequest, reference: str) -> HttpResponse:
    return booking_page(request, _door(request), reference)


def result(request: PortalRequest, reference: str) -> HttpResponse:
    return result_page(request, _door(request), reference) or redirect("consultations:staff_my_days")


def conflict(request: PortalRequest, reference: str) -> HttpResponse:
    return conflict_page(request, _door(request), reference)


def my_enquiry(request: PortalRequest, reference: str) -> HttpResponse:
    """One own question: read it (logged), answer, record a call, ask back, keep words for later.

    What is sent cannot be taken back, so the page shows it once more before it goes.
    """
    adviser, user = _adviser(request), staff_of(request)
    found = get_object_or_404(Enquiry.objects.select_related("resident").filter(adviser=adviser), reference=reference)
    initial = {"text": reports.draft_of(found, adviser), "given": AnsweredBy.wanted(found.answer_by)}
    form = forms.AnswerForm(request.POST or None, initial=initial)
    if "keep" in request.POST and (kept := _keep(request, found, adviser, form)):
        return kept
    asked = None if "keep" in request.POST else _ask(request, found, adviser, form)
    if asked:
        return asked
    if found.is_open_to_advisers:
        record_reading(user, found.resident, found, "질문 보기", address=request.address or None)
    page = {
        "enquiry": found,
        "turns": reports.turns_of(found) if found.is_open_to_advisers else [],
        "papers": [link(one, user) for one in Document.objects.of(found)] if found.is_open_to_advisers else [],
        "period": settings.CONSULTATION_ADVISER_RETENTION,
        "form": form if found.is_waiting or form.errors else None,  # refused words are not lost
        "is_paused": reports.is_paused(found),
    }
    return render_form(request, "consultations/staff/my_enquiry.html", page)


def _keep(request: PortalRequest, found: Enquiry, adviser: Adviser, form: forms.AnswerForm) -> HttpResponse | None:
    """저장하고 나중에 하기."""

    def do(typed: dict[str, Any]) -> str:
        actions.keep_draft(found.pk, typed["text"], adviser=adviser, by=staff_of(request).actor)
        return "저장했습니다. 나중에 이어서 하실 수 있습니다."

    return settle(request, form, do, back=reverse("consultations:staff_my_days"))


def _ask(request: PortalRequest, found: Enquiry, adviser: Adviser, form: forms.AnswerForm) -> HttpResponse | None:
    """답변 보내기 or 더 여쭤보기."""
    by, is_back = staff_of(request).actor, "ask_back" in request.POST

    def do(typed: dict[str, Any]) -> str:
        if is_back:
            actions.ask_back(found.pk, typed["text"], adviser=adviser, by=by)
            return "여쭤보았습니다. 답이 올 때까지 기한이 멈춥니다."
        given = AnsweredBy(typed["given"])
        actions.answer(found.pk, typed["text"], given, adviser=adviser, by=by, why=typed["why"])
        return "답했습니다."

    if form.is_valid() and not is_back:
        with refusals_to(form):  # before it asks, not after
            refuse_other_way(AnsweredBy(form.cleaned_data["given"]), found.answer_by, form.cleaned_data["why"])
    return ask_after(request, form, _asking_back(found) if is_back else _answering(found), do)


def _asking_back(found: Enquiry) -> Callable[[dict[str, Any]], Question]:
    return lambda typed: Question(
        title="이렇게 더 여쭤볼까요?",
        is_grave=False,
        submit="여쭤보기",
        back=reverse("consultations:staff_my_days"),
        back_words="내 상담",
        about=f"질문 {found.reference}, {found.resident.name} 님",
        explains="보내면 고칠 수 없습니다. 물어보신 분이 누리집에서 읽고 답하실 때까지 기한이 멈춥니다.",
        shows=[("여쭤볼 것", typed["text"])],
        previews=previews([enquiry_letter("enquiry_asked_back", found)]),
    )


def _answering(found: Enquiry) -> Callable[[dict[str, Any]], Question]:
    def question(typed: dict[str, Any]) -> Question:
        given = AnsweredBy(typed["given"])
        is_sent = given in AnsweredBy.TELLS
        return Question(
            title="이 답변을 보낼까요?" if is_sent else f"'{given.label}'으로 적을까요?",
            is_grave=False,
            submit="답변 보내기" if is_sent else "답한 것으로 적기",
            back=reverse("consultations:staff_my_days"),
            back_words="내 상담",
            about=f"질문 {found.reference}, {found.resident.name} 님",
            explains=(
                "보내면 고칠 수 없습니다. 물어보신 분이 '내 신청 확인'에서 읽으십니다."
                if is_sent
                else "이미 답하셨을 때만 적으세요. 적으면 고칠 수 없고, 질문은 답한 것이 됩니다."
            ),
            shows=[("답변", typed["text"]), ("답한 방법", str(given.label))]
            + [("다르게 답하는 이유", typed["why"])] * bool(typed["why"]),
            previews=previews([enquiry_letter("enquiry_answered", found)]) if is_sent else [],
        )

    return question


def my_enquiry_refer(request: PortalRequest, reference: str) -> HttpResponse:
    """다른 기관 안내하기 (S14), by the adviser who read the question."""
    adviser = _adviser(request)
    found = get_object_or_404(Enquiry.objects.select_related("resident").filter(adviser=adviser), reference=reference)
    form = forms.ReferForm(request.POST or None)

    def do(typed: dict[str, Any]) -> str:
        actions.refer(found.pk, FollowUp(typed["where"]), by=staff_of(request).actor, adviser=adviser)
        return "다른 기관을 안내했습니다."

    back = reverse("consultations:staff_my_days")
    page = {"enquiry": found, "form": form}
    return ask_after(request, form, lambda typed: referring(found, typed, back), do) or render_form(
        request, "consultations/staff/my_enquiry_refer.html", page
    )
