"""A booking in 내 신청 확인: see, change, cancel, print, calendar file (COPY 3.3)."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from consultations.actions import bookings
from consultations.actions.surveys import answer_survey
from consultations.enums import BookingKind, Source
from consultations.forms.booking import TimeForm
from consultations.forms.mine import CancelForm, SurveyForm, slot_of
from consultations.models import Booking
from consultations.reports.bookings import timeline
from consultations.reports.calendars import calendar_file
from consultations.reports.offers import Offer, offers
from consultations.reports.surveys import asked
from consultations.views.booking import DONE
from services.reports.people import is_theirs
from services.views.refusals import refusals_to, render_form
from services.views.requests import PortalRequest


class NotYet(Exception):
    """The visitor has not proved a phone yet; carries where to go."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self.response = response


def own_booking(request: PortalRequest, reference: str) -> Booking:
    """The visitor's booking: by verified phone, opened by its number, or just made in this session.

    Raises NotYet for strangers without a verified phone, Http404 for somebody else's: neither reveals that it exists.
    """
    booking = Booking.objects.with_place().filter(reference=reference).first()
    if booking and (request.session.get(DONE) == booking.pk or is_theirs(request.session, booking, booking.resident)):
        return booking
    if request.resident_phone_index:
        raise Http404
    raise NotYet(redirect(f"{reverse('services:my_start')}?next={request.path}"))


@never_cache
def booking(request: PortalRequest, reference: str) -> HttpResponse:
    """One booking with its timeline and what may be done."""
    try:
        own = own_booking(request, reference)
    except NotYet as stranger:
        return stranger.response
    survey = asked(own)
    page = {
        "booking": own,
        "steps": timeline(own),
        "phone": settings.CONSULTATION_PHONE,
        "form": SurveyForm() if survey.is_open else None,
        "is_answered": survey.is_answered,
    }
    return render(request, "consultations/booking.html", page)


@never_cache
def booking_cancel(request: PortalRequest, reference: str) -> HttpResponse:
    """상담 예약을 취소하시겠어요?"""
    try:
        own = own_booking(request, reference)
    except NotYet as stranger:
        return stranger.response
    form = CancelForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_to(form):
            reason = form.cleaned_data["reason"]
            bookings.cancel(own.pk, by=own.resident.actor, reason=reason, is_online=True)
            messages.success(request, _("예약을 취소했습니다."))
            return redirect("consultations:booking", reference)
    page = {"booking": own, "form": form, "phone": settings.CONSULTATION_PHONE}
    return render_form(request, "consultations/booking_cancel.html", page)


@never_cache
def booking_move(request: PortalRequest, reference: str) -> HttpResponse:
    """상담 시간 바꾸기: the old time stays until the new one is held."""
    try:
        own = own_booking(request, reference)
    except NotYet as stranger:
        return stranger.response
    found = offers(BookingKind(own.kind))
    form = TimeForm(request.POST if request.method == "POST" else None, offers=found)
    if form.is_valid():
        with refusals_to(form):
            slot = slot_of(form.cleaned_data["slot"], found)
            by = own.resident.actor
            bookings.move(own.pk, slot.day_id, slot.starts_at, order=slot.order, by=by, is_online=True)
            messages.success(request, _("상담 시간을 바꾸었습니다. 예약번호는 그대로입니다."))
            return redirect("consultations:booking", reference)
        found = offers(BookingKind(own.kind))  # without the place that was just taken
    page = {"booking": own, "form": form, "offers": _near_first(found, own), "phone": settings.CONSULTATION_PHONE}
    return render_form(request, "consultations/booking_move.html", page)


def _near_first(found: list[Offer], own: Booking) -> list[Offer]:
    """The days at the booking's own place, then the other places, by date."""
    return sorted(found, key=lambda offer: (offer.day.venue_id != own.clinic_day.venue_id, offer.day.on))


@never_cache
def booking_survey(request: PortalRequest, reference: str) -> HttpResponse:
    """상담은 어떠셨나요? Two questions, once."""
    try:
        own = own_booking(request, reference)
    except NotYet as stranger:
        return stranger.response
    form = SurveyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        helped, ease = form.answers
        with refusals_to(request):
            answer_survey(own.pk, helped=helped, ease=ease, by=own.resident.actor, source=Source.WEB)
            messages.success(request, _("알려 주셔서 고맙습니다."))
        return redirect("consultations:booking", reference)
    if not form.errors and not asked(own).is_open:
        return redirect("consultations:booking", reference)
    return render(request, "consultations/booking_survey.html", {"booking": own, "form": form})


@never_cache
def booking_calendar(request: PortalRequest, reference: str) -> HttpResponse:
    """휴대전화 달력에 넣기."""
    try:
        own = own_booking(request, reference)
    except NotYet as stranger:
        return stranger.response
    response = HttpResponse(calendar_file(own), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="gimje-{own.reference}.ics"'
    return response
