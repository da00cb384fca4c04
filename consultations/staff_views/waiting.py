"""Staff: people who wait for a day, and answering for those who say so on the phone."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from consultations.actions import waiting as actions
from consultations.models import Waiting
from consultations.reports import waiting as reports
from services.actions.history import record_reading
from services.enums.people import Role
from services.views.refusals import refusals_to
from services.views.requests import PortalRequest, staff_of

ACTS = {
    "accept": (actions.accept, "자리를 받아 예약하고 알렸습니다."),
    "decline": (actions.decline, "받지 않음으로 적었습니다. 대기 순서는 그대로입니다."),
    "leave": (actions.leave, "대기를 취소했습니다."),
}
ASKED = {
    "decline": (
        "이 자리를 받지 않으시나요?",
        "이 자리는 돌려놓습니다. 대기 순서는 그대로입니다.",
        "받지 않음으로 적기",
    ),
    "leave": (
        "대기를 취소할까요?",
        "기다리시던 순서가 없어집니다. 되돌릴 수 없습니다. 맡아 둔 자리가 있으면 돌려놓습니다.",
        "대기 취소하기",
    ),
}


def waitings(request: PortalRequest) -> HttpResponse:
    """대기: masked names, by day and rank."""
    user = staff_of(request)
    page = {"lines": reports.lines(Waiting.objects.seen_by(user)), "may_act": Role.AUDITOR not in user.roles}
    return render(request, "consultations/staff/waitings.html", page)


def waiting_act(request: PortalRequest, reference: str) -> HttpResponse:
    """What somebody in line said on the phone or at the counter; giving a place or the line away asks first."""
    user, asked = staff_of(request), request.POST if request.method == "POST" else request.GET
    found = get_object_or_404(Waiting.objects.seen_by(user).with_place(), reference=reference)
    act = asked.get("act", "")
    if act not in (ACTS if request.method == "POST" else ASKED):
        raise Http404
    if act in ASKED and "confirmed" not in request.POST:
        title, explains, submit = ASKED[act]
        record_reading(user, found.resident, found, title, address=request.address or None)
        page = {"waiting": found, "act": act, "title": title, "explains": explains, "submit": submit}
        return render(request, "consultations/staff/waiting_act.html", page)
    verb, sentence = ACTS[act]
    record_reading(user, found.resident, found, "대기 답 적기", address=request.address or None)
    with refusals_to(request):
        verb(found.pk, by=user.actor)
        messages.success(request, sentence)
    return redirect("consultations:staff_waitings")
