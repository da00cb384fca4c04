"""Staff: the list of bookings, one booking and what is done with it, the day board."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from consultations.actions import bookings as actions
from consultations.actions import surveys
from consultations.enums import BookingKind, ClinicDayState, FollowUp, Source
from consultations.forms.enquiries import ReferForm
from consultations.forms.mine import SurveyForm, slot_of
from consultations.forms.staff import BookingFilter, MoveForm
from consultations.models import Booking, ClinicDay
from consultations.reports import bookings as reports
from consultations.reports.advisers import link_lines
from consultations.reports.offers import offers
from consultations.reports.surveys import asked
from services.actions.history import record_reading, record_readings
from services.enums.people import Role
from services.models import Notice, User
from services.reports import history
from services.views.refusals import refusals_to, render_form
from services.views.requests import PortalRequest, staff_of

ROWS = 50


def bookings(request: PortalRequest) -> HttpResponse:
    """상담 예약: masked names, the next ones first."""
    found = BookingFilter(request.GET, Booking.objects.seen_by(staff_of(request)).with_place())
    page = Paginator(found.qs.order_by("starts_at", "pk"), ROWS).get_page(request.GET.get("page"))
    return render(request, "consultations/staff/bookings.html", {"form": found.form, "page": page})


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
    day = get_object_or_404(ClinicDay.objects.select_related("venue"), pk=day_id)
    if not may_see_day(user, day):
        raise Http404
    rows = reports.day_board(day)
    seen = [(one.resident, one) for row in rows for one in row.bookings]
    record_readings(user, seen, "상담일 명단 보기", address=request.address or None)
    page = {
        "day": day,
        "rows": rows,
        "sittings": day.sittings.select_related("adviser"),
        "links": link_lines(day),
        "may_link": may_link(user, day),
    }
    return render(request, "consultations/staff/day_board.html", page)


def day_sheet(request: PortalRequest, day_id: int) -> HttpResponse:
    """상담일 명단, one sheet of A4 with the least data: no phone, no question; each name on it is logged."""
    user = staff_of(request)
    day = get_object_or_404(ClinicDay.objects.select_related("venue"), pk=day_id)
    if not may_see_day(user, day):
        raise Http404
    rows = list(day.bookings.live().select_related("resident").order_by("starts_at", "pk"))
    seen = [(one.resident, one) for one in rows]
    record_readings(user, seen, "상담일 명단 인쇄", address=request.address or None)
    page = {"day": day, "rows": rows, "links": link_lines(day)}
    return render(request, "consultations/staff/day_sheet.html", page)


def may_see_day(user: User, day: ClinicDay) -> bool:
    """Officers and auditors every day, a clerk those at the own township's venue."""
    is_everywhere = bool(user.roles & {Role.CONSULTATION_OFFICER, Role.AUDITOR})
    return is_everywhere or (day.venue.township_id is not None and day.venue.township_id == user.township_id)


def may_link(user: User, day: ClinicDay) -> bool:
    """Whether this member of staff is shown the buttons for advisers' addresses of a day that they may see."""
    is_desk = bool(user.roles & {Role.CONSULTATION_OFFICER, Role.TOWNSHIP_CLERK})
    return is_desk and day.state != ClinicDayState.CANCELLED


ACTS = {
    "arrive": (actions.check_in, "오신 것을 적었습니다."),
    "complete": (actions.complete, "상담을 마친 것으로 적었습니다."),
    "missed": (actions.mark_missed, "오지 않음으로 적었습니다. 다음 날 오전에 문자를 보냅니다."),
    "cancel": (actions.cancel, "예약을 취소했습니다. 문자를 보냅니다."),
}


@require_POST
def booking_act(request: PortalRequest, reference: str) -> HttpResponse:
    """One button of the day: 오심, 마침, 오지 않음, 취소."""
    user = staff_of(request)
    found = get_object_or_404(Booking.objects.seen_by(user), reference=reference)
    if request.POST.get("act") not in ACTS:
        raise Http404
    verb, sentence = ACTS[request.POST["act"]]
    with refusals_to(request):
        verb(found.pk, by=user.actor)
        messages.success(request, sentence)
    if request.POST.get("back") == "board":
        return redirect("consultations:staff_day_board", found.clinic_day_id)
    return redirect("consultations:staff_booking", reference)


def booking_move(request: PortalRequest, reference: str) -> HttpResponse:
    """시간 바꾸기 for somebody on the phone or at the counter, also in the last hours before; the look is logged."""
    user = staff_of(request)
    found = _whole(user, reference)
    free = offers(BookingKind(found.kind))
    form = MoveForm(request.POST if request.method == "POST" else None, offers=free)
    if form.is_valid():
        with refusals_to(form):
            slot = slot_of(form.cleaned_data["slot"], free)
            actions.move(found.pk, slot.day_id, slot.starts_at, order=slot.order, by=user.actor)
            messages.success(request, "상담 시간을 바꾸었습니다. 예약번호는 그대로입니다.")
            return redirect("consultations:staff_booking", reference)
    record_reading(user, found.resident, found, "시간 바꾸기", address=request.address or None)
    return render_form(request, "consultations/staff/booking_move.html", {"booking": found, "form": form})


def booking_elsewhere(request: PortalRequest, reference: str) -> HttpResponse:
    """다른 기관 안내하기: the person is told whom to phone, and the time is free again."""
    user = staff_of(request)
    found = _whole(user, reference)
    form = ReferForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_to(form):
            actions.set_out_of_scope(found.pk, FollowUp(form.cleaned_data["where"]), by=user.actor)
            messages.success(request, "다른 기관을 안내했습니다. 문자를 보냅니다.")
            return redirect("consultations:staff_booking", reference)
    record_reading(user, found.resident, found, "다른 기관 안내하기", address=request.address or None)
    return render_form(request, "consultations/staff/booking_elsewhere.html", {"booking": found, "form": form})


def _whole(user: User, reference: str) -> Booking:
    """One booking with its place and person, without its question (LA-06). Raises Http404 for somebody else's."""
    rows = Booking.objects.seen_by(user).with_place().defer("question", "other_party")
    return get_object_or_404(rows, reference=reference)
