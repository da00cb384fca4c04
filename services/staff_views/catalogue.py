"""Staff write the service pages and today's notices."""

from typing import Any

from django.contrib import messages
from django.forms import model_to_dict
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from services.actions import catalogue as actions
from services.forms.catalogue import AnnouncementForm, ServicePageForm
from services.models import Announcement, ServicePage
from services.reports.catalogue import service_cards
from services.reports.history import timeline
from services.views.refusals import changed_meanwhile, refusals_to, render_form
from services.views.requests import PortalRequest, staff_of


def service_pages(request: PortalRequest) -> HttpResponse:
    """Every service page, shown or hidden."""
    today = timezone.localdate()
    cards = service_cards(ServicePage.objects.all(), today)
    return render(request, "services/staff/service_pages.html", {"cards": cards})


def service_page(request: PortalRequest, slug: str) -> HttpResponse:
    """Change one service page."""
    user = staff_of(request)
    page = get_object_or_404(ServicePage, slug=slug)
    form = ServicePageForm(request.POST or None, instance=page)
    beside: dict[str, Any] = {}
    if form.is_valid():
        with refusals_to(form):
            actions.edit_service_page(page.pk, by=user.actor, **form.cleaned_data)
            messages.success(request, "저장했습니다.")
            return redirect("services:staff_service_page", slug)
        page = get_object_or_404(ServicePage, slug=slug)
        beside = changed_meanwhile(form, page, model_to_dict(page, form._meta.fields))
    context = {"form": form, "page": page, "history": timeline(page)} | beside
    return render_form(request, "services/staff/service_page.html", context)


def announcements(request: PortalRequest) -> HttpResponse:
    """Today's notices: what is shown, what comes, and a form for a new one."""
    user = staff_of(request)
    today = timezone.localdate()
    form = AnnouncementForm(request.POST or None, initial={"shown_from": today, "shown_until": today})
    if form.is_valid():
        with refusals_to(form):
            actions.announce(by=user.actor, **form.cleaned_data)
            messages.success(request, "알림을 올렸습니다.")
            return redirect("services:staff_announcements")
    rows = Announcement.objects.filter(shown_until__gte=today).select_related("page", "by")
    return render_form(request, "services/staff/announcements.html", {"form": form, "rows": rows, "today": today})


@require_POST
def announcement_end(request: PortalRequest, announcement_id: int) -> HttpResponse:
    """Take one notice off."""
    user = staff_of(request)
    get_object_or_404(Announcement, pk=announcement_id)
    with refusals_to(request):
        actions.end_announcement(announcement_id, by=user.actor)
        messages.success(request, "알림을 내렸습니다.")
    return redirect("services:staff_announcements")
