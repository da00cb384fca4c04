"""대신 신청하기: a clerk enters an application for somebody at the counter, and prints the receipt."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from services.actions import documents
from services.enums.people import Role
from services.models import Document, Township
from services.views.refusals import refusals_to, render_form
from services.views.requests import PortalRequest, staff_of
from slate.actions import intake
from slate.enums import PaperKind
from slate.forms.answers import new_at_counter
from slate.forms.staff import CounterForm, PaperForm
from slate.models import Application
from slate.reports import current_programme
from slate.reports.owners import contest_of


def counter(request: PortalRequest) -> HttpResponse:
    """One screen; a township clerk takes in buildings of their own township only."""
    user, programme = staff_of(request), current_programme()
    townships = Township.objects.order_by("order")
    if Role.SLATE_OFFICER not in user.roles:
        townships = townships.filter(pk=user.township_id or 0)
    form = CounterForm(request.POST or None, request.FILES or None, townships=townships)
    if programme and form.is_valid():
        with refusals_to(form):
            new = new_at_counter(form.cleaned_data, form.more_parts, programme)
            application = intake.submit(programme, new, by=user.actor)
            return _keep_scan(request, application, form.cleaned_data["paper"])
    return render_form(
        request, "slate/staff/counter.html", {"form": form, "programme": programme, "groups": form.groups}
    )


def _keep_scan(request: PortalRequest, application: Application, scan: Any) -> HttpResponse:
    """On to the receipt; where the scan cannot be kept, the application stands and the scan is asked for again."""
    if scan is None:
        return redirect("slate:staff_receipt", application.reference)
    user = staff_of(request)
    with refusals_to(request):
        documents.accept(scan, subject=application, kind=PaperKind.FORM, by=user.actor, resident=application.resident)
        return redirect("slate:staff_receipt", application.reference)
    messages.error(request, f"{application.reference}로 접수했지만 종이는 저장하지 못했습니다.")
    return redirect("slate:staff_paper", application.reference)


def paper(request: PortalRequest, reference: str) -> HttpResponse:
    """서류 더하기: a paper that came over the counter or was found on the site."""
    user = staff_of(request)
    application = get_object_or_404(Application.objects.seen_by(user).in_full(), reference=reference)
    form = PaperForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        with refusals_to(form):
            kind = form.cleaned_data["kind"]
            documents.accept(
                form.cleaned_data["paper"],
                subject=application,
                kind=kind,
                by=user.actor,
                resident=application.resident,
            )
            if kind == PaperKind.OWNER and application.waits_for_owner:
                intake.bring_consent(application.pk, by=user.actor)
            messages.success(request, "서류를 더했습니다.")
            return redirect("slate:staff_case", reference)
    return render_form(request, "slate/staff/paper.html", {"application": application, "form": form})


def receipt(request: PortalRequest, reference: str) -> HttpResponse:
    """접수증, to be printed."""
    rows = Application.objects.seen_by(staff_of(request)).in_full()
    application = get_object_or_404(rows, reference=reference)
    page = {
        "application": application,
        "papers": Document.objects.of(application).count(),
        "contest": contest_of(application),
        "is_late": application.due_on < timezone.localdate(),
    }
    return render(request, "slate/staff/receipt.html", page)
