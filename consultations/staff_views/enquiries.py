"""Staff: always-on enquiries by schedule, field and state; not one word of their texts is read here (LA-06)."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from consultations.actions import enquiries as actions
from consultations.enums import AnswerBy, BookingKind, ConsentKind, FollowUp, Source, Topic
from consultations.forms import enquiries as forms
from consultations.models import Enquiry
from consultations.models.enquiries import EnquiryQuerySet
from consultations.notices import enquiry_letter, extension_letter
from consultations.reports.enquiries import longer
from services.actions.history import record_reading
from services.actions.people import find_or_add_resident
from services.enums.calendar import ExtensionReason
from services.enums.people import Role
from services.models import User
from services.notices.messages import previews
from services.reports import history
from services.rules.korean import date_letter
from services.views.asking import Question, ask_after, settle
from services.views.refusals import refusals_to, render_form
from services.views.requests import PortalRequest, staff_of

ROWS = 50


def _seen_by(user: User) -> EnquiryQuerySet:
    return Enquiry.objects.seen_by(user).with_pause().select_related("adviser", "resident")


def enquiries(request: PortalRequest) -> HttpResponse:
    """상시 상담: what waits, the nearest day first."""
    found = forms.EnquiryFilter(request.GET, _seen_by(staff_of(request)))
    page = Paginator(found.qs.order_by("due_on", "pk"), ROWS).get_page(request.GET.get("page"))
    context = {"form": found.form, "page": page, "today": timezone.localdate(), "not_found": found.not_found}
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


def _found(request: PortalRequest, reference: str) -> Enquiry:
    return get_object_or_404(_seen_by(staff_of(request)), reference=reference)


def enquiry_assign(request: PortalRequest, reference: str) -> HttpResponse:
    """맡을 세무사·변호사 정하기."""
    found = _found(request, reference)
    form = forms.AssignForm(request.POST or None, kinds=BookingKind(found.kind).answered_by)

    def do(typed: dict[str, Any]) -> str:
        actions.assign(found.pk, typed["adviser"].pk, by=staff_of(request).actor)
        return "맡을 사람을 정했습니다."

    page = {"enquiry": found, "form": form}
    back = reverse("consultations:staff_enquiry", args=[reference])
    return settle(request, form, do, back=back) or render_form(
        request, "consultations/staff/enquiry_assign.html", page
    )


def enquiry_extend(request: PortalRequest, reference: str) -> HttpResponse:
    """답하는 날을 늦출까요? Once, with a message and a letter (MW-08)."""
    found = _found(request, reference)
    form = forms.ExtendForm(request.POST or None)

    def question(typed: dict[str, Any]) -> Question:
        later, why = longer(found, typed["days"]), ExtensionReason(typed["reason"])
        return _question(
            found,
            title="답하는 날을 늦출까요?",
            is_grave=False,
            submit="기한 늦추기",
            explains="한 번만 늦출 수 있고 되돌릴 수 없습니다. 같은 내용을 편지로도 보냅니다.",
            shows=[("새로 답할 날", date_letter(later.due_on)), ("이유", str(why.label))],
            previews=previews([extension_letter(later, why)]),
        )

    def do(typed: dict[str, Any]) -> str:
        actions.extend(found.pk, typed["days"], typed["reason"], by=staff_of(request).actor)
        return "답하는 날을 늦추고 알렸습니다."

    page = {"enquiry": found, "form": form}
    return ask_after(request, form, question, do) or render_form(
        request, "consultations/staff/enquiry_extend.html", page
    )


def enquiry_refer(request: PortalRequest, reference: str) -> HttpResponse:
    """다른 기관 안내하기 (S14)."""
    found = _found(request, reference)
    form = forms.ReferForm(request.POST or None)

    def do(typed: dict[str, Any]) -> str:
        actions.refer(found.pk, FollowUp(typed["where"]), by=staff_of(request).actor)
        return "다른 기관을 안내했습니다."

    back = reverse("consultations:staff_enquiry", args=[reference])
    page = {"enquiry": found, "form": form}
    return ask_after(request, form, lambda typed: referring(found, typed, back), do) or render_form(
        request, "consultations/staff/enquiry_refer.html", page
    )


def referring(found: Enquiry, typed: dict[str, Any], back: str) -> Question:
    """Before an officer or the adviser sends somebody elsewhere."""
    return Question(
        title="다른 기관을 안내하고 질문을 끝낼까요?",
        submit="안내하고 끝내기",
        back=back,
        back_words=found.reference,
        about=f"질문 {found.reference}",
        explains="되돌릴 수 없습니다. 세무사·변호사는 더 답하지 않습니다.",
        shows=[("더 알맞은 곳", str(FollowUp(typed["where"]).label))],
        previews=previews([enquiry_letter("enquiry_referred", found)]),
    )


def _question(found: Enquiry, **words: Any) -> Question:
    back = reverse("consultations:staff_enquiry", args=[found.reference])
    return Question(back=back, back_words=found.reference, about=f"질문 {found.reference}", **words)


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
