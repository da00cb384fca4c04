"""Text size and contrast, and the pages that explain how the site is used."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from services.rules import display as rules
from services.views.addresses import own_address
from services.views.requests import PortalRequest
from services.views.shared import shared_page


@shared_page
def display(request: PortalRequest) -> HttpResponse:
    """Text size, contrast and reading aloud, explained."""
    return render(request, "services/display.html")


@csrf_exempt  # it changes how the pages look and nothing else, and public pages need no token
@require_POST
def display_save(request: PortalRequest) -> HttpResponse:
    """Remember the choice in a cookie and go back to where the person was; works without JavaScript."""
    response = HttpResponseRedirect(own_address(request, request.POST.get("next", "")))
    choices = ((rules.SIZE_COOKIE, "size", rules.SIZES), (rules.CONTRAST_COOKIE, "contrast", rules.CONTRASTS))
    for cookie, name, allowed in choices:
        value = request.POST.get(name, "")
        if value in allowed:
            secure = request.is_secure()
            response.set_cookie(cookie, value, rules.COOKIE_SECONDS, samesite="Lax", secure=secure, httponly=True)
    messages.success(request, _display_sentence(request))
    return response


@shared_page
def accessibility(request: PortalRequest) -> HttpResponse:
    """What was done so that everybody can use the site, and what is known not to work."""
    return render(request, "services/accessibility.html")


@shared_page
def guide(request: PortalRequest) -> HttpResponse:
    """How the site is used, for somebody who has never used it."""
    return render(request, "services/guide.html")


@shared_page
def privacy(request: PortalRequest) -> HttpResponse:
    """What is kept of whom, why, how long, and how to see, mend or stop it (PIPA article 30)."""
    return render(request, "services/privacy.html", {"draft_days": settings.DRAFT_DAYS})


def _display_sentence(request: PortalRequest) -> str:
    if request.POST.get("contrast") == "high":
        return _("선명하게 바꾸었습니다.")
    if request.POST.get("size") in ("large", "larger"):
        return _("글자를 크게 했습니다.")
    return _("처음대로 바꾸었습니다.")
