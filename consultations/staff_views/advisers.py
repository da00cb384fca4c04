"""An adviser's own desk: clinic days with the clients' questions, results, and the enquiries to answer."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from consultations.actions import enquiries as actions
from consultations.enums import AnsweredBy, FollowUp
from consultations.forms import enquiries as forms
from consultations.models import Adviser, Enquiry
from consultations.reports import advisers as desks
from consultations.reports import enquiries as reports
from consultations.views.own_bookings import Door, booking_page, conflict_page, result_page
from services.actions.history import record_reading
from services.models import Document
from services.reports.documents import link
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
    """One own question: read it (logged), answer, record a call, ask back, keep words for later."""
    adviser, user = _adviser(request), staff_of(request)
    found = get_object_or_404(Enquiry.objects.select_related("resident").filter(adviser=adviser), reference=reference)
    initial = {"text": reports.draft_of(found, adviser), "given": AnsweredBy.wanted(found.answer_by)}
    form = forms.AnswerForm(request.POST or None, initial=initial)
    if form.is_valid():
        with refusals_to(form):
            messages.success(request, _said(request, found, adviser, form.cleaned_data))
            return redirect("consultations:staff_my_days")
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


def _said(request: PortalRequest, found: Enquiry, adviser: Adviser, typed: dict[str, Any]) -> str:
    """One of three buttons; the sentence for the adviser."""
    by = staff_of(request).actor
    if "keep" in request.POST:
        actions.keep_draft(found.pk, typed["text"], adviser=adviser, by=by)
        return "저장했습니다. 나중에 이어서 하실 수 있습니다."
    if "ask_back" in request.POST:
        actions.ask_back(found.pk, typed["text"], adviser=adviser, by=by)
        return "여쭤보았습니다. 답이 올 때까지 기한이 멈춥니다."
    given = AnsweredBy(typed["given"])
    actions.answer(found.pk, typed["text"], given, adviser=adviser, by=by, why=typed["why"])
    return "답했습니다."


def my_enquiry_refer(request: PortalRequest, reference: str) -> HttpResponse:
    """다른 기관 안내하기 (S14), by the adviser who read the question."""
    adviser = _adviser(request)
    found = get_object_or_404(Enquiry.objects.filter(adviser=adviser), reference=reference)
    form = forms.ReferForm(request.POST or None)
    if form.is_valid():
        with refusals_to(form):
            actions.refer(found.pk, FollowUp(form.cleaned_data["where"]), by=staff_of(request).actor, adviser=adviser)
            messages.success(request, "다른 기관을 안내했습니다.")
            return redirect("consultations:staff_my_days")
    return render_form(request, "consultations/staff/my_enquiry_refer.html", {"enquiry": found, "form": form})
