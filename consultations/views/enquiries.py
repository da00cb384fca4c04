"""Asking at any time: start page, one page a question, check, done, and the answer in 내 신청 확인 (COPY 3.4)."""

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from consultations.actions import enquiries as actions
from consultations.enums import AnswerBy, BookingKind, EnquiryState, Topic
from consultations.forms import enquiries as forms
from consultations.models import Enquiry
from consultations.reports import enquiries as reports
from services.actions.people import find_or_add_resident
from services.forms.steps import Answers, Journey
from services.models import Document, Draft
from services.reports.calendar import EveryHoliday
from services.reports.documents import link
from services.rules.calendar import due_on
from services.rules.history import Actor
from services.views.own_case import own_case
from services.views.refusals import refusals_to, render_form
from services.views.requests import PortalRequest
from services.views.steps import just_sent, unfinished


class EnquiryJourney(Journey):
    """A question, with papers, and how the answer is wanted."""

    kind, app, prefix, address = "enquiry", "consultations", "enquiry_", "consultations/ask/%s"
    start = "enquiry_start"
    title = gettext_lazy("언제든 질문하기(상시 상담)")
    steps = forms.STEPS

    @property
    def phone(self) -> str:  # type: ignore[override]
        return str(settings.CONSULTATION_PHONE)

    def check_words(self, said: Answers) -> tuple[str, str]:
        return _("질문을 확인해 주세요"), _("제출하기")

    def send(self, said: Answers, draft: Draft) -> Enquiry:
        resident = find_or_add_resident(
            name=said["name"],
            phone=said["phone"],
            born_on=said["born_on"],
            address=said["address"],
            by=Actor.resident("phone"),
        )
        ask = actions.Ask(
            kind=BookingKind(said["kind"]),
            topic=Topic(said["topic"]),
            question=said["question"],
            answer_by=AnswerBy(said["answer_by"]),
            call_time=said["call_time"],
            urgent_on=date.fromisoformat(said["urgent_on"]) if said["urgent_on"] else None,
            consents=said["consents"],
        )
        return actions.receive(ask, resident=resident, by=resident.actor, draft=draft)


ENQUIRY = EnquiryJourney()


@never_cache
def enquiry_start(request: PortalRequest) -> HttpResponse:
    """언제든 질문하기: what it is, and whom to call when it is urgent."""
    page = {
        "by": due_on(timezone.localdate(), settings.CONSULTATION_ANSWER_DAYS, EveryHoliday()),
        "phone": settings.CONSULTATION_PHONE,
        "unfinished": unfinished(request, ENQUIRY),
    }
    return render(request, "consultations/enquiry_start.html", page)


@never_cache
def enquiry_done(request: PortalRequest) -> HttpResponse:
    """질문을 받았습니다: the number to keep and the promised day."""
    enquiry = just_sent(request, ENQUIRY, Enquiry.objects.select_related("resident"))
    if enquiry is None:
        return redirect("consultations:enquiry_start")
    return render(request, "consultations/enquiry_done.html", {"enquiry": enquiry})


# 내 신청 확인


own_enquiry = own_case(lambda: Enquiry.objects.select_related("resident", "adviser"))


@own_enquiry
def enquiry(request: PortalRequest, own: Enquiry) -> HttpResponse:
    """One question with its answer; what the resident may say to it."""
    is_paused = own.is_waiting and reports.is_paused(own)
    form = _form_for(own, request, is_paused=is_paused)
    if form is not None and form.is_valid():
        with refusals_to(form):
            return _said(request, own, form.cleaned_data)
    page = {
        "enquiry": own,
        "turns": reports.turns_of(own),
        "papers": [link(one, request.session) for one in Document.objects.of(own)],
        "steps": reports.timeline(own),
        "todo": reports.todo_of(own, waits_for_reply=is_paused),
        "form": form,
        "phone": settings.CONSULTATION_PHONE,
    }
    return render_form(request, "consultations/enquiry.html", page)


def _form_for(own: Enquiry, request: PortalRequest, *, is_paused: bool) -> Form | None:
    """What the resident may say now: to the answer, to a question back, or nothing."""
    data = request.POST if request.method == "POST" else None
    if own.state == EnquiryState.ANSWERED:
        return forms.FeedbackForm(data)
    return forms.ReplyForm(data) if is_paused else None


def _said(request: PortalRequest, own: Enquiry, said: dict[str, Any]) -> HttpResponse:
    by, feedback = own.resident.actor, said.get("feedback")
    if feedback is None:
        actions.reply(own.pk, said["text"], by=by)
        messages.success(request, _("답을 보냈습니다."))
    elif feedback == forms.FeedbackForm.AGAIN:
        actions.ask_again(own.pk, said["text"], by=by)
        messages.success(request, _("다시 물어보셨습니다. 답을 기다려 주세요."))
    else:
        wants_to_meet = feedback == forms.FeedbackForm.MEET
        actions.close(own.pk, by=by, reason=actions.MEET_WANTED if wants_to_meet else "")
        messages.success(request, _("알려 주셔서 고맙습니다."))
        if feedback == forms.FeedbackForm.MEET:
            return redirect("consultations:start")
    return redirect("consultations:enquiry", own.reference)
