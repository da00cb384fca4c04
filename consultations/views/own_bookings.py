"""An adviser's own booking, its result and a conflict of interest: three pages behind two doors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from consultations.actions import results
from consultations.enums import Topic
from consultations.forms.results import CorrectResultForm, ResultForm
from consultations.models import Adviser, Booking, Result
from consultations.models.bookings import BookingQuerySet
from consultations.reports import advisers as reports
from services.actions.history import acting, record_reading
from services.models import User
from services.rules.history import Actor
from services.views.refusals import refusals_to, render_form
from services.views.requests import PortalRequest


@dataclass(frozen=True, slots=True)
class Door:
    """How an adviser came in: with an account, or by the signed address of one day."""

    adviser: Adviser
    by: Actor
    reader: User | str  # in the reading log
    seen_as: str
    bookings: BookingQuerySet  # what lies behind this door
    frame: str  # the template around the pages
    list_page: str
    booking_page: str
    result_page: str
    conflict_page: str
    list_label: str
    shows_phone: bool
    around: Mapping[str, Any] = field(default_factory=dict)  # what the frame needs

    def find(self, reference: str) -> Booking:
        return get_object_or_404(self.bookings, reference=reference)

    def page(self, found: Booking, **values: Any) -> dict[str, Any]:
        return {**self.around, "door": self, "booking": found, **values}


def booking_page(request: PortalRequest, door: Door, reference: str) -> HttpResponse:
    """One own booking with the client's question, as long as the consent lasts and no conflict was flagged; logged."""
    found = door.find(reference)
    page = door.page(found, is_in_conflict=reports.is_in_conflict(found, door.adviser))
    if not page["is_in_conflict"]:
        if found.is_open_to_advisers:
            record_reading(door.reader, found.resident, found, door.seen_as, address=request.address or None)
        result = _result_of(found, door)
        page |= {
            "result": result,
            "may_correct": result is not None and reports.can_be_corrected(result),
            "may_flag": result is None and reports.can_be_flagged(found),
            "may_record": result is None and reports.can_have_result(found),
            "period": settings.CONSULTATION_ADVISER_RETENTION,
        }
    return render(request, "consultations/_own_booking.html", page)


def result_page(
    request: PortalRequest, door: Door, reference: str, *, kept: Mapping[str, Any] | None = None
) -> HttpResponse | None:
    """상담 결과 적기 (별지 1), or correcting it; None once it is written.

    `kept` is what was typed before the screen closed.
    """
    found = door.find(reference)
    result, typed = _result_of(found, door), request.POST if request.method == "POST" else None
    form = _result_form(typed, found, result, kept or {})
    if form.is_valid():
        with refusals_to(form), acting(door.by):
            if result and isinstance(form, CorrectResultForm):
                results.correct_result(result.pk, adviser=door.adviser, by=door.by, **form.facts)
            else:
                results.record_result(found.pk, adviser=door.adviser, by=door.by, **form.facts)
            messages.success(request, _("상담 결과를 고쳐 적었습니다.") if result else _("상담 결과를 적었습니다."))
            return None
    page = door.page(found, form=form, result=result)
    return render_form(request, "consultations/_own_result.html", page)


def _result_of(found: Booking, door: Door) -> Result | None:
    return found.results.current().filter(adviser=door.adviser).select_related("booking").first()


def _result_form(typed: Any, found: Booking, result: Result | None, kept: Mapping[str, Any]) -> ResultForm:
    """Empty but for the field that the client named; a correction begins with what was written."""
    is_first = typed is not None and "reason" not in typed  # the form of a first result, sent twice
    if result is None or is_first:
        topic = "" if found.topic == Topic.UNSURE else found.topic
        return ResultForm(typed, initial={"topic": topic, **kept})
    written = {name: getattr(result, name) for name in ResultForm.base_fields}
    return CorrectResultForm(typed, initial=written | dict(kept))


def conflict_page(request: PortalRequest, door: Door, reference: str) -> HttpResponse:
    """The question closes to this adviser, an officer arranges anew (LA-05)."""
    found = door.find(reference)
    if request.method != "POST":
        return render(request, "consultations/_own_conflict.html", door.page(found))
    with refusals_to(request), acting(door.by):
        results.flag_conflict(found.pk, adviser=door.adviser, by=door.by)
        messages.success(request, _("이해 충돌을 알렸습니다. 담당자가 다시 정합니다."))
    return redirect(door.booking_page, reference)
