"""The desk of an adviser without an account: from a signed address and a code to the own bookings of one day."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from consultations.actions import desk as actions
from consultations.forms.results import ResultForm
from consultations.models import AdviserLink
from consultations.reports import advisers as reports
from consultations.views.own_bookings import Door, booking_page, conflict_page, result_page
from services.actions.history import record_readings
from services.forms.people import CodeForm
from services.views.refusals import refusals_to, render_form
from services.views.requests import PortalRequest

P = ParamSpec("P")
AT_THE_DESK = "전용 주소로 상담 내용 보기"


@never_cache
def desk_open(request: PortalRequest, token: str) -> HttpResponse:
    """The address itself: remembered in the session, so that it stands in no further address of this visit.

    Programs that look at addresses in messages come here too: nothing is sent and nothing is used up.
    """
    link = AdviserLink.objects.at(token)
    if link is None or not link.is_live:
        return _closed(request, link)
    actions.remember(request.session, link)
    return redirect("consultations:desk")


def _link(request: PortalRequest) -> AdviserLink | None:
    """The link by whose address this browser came, live or not."""
    links = AdviserLink.objects.select_related("adviser", "clinic_day__venue")
    return links.filter(pk=request.session.get(actions.LINK) or 0).first()


def _closed(request: PortalRequest, link: AdviserLink | None) -> HttpResponse:
    """Why nothing opens, and whom to call; words that were just typed are given back to be copied."""
    page = {
        "is_unknown": link is None,
        "is_revoked": link is not None and link.revoked_at is not None,
        "days": settings.CONSULTATION_LINK_DAYS,
        "typed": request.POST.get("note", ""),
        **_department(),
    }
    return render(request, "consultations/_desk_closed.html", page, status=404 if link is None else 410)


def _department() -> dict[str, str]:
    return {"phone": settings.CONSULTATION_PHONE, "department": settings.CONSULTATION_DEPARTMENT}


@never_cache
def desk_code(request: PortalRequest) -> HttpResponse:
    """휴대전화로 확인해 주세요: a code to the adviser's registered phone, only when the button is pressed."""
    link, session = _link(request), request.session
    if link is None or not link.is_live:
        return _closed(request, link)
    if actions.is_open(session, link):
        return redirect("consultations:desk")
    if "send" in request.POST:
        return _send(request, link)
    form = CodeForm(request.POST or None)
    if form.is_valid():
        with refusals_to(form):
            actions.open_desk(session, link, form.cleaned_data["code"])
            return _after_code(request)
    mobile, is_sent = link.adviser.mobile, actions.CODE in session
    page = {"form": form, "mobile": mobile, "is_sent": is_sent, **_department()}
    return render_form(request, "consultations/desk_code.html", page)


def _send(request: PortalRequest, link: AdviserLink) -> HttpResponse:
    with refusals_to(request):
        actions.send_desk_code(request.session, link, address=request.address)
        messages.success(request, _("인증번호를 보냈습니다. 남은 시간 %(n)s분") % {"n": settings.VERIFICATION_MINUTES})
    return redirect("consultations:desk_code")


def _after_code(request: PortalRequest) -> HttpResponse:
    kept = request.session.get(actions.KEPT)
    if kept:
        messages.success(request, _("적으신 내용은 그대로 있습니다. 확인하고 저장해 주세요."))
        return redirect("consultations:desk_result", kept["reference"])
    return redirect("consultations:desk")


def at_desk(
    view: Callable[Concatenate[PortalRequest, AdviserLink, P], HttpResponse],
) -> Callable[Concatenate[PortalRequest, P], HttpResponse]:
    """The view gets the link that this browser has opened with a code; without one it is not reached."""

    @never_cache
    @wraps(view)
    def guarded(request: PortalRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        link, was_open = _link(request), actions.OPEN in request.session
        if link is None or not link.is_live:
            return _closed(request, link)
        if actions.is_open(request.session, link):
            return view(request, link, *args, **kwargs)
        if was_open:
            messages.warning(request, _("오래 쓰지 않아 화면을 닫았습니다. 인증번호를 다시 받아 주세요."))
            if request.POST.get("note"):
                _keep(request, str(kwargs.get("reference", "")))
        return redirect("consultations:desk_code")

    return guarded


def _keep(request: PortalRequest, reference: str) -> None:
    typed = {name: request.POST[name] for name in ResultForm.base_fields if name in request.POST}
    actions.keep_words(request.session, reference, typed)


@at_desk
def desk(request: PortalRequest, link: AdviserLink) -> HttpResponse:
    """The own bookings of that clinic day, nothing of other advisers or days; each name shown is logged."""
    lines = reports.desk_lines(link.adviser, link.clinic_day)
    seen = [(one.booking.resident, one.booking) for one in lines if not one.is_in_conflict]
    record_readings(str(link.adviser), seen, "전용 주소로 명단 보기", address=request.address or None)
    return render(request, "consultations/desk.html", {"link": link, "lines": lines, **_department()})


def _door(link: AdviserLink) -> Door:
    """Only the bookings of the day that this address is for."""
    return Door(
        adviser=link.adviser,
        by=link.actor,
        reader=str(link.adviser),
        seen_as=AT_THE_DESK,
        bookings=reports.bookings_of(link.adviser).filter(clinic_day=link.clinic_day),
        frame="consultations/_desk.html",
        list_page="consultations:desk",
        booking_page="consultations:desk_booking",
        result_page="consultations:desk_result",
        conflict_page="consultations:desk_conflict",
        list_label=_("내 상담 명단"),
        shows_phone=False,
        around=_department(),
    )


@at_desk
def desk_booking(request: PortalRequest, link: AdviserLink, reference: str) -> HttpResponse:
    return booking_page(request, _door(link), reference)


@at_desk
def desk_result(request: PortalRequest, link: AdviserLink, reference: str) -> HttpResponse:
    """What was typed before the screen closed is there again, once."""
    page = result_page(request, _door(link), reference, kept=actions.kept_words(request.session, reference))
    if page is None:
        actions.forget_words(request.session)
    return page or redirect("consultations:desk")


@at_desk
def desk_conflict(request: PortalRequest, link: AdviserLink, reference: str) -> HttpResponse:
    return conflict_page(request, _door(link), reference)


@require_POST
def desk_leave(request: PortalRequest) -> HttpResponse:
    """나가기."""
    actions.leave_desk(request.session)
    messages.success(request, _("나갔습니다. 이 화면에는 아무것도 남아 있지 않습니다."))
    return redirect("services:home")
