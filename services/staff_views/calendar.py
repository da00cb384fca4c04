"""Staff look at the holidays of a year, add one at short notice or take one off."""

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from services.actions import calendar as actions
from services.forms.calendar import HolidayForm
from services.models import Holiday
from services.reports.calendar import FIRST_YEAR, LAST_YEAR, holiday_lines
from services.views.refusals import refusals_to, render_form
from services.views.requests import PortalRequest, staff_of


def holidays(request: PortalRequest) -> HttpResponse:
    """The holidays of `?year=` and a form for one more."""
    user = staff_of(request)
    form = HolidayForm(request.POST or None)
    if form.is_valid():
        with refusals_to(form):
            row = actions.add_holiday(by=user.actor, **form.cleaned_data)
            messages.success(request, "공휴일 표를 고쳤습니다. 이미 알려드린 답하는 날은 바뀌지 않습니다.")
            return redirect(f"{request.path}?year={row.day.year}")
    year = _year(request.GET.get("year", ""))
    lines = holiday_lines(date(year, 1, 1), date(year, 12, 31))
    context = {
        "form": form,
        "year": year,
        "lines": lines,
        "before": year - 1 if year > FIRST_YEAR else None,
        "after": year + 1 if year < LAST_YEAR else None,
    }
    return render_form(request, "services/staff/holidays.html", context)


@require_POST
def holiday_remove(request: PortalRequest, holiday_id: int) -> HttpResponse:
    """Undo what staff wrote about one day."""
    user = staff_of(request)
    get_object_or_404(Holiday, pk=holiday_id)
    day = actions.remove_holiday(holiday_id, by=user.actor)
    messages.success(request, "적어 둔 것을 지웠습니다.")
    return redirect(f"/staff/services/holidays/?year={day.year}")


def _year(typed: str) -> int:
    year = int(typed) if typed.isdecimal() and len(typed) == 4 else timezone.localdate().year
    return min(max(year, FIRST_YEAR), LAST_YEAR)
