"""Staff: today's work, accounts, residents and who read what."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from services.actions import proposals, records
from services.actions import staff as actions
from services.enums.people import Role
from services.forms.filters import UNREADABLE, PeopleFilter
from services.forms.people import FindResidentForm, NewStaffForm, ReadingsForm, ReasonForm, RecordForm, StaffForm
from services.models import FactProposal, ReadingLogEntry, Resident, User
from services.models.notices import cases_seen_by
from services.reports import history
from services.reports import staff as reports
from services.reports.people import todos_of
from services.views.addresses import own_address
from services.views.downloads import csv_answer
from services.views.refusals import refusals_to, render_form
from services.views.requests import PortalRequest, staff_of


def today(request: PortalRequest) -> HttpResponse:
    """What waits for this person today."""
    user = staff_of(request)
    page = {"todos": todos_of(user), "user": user, "is_contractor": Role.CONTRACTOR in user.roles}
    return render(request, "services/staff/today.html", page)


# Accounts


def people(request: PortalRequest) -> HttpResponse:
    """Everybody with an account."""
    found = PeopleFilter(request.GET, reports.everybody())
    page = Paginator(found.qs, 50).get_page(request.GET.get("page"))
    return render(
        request, "services/staff/people.html", {"page": page, "form": found.form, "not_found": found.not_found}
    )


@never_cache
def person_new(request: PortalRequest) -> HttpResponse:
    """A new account; the first password is shown once, on this answer."""
    form = NewStaffForm(request.POST or None)
    if form.is_valid():
        with refusals_to(form):
            person, password = actions.add_staff(by=staff_of(request).actor, **form.cleaned_data)
            return render(request, "services/staff/_person_password.html", {"person": person, "password": password})
    return render_form(request, "services/staff/person_new.html", {"form": form})


def person(request: PortalRequest, pk: int) -> HttpResponse:
    """Roles, department and township of one account, and the ways to close it or reset its second factor."""
    account = get_object_or_404(User.objects.select_related("township"), pk=pk)
    known: dict[str, object] = {"display_name": account.display_name, "department": account.department}
    known |= {"roles": list(account.roles), "township": account.township}
    form = StaffForm(request.POST or None, initial=known)
    if form.is_valid():
        with refusals_to(form):
            actions.change_staff(account.pk, by=staff_of(request).actor, **form.cleaned_data)
            messages.success(request, "저장했습니다.")
            return redirect("services:staff_person", pk)
    context = {"form": form, "account": account, "lines": history.timeline(account)}
    context["has_second_factor"] = is_mfa_enabled(account)
    return render_form(request, "services/staff/person.html", context)


def _with_reason(
    request: PortalRequest, pk: int, template: str, act: Callable[[User, str], HttpResponse | None]
) -> HttpResponse:
    """Ask for the reason, act, go back to the list; the three pages below differ only in the act."""
    account = get_object_or_404(User, pk=pk)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        with refusals_to(form):
            response = act(account, form.cleaned_data["reason"])
            return response or redirect("services:staff_people")
    return render_form(request, template, {"form": form, "account": account})


def person_close(request: PortalRequest, pk: int) -> HttpResponse:
    """계정 닫기."""

    def act(account: User, reason: str) -> None:
        actions.close_account(account.pk, by=staff_of(request).actor, reason=reason)
        messages.success(request, "계정을 닫았습니다.")

    return _with_reason(request, pk, "services/staff/person_close.html", act)


def person_reopen(request: PortalRequest, pk: int) -> HttpResponse:
    """계정 다시 열기."""

    def act(account: User, reason: str) -> None:
        actions.reopen_account(account.pk, by=staff_of(request).actor, reason=reason)
        messages.success(request, "계정을 다시 열었습니다.")

    return _with_reason(request, pk, "services/staff/person_reopen.html", act)


@never_cache
def person_reset(request: PortalRequest, pk: int) -> HttpResponse:
    """두 번째 확인 방법 지우기: a lost telephone."""

    def act(account: User, reason: str) -> HttpResponse:
        _, password = actions.reset_second_factor(account.pk, by=staff_of(request).actor, reason=reason)
        return render(request, "services/staff/_person_password.html", {"person": account, "password": password})

    return _with_reason(request, pk, "services/staff/person_reset.html", act)


# Residents


@never_cache
def resident(request: PortalRequest) -> HttpResponse:
    """Find a resident by phone or name, which are posted and so stand in no address and no log."""
    form = FindResidentForm(request.POST or None)
    found = reports.find_residents(form.cleaned_data["who"], user=staff_of(request)) if form.is_valid() else None
    return render(request, "services/staff/resident.html", {"form": form, "found": found})


@never_cache
def resident_view(request: PortalRequest, pk: int) -> HttpResponse:
    """왜 보시나요? The whole record is shown for a reason, and the reading is kept.

    Who may not see this person without the number of a case is not told who it is.
    """
    user = staff_of(request)
    person = get_object_or_404(Resident, pk=pk)
    form = RecordForm(request.POST or None)
    page = {"form": form, "resident": person, "is_open": False}
    page["is_known"] = reports.is_of_own_township(user, person)
    if form.is_valid():
        with refusals_to(form):
            typed = form.cleaned_data
            opened = records.open_record(person.pk, by=user.actor, address=request.address, **typed)
            cases = reports.cases_open_to(user, opened, and_also=typed["reference"])
            page |= {"is_open": True, "resident": opened, "cases": cases}
    return render_form(request, "services/staff/resident_view.html", page)


@require_POST
def proposal(request: PortalRequest, pk: int) -> HttpResponse:
    """받아들이기 or 그대로 두기, for an officer who may see a case of that person."""
    user = staff_of(request)
    found = get_object_or_404(FactProposal, pk=pk)
    if not any(rows.filter(resident=found.resident_id).exists() for rows in cases_seen_by(user).values()):
        raise Http404
    with refusals_to(request):
        decided = proposals.decide(found.pk, by=user.actor, is_taken="take" in request.POST)
        messages.success(request, "받아들였습니다." if decided.is_taken else "알던 대로 두었습니다.")
    return redirect(own_address(request, request.POST.get("next", ""), otherwise=reverse("services:staff_today")))


# Who read what


def _wanted(form: ReadingsForm) -> reports.ReadingFilter | None:
    """None where a condition cannot be read: the page says which."""
    return reports.ReadingFilter(**form.cleaned_data) if form.is_valid() else None


@require_GET
def readings(request: PortalRequest) -> HttpResponse:
    """접근 기록: the auditor's list."""
    form = ReadingsForm(request.GET)
    wanted = _wanted(form)
    rows = reports.readings(wanted) if wanted else ReadingLogEntry.objects.none()
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "query": request.GET.urlencode()}
    context["not_found"] = "이 기간의 기록이 없습니다." if wanted else UNREADABLE
    return render(request, "services/staff/readings.html", context)


@require_GET
def readings_csv(request: PortalRequest) -> HttpResponseBase:
    """The same list for a sheet; residents by number, never by name."""
    wanted = _wanted(ReadingsForm(request.GET))
    if wanted is None:  # the page says what cannot be read
        return redirect(f"{reverse('services:staff_readings')}?{request.GET.urlencode()}")
    return csv_answer("readings.csv", reports.CSV_HEAD, reports.readings_csv_rows(wanted))
