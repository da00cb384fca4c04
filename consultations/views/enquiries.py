"""Asking at any time: start page, one page a question, check, done, and the answer in 내 신청 확인 (COPY 3.4)."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from consultations.actions import enquiries as actions
from consultations.enums import AnswerBy, BookingKind, CallTime, EnquiryState, Topic
from consultations.forms import booking as shared
from consultations.forms import enquiries as forms
from consultations.models import Enquiry
from consultations.reports import consents
from consultations.reports import enquiries as reports
from services.actions import documents
from services.actions.people import draft_of, drop_draft, find_or_add_resident, save_answers
from services.forms.people import add_refusal
from services.models import Document, Draft, blind_index
from services.reports.documents import link
from services.rules.history import Actor
from services.rules.korean import date_long
from services.rules.phones import mask_phone
from services.rules.refusal import Refused
from services.views.own_case import own_case
from services.views.people import start_verification
from services.views.refusals import refusals_to, render_form
from services.views.requests import PortalRequest

DRAFT = "enquiry"
DONE = "enquiry_done"  # session key: pk of the question just asked
PAPER, MOST_PAPERS = "enquiry_paper", 5

Answers = dict[str, Any]


@never_cache
def enquiry_start(request: HttpRequest) -> HttpResponse:
    """언제든 질문하기: what it is, and whom to call when it is urgent."""
    page = {"answer_days": settings.CONSULTATION_ANSWER_DAYS, "phone": settings.CONSULTATION_PHONE}
    return render(request, "consultations/enquiry_start.html", page)


# --- What the pages share --------------------------------------------------------------------------------------------


def _answers(draft: Draft) -> Answers:
    return draft.answers or {}  # type: ignore[return-value]


def _missing(request: HttpRequest, answers: Answers) -> shared.Step:
    """The first page to be answered; behind the phone number only for the phone that was verified."""
    step, contact = forms.missing_step(answers), forms.STEPS[5]
    if step.number <= contact.number:
        return step
    verified = request.resident_phone_index  # type: ignore[attr-defined]
    is_proved = bool(verified) and verified == blind_index(answers["phone"], purpose="phone")
    return step if is_proved else contact


def _page(
    request: HttpRequest, step: shared.Step, answers: Answers, *, status: int = 200, **values: Any
) -> HttpResponse:
    before = forms.STEPS[step.number - 2].page if step.number > 1 else "enquiry_start"
    page = {
        "step": step,
        "total": forms.TOTAL,
        "answers": answers,
        "back_url": reverse(f"consultations:{before}"),
        "phone": settings.CONSULTATION_PHONE,
        **values,
    }
    return render(request, f"consultations/{step.page}.html", page, status=status)


def _ask(request: HttpRequest, number: int, make: Callable[..., Form]) -> HttpResponse:
    """One page: show the form, keep its answers, go to the first page that has none yet."""
    step, draft = forms.STEPS[number - 1], draft_of(request.session, DRAFT)
    answers = _answers(draft)
    if _missing(request, answers).number < number:
        return redirect(f"consultations:{_missing(request, answers).page}")
    form = make(request.POST if request.method == "POST" else None, initial=_initial(answers))
    if form.is_valid():
        gone = {"topic": None} if form.cleaned_data.get("kind", answers.get("kind")) != answers.get("kind") else {}
        save_answers(draft, **gone, **form.cleaned_data)
        return redirect(f"consultations:{_missing(request, _answers(draft)).page}")
    return _page(request, step, answers, form=form)


def _initial(answers: Answers) -> Answers:
    return {**answers, "urgent_on": answers.get("urgent_on") or None}


# --- The questions ---------------------------------------------------------------------------------------------------


@never_cache
def enquiry_kind(request: HttpRequest) -> HttpResponse:
    """어떤 질문인가요?"""
    return _ask(request, 1, forms.KindForm)


@never_cache
def enquiry_topic(request: HttpRequest) -> HttpResponse:
    """무엇에 관한 질문인가요?"""
    kind = BookingKind(_answers(draft_of(request.session, DRAFT)).get("kind") or BookingKind.LAW)
    return _ask(request, 2, lambda *args, **kwargs: shared.TopicForm(*args, kind=kind, **kwargs))


@never_cache
def enquiry_question(request: HttpRequest) -> HttpResponse:
    """무엇이 궁금하신가요?"""
    return _ask(request, 3, forms.QuestionForm)


@never_cache
def enquiry_papers(request: HttpRequest) -> HttpResponse:
    """서류 사진이 있나요? Each is judged at once."""
    step, draft = forms.STEPS[3], draft_of(request.session, DRAFT)
    answers = _answers(draft)
    if _missing(request, answers).number < step.number:
        return redirect(f"consultations:{_missing(request, answers).page}")
    form = forms.PapersForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        _take_papers(request, draft, form)
        if "more" not in request.POST and not form.errors:
            save_answers(draft, papers_seen=True)
            return redirect(f"consultations:{_missing(request, _answers(draft)).page}")
    papers = [{"pk": one.pk, "url": link(one, request.session)} for one in Document.objects.of(draft)]
    return _page(request, step, answers, form=form, papers=papers, has_room=len(papers) < MOST_PAPERS)


def _take_papers(request: HttpRequest, draft: Draft, form: Form) -> None:
    form.is_valid()
    for upload in request.FILES.getlist("paper"):
        try:
            documents.accept(upload, subject=draft, kind=PAPER, by=Actor.resident("phone"), at_most=MOST_PAPERS)
        except Refused as refusal:
            form.add_error("paper", refusal.sentence)


@require_POST
def enquiry_paper_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """사진 빼기."""
    paper = Document.objects.of(draft_of(request.session, DRAFT)).filter(pk=pk).first()
    if paper:
        documents.remove(paper, by=Actor.resident("phone"))
    return redirect("consultations:enquiry_papers")


@never_cache
def enquiry_answer_by(request: HttpRequest) -> HttpResponse:
    """답을 어떻게 받으시겠어요?"""
    return _ask(request, 5, forms.AnswerByForm)


@never_cache
def enquiry_contact(request: HttpRequest) -> HttpResponse:
    """Name, birthday and phone; then the code."""
    draft = draft_of(request.session, DRAFT)
    response = _ask(request, 6, shared.ContactForm)
    answers = _answers(draft_of(request.session, DRAFT))
    if request.method != "POST" or response.status_code != 302 or not answers.get("phone"):
        return response
    try:
        next_page = forms.missing_step(answers).page
        return start_verification(request, answers["phone"], next_url=reverse(f"consultations:{next_page}"))
    except Refused as refusal:
        form = shared.ContactForm(request.POST)
        form.is_valid()
        add_refusal(form, refusal)
        return _page(request, forms.STEPS[5], _answers(draft), form=form)


@never_cache
def enquiry_consents(request: HttpRequest) -> HttpResponse:
    """개인정보 사용에 동의해 주세요: each on its own, none ticked beforehand."""
    step, draft = forms.STEPS[6], draft_of(request.session, DRAFT)
    answers = _answers(draft)
    if _missing(request, answers).number < step.number:
        return redirect(f"consultations:{_missing(request, answers).page}")
    known = {kind: "yes" if given else "no" for kind, given in (answers.get("consents") or {}).items()}
    form = shared.ConsentsForm(
        request.POST if request.method == "POST" else None,
        initial=known,
        words=consents.enquiry_consents(),
        has_needs=False,
    )
    if form.is_valid():
        save_answers(draft, consents=form.given())
        return redirect(f"consultations:{_missing(request, _answers(draft)).page}")
    return _page(request, step, answers, form=form)


# --- Check and done --------------------------------------------------------------------------------------------------


@never_cache
def enquiry_check(request: HttpRequest) -> HttpResponse:
    """질문을 확인해 주세요; then send."""
    draft = draft_of(request.session, DRAFT)
    answers = _answers(draft)
    missing = _missing(request, answers)
    if missing.page != forms.CHECK.page:
        was_sent_twice = not answers.get("kind") and DONE in request.session
        return redirect("consultations:enquiry_done" if was_sent_twice else f"consultations:{missing.page}")
    refusal = ""
    if request.method == "POST":
        try:
            enquiry = _receive(answers, draft)
        except Refused as refused:
            refusal = refused.sentence
        else:
            drop_draft(request.session, DRAFT)
            request.session[DONE] = enquiry.pk
            return redirect("consultations:enquiry_done")
    papers = Document.objects.of(draft).count()
    return _page(request, forms.CHECK, answers, rows=_summary(answers, papers), refusal=refusal)


def _receive(answers: Answers, draft: Draft) -> Enquiry:
    resident = find_or_add_resident(
        name=answers["name"],
        phone=answers["phone"],
        born_on=answers["born_on"],
        address=answers.get("address") or "",
        by=Actor.resident("phone"),
    )
    ask = actions.Ask(
        kind=BookingKind(answers["kind"]),
        topic=Topic(answers["topic"]),
        question=answers["question"],
        answer_by=AnswerBy(answers["answer_by"]),
        call_time=answers.get("call_time") or "",
        urgent_on=date.fromisoformat(answers["urgent_on"]) if answers.get("urgent_on") else None,
        consents=answers["consents"],
    )
    return actions.receive(ask, resident=resident, by=resident.actor, draft=draft)


def _summary(answers: Answers, papers: int) -> list[dict[str, Any]]:
    """Rows of the check page, each with its way back."""
    how = str(AnswerBy(answers["answer_by"]).label)
    if answers["answer_by"] == AnswerBy.CALL:
        how = f"{how} ({CallTime(answers.get('call_time') or CallTime.ANY).label})"
    urgent = answers.get("urgent_on")
    day = date_long(date.fromisoformat(urgent), this_year=timezone.localdate().year) if urgent else "없습니다."
    rows = [
        ("상담", BookingKind(answers["kind"]).label, "enquiry_kind"),
        ("분야", Topic(answers["topic"]).label, "enquiry_topic"),
        ("질문", answers["question"], "enquiry_question"),
        ("급한 날", day, "enquiry_question"),
        ("서류 사진", f"{papers}장" if papers else "없습니다.", "enquiry_papers"),
        ("답을 받는 방법", how, "enquiry_answer_by"),
        ("물어보시는 분", answers["name"], "enquiry_contact"),
        ("휴대전화", mask_phone(answers["phone"]), "enquiry_contact"),
    ]
    return [{"label": label, "value": value, "url": reverse(f"consultations:{page}")} for label, value, page in rows]


@never_cache
def enquiry_done(request: HttpRequest) -> HttpResponse:
    """질문을 받았습니다: the number to keep and the promised day."""
    enquiry = Enquiry.objects.select_related("resident").filter(pk=request.session.get(DONE, 0)).first()
    if enquiry is None:
        return redirect("consultations:enquiry_start")
    return render(request, "consultations/enquiry_done.html", {"enquiry": enquiry})


# --- 내 신청 확인 ----------------------------------------------------------------------------------------------------


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


def _form_for(own: Enquiry, request: HttpRequest, *, is_paused: bool) -> Form | None:
    """What the resident may say now: to the answer, to a question back, or nothing."""
    data = request.POST if request.method == "POST" else None
    if own.state == EnquiryState.ANSWERED:
        return forms.FeedbackForm(data)
    return forms.ReplyForm(data) if is_paused else None


def _said(request: HttpRequest, own: Enquiry, said: dict[str, Any]) -> HttpResponse:
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
