"""Getting in line for a full day, and answering when a place is held (COPY 3.3)."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from consultations.actions import waiting as actions
from consultations.enums import BookingKind, Source, WaitingHour, WaitingState
from consultations.forms import booking as forms
from consultations.forms.waiting import HourForm
from consultations.models import ClinicDay, Waiting
from consultations.reports.waiting import has_just_lapsed
from consultations.views import booking as steps
from consultations.views.mine import NotYet
from services.actions.people import drop_draft
from services.reports.people import is_theirs
from services.views.refusals import refusals_to, render_form
from services.views.requests import PortalRequest

DONE = "waiting_done"  # session key: pk of the place in line just taken


@never_cache
def waiting_new(request: PortalRequest) -> HttpResponse:
    """대기를 신청하시겠어요? The last page for who chose a full day."""
    draft = steps.draft_here(request)
    answers = steps.answers_of(draft)
    missing = steps.missing_page(request, answers)
    if missing.page != forms.CHECK.page or not forms.is_waiting(answers):
        return redirect(f"consultations:{missing.page}")
    day = get_object_or_404(ClinicDay.objects.select_related("venue"), pk=answers["slot"].split("-")[0])
    form = HourForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        resident = steps.resident_of(answers)
        source = Source.HELPER if answers["who"] == "other" else Source.WEB
        hour = WaitingHour(form.cleaned_data["hour"])
        with refusals_to(form):
            own = actions.join(
                day.pk, steps.wish_of(answers), hour=hour, resident=resident, by=resident.actor, source=source
            )
            drop_draft(request.session, steps.DRAFT)
            request.session[DONE] = own.pk
            return redirect("consultations:waiting", own.reference)
    page = {
        "form": form,
        "day": day,
        "ahead": day.waitings.live().count(),
        "hold_hours": settings.CONSULTATION_HOLD_HOURS,
        "is_joint": answers["kind"] == BookingKind.BOTH,
        "back_url": reverse("consultations:booking_time"),
    }
    return render_form(request, "consultations/waiting_new.html", page)


def own_waiting(request: PortalRequest, reference: str) -> Waiting:
    """The visitor's place in line. Raises NotYet or Http404 as `own_booking`."""
    found = Waiting.objects.with_place().filter(reference=reference).first()
    if found and (request.session.get(DONE) == found.pk or is_theirs(request.session, found, found.resident)):
        return found
    if request.resident_phone_index:
        raise Http404
    raise NotYet(redirect(f"{reverse('services:my_start')}?next={request.path}"))


@never_cache
def waiting(request: PortalRequest, reference: str) -> HttpResponse:
    """Rank, or the place that is held with its buttons, or that its time has passed."""
    try:
        own = own_waiting(request, reference)
    except NotYet as stranger:
        return stranger.response
    if own.booking:
        return redirect("consultations:booking", own.booking.reference)
    page = {
        "waiting": own,
        "offer": own.open_offer if own.state == WaitingState.OFFERED else None,
        "has_lapsed": has_just_lapsed(own),
        "is_joint": own.kind == BookingKind.BOTH,
        "phone": settings.CONSULTATION_PHONE,
    }
    return render(request, "consultations/waiting.html", page)


@never_cache
@require_POST
def waiting_act(request: PortalRequest, reference: str) -> HttpResponse:
    """이 자리 받기, 이번에는 받지 않기, 대기 취소하기."""
    try:
        own = own_waiting(request, reference)
    except NotYet as stranger:
        return stranger.response
    act, by = request.POST.get("act"), own.resident.actor
    with refusals_to(request):
        if act == "accept":
            booking = actions.accept(own.pk, by=by)
            request.session[steps.DONE] = booking.pk
            messages.success(request, _("예약했습니다."))
            return redirect("consultations:booking", booking.reference)
        if act == "decline":
            actions.decline(own.pk, by=by)
            messages.success(request, _("이번에는 받지 않으셨습니다. 대기 순서는 그대로입니다."))
        elif act == "leave":
            actions.leave(own.pk, by=by)
            messages.success(request, _("대기를 취소했습니다."))
        else:
            raise Http404
    return redirect("consultations:waiting", reference)
