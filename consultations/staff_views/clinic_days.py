"""Staff: clinic days, making them, opening those in review, closing and reopening."""

from datetime import date, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from consultations import notices
from consultations.actions import clinic_days as actions
from consultations.actions import holidays
from consultations.enums import ClinicDayState, DisruptionKind
from consultations.forms.staff import BasisForm, CancelDayForm, MakeDaysForm, MoveHolidayForm
from consultations.models import ClinicDay, Disruption
from consultations.models.disruptions import DisruptionQuerySet
from consultations.reports.advisers import link_lines
from consultations.reports.bookings import clinic_day_lines
from consultations.reports.offers import SkippedDay, skipped_days
from consultations.reports.worklist import is_shut, told_of, worklist_lines
from consultations.staff_views.bookings import days_open_to
from services.enums.people import Role
from services.notices.messages import previews_of_many
from services.reports import history
from services.reports.calendar import EveryHoliday
from services.rules.calendar import add_working_days
from services.rules.korean import date_letter
from services.views.asking import Question, ask_once
from services.views.refusals import refusals_to
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
    on_holidays = {line.day.on: line.day.pk for line in reversed(lines) if line.is_holiday}  # the first place of each
    page = {
        "lines": lines,
        "open_days": days_open_to(staff_of(request), {line.day.pk for line in lines}),
        "on_holidays": sorted(on_holidays.items()),
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
    """One clinic day, and what can be done with it."""
    day = get_object_or_404(ClinicDay.objects.select_related("venue", "decided_by"), pk=day_id)
    page = {
        "day": day,
        "lines": history.timeline(day),
        "sittings": day.sittings.select_related("adviser"),
        "told": told_of(day),
        "worklists": worklist_lines(_disruptions_of(day)),
        "is_shut": is_shut(day),
        "may_report": day.on >= timezone.localdate() and day.state in (ClinicDayState.OPEN, ClinicDayState.CLOSED),
        "others": ClinicDay.objects.coming().filter(on=day.on).exclude(pk=day.pk).count(),
        "links": link_lines(day),
        "may_link": day.state != ClinicDayState.CANCELLED,
    }
    return render(request, "consultations/staff/clinic_day.html", page)


def day_open(request: PortalRequest, day_id: int) -> HttpResponse:
    """상담을 열까요? Inside an election window, with a basis and a document number: this place or all of that date."""
    day = get_object_or_404(ClinicDay.objects.select_related("venue"), pk=day_id)
    held = ClinicDay.objects.filter(on=day.on, state=ClinicDayState.REVIEW).select_related("venue").order_by("pk")
    same_date = list(held)

    def do(typed: dict[str, Any]) -> str:
        ids = [one.pk for one in same_date] if typed.pop("which") == BasisForm.ALL else [day.pk]
        made = actions.record_basis(ids, by=staff_of(request).actor, **typed)
        return f"근거를 적고 {len(made)}곳의 예약을 열었습니다."

    question = Question(
        title="상담을 열까요?",
        is_grave=False,
        submit="예약 열기",
        back=reverse("consultations:staff_clinic_day", args=[day.pk]),
        back_words=f"{date_letter(day.on)} {day.venue.name}",
        about=f"{date_letter(day.on)} {day.venue.name}, {day.election} 선거 기간",
        explains="열면 바로 예약을 받습니다. 근거와 문서 번호는 나중에 고칠 수 없습니다. "
        "선거관리위원회에 물어보시려면 1390으로 전화하세요.",
    )
    return ask_once(request, question, do, form=partial(BasisForm, same_date=same_date))


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
    day = get_object_or_404(ClinicDay.objects.select_related("venue"), pk=day_id)
    affected = list(day.bookings.live().with_place().order_by("starts_at", "pk"))

    def do(typed: dict[str, Any]) -> str:
        told = actions.cancel_day(day_id, reason=typed["reason"], by=staff_of(request).actor).affected.count()
        return f"상담일을 취소했습니다. {told}분께 알리고 '전화할 분' 목록에 올렸습니다."

    waits = list(day.waitings.live().select_related("resident", "helper").in_line())
    for one in waits:
        one.clinic_day = day
    call_by = add_working_days(timezone.localdate(), 1, EveryHoliday())
    letters = [one for booking in affected for one in notices.city_cancelled_letters(booking, call_by=call_by)]
    letters += [one for waiting in waits for one in notices.waiting_letters("ended", waiting)]
    n = len(affected)
    question = Question(
        title="이 상담일을 취소할까요?",
        submit="상담일 취소하기",
        back=reverse("consultations:staff_clinic_day", args=[day.pk]),
        back_words=f"{date_letter(day.on)} {day.venue.name}",
        about=f"{date_letter(day.on)} {day.venue.name}",
        explains=f"예약 {n}건이 있습니다. {n}분께 모두 알리고 '전화할 분' 목록에 올립니다. 되돌릴 수 없습니다."
        if n
        else "이날 예약하신 분은 없습니다. 되돌릴 수 없습니다.",
        previews=previews_of_many(letters),
    )
    return ask_once(request, question, do, form=CancelDayForm)
