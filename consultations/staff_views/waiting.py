"""Staff: people who wait for a day, and answering for those who say so on the phone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from consultations import notices
from consultations.actions import waiting as actions
from consultations.forms.staff import LeaveLineForm
from consultations.models import Waiting
from consultations.reports import waiting as reports
from services.actions.history import record_reading
from services.enums.people import Role
from services.notices.messages import Letter, previews
from services.rules.korean import date_letter
from services.views.asking import Question, ask_once
from services.views.requests import PortalRequest, staff_of


@dataclass(frozen=True, slots=True)
class Act:
    """One answer of somebody in line: a page asks before it is written down."""

    verb: Callable[..., object]
    done: str
    title: str
    explains: str
    submit: str
    form: type[Form] = Form
    letters: Callable[[Waiting], Sequence[Letter]] = lambda found: []


ACTS = {
    "accept": Act(
        actions.accept,
        "자리를 받아 예약하고 알렸습니다.",
        title="이 자리를 받으시나요?",
        explains="맡아 둔 자리로 예약합니다. 예약번호는 대기 번호와 같습니다. 기다리시던 순서는 끝납니다.",
        submit="자리 받음으로 적기",
        letters=notices.booked_letters_of,
    ),
    "decline": Act(
        actions.decline,
        "받지 않음으로 적었습니다. 대기 순서는 그대로입니다.",
        title="이 자리를 받지 않으시나요?",
        explains="이분의 대기 순서는 그대로입니다. 이 자리는 다음으로 기다리는 분이 있으면 그분께 알립니다.",
        submit="받지 않음으로 적기",
    ),
    "leave": Act(
        actions.leave,
        "대기를 취소했습니다.",
        title="대기를 취소할까요?",
        explains=(
            "기다리시던 순서가 없어집니다. 되돌릴 수 없습니다. 맡아 둔 자리가 있으면 다음으로 기다리는 분께 알립니다."
        ),
        submit="대기 취소하기",
        form=LeaveLineForm,
    ),
}


def waitings(request: PortalRequest) -> HttpResponse:
    """대기: masked names, by day and rank."""
    user = staff_of(request)
    page = {"lines": reports.lines(Waiting.objects.seen_by(user)), "may_act": Role.AUDITOR not in user.roles}
    return render(request, "consultations/staff/waitings.html", page)


def waiting_act(request: PortalRequest, reference: str) -> HttpResponse:
    """What somebody in line said on the phone or at the counter; asked once, because none of it can be undone."""
    user, asked = staff_of(request), request.POST if request.method == "POST" else request.GET
    found = get_object_or_404(Waiting.objects.seen_by(user).with_place(), reference=reference)
    act = ACTS.get(asked.get("act", ""))
    if act is None:
        raise Http404

    def do(typed: dict[str, Any]) -> str:
        act.verb(found.pk, by=user.actor, **typed)
        return act.done

    day, offer = found.clinic_day, found.open_offer
    record_reading(user, found.resident, found, act.title, address=request.address or None)
    question = Question(
        title=act.title,
        submit=act.submit,
        is_grave=act.verb is not actions.accept,
        back=reverse("consultations:staff_waitings"),
        back_words="대기",
        about=f"{date_letter(day.on)} {day.venue.name}, {found.resident.name} 님 (대기 {found.rank}번)",
        explains=act.explains,
        shows=[("맡아 둔 자리", reports.place_words(offer))] if offer else [],
        previews=previews(act.letters(found)),
    )
    return ask_once(request, question, do, form=act.form)
