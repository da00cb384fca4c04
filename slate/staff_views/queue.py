"""The queue of applications: find, sort, assign."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from services.enums.people import Role
from services.views.refusals import refusals_to
from services.views.requests import PortalRequest, staff_of
from slate.actions import casework
from slate.enums import ApplicationState
from slate.forms.staff import AssignForm, QueueFilter
from slate.models import Application

ROWS = 20


def queue(request: PortalRequest) -> HttpResponse:
    """슬레이트 신청."""
    user = staff_of(request)
    rows = Application.objects.seen_by(user).select_related("resident", "township", "officer")
    found = QueueFilter(request.GET, rows.prefetch_related("parts"))
    page = Paginator(found.qs, ROWS).get_page(request.GET.get("page"))
    values = {
        "form": found.form,
        "page": page,
        "rows": [(row, due_words(row)) for row in page.object_list],
        "may_assign": Role.SLATE_OFFICER in user.roles,
        "assign_form": AssignForm(),
        "clear_url": reverse("slate:staff_queue"),
        "not_found": found.not_found,
    }
    return render(request, "slate/staff/queue.html", values)


def due_words(application: Application) -> str:
    """The date that hurts, in words: 기한 3일 지남, 오늘까지, 내일까지, 5일 남음, 보완 중(멈춤)."""
    if application.state == ApplicationState.NEEDS_INFO:
        return "보완 중(멈춤)"
    if application.state not in ApplicationState.WAITING_FOR_ANSWER:
        return ""
    days = (application.due_on - timezone.localdate()).days
    if days < 0:
        return f"기한 {-days}일 지남"
    return {0: "오늘까지", 1: "내일까지"}.get(days, f"{days}일 남음")


@require_POST
def assign(request: PortalRequest) -> HttpResponse:
    """담당자 정하기, for the chosen rows; a single one goes on to its case."""
    user = staff_of(request)
    form = AssignForm(request.POST)
    if form.is_valid():
        with refusals_to(request):
            chosen = form.cleaned_data["chosen"]
            changed = casework.assign([row.pk for row in chosen], form.cleaned_data["officer"], by=user.actor)
            messages.success(request, f"담당자를 정했습니다. {len(changed)}건을 바꾸었습니다.")
            if len(chosen) == 1:
                return redirect("slate:staff_case", chosen[0].reference)
    else:
        for fault in form.errors.values():
            messages.error(request, str(fault[0]))
    return redirect("slate:staff_queue")
