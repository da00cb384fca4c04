"""Citizens' pages: what the plants make and save, one plant, tables as CSV, monthly reports."""

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from services.reports.sheets import as_csv
from services.rules.months import month_end
from services.views.frozen import frozen_pdf, frozen_xlsx
from services.views.requests import PortalRequest
from services.views.shared import shared_page
from solar.forms.readings import AnotherForm, PeriodForm
from solar.models import Plant, SolarReport
from solar.reports import figures, monthly
from solar.reports.heat import heat_of
from solar.reports.pages import PERIODS, Page, page_of
from solar.reports.public import (
    chart_of,
    methods_of,
    plan_of,
    plant_facts,
    plants_chart,
    table_of,
    words_of,
)
from solar.reports.walk import chosen_day, walk_of


@shared_page
def public(request: PortalRequest) -> HttpResponse:
    """All plants of the city, for a period."""
    page, around = _page(request)
    context = around | {
        "plants_chart": plants_chart(page),
        "plan": plan_of(page),
        "methods": methods_of(page),
        "report": SolarReport.objects.defer("pdf", "xlsx").first(),
    }
    return render(request, "solar/public.html", context)


@shared_page
def plant(request: PortalRequest, slug: str) -> HttpResponse:
    """One plant."""
    one = get_object_or_404(Plant.objects.shown(), slug=slug)
    _, around = _page(request, one)
    return render(request, "solar/plant.html", around | {"plant": one, "facts": plant_facts(one)})


@shared_page
def public_csv(request: PortalRequest) -> HttpResponse:
    """The table of the public page, or of one plant (`?plant=`)."""
    slug = request.GET.get("plant", "")
    one = get_object_or_404(Plant.objects.shown(), slug=slug) if slug else None
    _, page = _asked(request, one)
    heads, rows = table_of(page)
    name = f"solar-{page.period}-{page.first}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(as_csv(heads, rows), content_type="text/csv; charset=utf-8", headers=headers)


def report_pdf(request: PortalRequest, month: date) -> HttpResponse:
    """A monthly report as it was issued: the newest, or that of `?number=`."""
    return frozen_pdf(_report(request, month))


def report_xlsx(request: PortalRequest, month: date) -> HttpResponse:
    """Its tables as a spreadsheet, as they were issued."""
    return frozen_xlsx(_report(request, month))


def report_csv(request: PortalRequest, month: date) -> HttpResponse:
    """The plants' table, from the frozen figures."""
    report = _report(request, month)
    response = HttpResponse(monthly.report_csv(report.figures), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{report.file_name}.csv"'
    return response


def _report(request: PortalRequest, month: date) -> SolarReport:
    number = request.GET.get("number", "")
    if number and not (number.isascii() and number.isdecimal()):
        raise Http404
    reports = SolarReport.objects.filter(month=month)
    report = (reports.filter(number=int(number[:9])) if number else reports).first()
    if report is None:
        raise Http404
    return report


def _asked(request: PortalRequest, plant: Plant | None) -> tuple[list[date], Page]:
    """Months that have figures, and the page of the period that the address names."""
    form = PeriodForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    months = figures.months_with_data([plant.pk] if plant else None)
    period = asked.get("period") or "year"
    on = chosen_day(period, asked, months, timezone.localdate())
    return months, page_of(period, on, plants=[plant] if plant else None)


def _page(request: PortalRequest, plant: Plant | None = None) -> tuple[Page, dict[str, Any]]:
    """The page and what _period.html needs around it."""
    months, page = _asked(request, plant)
    today = timezone.localdate()
    newest = min(month_end(months[-1]), today) if months else today
    return page, words_of(page) | {
        "page": page,
        "is_unread": not PeriodForm(request.GET).is_valid(),
        "periods": PERIODS,
        "walk": walk_of(page.period, page.first, months, today),
        "another": AnotherForm(page.period, page.first, [month.year for month in months], newest),
        "chart": None if page.is_empty else chart_of(page, request.GET),
        "heat": heat_of(page.first, [row.plant for row in page.plants]) if page.period == "month" else None,
    }
