"""내가 동의한 것: what was agreed to in which words, and taking back what is not required."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from services.actions import consents as actions
from services.reports.consents import consents_of
from services.views.requests import PortalRequest


@never_cache
def my_consents(request: PortalRequest) -> HttpResponse:
    """Every consent in force of the people with this phone."""
    consents = consents_of(request.resident_phone_index)
    return render(request, "services/my_consents.html", {"consents": consents})


@never_cache
def my_consent(request: PortalRequest, consent_id: int) -> HttpResponse:
    """Asked once, then taken back. A required one ends with its case only, so it has no page."""
    consent = get_object_or_404(consents_of(request.resident_phone_index), pk=consent_id)
    if consent.text.words["is_required"]:
        raise Http404
    if request.method == "POST":
        actions.withdraw(consent.pk, by=consent.resident.actor)
        messages.success(request, _("동의를 취소했습니다."))
        return redirect("services:my_consents")
    return render(request, "services/my_consent.html", {"consent": consent})
