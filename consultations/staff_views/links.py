"""Staff: making and withdrawing the address of an adviser without an account."""

import io
from base64 import b64encode
from typing import Any

import qrcode
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from qrcode.image.svg import SvgPathImage

from consultations.actions import links as actions
from consultations.models import ClinicDay
from consultations.reports.advisers import LinkLine, link_lines
from services.rules.korean import date_letter
from services.views.asking import SURE, Question, ask_once
from services.views.refusals import refusals_to
from services.views.requests import PortalRequest, staff_of


def _day(request: PortalRequest, day_id: int) -> ClinicDay:
    """A clinic day of this member of staff. Raises Http404 for a day at somebody else's venue."""
    return get_object_or_404(ClinicDay.objects.seen_by(staff_of(request)).select_related("venue"), pk=day_id)


@require_POST
@never_cache
def link_make(request: PortalRequest, day_id: int, adviser_id: int) -> HttpResponse:
    """전용 주소 만들기: it is shown once, on this answer, to be copied or printed.

    A new one closes the one before, which may be on paper already: that is asked once.
    """
    day = _day(request, day_id)
    line = _line(day, adviser_id)
    if line and line.link and SURE not in request.POST:
        question = _question(
            day,
            line,
            title="새 전용 주소를 만들까요?",
            submit="새 전용 주소 만들기",
            explains="앞서 드린 주소와 종이는 바로 쓸 수 없게 됩니다. 새 주소를 다시 드려야 합니다.",
        )
        return ask_once(request, question, lambda typed: "")
    with refusals_to(request):
        link, token = actions.make_link(day.pk, adviser_id, by=staff_of(request).actor)
        address = settings.SITE_URL + reverse("consultations:desk_open", args=[token])
        phone = link.adviser.mobile
        page = {"day": day, "link": link, "address": address, "square": _square(address), "phone": phone}
        return render(request, "consultations/staff/_link_made.html", page)
    return redirect("consultations:staff_day_board", day.pk)


def _line(day: ClinicDay, adviser_id: int) -> LinkLine | None:
    return next((one for one in link_lines(day) if one.adviser.pk == adviser_id), None)


def _question(day: ClinicDay, line: LinkLine | None, **words: Any) -> Question:
    return Question(
        back=reverse("consultations:staff_day_board", args=[day.pk]),
        back_words=f"{date_letter(day.on)} {day.venue.name}",
        about=f"{line.adviser}, {date_letter(day.on)} {day.venue.name}" if line else "",
        **words,
    )


def _square(address: str) -> str:
    """The address as a QR code, an SVG image that a page may show under the strict CSP."""
    image = io.BytesIO()
    qrcode.make(address, image_factory=SvgPathImage, border=2).save(image)
    return "data:image/svg+xml;base64," + b64encode(image.getvalue()).decode()


@require_POST
def link_revoke(request: PortalRequest, day_id: int, adviser_id: int) -> HttpResponse:
    """전용 주소 거두기: it stops at once, also where it is open just now."""
    day = _day(request, day_id)

    def do(typed: dict[str, Any]) -> str:
        actions.revoke_link(day.pk, adviser_id, by=staff_of(request).actor)
        return "전용 주소를 거두었습니다. 이제 열리지 않습니다."

    question = _question(
        day,
        _line(day, adviser_id),
        title="전용 주소를 거둘까요?",
        submit="전용 주소 거두기",
        explains="이 주소는 바로 닫힙니다. 지금 열어 보고 있어도 닫힙니다. 되돌릴 수 없고, 새로 만들 수는 있습니다.",
    )
    return ask_once(request, question, do)
