"""Staff: the list of bookings, one booking and what is done with it, the day board."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from consultations import notices
from consultations.actions import bookings as actions
from consultations.actions import surveys
from consultations.enums import BookingKind, ClinicDayState, FollowUp, Source
from consultations.forms.enquiries import ReferForm
from consultations.forms.mine import SurveyForm, slot_of
from consultations.forms.staff import BookingFilter, CancelBookingForm, MoveForm, MovePlaceForm, TakeBackForm
from consultations.models import Booking, ClinicDay
from consultations.reports import bookings as reports
from consultations.reports.advisers import link_lines
from consultations.reports.offers import offers
from consultations.reports.surveys import asked
from services.actions.history import record_reading, record_readings
from services.enums.people import Role
from services.models import Notice, User
from services.notices.messages import Letter, previews
from services.reports import history
from services.rules.korean import date_letter
from services.views.asking import Question, ask_after, ask_once
from services.views.refusals import refusals_to, render_form
from services.views.requests import PortalRequest, staff_of

ROWS = 50


def bookings(request: PortalRequest) -> HttpResponse:
    """상담 예약: masked names, the next ones first."""
    found = BookingFilter(request.GET, Booking.objects.seen_by(staff_of(request)).with_place())
    page = Paginator(found.qs.order_by("starts_at", "pk"), ROWS).get_page(request.GET.get("page"))
    open_days = days_open_to(staff_of(request), {one.clinic_day_id for one in page})
    context = {"form": found.form, "page": page, "open_days": open_days, "not_found": found.not_found}
    return render(request, "consultations/staff/bookings.html", context)


def days_open_to(user: User, day_ids: Collection[int]) -> set[int]:
    """Those of the days whose list of people is open to this member of staff: only these are links. One query."""
    return set(ClinicDay.objects.seen_by(user).filter(pk__in=day_ids).order_by().values_list("pk", flat=True))


def booking(request: PortalRequest, reference: str) -> HttpResponse:
    """One booking in full, without the question, which only adviser and client may read (LA-06)."""
    user = staff_of(request)
    found = _whole(user, reference)
    record_reading(user, found.resident, found, "보기", address=request.address or None)
    page = {
        "booking": found,
        "lines": history.timeline(found),
        "conflicts": found.conflict_flags.select_related("adviser"),
        "notices": Notice.objects.filter(subject_kind="consultations.booking", subject_id=str(found.pk)),
        "may_act": Role.AUDITOR not in user.roles,
        "survey": asked(found),
        "open_days": days_open_to(user, [found.clinic_day_id]),
    }
    return render(request, "consultations/staff/booking.html", page)


def booking_survey(request: PortalRequest, reference: str) -> HttpResponse:
    """전화로 여쭤 적기: the same two questions, read aloud; the answers are not shown again."""
    user = staff_of(request)
    found = get_object_or_404(Booking.objects.seen_by(user), reference=reference)
    form = SurveyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        helped, ease = form.answers
        with refusals_to(request):
            surveys.answer_survey(found.pk, helped=helped, ease=ease, by=user.actor, source=Source.PHONE)
            messages.success(request, "답을 적었습니다.")
        return redirect("consultations:staff_booking", reference)
    if not form.errors and not asked(found).is_open:
        messages.info(request, "지금은 여쭐 것이 없습니다.")
        return redirect("consultations:staff_booking", reference)
    return render(request, "consultations/staff/booking_survey.html", {"booking": found, "form": form})


def day_board(request: PortalRequest, day_id: int) -> HttpResponse:
    """Everybody who comes to one venue on one day, with the buttons of the day; each name shown is logged."""
    user = staff_of(request)
    day = get_object_or_404(ClinicDay.objects.seen_by(user).select_related("venue"), pk=day_id)
    rows = reports.day_board(day)
    seen = [(one.resident, one) for row in rows for one in row.bookings]
    record_readings(user, seen, "상담일 명단 보기", address=request.address or None)
    page = {
        "day": day,
        "rows": rows,
        "sittings": day.sittings.select_related("adviser"),
        "links": link_lines(day),
        "may_link": may_link(user, day),
        "may_act": Role.AUDITOR not in user.roles,
    }
    return render(request, "consultations/staff/day_board.html", page)


def day_sheet(request: PortalRequest, day_id: int) -> HttpResponse:
    """상담일 명단, one sheet of A4 with the least data: no phone, no question; each name on it is logged."""
    user = staff_of(request)
    day = get_object_or_404(ClinicDay.objects.seen_by(user).select_related("venue"), pk=day_id)
    rows = list(day.bookings.live().select_related("resident").order_by("starts_at", "pk"))
    seen = [(one.resident, one) for one in rows]
    record_readings(user, seen, "상담일 명단 인쇄", address=request.address or None)
    page = {"day": day, "rows": rows, "links": link_lines(day)}
    return render(request, "consultations/staff/day_sheet.html", page)


def may_link(user: User, day: ClinicDay) -> bool:
    """Whether this member of staff is shown the buttons for advisers' addresses of a day that they may see."""
    is_desk = bool(user.roles & {Role.CONSULTATION_OFFICER, Role.TOWNSHIP_CLERK})
    return is_desk and day.state != ClinicDayState.CANCELLED


