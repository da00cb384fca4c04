"""대신 신청하기: a clerk enters an application for somebody at the counter, and prints the receipt."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from services.enums.people import Role
from services.models import Document, Township
from services.views.refusals import refusals_to, render_form
from services.views.requests import PortalRequest, staff_of
from slate.actions import intake
from slate.forms.answers import new_at_counter
from slate.forms.staff import CounterForm
from slate.models import Application
from slate.reports import current_programme


def counter(request: PortalRequest) -> HttpResponse:
    """One screen; a township clerk takes in buildings of their own township only."""
    user, programme = staff_of(request), current_programme()
    townships = Township.objects.order_by("order")
    if Role.SLATE_OFFICER not in user.roles:
        townships = townships.filter(pk=user.township_id or 0)
    form = CounterForm(request.POST or None, townships=townships)
    if programme and form.is_valid():
        with refusals_to(form):
            new = new_at_counter(form.cleaned_data, programme)
            application = intake.submit(programme, new, by=user.actor)
            return redirect("slate:staff_receipt", application.reference)
    return render_form(
        request, "slate/staff/counter.html", {"form": form, "programme": programme, "groups": form.groups}
    )


def receipt(request: PortalRequest, reference: str) -> HttpResponse:
    """접수증, to be printed."""
    rows = Application.objects.seen_by(staff_of(request)).in_full()
    application = get_object_or_404(rows, reference=reference)
    papers = Document.objects.of(application).count()
    return render(request, "slate/staff/receipt.html", {"application": application, "papers": papers})
