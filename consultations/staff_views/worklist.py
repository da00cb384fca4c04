"""Staff: what keeps consultations from taking place, and everybody who is to be told."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from consultations.actions import disruptions
from consultations.actions import worklist as actions
from consultations.enums import AffectedState, DisruptionKind
from consultations.forms.worklist import (
    ONE_BY_ONE,
    AbsenceForm,
    AffectedForm,
    CloseDayForm,
    CloseVenueForm,
    StandInForm,
)
from consultations.models import Affected, Booking, ClinicDay, Disruption, Sitting
from consultations.reports import worklist as reports
from services.actions.history import record_reading
from services.enums.people import Role
from services.reports.history import timeline
from services.views.refusals import refusals_to, render_form
from services.views.requests import PortalRequest, staff_of

SAID = {
    "colleague": "다른 분께 맡겼습니다.",
    "next": "다른 날로 옮겼습니다.",
    "call": "'전화할 분' 목록에 올렸습니다.",
    "cancel": "예약을 취소했습니다.",
    "told": "알린 것으로 적었습니다.",
}


def worklists(request: PortalRequest) -> HttpResponse:
    """알릴 분: what happened, and how many are undecided and untold; the finished ones on request."""
    rows = Disruption.objects.seen_by(staff_of(request))
    is_all = "all" in request.GET
    lines = reports.worklist_lines(rows.filter(last_on__gte=timezone.localdate()) if is_all else rows.open())
    page = {"lines": lines, "is_all": is_all, "is_officer": _is_officer(request)}
    return render(request, "consultations/staff/worklists.html", page)


def worklist(request: PortalRequest, disruption_id: int) -> HttpResponse:
    """Everybody affected, masked: what was arranged, who is told, and the buttons."""
    disruption = _visible(request, disruption_id)
    lines = reports.affected_lines(disruption)
    free = reports.stand_ins(disruption) if disruption.withdrawn_at is None else []
    telling = [line for line in lines if line.needs_telling]
    page = {
        "disruption": disruption,
        "lines": lines,
        "people": len(telling),
        "untold": sum(not line.is_told for line in telling),
        "undecided": sum(line.row.is_unsettled for line in lines),
        "open": sum(line.row.state == AffectedState.OPEN for line in lines),
        "is_officer": _is_officer(request),
        "colleagues": sum(line.ways.has_colleague for line in lines),
        "has_same_day": disruption.kind in DisruptionKind.SAME_DAY,
        "may_withdraw": _may_withdraw(disruption, lines),
        "stand_in": StandInForm(advisers=free) if free else None,
        "history": timeline(disruption),
    }
    return render(request, "consultations/staff/worklist.html", page)


@require_POST
def stand_in(request: PortalRequest, disruption_id: int) -> HttpResponse:
    """대신 올 사람 정하기: afterwards all bookings can be given to them at the same time."""
    disruption = _visible(request, disruption_id)
    form = StandInForm(request.POST, advisers=reports.stand_ins(disruption))
    if not form.is_valid():
        messages.error(request, disruptions.CANNOT_STAND_IN)
        return redirect("consultations:staff_worklist", disruption.pk)
    with refusals_to(request):
        who = disruptions.seat_stand_in(disruption.pk, int(form.cleaned_data["adviser"]), by=staff_of(request).actor)
        messages.success(request, f"{who.adviser}, 대신 오기로 적었습니다. 이제 예약을 맡길 수 있습니다.")
    return redirect("consultations:staff_worklist", disruption.pk)


def _may_withdraw(disruption: Disruption, lines: list[reports.AffectedLine]) -> bool:
    is_untouched = all(line.row.is_unsettled and not line.is_told for line in lines if line.row.state != "ENDED")
    return disruption.withdrawn_at is None and is_untouched and disruption.kind in DisruptionKind.WITHDRAWABLE


@require_POST
def worklist_act(request: PortalRequest, disruption_id: int) -> HttpResponse:
    """One button: a way for one person ("next-17"), for everybody ("next-all"), or withdrawing it all."""
    disruption = _visible(request, disruption_id)
    way, _, whom = request.POST.get("act", "").partition("-")
    user = staff_of(request)
    if way == "withdraw":
        return _withdraw(request, disruption)
    if way not in actions.WAYS or (whom == "all" and way not in actions.FOR_ALL):
        raise Http404
    if whom == "all":
        _say_arranged(request, actions.arrange_all(disruption.pk, way, by=user.actor))
        return redirect("consultations:staff_worklist", disruption.pk)
    row = get_object_or_404(disruption.affected, pk=int(whom) if whom.isdecimal() else 0)
    with refusals_to(request):
        actions.WAYS[way](row.pk, by=user.actor)
        messages.success(request, SAID[way])
    return redirect("consultations:staff_worklist", disruption.pk)


def _withdraw(request: PortalRequest, disruption: Disruption) -> HttpResponse:
    with refusals_to(request):
        disruptions.withdraw(disruption.pk, by=staff_of(request).actor)
        messages.success(request, "거두었습니다. 예약은 모두 그대로입니다.")
    return redirect("consultations:staff_worklist", disruption.pk)


def _say_arranged(request: PortalRequest, arranged: actions.Arranged) -> None:
    """How many were arranged, and of the others the reason, each sentence once with its numbers."""
    if arranged.done:
        messages.success(request, f"{arranged.done}분을 정했습니다. 문자나 전화로 알립니다.")
    reasons: dict[str, list[str]] = {}
    for row, sentence in arranged.left:
        reasons.setdefault(sentence, []).append(row.booking.shown_reference)
    for sentence, references in reasons.items():
        messages.warning(request, f"{len(references)}분은 그대로 남았습니다({', '.join(references)}). {sentence}")
    if not arranged.done and not arranged.left:
        messages.info(request, "정할 분이 없습니다.")


def affected(request: PortalRequest, affected_id: int) -> HttpResponse:
    """One person by name, with every other time that is free."""
    user = staff_of(request)
    rows = Affected.objects.with_people().with_told().select_related("disruption__venue", "disruption__adviser")
    row = get_object_or_404(rows, pk=affected_id)
    line = reports.lines_of([row])[0]
    form = AffectedForm(request.POST or None, same_day=line.ways.same_day, later=line.ways.later)
    if form.is_valid():
        place = form.places[form.cleaned_data["place"]]
        with refusals_to(form):
            actions.move_to_next(row.pk, to=(place.day.pk, place.starts_at), order=place.order, by=user.actor)
            messages.success(request, "시간을 바꾸었습니다. 문자나 전화로 알립니다.")
            return redirect("consultations:staff_worklist", row.disruption_id)
    record_reading(user, row.booking.resident, row.booking, "알릴 분 보기", address=request.address or None)
    page = {"line": line, "row": row, "booking": row.booking, "disruption": row.disruption, "form": form}
    return render_form(request, "consultations/staff/affected.html", page | {"history": timeline(row)})


def absence_new(request: PortalRequest, sitting_id: int) -> HttpResponse:
    """못 옴 알리기: 예약 {n}건을 어떻게 할까요?"""
    sittings = Sitting.objects.select_related("adviser", "clinic_day__venue")
    sitting = get_object_or_404(sittings, pk=sitting_id)
    form = AbsenceForm(request.POST or None)
    if form.is_valid():
        with refusals_to(form):
            made = disruptions.report_absence(
                sitting.pk, reason=form.cleaned_data["reason"], by=staff_of(request).actor
            )
            return _made(request, made, form.cleaned_data["way"])
    held = Booking.objects.live().filter(clinic_day=sitting.clinic_day, holds__adviser=sitting.adviser_id)
    page = {"form": form, "sitting": sitting, "day": sitting.clinic_day, "count": held.count()}
    return render_form(request, "consultations/staff/absence_new.html", page)


def day_close(request: PortalRequest, day_id: int) -> HttpResponse:
    """이날 상담 닫기: bookings stay until each is arranged."""
    day = get_object_or_404(ClinicDay.objects.select_related("venue"), pk=day_id)
    form = CloseDayForm(request.POST or None)
    if form.is_valid():
        with refusals_to(form):
            made = disruptions.close_day(day.pk, reason=form.cleaned_data["reason"], by=staff_of(request).actor)
            return _made(request, made, form.cleaned_data["way"])
    page = {"form": form, "day": day, "count": day.bookings.live().count()}
    return render_form(request, "consultations/staff/day_close.html", page)


def venue_close(request: PortalRequest) -> HttpResponse:
    """장소 닫기: a place cannot be used for some days."""
    initial = {"venue": request.GET.get("venue"), "first": timezone.localdate()}
    form = CloseVenueForm(request.POST or None, initial=initial)
    if form.is_valid():
        typed = form.cleaned_data
        with refusals_to(form):
            made = disruptions.close_venue(
                typed["venue"].pk, typed["first"], typed["last"], reason=typed["reason"], by=staff_of(request).actor
            )
            return _made(request, made, typed["way"])
    return render_form(request, "consultations/staff/venue_close.html", {"form": form})


def _made(request: PortalRequest, disruption: Disruption, way: str) -> HttpResponse:
    """To the new worklist, with the chosen way done for all that fit."""
    messages.success(request, "적었습니다. 새 예약은 받지 않습니다.")
    if way != ONE_BY_ONE and disruption.closed_at is None:
        _say_arranged(request, actions.arrange_all(disruption.pk, way, by=staff_of(request).actor))
    return redirect("consultations:staff_worklist", disruption.pk)


def _visible(request: PortalRequest, disruption_id: int) -> Disruption:
    rows = Disruption.objects.seen_by(staff_of(request)).select_related("venue", "adviser", "clinic_day")
    return get_object_or_404(rows, pk=disruption_id)


def _is_officer(request: PortalRequest) -> bool:
    return Role.CONSULTATION_OFFICER in staff_of(request).roles