@dataclass(frozen=True, slots=True)
class Act:
    """One button of a booking; with a `title` a page asks first, and takes what `form` asks for."""

    verb: Callable[..., Booking]
    done: str
    title: str = ""
    explains: str = ""
    submit: str = ""
    form: type[Form] = Form
    letters: Callable[[Booking], list[Letter]] = lambda found: []


ACTS = {
    "arrive": Act(actions.check_in, "오신 것을 적었습니다. 오늘은 되돌릴 수 있습니다."),
    "complete": Act(actions.complete, "상담을 마친 것으로 적었습니다. 오늘은 되돌릴 수 있습니다."),
    "missed": Act(
        actions.mark_missed,
        "오지 않음으로 적었습니다. 오늘은 되돌릴 수 있습니다.",
        title="오지 않으신 것으로 적을까요?",
        explains="오늘 안에는 이유를 적고 되돌릴 수 있습니다. 되돌리면 아래 알림도 보내지 않습니다.",
        submit="오지 않음으로 적기",
        letters=notices.missed_letters,
    ),
    "cancel": Act(
        actions.cancel,
        "예약을 취소하고 알렸습니다.",
        title="이 예약을 취소할까요?",
        explains=(
            "되돌릴 수 없습니다. 예약하신 분이 원하실 때만 취소하세요. "
            "이 시간을 기다리는 분이 있으면 그분께 빈자리를 알립니다."
        ),
        submit="예약 취소하기",
        form=CancelBookingForm,
        letters=lambda found: notices.letters_of("cancelled", found),
    ),
    "back": Act(
        actions.take_back,
        "되돌렸습니다.",
        title="적은 것을 되돌릴까요?",
        explains="상담 전으로 돌아갑니다. 이유는 이력에 남습니다. 아직 가지 않은 '오지 않음' 알림은 보내지 않습니다.",
        submit="되돌리기",
        form=TakeBackForm,
    ),
}


def booking_act(request: PortalRequest, reference: str) -> HttpResponse:
    """One button: 오심 and 마침 at once; 오지 않음, 취소 and 되돌리기 ask first and say what is sent."""
    user, asked = staff_of(request), request.POST if request.method == "POST" else request.GET
    act = ACTS.get(asked.get("act", ""))
    if act is None or not (act.title or request.method == "POST"):
        raise Http404
    found = _whole(user, reference)
    if act.title:
        record_reading(user, found.resident, found, act.title, address=request.address or None)
        return ask_once(request, _question(found, act, asked), _does(act, found, user), form=act.form)
    with refusals_to(request):
        act.verb(found.pk, by=user.actor)
        messages.success(request, act.done)
    return redirect(_back(found, asked))


def _does(act: Act, found: Booking, user: User) -> Callable[[dict[str, Any]], str]:
    def do(typed: dict[str, Any]) -> str:
        act.verb(found.pk, by=user.actor, **typed)
        return act.done

    return do


def _question(found: Booking, act: Act, asked: QueryDict) -> Question:
    return Question(
        title=act.title,
        submit=act.submit,
        back=_back(found, asked),
        back_words=found.shown_reference,
        about=about(found),
        explains=act.explains,
        previews=previews(act.letters(found)),
    )


