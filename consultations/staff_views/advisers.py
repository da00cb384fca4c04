"""An adviser's own desk: clinic days with the clients' questions, results, and the enquiries to answer."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from consultations.actions import enquiries as actions
from consultations.actions import results
from consultations.enums import AnsweredBy, FollowUp
from consultations.forms import enquiries as forms
from consultations.forms.results import ResultForm
from consultations.models import Adviser, Booking, Enquiry
from consultations.reports import advisers as desks
from consultations.reports import enquiries as reports
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


def my_booking(request: PortalRequest, reference: str) -> HttpResponse:
    """One own booking with the client's question, as long as the consent lasts; the look is logged."""
    adviser, address = _adviser(request), request.address or None
    found = _own_booking(adviser, reference)
    page: dict[str, object] = {
        "booking": found,
        "is_in_conflict": desks.is_in_conflict(found, adviser),
        "period": settings.CONSULTATION_ADVISER_RETENTION,
    }
    if not page["is_in_conflict"]:
        if found.is_open_to_advisers:
            record_reading(staff_of(request), found.resident, found, "상담 내용 보기", address=address)
        result = found.results.filter(adviser=adviser).first()
        page["result"], page["may_flag"] = result, desks.can_be_flagged(found)
        page["may_record"] = result is None and desks.can_have_result(found)
    return render(request, "consultations/staff/my_booking.html", page)


def _own_booking(adviser: Adviser, reference: str) -> Booking:
    return get_object_or_404(desks.bookings_of(adviser), reference=reference)


def result(request: PortalRequest, reference: str) -> HttpResponse:
    """상담 결과 적기 (별지 1)."""
    adviser = _adviser(request)
    found = _own_booking(adviser, reference)
    initial = {"topic": found.topic, "minutes": desks.own_minutes(found)}
    form = ResultForm(request.POST or None, initial=initial)
    if form.is_valid():
        with refusals_to(form):
            results.record_result(found.pk, adviser=adviser, by=staff_of(request).actor, **form.facts)
            messages.success(request, "상담 결과를 적었습니다.")
            return redirect("consultations:staff_my_days")
    return render_form(request, "consultations/staff/result.html", {"booking": found, "form": form})


def conflict(request: PortalRequest, reference: str) -> HttpResponse:
    """이해 충돌을 알릴까요? The question closes to this adviser, an officer arranges anew (LA-05)."""
    adviser = _adviser(request)
    found = _own_booking(adviser, reference)
    if request.method != "POST":
        return render(request, "consultations/staff/conflict.html", {"booking": found})
    with refusals_to(request):
        results.flag_conflict(found.pk, adviser=adviser, by=staff_of(request).actor)
        messages.success(request, "이해 충돌을 알렸습니다. 담당자가 다시 정합니다.")
    return redirect("consultations:staff_my_booking", reference)


def my_enquiry(request: PortalRequest, reference: str) -> HttpResponse:
    """One own question: read it (logged), answer, record a call, ask back, keep words for later."""
    adviser, user = _adviser(request), staff_of(request)
    found = get_object_or_404(Enquiry.objects.select_related("resident").filter(adviser=adviser), reference=reference)
    form = forms.AnswerForm(request.POST or None, initial={"text": reports.draft_of(found, adviser)})
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
    actions.answer(found.pk, typed["text"], AnsweredBy(typed["given"]), adviser=adviser, by=by)
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
