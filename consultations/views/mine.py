"""A booking in 내 신청 확인: see, change, cancel, print, calendar file (COPY 3.3)."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from consultations.actions import bookings, surveys
from consultations.enums import BookingKind, Source
from consultations.forms.booking import MovePlaceForm, SlotForm
from consultations.forms.mine import CancelForm, SurveyForm, slot_of
from consultations.models import Booking
from consultations.reports.bookings import timeline
from consultations.reports.calendars import calendar_file
from consultations.reports.offers import offers, with_elsewhere
from consultations.reports.surveys import asked
from consultations.views.booking import begin_waiting
from services.views.own_case import own_case
from services.views.refusals import refusals_to, render_form
from services.views.requests import PortalRequest

own_booking = own_case(Booking.objects.with_place)


@own_booking
def booking(request: PortalRequest, own: Booking) -> HttpResponse:
    """One booking with its timeline and what may be done."""
    survey = asked(own)
    page = {
        "booking": own,
        "steps": timeline(own),
        "phone": settings.CONSULTATION_PHONE,
        "form": SurveyForm() if survey.is_open else None,
        "is_answered": survey.is_answered,
    }
    return render(request, "consultations/booking.html", page)


@own_booking
def booking_cancel(request: PortalRequest, own: Booking) -> HttpResponse:
    """상담 예약을 취소하시겠어요?"""
    form = CancelForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_to(form):
            reason = form.cleaned_data["reason"]
            bookings.cancel(own.pk, by=own.resident.actor, reason=reason, is_online=True)
            messages.success(request, _("예약을 취소했습니다."))
            return redirect("consultations:booking", own.reference)
    page = {"booking": own, "form": form, "phone": settings.CONSULTATION_PHONE}
    return render_form(request, "consultations/booking_cancel.html", page)


@own_booking
def booking_move(request: PortalRequest, own: Booking) -> HttpResponse:
    """상담 시간 바꾸기: where first, then when; the old time stays until the new one is held.

    A full day leads to places with room on near days, and to its line.
    """
    kind = BookingKind(own.kind)
    first = MovePlaceForm(request.GET if "venue" in request.GET else None, kind=kind, own=own.clinic_day.venue_id)
    found = offers(kind)
    form = SlotForm(request.POST if request.method == "POST" else None, offers=found)
    full = {offer.wait_value: offer for offer in found if offer.is_full and offer.day.on != own.on}.get(
        request.POST.get("wait", "")
    )
    if full and own.can_change_online:
        return redirect(begin_waiting(request, own, full))
    if form.is_valid():
        with refusals_to(form):
            slot = slot_of(form.cleaned_data["slot"], found)
            by = own.resident.actor
            bookings.move(own.pk, slot.day_id, slot.starts_at, order=slot.order, by=by, is_online=True)
            messages.success(request, _("상담 시간을 바꾸었습니다. 예약번호는 그대로입니다."))
            return redirect("consultations:booking", own.reference)
        found = offers(kind)  # without the place that was just taken
    page = {"booking": own, "form": form, "first": first, "phone": settings.CONSULTATION_PHONE}
    if first.is_valid() or form.is_bound:
        venue_id = int(first.cleaned_data["venue"]) if first.is_valid() else own.clinic_day.venue_id
        there = [offer for offer in found if offer.day.venue_id == venue_id]
        page |= {"offers": with_elsewhere(there, kind), "place": there[0].day.venue_name if there else ""}
    return render_form(request, "consultations/booking_move.html", page)


@own_booking
def booking_survey(request: PortalRequest, own: Booking) -> HttpResponse:
    """상담은 어떠셨나요? Two questions, once."""
    form = SurveyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        helped, ease = form.answers
        with refusals_to(request):
            surveys.answer_survey(own.pk, helped=helped, ease=ease, by=own.resident.actor, source=Source.WEB)
            messages.success(request, _("알려 주셔서 고맙습니다."))
        return redirect("consultations:booking", own.reference)
    if not form.errors and not asked(own).is_open:
        return redirect("consultations:booking", own.reference)
    return render(request, "consultations/booking_survey.html", {"booking": own, "form": form})


@own_booking
def booking_calendar(request: PortalRequest, own: Booking) -> HttpResponse:
    """휴대전화 달력에 넣기."""
    response = HttpResponse(calendar_file(own), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="gimje-{own.reference}.ics"'
    return response
