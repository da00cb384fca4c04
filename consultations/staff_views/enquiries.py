"""Staff: always-on enquiries by schedule, field and state; not one word of their texts is read here (LA-06)."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from consultations.actions import enquiries as actions
from consultations.enums import AnswerBy, BookingKind, ConsentKind, FollowUp, Source, Topic
from consultations.forms import enquiries as forms
from consultations.models import Enquiry
from consultations.models.enquiries import EnquiryQuerySet
from services.actions.history import record_reading
from services.actions.people import find_or_add_resident
from services.enums.people import Role
from services.models import User
from services.reports import history
from services.views.refusals import refusals_to, render_form
from services.views.requests import PortalRequest, staff_of

ROWS = 50


def _seen_by(user: User) -> EnquiryQuerySet:
    return Enquiry.objects.seen_by(user).with_pause().select_related("adviser", "resident")


def enquiries(request: PortalRequest) -> HttpResponse:
    """상시 상담: what waits, the nearest day first."""
    found = forms.EnquiryFilter(request.GET, _seen_by(staff_of(request)))
    page = Paginator(found.qs.order_by("due_on", "pk"), ROWS).get_page(request.GET.get("page"))
    context = {"form": found.form, "page": page, "today": timezone.localdate()}
    return render(request, "consultations/staff/enquiries.html", context)


def enquiry(request: PortalRequest, reference: str) -> HttpResponse:
    """One question from outside: when, which field, how far; the look is logged."""
    user = staff_of(request)
    found = get_object_or_404(_seen_by(user), reference=reference)
    record_reading(user, found.resident, found, "보기", address=request.address or None)
    page = {
        "enquiry": found,
        "lines": history.timeline(found),
        "is_officer": Role.CONSULTATION_OFFICER in user.roles,
        "may_book": Role.AUDITOR not in user.roles,
        "today": timezone.localdate(),
    }
    return render(request, "consultations/staff/enquiry.html", page)


def _decide(request: PortalRequest, page: str, found: Enquiry, form: Form, decide: Any, done: str) -> HttpResponse:
    """A page of one form on one question: do it, or say why not."""
    if form.is_valid():
        with refusals_to(form):
            decide(**form.cleaned_data)
            messages.success(request, done)
            return redirect("consultations:staff_enquiry", found.reference)
    return render_form(request, page, {"enquiry": found, "form": form})


def _found(request: PortalRequest, reference: str) -> Enquiry:
    return get_object_or_404(_seen_by(staff_of(request)), reference=reference)


def enquiry_assign(request: PortalRequest, reference: str) -> HttpResponse:
    """맡을 세무사·변호사 정하기."""
    found = _found(request, reference)
    kinds = BookingKind(found.kind).answered_by
    form = forms.AssignForm(request.POST or None, kinds=kinds)

    def decide(adviser: Any) -> None:
        actions.assign(found.pk, adviser.pk, by=staff_of(request).actor)

    page = "consultations/staff/enquiry_assign.html"
    return _decide(request, page, found, form, decide, "맡을 사람을 정했습니다.")


def enquiry_extend(request: PortalRequest, reference: str) -> HttpResponse:
    """답하는 날을 늦출까요? Once, with a message and a letter (MW-08)."""
    found = _found(request, reference)
    form = forms.ExtendForm(request.POST or None)

    def decide(days: int, reason: str) -> None:
        actions.extend(found.pk, days, reason, by=staff_of(request).actor)

    page = "consultations/staff/enquiry_extend.html"
    return _decide(request, page, found, form, decide, "답하는 날을 늦추고 알렸습니다.")


def enquiry_refer(request: PortalRequest, reference: str) -> HttpResponse:
    """다른 기관 안내하기 (S14)."""
    found = _found(request, reference)
    form = forms.ReferForm(request.POST or None)

    def decide(where: str) -> None:
        actions.refer(found.pk, FollowUp(where), by=staff_of(request).actor)

    page = "consultations/staff/enquiry_refer.html"
    return _decide(request, page, found, form, decide, "다른 기관을 안내했습니다.")


def enquiry_new(request: PortalRequest) -> HttpResponse:
    """전화·창구 질문: typed for somebody on the phone or at the counter."""
    form = forms.CounterEnquiryForm(request.POST or None)
    if form.is_valid():
        with refusals_to(form):
            made = _receive(staff_of(request), form.cleaned_data)
            messages.success(request, f"질문을 받았습니다. 접수번호 {made.reference}")
            return redirect("consultations:staff_enquiry", made.reference)
    return render_form(request, "consultations/staff/enquiry_new.html", {"form": form})


def _receive(user: User, typed: dict[str, Any]) -> Enquiry:
    resident = find_or_add_resident(name=typed["name"], phone=typed["phone"], address=typed["address"], by=user.actor)
    ask = actions.Ask(
        kind=BookingKind(typed["kind"]),
        topic=Topic(typed["topic"]),
        question=typed["question"],
        answer_by=AnswerBy(typed["answer_by"]),
        call_time=typed["call_time"],
        urgent_on=typed["urgent_on"],
        consents=dict.fromkeys(ConsentKind.REQUIRED, True),
    )
    source = Source(typed["source"])
    return actions.receive(ask, resident=resident, by=user.actor, source=source)
