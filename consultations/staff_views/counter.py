"""Staff: booking for somebody on the phone, at the counter or just walked in."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from consultations.actions import bookings as actions
from consultations.actions import enquiries, waiting
from consultations.actions.wishes import Wish
from consultations.enums import BookingKind, ConsentKind, Source, Topic, WaitingHour
from consultations.forms.booking import is_waiting
from consultations.forms.mine import slot_of
from consultations.forms.staff import CounterForm, KindForm
from consultations.models import Booking, Enquiry, Waiting
from consultations.reports import bookings as reports
from consultations.reports.offers import Offer, Slot, offers
from consultations.reports.walk_ins import running_offers
from services.actions.history import record_reading, record_readings
from services.actions.people import find_or_add_resident
from services.models import Resident, Township, User
from services.models.people import name_index_of
from services.views.refusals import refusals_to, render_form
from services.views.requests import PortalRequest, staff_of

SECOND = "이미 예약이 있습니다. 위의 예약을 말씀드리고 하나 더 하시는지 여쭤 주세요."


def counter(request: PortalRequest) -> HttpResponse:
    """전화·창구 예약: one page, by keyboard alone, for people with any telephone; may begin from a question."""
    data = request.POST if request.method == "POST" else None
    asked = _asked(request)
    first, kind, found = _choices(request, asked)
    initial = {"kind": kind, "slot": request.GET.get("slot"), **_facts(asked)}
    form = CounterForm(data, offers=found, initial=initial)
    others: list[Booking] = []
    if form.is_valid():
        others = reports.future_bookings_of(_known(form.cleaned_data))
        if others and not form.cleaned_data["is_second"]:
            seen = [(one.resident, one) for one in others]
            record_readings(staff_of(request), seen, "이미 있는 예약 보기", address=request.address or None)
            form.add_error("is_second", SECOND)
        else:
            with refusals_to(form):
                return _done(request, _make(staff_of(request), form.cleaned_data, found, asked))
    if asked:
        record_reading(staff_of(request), asked.resident, asked, "만날 약속 잡기", address=request.address or None)
    page = {"form": form, "first": first, "others": others, "kind": kind, "enquiry": asked}
    return render_form(request, "consultations/staff/counter.html", page)


def _asked(request: PortalRequest) -> Enquiry | None:
    """The question this appointment comes from (?enquiry=Q-482-157), if this officer may see it."""
    reference = request.GET.get("enquiry")
    own = Enquiry.objects.seen_by(staff_of(request)).select_related("resident")
    return get_object_or_404(own, reference=reference) if reference else None


def _choices(request: PortalRequest, asked: Enquiry | None) -> tuple[KindForm, BookingKind, list[Offer]]:
    """The first choice, and the times it leaves: those running now, then those to come."""
    chosen = (request.POST if request.method == "POST" else request.GET).dict()
    known = {"kind": asked.kind, "enquiry": asked.reference} if asked else {"kind": BookingKind.LAW.value}
    first = KindForm({**known, **{name: value for name, value in chosen.items() if value}})
    first.is_valid()
    kind = BookingKind(first.cleaned_data.get("kind") or BookingKind.LAW)
    venue = first.cleaned_data.get("venue")
    return first, kind, [*running_offers(kind, venue=venue), *offers(kind, venue=venue)]


def _facts(asked: Enquiry | None) -> dict[str, Any]:
    """What the city knows already from the question: who, and about what; never what it says."""
    if asked is None:
        return {}
    person = asked.resident
    return {
        "name": person.name,
        "phone": person.shown_phone,
        "born_on": date.fromisoformat(person.born_on) if person.born_on else None,
        "township": person.township_id,
        "topic": asked.topic,
    }


def _known(typed: dict[str, Any]) -> list[Resident]:
    name_index = name_index_of(typed["name"])
    return list(Resident.objects.with_phone(typed["phone"]).filter(name_index=name_index).order_by("pk"))


def _make(user: User, typed: dict[str, Any], found: list[Offer], asked: Enquiry | None) -> Booking | Waiting:
    """A booking or a place in line; the question it comes from remembers it."""
    make: Callable[[], Booking | Waiting]
    if is_waiting(typed):
        make = lambda: _wait(user, typed)  # noqa: E731
    else:
        make = lambda: _book(user, typed, slot_of(typed["slot"], found))  # noqa: E731
    return enquiries.meet(asked.pk, make, by=user.actor) if asked else make()


def _book(user: User, typed: dict[str, Any], slot: Slot) -> Booking:
    return actions.book(
        slot.day_id,
        slot.starts_at,
        _wish(user, typed),
        resident=_resident(user, typed),
        by=user.actor,
        source=Source(typed["source"]),
        order=slot.order,
    )


def _wait(user: User, typed: dict[str, Any]) -> Waiting:
    """Get in line for a full day, at any time of it; people without a mobile phone take part alike."""
    return waiting.join(
        int(typed["slot"].split("-")[0]),
        _wish(user, typed),
        hour=WaitingHour.ANY,
        resident=_resident(user, typed),
        by=user.actor,
        source=Source(typed["source"]),
    )


def _done(request: PortalRequest, made: Booking | Waiting) -> HttpResponse:
    if isinstance(made, Waiting):
        messages.success(request, f"대기 {made.rank}번입니다. 예약번호 {made.shown_reference}")
        return redirect("consultations:staff_waitings")
    here = " 오신 것도 적었습니다." if made.arrived_at else ""
    messages.success(request, f"예약했습니다. 예약번호 {made.shown_reference}.{here}")
    if made.arrived_at:
        return redirect(reverse("consultations:staff_day_board", args=[made.clinic_day_id]))
    return redirect("consultations:staff_booking", made.reference)


def _resident(user: User, typed: dict[str, Any]) -> Resident:
    born_on = typed["born_on"].isoformat() if typed["born_on"] else ""
    township = Township.objects.filter(pk=typed["township"] or 0).first()
    return find_or_add_resident(
        name=typed["name"], phone=typed["phone"], born_on=born_on, township=township, by=user.actor
    )


def _wish(user: User, typed: dict[str, Any]) -> Wish:
    helper = None
    if typed["helper_name"]:
        helper = find_or_add_resident(name=typed["helper_name"], phone=typed["helper_phone"], by=user.actor)
    return Wish(
        kind=BookingKind(typed["kind"]),
        topic=Topic(typed["topic"]),
        needs=typed["needs"],
        consents=dict.fromkeys(ConsentKind.REQUIRED, True),
        helper=helper,
        helper_relation=typed["helper_relation"] if helper else "",
        helper_consent=typed["helper_consent"] if helper else "",
        helper_consent_on=typed["helper_consent_on"].isoformat() if helper else "",
    )
