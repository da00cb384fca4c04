"""Booking a consultation: start page, one page a question, check, done (COPY 3.2)."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from http import HTTPStatus
from typing import Any, cast

from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.views.decorators.cache import never_cache

from consultations.actions import bookings
from consultations.actions.wishes import Wish
from consultations.enums import BookingKind, ConsentKind, JointOrder, Need, Source, Topic
from consultations.forms import booking as forms
from consultations.models import Booking, ClinicDay
from consultations.reports import consents
from consultations.reports import offers as reports
from consultations.rules.scope import APPEAL_LIMIT_WON, Scope, tax_scope
from services.actions.people import draft_of, drop_draft, find_or_add_resident, save_answers
from services.forms.people import add_refusal
from services.models import Draft, Resident, Township, blind_index
from services.rules.history import Actor
from services.rules.korean import date_long, time_ko
from services.rules.phones import mask_phone
from services.rules.refusal import Refused
from services.views.people import start_verification
from services.views.shared import shared_page

DRAFT = "booking"
DONE = "booking_done"  # session key: pk of the booking just made
DAYS_SHOWN = 190  # start page: holidays of the coming half year

Answers = dict[str, Any]


@shared_page
def start(request: HttpRequest) -> HttpResponse:
    """Who may come, when and where, what to bring (COPY B0)."""
    page = {
        "property_limit": settings.CONSULTATION_PROPERTY_LIMIT_WON,
        "income_limit": settings.CONSULTATION_INCOME_LIMIT_WON,
        "phone": settings.CONSULTATION_PHONE,
        "timetable": reports.timetable_words(),
        "is_open": reports.takes_bookings(),
        "skipped": reports.skipped_days(timezone.localdate() + timedelta(days=DAYS_SHOWN)),
    }
    return render(request, "consultations/start.html", page)


# --- What the pages share ------------------------------------------------------------------------------------------


def draft_here(request: HttpRequest) -> Draft:
    """The half-filled booking of this visitor, read once a request."""
    if not hasattr(request, "booking_draft"):
        request.booking_draft = draft_of(request.session, DRAFT)  # type: ignore[attr-defined]
    return cast(Draft, request.booking_draft)  # type: ignore[attr-defined]


def answers_of(draft: Draft) -> Answers:
    return draft.answers or {}  # type: ignore[return-value]


def _step(page: str) -> forms.Step:
    return next(step for step in forms.STEPS if step.page == page)


def missing_page(request: HttpRequest, answers: Answers) -> forms.Step:
    """The first page to be answered; behind the phone number only for the phone that was verified."""
    step = forms.missing_step(answers)
    contact = _step("booking_contact")
    return contact if step.number > contact.number and not _is_verified(request, answers) else step


def _is_verified(request: HttpRequest, answers: Answers) -> bool:
    verified = request.resident_phone_index  # type: ignore[attr-defined]
    return bool(verified) and verified == blind_index(answers["phone"], purpose="phone")


def _previous_url(page: str) -> str:
    pages = [one.page for one in forms.STEPS] + [forms.CHECK.page]
    at = pages.index(page)
    return reverse(f"consultations:{pages[at - 1]}" if at else "consultations:start")


def _ask(request: HttpRequest, page: str, make: Callable[..., Form], **values: Any) -> HttpResponse:
    """One page: show the form, keep its answers, go to the first page that has none yet."""
    step, draft = _step(page), draft_here(request)
    answers = answers_of(draft)
    if missing_page(request, answers).number < step.number:
        return redirect(f"consultations:{missing_page(request, answers).page}")
    form = make(request.POST if request.method == "POST" else None, initial=answers)
    if form.is_valid():
        save_answers(draft, **_with_consequences(answers, form.cleaned_data))
        return redirect(f"consultations:{missing_page(request, answers_of(draft)).page}")
    return _page(request, step, answers, form=form, **values)


def _page(
    request: HttpRequest, step: forms.Step, answers: Answers, *, status: int = 200, **values: Any
) -> HttpResponse:
    page = {
        "step": step,
        "total": forms.TOTAL,
        "answers": answers,
        "back_url": _previous_url(step.page),
        "phone": settings.CONSULTATION_PHONE,
        **values,
    }
    return render(request, f"consultations/{step.page}.html", page, status=status)


def _with_consequences(before: Answers, new: Answers) -> Answers:
    """An answer that makes later ones impossible takes them along: another kind the topic and the time, and so on."""
    gone: set[str] = set()
    if new.get("kind", before.get("kind")) != before.get("kind"):
        gone |= {"topic", "slot", "is_appeal", "claim"}
    if new.get("venue", before.get("venue")) != before.get("venue"):
        gone.add("slot")
    if "needs" in new and bool(new["needs"]) != bool(before.get("needs")):
        gone.add("consents")
    return {**dict.fromkeys(gone - new.keys()), **new}


def _kind(request: HttpRequest) -> BookingKind:
    return BookingKind(answers_of(draft_here(request)).get("kind") or BookingKind.LAW)


# --- The questions ---------------------------------------------------------------------------------------------------


@never_cache
def booking_kind(request: HttpRequest) -> HttpResponse:
    """어떤 상담을 받으시겠어요?"""
    return _ask(request, "booking_kind", forms.KindForm)


@never_cache
def booking_topic(request: HttpRequest) -> HttpResponse:
    """무엇에 관한 상담인가요? An appeal that belongs elsewhere is told so; who wants may go on (TA-01)."""
    kind = _kind(request)
    form_class = forms.TopicAndAppealForm if kind == BookingKind.TAX else forms.TopicForm
    make = lambda *args, **kwargs: form_class(*args, kind=kind, **kwargs)  # noqa: E731
    response = _ask(request, "booking_topic", make)
    is_answered = request.method == "POST" and response.status_code == HTTPStatus.FOUND
    if is_answered and _scope(answers_of(draft_here(request))).outcome != "in":
        return redirect("consultations:booking_elsewhere")
    return response


def _scope(answers: Answers) -> Scope:
    """Whether a tax accountant may take it, by what the page of topics asks; who is unsure is in scope."""
    return tax_scope(
        is_appeal=answers.get("kind") == BookingKind.TAX and answers.get("is_appeal") == "yes",
        is_local_tax=answers.get("topic") not in Topic.NATIONAL_TAX,
        claim_won=APPEAL_LIMIT_WON if answers.get("claim") == "above" else 0,
    )


@never_cache
def booking_elsewhere(request: HttpRequest) -> HttpResponse:
    """다른 제도가 더 알맞습니다: where else to turn, and the way on."""
    answers = answers_of(draft_here(request))
    page = {
        "phone": settings.CONSULTATION_PHONE,
        "limit": forms.TopicAndAppealForm.limit,
        "scope": _scope(answers),
        "onward": missing_page(request, answers).page,
    }
    return render(request, "consultations/booking_elsewhere.html", page)


@never_cache
def booking_place(request: HttpRequest) -> HttpResponse:
    """어느 읍·면·동에 사시나요? 어디에서 상담을 받으시겠어요? The own township first."""
    draft = draft_here(request)
    lives_in = request.POST.get("township") or answers_of(draft).get("township") or ""
    near = Township.objects.filter(pk=lives_in).first() if lives_in.isdecimal() else None
    if "sort" in request.POST and near:  # 가까운 곳부터 보기
        save_answers(draft, **_with_consequences(answers_of(draft), _place_so_far(request)))
        return redirect("consultations:booking_place")
    places = reports.places(_kind(request), near=near)
    make = lambda *args, **kwargs: forms.PlaceForm(*args, places=places, **kwargs)  # noqa: E731
    return _ask(request, "booking_place", make, is_empty=not any(place.next for place in places))


def _place_so_far(request: HttpRequest) -> Answers:
    """What was chosen before the places were sorted anew; the page of times looks at the place itself."""
    names = ("township", "venue")
    return {name: request.POST[name] for name in names if request.POST.get(name, "").isdecimal()}


@never_cache
def booking_time(request: HttpRequest) -> HttpResponse:
    """언제 상담을 받으시겠어요?"""
    offers = _offers(answers_of(draft_here(request)))
    make = lambda *args, **kwargs: forms.TimeForm(*args, offers=offers, may_wait=True, **kwargs)  # noqa: E731
    return _ask(request, "booking_time", make, **_time_page(request, offers))


def _offers(answers: Answers) -> list[reports.Offer]:
    venue_id = int(answers.get("venue") or 0)
    return reports.offers(BookingKind(answers["kind"]), venue=venue_id) if venue_id else []


def _time_page(request: HttpRequest, offers: list[reports.Offer]) -> dict[str, Any]:
    last = max((offer.day.on for offer in offers), default=timezone.localdate())
    return {
        "offers": offers,
        "skipped": reports.skipped_days(last),
        "chosen": request.POST.get("slot") or answers_of(draft_here(request)).get("slot"),
    }


@never_cache
def booking_contact(request: HttpRequest) -> HttpResponse:
    """누가 상담을 받으시나요? Name, birthday and phone; then the code."""
    draft = draft_here(request)
    response = _ask(request, "booking_contact", forms.WhoForm)
    answers = answers_of(draft_here(request))
    if request.method != "POST" or response.status_code != 302 or not answers.get("phone"):
        return response
    try:
        next_page = forms.missing_step(answers).page
        return start_verification(request, answers["phone"], next_url=reverse(f"consultations:{next_page}"))
    except Refused as refusal:
        form = forms.WhoForm(request.POST)
        form.is_valid()
        add_refusal(form, refusal)
        return _page(request, _step("booking_contact"), answers_of(draft), form=form)


@never_cache
def booking_question(request: HttpRequest) -> HttpResponse:
    """무엇이 궁금하신가요? 필요한 도움이 있나요? May be skipped."""
    kind = _kind(request)
    return _ask(
        _skipping(request), "booking_question", lambda *args, **kwargs: forms.QuestionForm(*args, kind=kind, **kwargs)
    )


def _skipping(request: HttpRequest) -> HttpRequest:
    """건너뛰기: as if the page had been sent empty."""
    if "skip" in request.POST:
        request.POST = MultiValueDict()  # type: ignore[assignment]
    return request


@never_cache
def booking_consents(request: HttpRequest) -> HttpResponse:
    """개인정보 사용에 동의해 주세요: each on its own, none ticked beforehand."""
    step, draft = _step("booking_consents"), draft_here(request)
    answers = answers_of(draft)
    missing = missing_page(request, answers)
    if missing.number < step.number:
        return redirect(f"consultations:{missing.page}")
    known = {kind: "yes" if given else "no" for kind, given in (answers.get("consents") or {}).items()}
    data = request.POST if request.method == "POST" else None
    form = forms.ConsentsForm(
        data, initial=known, words=consents.booking_consents(), has_needs=bool(answers.get("needs"))
    )
    if form.is_valid():
        save_answers(draft, consents=form.given())
        return redirect(f"consultations:{missing_page(request, answers_of(draft)).page}")
    return _page(request, step, answers, form=form)


# --- Check and done ------------------------------------------------------------------------------------------------


@never_cache
def booking_check(request: HttpRequest) -> HttpResponse:
    """예약 내용을 확인해 주세요; then book."""
    draft = draft_here(request)
    answers = answers_of(draft)
    missing = missing_page(request, answers)
    if missing.page != forms.CHECK.page:
        was_sent_twice = not answers.get("kind") and DONE in request.session  # C06
        return redirect("consultations:booking_done" if was_sent_twice else f"consultations:{missing.page}")
    if forms.is_waiting(answers):
        return redirect("consultations:waiting_new")
    if request.method == "POST":
        return _book(request, draft, answers)
    return _page(request, forms.CHECK, answers, rows=_summary(answers))


def _slot(answers: Answers) -> tuple[ClinicDay, datetime, JointOrder]:
    """The clinic day, start and order of "17-1520" or "17-1520-TAX", a value that the form has checked."""
    key, clock, *turn = answers["slot"].split("-")
    day = get_object_or_404(ClinicDay.objects.select_related("venue"), pk=key)
    order = JointOrder(turn[0]) if turn else JointOrder.SAME
    return day, day.moment(time(int(clock[:2]), int(clock[2:]))), order


def _book(request: HttpRequest, draft: Draft, answers: Answers) -> HttpResponse:
    """Book; a time that was lost leads back to the times with everything else kept (C01, C02)."""
    day, starts_at, order = _slot(answers)
    resident = resident_of(answers)
    try:
        booking = bookings.book(
            day.pk,
            starts_at,
            wish_of(answers),
            resident=resident,
            by=resident.actor,
            order=order,
            source=Source.HELPER if answers["who"] == "other" else Source.WEB,
        )
    except Refused as refusal:
        same = Booking.objects.live().filter(resident=resident, starts_at=starts_at, clinic_day=day).first()
        if same is None:
            return _lost(request, draft, refusal)
        booking = same  # sent twice: the first one booked it (C06)
    drop_draft(request.session, DRAFT)
    request.session[DONE] = booking.pk
    return redirect("consultations:booking_done")


def _lost(request: HttpRequest, draft: Draft, refusal: Refused) -> HttpResponse:
    answers = answers_of(save_answers(draft, slot=None))
    offers = _offers(answers)
    form = forms.TimeForm(None, offers=offers)
    page = {**_time_page(request, offers), "chosen": "", "refusal": refusal.sentence}
    return _page(request, _step("booking_time"), answers, form=form, status=409 if refusal.conflict else 400, **page)


def resident_of(answers: Answers) -> Resident:
    return find_or_add_resident(
        name=answers["name"],
        phone=answers["phone"],
        born_on=answers["born_on"],
        township=Township.objects.filter(pk=answers["township"]).first(),
        by=Actor.resident("phone"),
    )


def wish_of(answers: Answers) -> Wish:
    helper = None
    if answers["who"] == "other":
        helper = find_or_add_resident(
            name=answers["helper_name"], phone=answers["helper_phone"], by=Actor.resident("phone")
        )
    return Wish(
        kind=BookingKind(answers["kind"]),
        topic=Topic(answers["topic"]),
        question=answers.get("question") or "",
        other_party=answers.get("other_party") or "",
        has_lawsuit={"yes": True, "no": False}.get(answers.get("has_lawsuit") or ""),
        needs=answers.get("needs") or (),
        need_language=answers.get("need_language") or "",
        consents=answers["consents"],
        helper=helper,
        helper_relation=answers.get("relation") or "",
    )


def _summary(answers: Answers) -> list[dict[str, Any]]:
    """Rows of the check page, each with its way back."""
    day, starts_at, order = _slot(answers)
    needs = [str(Need(need).label) for need in answers.get("needs") or []]
    consents = [str(ConsentKind(kind).label) for kind, given in answers["consents"].items() if given]
    when = f"{date_long(day.on, this_year=timezone.localdate().year)} {time_ko(starts_at)}"
    question = answers.get("question") or "적지 않았습니다."
    rows = [
        ("상담", [BookingKind(answers["kind"]).label], "booking_kind"),
        ("분야", [Topic(answers["topic"]).label], "booking_topic"),
        ("장소", [day.venue.name], "booking_place"),
        ("날짜와 시간", [when, *([order.label] if order.kinds else [])], "booking_time"),
        ("상담받는 분", [answers["name"]], "booking_contact"),
        ("휴대전화", [mask_phone(answers["phone"])], "booking_contact"),
        ("상담 내용", [question], "booking_question"),
        ("필요한 도움", needs or ["없습니다."], "booking_question"),
        ("동의한 것", consents, "booking_consents"),
    ]
    if answers["who"] == "other":
        rows.insert(5, ("대신 예약하는 분", [f"{answers['helper_name']} ({answers['relation']})"], "booking_contact"))
    return [
        {"label": label, "value": "\n".join(map(str, values)), "url": reverse(f"consultations:{page}")}
        for label, values, page in rows
    ]


@never_cache
def booking_done(request: HttpRequest) -> HttpResponse:
    """예약했습니다: the number to keep and what comes next."""
    booking = Booking.objects.with_place().filter(pk=request.session.get(DONE, 0)).first()
    if booking is None:
        return redirect("consultations:start")
    page = {"booking": booking, "cannot_text": not booking.resident.can_receive_texts}
    return render(request, "consultations/booking_done.html", page)
