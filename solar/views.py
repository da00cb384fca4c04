"""Citizens' pages: what the plants make and save, one plant, tables as CSV, monthly reports."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from solar.forms import PeriodForm
from solar.models import Plant, SolarReport
from solar.reports import figures
from solar.reports.monthly import as_csv
from solar.reports.pages import PERIODS, Page, page_of
from solar.reports.public import (
    chart_of,
    chosen_day,
    methods_of,
    plan_of,
    plant_facts,
    plants_chart,
    table_of,
    words_of,
)


def public(request: HttpRequest) -> HttpResponse:
    """All plants of the city, for a period."""
    page, years = _page(request)
    context = {
        "page": page,
        "periods": PERIODS,
        "years": years,
        "chart": None if page.is_empty else chart_of(page, request.GET),
        "plants_chart": None if page.is_empty else plants_chart(page),
        "plan": plan_of(page),
        "methods": methods_of(page),
        "report": SolarReport.objects.defer("pdf", "csv").first(),
    } | words_of(page)
    return render(request, "solar/public.html", context)


def plant(request: HttpRequest, slug: str) -> HttpResponse:
    """One plant."""
    one = get_object_or_404(Plant.objects.shown(), slug=slug)
    page, years = _page(request, one)
    context = {
        "plant": one,
        "page": page,
        "periods": PERIODS,
        "years": years,
        "facts": plant_facts(one),
        "chart": None if page.is_empty else chart_of(page, request.GET),
    } | words_of(page)
    return render(request, "solar/plant.html", context)


def public_csv(request: HttpRequest) -> HttpResponse:
    """The table of the public page, or of one plant (`?plant=`)."""
    slug = request.GET.get("plant", "")
    one = get_object_or_404(Plant.objects.shown(), slug=slug) if slug else None
    page, _ = _page(request, one)
    heads, rows = table_of(page)
    response = HttpResponse(as_csv(heads, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="solar-{page.period}-{page.first}.csv"'
    return response


def report_pdf(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """A monthly report as it was issued."""
    return _frozen(year, month, "pdf", "application/pdf")


def report_csv(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """The table of a monthly report as it was issued."""
    return _frozen(year, month, "csv", "text/csv; charset=utf-8")


def _frozen(year: int, month: int, field: str, kind: str) -> HttpResponse:
    if not 1 <= month <= 12:
        raise Http404
    report = get_object_or_404(SolarReport, month=date(year, month, 1))
    response = HttpResponse(bytes(getattr(report, field)), content_type=kind)
    response["Content-Disposition"] = f'inline; filename="solar-{report.month:%Y-%m}.{field}"'
    return response


def _page(request: HttpRequest, plant: Plant | None = None) -> tuple[Page, list[int]]:
    form = PeriodForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    years = figures.years_with_data()
    period = asked.get("period") or "year"
    day = chosen_day(period, asked.get("year"), asked.get("month"), years, timezone.localdate())
    return page_of(period, day, plants=[plant] if plant else None), years
