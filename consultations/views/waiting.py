"""Getting in line for a full day, and answering when a place is held (COPY 3.3)."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from consultations.actions import waiting as actions
from consultations.enums import BookingKind, WaitingState
from consultations.models import Waiting
from consultations.reports.waiting import lapsed_offer, went_to_somebody
from services.views.own_case import own_case
from services.views.refusals import refusals_to
from services.views.requests import PortalRequest

own_waiting = own_case(Waiting.objects.with_place)


@own_waiting
def waiting(request: PortalRequest, own: Waiting) -> HttpResponse:
    """Rank, or the place that is held with its buttons, or that its time has passed."""
    if own.booking:
        return redirect("consultations:booking", own.booking.reference)
    lapsed, offer = lapsed_offer(own), own.open_offer if own.state == WaitingState.OFFERED else None
    is_over = offer is not None and offer.until <= timezone.now()  # in a minute the sweep takes it back
    page = {
        "waiting": own,
        "offer": None if is_over else offer,
        "has_lapsed": is_over or lapsed is not None,
        "went_to_somebody": lapsed is not None and went_to_somebody(lapsed),
        "is_joint": own.kind == BookingKind.BOTH,
        "phone": settings.CONSULTATION_PHONE,
    }
    return render(request, "consultations/waiting.html", page)


VERBS = {"accept": actions.accept, "decline": actions.decline, "leave": actions.leave}


@own_waiting
def waiting_act(request: PortalRequest, own: Waiting) -> HttpResponse:
    """이 자리 받기; 이번에는 받지 않기 and 대기 취소하기 ask first."""
    act = (request.POST if request.method == "POST" else request.GET).get("act", "")
    if act not in VERBS or (act == "accept" and request.method != "POST"):
        raise Http404
    if act != "accept" and "confirmed" not in request.POST:
        if not own.is_live:
            return redirect("consultations:waiting", own.reference)
        page = {"waiting": own, "act": act, "offer": own.open_offer}
        return render(request, "consultations/waiting_act.html", page)
    with refusals_to(request):
        VERBS[act](own.pk, by=own.resident.actor)
        messages.success(request, _said(act))
    return redirect("consultations:waiting", own.reference)  # which leads on to the booking


def _said(act: str) -> str:
    if act == "accept":
        return _("예약했습니다.")
    return (
        _("이번에는 받지 않으셨습니다. 대기 순서는 그대로입니다.") if act == "decline" else _("대기를 취소했습니다.")
    )
