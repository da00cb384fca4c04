"""Staff: making and withdrawing the address of an adviser without an account."""

import io
from base64 import b64encode

import qrcode
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from qrcode.image.svg import SvgPathImage

from consultations.actions import links as actions
from consultations.models import ClinicDay
from services.views.refusals import refusals_to
from services.views.requests import PortalRequest, staff_of


def _day(request: PortalRequest, day_id: int) -> ClinicDay:
    """A clinic day of this member of staff. Raises Http404 for a day at somebody else's venue."""
    return get_object_or_404(ClinicDay.objects.seen_by(staff_of(request)).select_related("venue"), pk=day_id)


@require_POST
@never_cache
def link_make(request: PortalRequest, day_id: int, adviser_id: int) -> HttpResponse:
    """전용 주소 만들기: it is shown once, on this answer, to be copied or printed."""
    day = _day(request, day_id)
    with refusals_to(request):
        link, token = actions.make_link(day.pk, adviser_id, by=staff_of(request).actor)
        address = settings.SITE_URL + reverse("consultations:desk_open", args=[token])
        phone = link.adviser.mobile
        page = {"day": day, "link": link, "address": address, "square": _square(address), "phone": phone}
        return render(request, "consultations/staff/_link_made.html", page)
    return redirect("consultations:staff_day_board", day.pk)


def _square(address: str) -> str:
    """The address as a QR code, an SVG image that a page may show under the strict CSP."""
    image = io.BytesIO()
    qrcode.make(address, image_factory=SvgPathImage, border=2).save(image)
    return "data:image/svg+xml;base64," + b64encode(image.getvalue()).decode()


@require_POST
def link_revoke(request: PortalRequest, day_id: int, adviser_id: int) -> HttpResponse:
    """전용 주소 거두기: it stops at once, also where it is open just now."""
    day = _day(request, day_id)
    with refusals_to(request):
        actions.revoke_link(day.pk, adviser_id, by=staff_of(request).actor)
        messages.success(request, "전용 주소를 거두었습니다. 이제 열리지 않습니다.")
    return redirect("consultations:staff_day_board", day.pk)
