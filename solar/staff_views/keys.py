"""Staff: the keys with which loggers send readings; a secret is on screen once."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from services.forms.people import ReasonForm
from services.views.refusals import refusals_to, render_form
from services.views.requests import PortalRequest, staff_of
from solar.actions import keys as actions
from solar.forms.tables import KeyForm
from solar.models import ApiKey


@never_cache
def keys(request: PortalRequest) -> HttpResponse:
    """장치 열쇠: those in use first, and a new one."""
    form = KeyForm(request.POST or None)
    if form.is_valid():
        with refusals_to(form):
            key, secret = actions.add_key(
                form.cleaned_data["plant"].pk, form.cleaned_data["name"], by=staff_of(request).actor
            )
            return render(request, "solar/staff/_key_made.html", {"key": key, "secret": secret})
    found = ApiKey.objects.select_related("plant").order_by("-revoked_at", "plant__order", "name", "pk")
    return render_form(request, "solar/staff/keys.html", {"keys": found, "form": form})


@never_cache
def key_rotate(request: PortalRequest, pk: int) -> HttpResponse:
    """Ask once; the new secret is on the answer."""
    old = get_object_or_404(ApiKey.objects.select_related("plant"), pk=pk)
    if request.method == "POST":
        with refusals_to(request):
            key, secret = actions.rotate_key(pk, by=staff_of(request).actor)
            return render(request, "solar/staff/_key_made.html", {"key": key, "secret": secret, "old": old})
        return redirect("solar:staff_keys")
    return render(request, "solar/staff/key_rotate.html", {"key": old, "days": actions.OVERLAP.days})


def key_revoke(request: PortalRequest, pk: int) -> HttpResponse:
    """Ask once, with the reason."""
    key = get_object_or_404(ApiKey.objects.select_related("plant"), pk=pk)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        with refusals_to(form):
            actions.revoke_key(pk, by=staff_of(request).actor, reason=form.cleaned_data["reason"])
            messages.success(request, "열쇠를 끊었습니다. 이 열쇠로는 이제 자료를 보낼 수 없습니다.")
            return redirect("solar:staff_keys")
    return render_form(request, "solar/staff/key_revoke.html", {"key": key, "form": form})
