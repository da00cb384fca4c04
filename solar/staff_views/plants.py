"""Staff pages: plants, files of readings, monthly reports."""

import lzma
from datetime import date
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from services.enums.people import Role
from services.forms.frozen import CorrectionForm
from services.rules.months import month_before
from services.views.downloads import csv_answer
from services.views.refusals import refusals_to, render_form
from services.views.requests import PortalRequest, staff_of
from solar.actions import batches, monthly, rollups
from solar.enums import BatchOrigin, BatchState
from solar.forms.readings import MappingForm, ReportForm, UploadForm
from solar.models import ImportBatch, SolarReport
from solar.reports import contents, work
from solar.rules.files import Unreadable

SAMPLE = Path(settings.BASE_DIR) / "solar" / "data" / "trio_27kw_2018-11_2019-06.csv.xz"


def plants(request: PortalRequest) -> HttpResponse:
    """How every plant is doing."""
    lines = work.plant_lines(timezone.localdate())
    context = {"lines": lines, "total": work.total_of_plants(lines), "waiting": work.waiting_days()}
    return render(request, "solar/staff/plants.html", context)


def imports(request: PortalRequest) -> HttpResponse:
    """Files and pushes, newest first."""
    found = ImportBatch.objects.defer("content", "answer").select_related("source__plant", "uploaded_by")
    page = Paginator(found.exclude(origin=BatchOrigin.API), 20).get_page(request.GET.get("page"))
    return render(request, "solar/staff/imports.html", {"page": page, "may_write": _may_write(request)})


def import_new(request: PortalRequest) -> HttpResponse:
    """Upload a logger's file."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        file = form.cleaned_data["file"]
        with refusals_to(form):
            found = batches.upload(
                form.cleaned_data["source"], file_name=file.name, content=file.read(), by=staff_of(request).actor
            )
            if not found.is_new:
                messages.info(request, "같은 파일을 이미 올렸습니다. 아무것도 바뀌지 않았습니다.")
            return redirect("solar:staff_import_detail", found.batch.pk)
    return render_form(request, "solar/staff/import_new.html", {"form": form, "has_sample": settings.DEMO})


def import_detail(request: PortalRequest, pk: int) -> HttpResponse:
    """A file before it is taken (with what it holds, to be confirmed) or after (with what became of it)."""
    batch = _batch(pk)
    if batch.state in BatchState.OPEN:
        return _look(request, batch)
    context = {"batch": batch, "may_write": _may_write(request), "rejected": batch.rejected_rows.all()[:20]}
    return render(request, "solar/staff/import_detail.html", context)


def _look(request: PortalRequest, batch: ImportBatch) -> HttpResponse:
    try:
        return _look_at(request, batch, contents.header_of_batch(batch))
    except Unreadable as error:
        messages.error(request, f"{error} 이 자료는 버려 주세요.")
        return render(request, "solar/staff/import_detail.html", {"batch": batch, "may_write": _may_write(request)})


def _look_at(request: PortalRequest, batch: ImportBatch, header: list[str]) -> HttpResponse:
    form = MappingForm(request.POST or None, header=header, batch=batch)
    mapping = form.mapping if form.is_valid() else work.mapping_of(batch)
    if form.is_valid() and "accept" in request.POST:
        with refusals_to(form):
            batches.accept(batch.pk, mapping, by=staff_of(request).actor)
            rollups.roll_up_all()
            messages.success(request, "자료를 받았습니다.")
            return redirect("solar:staff_import_detail", batch.pk)
    preview = work.preview_of(batch, contents.rows_of(batch, mapping))
    return render_form(request, "solar/staff/import_look.html", {"batch": batch, "form": form, "preview": preview})


@require_POST
def import_discard(request: PortalRequest, pk: int) -> HttpResponse:
    """Lay a file aside without taking it."""
    batch = _batch(pk)
    with refusals_to(request):
        batches.discard(batch.pk, by=staff_of(request).actor)
        messages.success(request, "이 자료를 버렸습니다. 받은 줄은 없습니다.")
    return redirect("solar:staff_imports")


def import_undo(request: PortalRequest, pk: int) -> HttpResponse:
    """Ask once, then take a whole file back."""
    batch = _batch(pk)
    if request.method == "POST":
        with refusals_to(request):
            undone = batches.undo(batch.pk, by=staff_of(request).actor)
            rollups.roll_up_all()
            messages.success(request, f"{undone.gone:,}줄을 뺐습니다.")
        return redirect("solar:staff_import_detail", batch.pk)
    return render(request, "solar/staff/import_undo.html", {"batch": batch, "words": work.undo_words(batch)})


def import_rejected(request: PortalRequest, pk: int) -> StreamingHttpResponse:
    """Rows that were not taken, as CSV."""
    rows = _batch(pk).rejected_rows.values_list("line", "text", "reason")
    return csv_answer(f"rejected-{pk}.csv", ("줄", "적힌 것", "까닭"), rows)


def import_sample(request: PortalRequest) -> HttpResponse:
    """The real inverter file of the demonstration, to try an import with."""
    if not settings.DEMO:
        raise Http404
    response = HttpResponse(lzma.decompress(SAMPLE.read_bytes()), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{SAMPLE.stem}"'
    return response


def reports(request: PortalRequest) -> HttpResponse:
    """Monthly reports; a month can be issued by hand."""
    past = month_before(timezone.localdate())
    form = ReportForm(request.POST or None, initial={"year": past.year, "month": past.month})
    if form.is_valid() and _may_write(request):
        month = date(form.cleaned_data["year"], form.cleaned_data["month"], 1)
        with refusals_to(form):
            monthly.issue(month, by=staff_of(request).actor)
            messages.success(request, "월보를 확정했습니다.")
            return redirect("solar:staff_reports")
    files = [f"{path}{name}" for path in ("", "erratum__", "corrects__") for name in ("figures", "pdf", "xlsx")]
    issued = SolarReport.objects.select_related("erratum", "corrects").defer(*files)
    context = {"form": form, "issued": issued, "may_write": _may_write(request)}
    return render_form(request, "solar/staff/reports.html", context)


def report_correct(request: PortalRequest, report_id: int) -> HttpResponse:
    """정정본 만들기: asked once, with the reason that is printed."""
    report = get_object_or_404(SolarReport.objects.defer("figures", "pdf", "xlsx"), pk=report_id)
    form = CorrectionForm(request.POST or None)
    if form.is_valid():
        with refusals_to(form):
            made = monthly.correct(report.pk, reason=form.cleaned_data["reason"], by=staff_of(request).actor)
            messages.success(request, f"제{report.number}호의 정정본 제{made.number}호를 만들었습니다.")
            return redirect("solar:staff_reports")
    return render_form(request, "solar/staff/report_correct.html", {"form": form, "report": report})


def _batch(pk: int) -> ImportBatch:
    return get_object_or_404(ImportBatch.objects.select_related("source__plant", "uploaded_by"), pk=pk)


def _may_write(request: PortalRequest) -> bool:
    return Role.ENERGY_MANAGER in staff_of(request).roles
