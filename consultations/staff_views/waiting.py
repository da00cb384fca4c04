"""Staff: people who wait for a day, and answering for those who say so on the phone."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from consultations.actions import waiting as actions
from consultations.models import Waiting
from consultations.reports import waiting as reports
from services.actions.history import record_reading
from services.enums.people import Role
from services.views.refusals import refusals_to
from services.views.requests import PortalRequest, staff_of

ACTS = {
    "accept": (actions.accept, "자리를 받아 예약했습니다. 문자를 보냅니다."),
    "decline": (actions.decline, "받지 않음으로 적었습니다. 다음 분께 안내합니다."),
    "leave": (actions.leave, "대기를 취소했습니다."),
}


def waitings(request: PortalRequest) -> HttpResponse:
    """대기: masked names, by day and rank."""
    user = staff_of(request)
    page = {"lines": reports.lines(Waiting.objects.seen_by(user)), "may_act": Role.AUDITOR not in user.roles}
    return render(request, "consultations/staff/waitings.html", page)


@require_POST
def waiting_act(request: PortalRequest, reference: str) -> HttpResponse:
    """What somebody in line said on the phone or at the counter."""
    user = staff_of(request)
    found = get_object_or_404(Waiting.objects.seen_by(user).with_place(), reference=reference)
    if request.POST.get("act") not in ACTS:
        raise Http404
    verb, sentence = ACTS[request.POST["act"]]
    record_reading(user, found.resident, found, "대기 답 적기", address=request.address or None)
    with refusals_to(request):
        verb(found.pk, by=user.actor)
        messages.success(request, sentence)
    return redirect("consultations:staff_waitings")