def about(found: Booking) -> str:
    """Whose time at which place, for a page that asks."""
    when = f"{date_letter(found.on)} {timezone.localtime(found.starts_at):%H:%M}"
    return f"{when} {found.clinic_day.venue.name}, {found.resident.name} 님"


def _back(found: Booking, asked: QueryDict) -> str:
    """The day board if the button stood there, else the booking."""
    if asked.get("back") == "board":
        return reverse("consultations:staff_day_board", args=[found.clinic_day_id])
    return _own_page(found)


def _own_page(found: Booking) -> str:
    return reverse("consultations:staff_booking", args=[found.reference])


def booking_move(request: PortalRequest, reference: str) -> HttpResponse:
    """시간 바꾸기 for somebody on the phone or at the counter, also in the last hours before; the look is logged.

    The place first, then the days there; then it asks once with the words that go out.
    """
    user = staff_of(request)
    found = _whole(user, reference)
    kind = BookingKind(found.kind)
    first = MovePlaceForm(request.GET or {"venue": found.clinic_day.venue_id}, kind=kind)
    free = offers(kind, venue=first.cleaned_data["venue"]) if first.is_valid() else []
    form = MoveForm(request.POST if request.method == "POST" else None, offers=offers(kind), shown=free)

    def question(typed: dict[str, Any]) -> Question:
        slot = slot_of(typed["slot"], form.offers)
        day = ClinicDay.objects.select_related("venue").get(pk=slot.day_id)
        return Question(
            title="이 시간으로 바꿀까요?",
            is_grave=False,
            submit="이 시간으로 바꾸기",
            back=_own_page(found),
            back_words=found.shown_reference,
            about=f"지금: {about(found)}",
            explains="예약번호는 그대로입니다. 지금 시간을 기다리는 분이 있으면 그분께 빈자리를 알립니다.",
            shows=[("새 시간", " ".join(filter(None, [date_letter(day.on), f"{slot.starts_at:%H:%M}", slot.more])))]
            + [("새 장소", day.venue.name)] * (day.venue_id != found.clinic_day.venue_id),
            previews=previews(notices.moved_letters(found, day, slot.starts_at)),
        )

    def do(typed: dict[str, Any]) -> str:
        slot = slot_of(typed["slot"], form.offers)
        actions.move(found.pk, slot.day_id, slot.starts_at, order=slot.order, by=user.actor)
        return "상담 시간을 바꾸었습니다. 예약번호는 그대로입니다."

    record_reading(user, found.resident, found, "시간 바꾸기", address=request.address or None)
    page = {"booking": found, "form": form, "first": first}
    return ask_after(request, form, question, do) or render_form(
        request, "consultations/staff/booking_move.html", page
    )


def booking_elsewhere(request: PortalRequest, reference: str) -> HttpResponse:
    """다른 기관 안내하기: the person is told whom to phone, and the time is free again."""
    user = staff_of(request)
    found = _whole(user, reference)
    form = ReferForm(request.POST if request.method == "POST" else None)

    def question(typed: dict[str, Any]) -> Question:
        where = FollowUp(typed["where"])
        return Question(
            title="다른 기관을 안내하고 예약을 끝낼까요?",
            submit="안내하고 예약 끝내기",
            back=_own_page(found),
            back_words=found.shown_reference,
            about=about(found),
            explains="되돌릴 수 없습니다. 이 시간을 기다리는 분이 있으면 그분께 빈자리를 알립니다.",
            shows=[("안내할 곳", str(where.label))],
            previews=previews(notices.elsewhere_letters(found, where)),
        )

    def do(typed: dict[str, Any]) -> str:
        actions.set_out_of_scope(found.pk, FollowUp(typed["where"]), by=user.actor)
        return "다른 기관을 안내했습니다. 예약하신 분께 알립니다."

    record_reading(user, found.resident, found, "다른 기관 안내하기", address=request.address or None)
    page = {"booking": found, "form": form}
    return ask_after(request, form, question, do) or render_form(
        request, "consultations/staff/booking_elsewhere.html", page
    )


def _whole(user: User, reference: str) -> Booking:
    """One booking with its place and person, without its question (LA-06). Raises Http404 for somebody else's."""
    rows = Booking.objects.seen_by(user).with_place().defer("question", "other_party")
    return get_object_or_404(rows, reference=reference)
