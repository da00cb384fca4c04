"""Staff: clinic days, making them, opening those in review, closing and reopening."""

from datetime import date, timedelta

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from consultations.actions import clinic_days as actions
from consultations.actions import holidays
from consultations.enums import BookingState, ClinicDayState, DisruptionKind
from consultations.forms.staff import BasisForm, CancelDayForm, MakeDaysForm, MoveHolidayForm
from consultations.models import ClinicDay, Disruption
from consultations.models.disruptions import DisruptionQuerySet
from consultations.reports.advisers import link_lines
from consultations.reports.bookings import clinic_day_lines
from consultations.reports.offers import SkippedDay, skipped_days
from consultations.reports.worklist import is_shut, told_of, worklist_lines
from consultations.staff_views.bookings import days_open_to
from services.enums.people import Role
from services.reports import history
from services.rules.korean import date_letter
from services.views.refusals import refusals_to, render_form
from services.views.requests import PortalRequest, staff_of

MOST_DAYS = 400  # nobody plans further ahead


def _default_until() -> date:
    return timezone.localdate() + timedelta(days=31 * settings.CONSULTATION_MONTHS_AHEAD)


def clinic_days(request: PortalRequest) -> HttpResponse:
    """정례 상담일: the coming ones with seats and bookings, holidays that were left out, and a button to make more."""
    state = request.GET.get("state", "")
    first, last = timezone.localdate(), timezone.localdate() + timedelta(days=MOST_DAYS)
    is_officer = Role.CONSULTATION_OFFICER in staff_of(request).roles
    skipped = [(one, _move_form(one, is_officer=is_officer)) for one in skipped_days(_default_until())]
    lines = clinic_day_lines(first, last, state=state)
    page = {
        "lines": lines,
        "open_days": days_open_to(staff_of(request), {line.day.pk for line in lines}),
        "on_holiday": any(line.is_holiday for line in lines),
        "skipped": skipped,
        "form": MakeDaysForm(initial={"until": _default_until()}),
        "states": ClinicDayState.choices,
        "state": state,
        "is_officer": is_officer,
    }
    return render(request, "consultations/staff/clinic_days.html", page)


def _move_form(skipped: SkippedDay, *, is_officer: bool) -> MoveHolidayForm | None:
    """다른 날로 옮기기, with the suggested day; none when it was moved already or for those who only read."""
    if skipped.moved_on or not is_officer:
        return None
    initial = {"on": skipped.on, "to": holidays.suggested(skipped.on)}
    return MoveHolidayForm(initial=initial, auto_id=f"id_{skipped.on:%Y%m%d}_%s")


@require_POST
def holiday_move(request: PortalRequest) -> HttpResponse:
    """공휴일 상담을 다른 날로 옮기기: one click with the suggested day."""
    user, form = staff_of(request), MoveHolidayForm(request.POST)
    if not form.is_valid():
        messages.error(request, "날짜를 다시 확인해 주세요. 예: 2026-05-26")
        return redirect("consultations:staff_clinic_days")
    with refusals_to(request):
        made = holidays.move_holiday(form.cleaned_data["on"], form.cleaned_data["to"], by=user.actor)
        when = date_letter(form.cleaned_data["to"])
        messages.success(request, f"상담을 옮겨 상담일 {len(made)}개를 만들었습니다. 옮긴 날: {when}")
    return redirect("consultations:staff_clinic_days")


@require_POST
def clinic_days_make(request: PortalRequest) -> HttpResponse:
    """상담일 만들기: what the timetable promises until a day; again makes nothing."""
    user, form = staff_of(request), MakeDaysForm(request.POST)
    farthest = timezone.localdate() + timedelta(days=MOST_DAYS)
    until = form.cleaned_data["until"] if form.is_valid() else _default_until()
    made = actions.make_clinic_days(min(until, farthest), by=user.actor)
    left_out = ", ".join(date_letter(day) for day in sorted(made.holidays))
    note = f" 공휴일이라 만들지 않은 날: {left_out}" if left_out else ""
    messages.success(request, f"상담일 {len(made.days)}개를 만들었습니다.{note}")
    if made.bad:
        messages.error(request, f"상담일 {made.bad}개를 만들지 못했습니다. 관리자에게 알려 주세요.")
    return redirect("consultations:staff_clinic_days")


def clinic_day(request: PortalRequest, day_id: int) -> HttpResponse:
    """One clinic day: opening it in an election window needs a basis and a document number."""
    user = staff_of(request)
    day = get_object_or_404(ClinicDay.objects.select_related("venue", "decided_by"), pk=day_id)
    form = BasisForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_to(form):
            same_date = ClinicDay.objects.filter(on=day.on, state=ClinicDayState.REVIEW)
            ids = same_date.values_list("pk", flat=True) if "all" in request.POST else [day.pk]
            actions.record_basis(list(ids), by=user.actor, **form.cleaned_data)
            messages.success(request, "근거를 적고 예약을 열었습니다.")
            return redirect("consultations:staff_clinic_day", day_id)
    page = {
        "day": day,
        "form": form,
        "lines": history.timeline(day),
        "sittings": day.sittings.select_related("adviser"),
        "told": told_of(day),
        "worklists": worklist_lines(_disruptions_of(day)),
        "is_shut": is_shut(day),
        "may_report": day.on >= timezone.localdate() and day.state in (ClinicDayState.OPEN, ClinicDayState.CLOSED),
        "links": link_lines(day),
        "may_link": day.state != ClinicDayState.CANCELLED,
    }
    return render_form(request, "consultations/staff/clinic_day.html", page)


def _disruptions_of(day: ClinicDay) -> DisruptionQuerySet:
    """What happened to this day: to itself, or to its whole place."""
    closes = Q(kind=DisruptionKind.VENUE_CLOSED, venue=day.venue_id, first_on__lte=day.on, last_on__gte=day.on)
    return Disruption.objects.filter(Q(clinic_day=day) | closes)


@require_POST
def clinic_day_act(request: PortalRequest, day_id: int) -> HttpResponse:
    """예약 닫기, 다시 받기."""
    user = staff_of(request)
    verb = actions.reopen_booking if request.POST.get("act") == "reopen" else actions.close_booking
    get_object_or_404(ClinicDay, pk=day_id)
    with refusals_to(request):
        verb(day_id, by=user.actor)
        messages.success(request, "저장했습니다.")
    return redirect("consultations:staff_clinic_day", day_id)


def clinic_day_cancel(request: PortalRequest, day_id: int) -> HttpResponse:
    """이 상담일을 취소할까요? Everybody affected is told and put on the call list."""
    user = staff_of(request)
    day = get_object_or_404(ClinicDay.objects.select_related("venue"), pk=day_id)
    form = CancelDayForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_to(form):
            told = actions.cancel_day(day_id, reason=form.cleaned_data["reason"], by=user.actor).affected.count()
            messages.success(request, f"상담일을 취소했습니다. {told}분께 알리고 '전화할 분' 목록에 올렸습니다.")
            return redirect("consultations:staff_clinic_day", day_id)
    affected = day.bookings.filter(state__in=BookingState.LIVE).count()
    page = {"day": day, "form": form, "affected": affected}
    return render_form(request, "consultations/staff/clinic_day_cancel.html", page)
