"""The first page, the catalogue, its search and today's notices."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from services.forms.catalogue import SearchForm
from services.models import ServicePage
from services.reports import search as finder
from services.reports.catalogue import announcements_on, home_notes, service_card, service_shelves
from services.views.requests import PortalRequest
from services.views.shared import shared_page


@shared_page
def home(request: PortalRequest) -> HttpResponse:
    """The first page: three jobs, then everything else."""
    announcements = announcements_on(timezone.localdate())
    return render(request, "services/home.html", {"notes": home_notes(), "announcements": announcements})


@shared_page
def catalogue(request: PortalRequest) -> HttpResponse:
    """Every service and programme of the city."""
    shelves = service_shelves(timezone.localdate())
    return render(request, "services/catalogue.html", {"shelves": shelves, "form": SearchForm()})


@shared_page
def service_page(request: PortalRequest, slug: str) -> HttpResponse:
    """Who, what to bring, how long, how much, where: one service."""
    page = get_object_or_404(ServicePage.objects.shown(), slug=slug)
    return render(request, "services/service_page.html", {"card": service_card(page, timezone.localdate())})


def search(request: PortalRequest) -> HttpResponse:
    """Services that fit what was typed; what no box takes is refused in a sentence."""
    form = SearchForm({"q": request.GET.get("q", "")})
    form.is_valid()
    found = finder.search(form.cleaned_data.get("q", ""))
    return render(request, "services/search.html", {"form": form, "found": found})


@shared_page
def announcements(request: PortalRequest) -> HttpResponse:
    """Everything the city says today."""
    return render(request, "services/announcements.html", {"announcements": announcements_on(timezone.localdate())})
