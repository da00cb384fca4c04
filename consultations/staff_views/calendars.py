"""Staff: the list of advisers, and the secret calendar address of each."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache

from consultations.actions import calendars
from consultations.models import Adviser
from consultations.reports import advisers as reports
from consultations.reports.enquiries import adviser_of
from services.rules.history import Actor
from services.views.asking import SURE, Question, ask_once
from services.views.requests import PortalRequest, staff_of


def advisers(request: PortalRequest) -> HttpResponse:
    """세무사·변호사: kind, office, term, account, calendar."""
    return render(request, "consultations/staff/advisers.html", {"lines": reports.adviser_lines()})


@never_cache
def adviser_calendar(request: PortalRequest, pk: int) -> HttpResponse:
    """The calendar address of one adviser, who makes it with their account; here it can only be ended."""
    adviser = get_object_or_404(Adviser.objects.select_related("user", "calendar_feed"), pk=pk)
    answer = _act(request, adviser, may_make=adviser.user is None)
    if isinstance(answer, HttpResponse):
        return answer
    return render(request, "consultations/staff/adviser_calendar.html", answer)


@never_cache
def my_calendar(request: PortalRequest) -> HttpResponse:
    """내 달력: an adviser's own address, seen once."""
    adviser = adviser_of(staff_of(request))
    if adviser is None:
        raise Http404
    answer = _act(request, adviser, may_make=True)
    if isinstance(answer, HttpResponse):
        return answer
    return render(request, "consultations/staff/my_calendar.html", answer)


def _act(request: PortalRequest, adviser: Adviser, *, may_make: bool) -> dict[str, Any] | HttpResponse:
    """What the page shows, with the new address if one was just made; or the page that asks before one ends."""
    act, by, feed = request.POST.get("act"), staff_of(request).actor, reports.open_feed(adviser)
    known = ("revoke", "renew") if may_make else ("revoke",)
    if request.method == "POST" and act not in known:
        raise Http404
    if act == "revoke":
        return ask_once(request, _question(request, adviser, "달력 주소를 끊을까요?", "주소 끊기"), _end(adviser, by))
    if act == "renew" and feed and SURE not in request.POST:
        question = _question(request, adviser, "새 달력 주소로 바꿀까요?", "새 주소로 바꾸기")
        return ask_once(request, question, lambda typed: "")
    address = reports.calendar_address(calendars.renew_feed(adviser.pk, by=by)) if act else ""
    return {"adviser": adviser, "feed": reports.open_feed(adviser), "address": address, "may_make": may_make}


def _question(request: PortalRequest, adviser: Adviser, title: str, submit: str) -> Question:
    explains = "전에 쓰던 주소로는 바로 아무것도 보이지 않습니다. 되돌릴 수 없고, 새로 만들 수는 있습니다."
    return Question(
        title=title,
        submit=submit,
        back=request.path,
        back_words="달력 주소",
        about=str(adviser),
        explains=explains,
    )


def _end(adviser: Adviser, by: Actor) -> Callable[[dict[str, Any]], str]:
    def do(typed: dict[str, Any]) -> str:
        calendars.revoke_feed(adviser.pk, by=by)
        return "달력 주소를 끊었습니다. 이제 그 주소로는 아무것도 보이지 않습니다."

    return do
