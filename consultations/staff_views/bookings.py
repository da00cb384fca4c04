"""Staff: the list of bookings, one booking, the day board, booking at the counter."""

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from consultations.actions import bookings as actions
from consultations.actions import waiting
from consultations.actions.seats import Wish
from consultations.actions.surveys import answer_survey
from consultations.enums import BookingKind, ConsentKind, Source, Topic, WaitingHour
from consultations.forms.booking import is_waiting
from consultations.forms.mine import SurveyForm, slot_of
from consultations.forms.staff import BookingFilter, CounterForm, KindForm
from consultations.models import Booking, ClinicDay
from consultations.reports import bookings as reports
from consultations.reports.offers import Slot, offers
from consultations.reports.surveys import asked
from services.actions.history import record_reading, record_readings
from services.actions.people import find_or_add_resident
from services.enums.people import Role
from services.forms.people import add_refusal
from services.models import Notice, Resident, Township, User, blind_index
from services.reports import history
from services.reports.people import address_of
from services.rules.refusal import Refused

ROWS = 50


def _staff(request: HttpRequest) -> User:
    return cast(User, request.user)  # the rights matrix lets nobody else in


def bookings(request: HttpRequest) -> HttpResponse:
    """상담 예약: masked names, the next ones first."""
    form = BookingFilter(request.GET)
    form.is_valid()
    rows = _filtered(reports.bookings_for(_staff(request)), form.cleaned_data).with_place()
    page = Paginator(rows.order_by("starts_at", "pk"), ROWS).get_page(request.GET.get("page"))
    return render(request, "consultations/staff/bookings.html", {"form": form, "page": page})


def _filtered(rows: Any, wanted: dict[str, Any]) -> Any:
    """The conditions of the list; without any, what is still to come."""
    if not any(wanted.get(name) for name in ("on", "until", "state", "q")):
        rows = rows.filter(on__gte=timezone.localdate())
    if wanted.get("on"):
        rows = rows.filter(on=wanted["on"])
    if wanted.get("until"):
        rows = rows.filter(on__lt=wanted["until"])
    if wanted.get("venue"):
        rows = rows.filter(clinic_day__venue=wanted["venue"])
    if wanted.get("state"):
        rows = rows.live() if wanted["state"] == "open" else rows.filter(state=wanted["state"])
    if digits := "".join(sign for sign in wanted.get("q") or "" if sign.isdecimal()):
        rows = rows.filter(reference=digits) if len(digits) == 6 else _with_last4(rows, digits)
    return rows


def _with_last4(rows: "QuerySet[Booking]", digits: str) -> "QuerySet[Booking]":
    return rows.filter(resident__last4_index=blind_index(digits, purpose="last4"))


def booking(request: HttpRequest, reference: str) -> HttpResponse:
    """One booking in full, without the question, which only adviser and client may read (LA-06)."""
    user = _staff(request)
    found = get_object_or_404(
        reports.bookings_for(user).with_place().defer("question", "other_party"), reference=reference
    )
    record_reading(user, found.resident, found, "보기", address=address_of(request) or None)
    page = {
        "booking": found,
        "lines": history.timeline(found),
        "notices": Notice.objects.filter(subject_kind="consultations.booking", subject_id=str(found.pk)),
        "may_act": Role.AUDITOR not in user.roles,
        "survey": asked(found),
    }
    return render(request, "consultations/staff/booking.html", page)


def booking_survey(request: HttpRequest, reference: str) -> HttpResponse:
    """전화로 여쭤 적기: the same two questions, read aloud; the answers are not shown again."""
    user = _staff(request)
    found = get_object_or_404(reports.bookings_for(user), reference=reference)
    form = SurveyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        helped, ease = form.answers
        try:
            answer_survey(found.pk, helped=helped, ease=ease, by=user.actor, source=Source.PHONE, taken_by=user)
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        else:
            messages.success(request, "답을 적었습니다.")
        return redirect("consultations:staff_booking", reference)
    if not form.errors and not asked(found).is_open:
        messages.info(request, "지금은 여쭐 것이 없습니다.")
        return redirect("consultations:staff_booking", reference)
    return render(request, "consultations/staff/booking_survey.html", {"booking": found, "form": form})


def day_board(request: HttpRequest, day_id: int) -> HttpResponse:
    """Everybody who comes to one venue on one day, with the buttons of the day; each name shown is logged."""
    user = _staff(request)
    day = get_object_or_404(ClinicDay.objects.select_related("venue"), pk=day_id)
    if not _may_see_day(user, day):
        raise Http404
    rows = reports.day_board(day)
    seen = [(one.resident, one) for row in rows for one in row.bookings]
    record_readings(user, seen, "상담일 명단 보기", address=address_of(request) or None)
    page = {"day": day, "rows": rows, "sittings": day.sittings.select_related("adviser")}
    return render(request, "consultations/staff/day_board.html", page)


def day_sheet(request: HttpRequest, day_id: int) -> HttpResponse:
    """상담일 명단, one sheet of A4 with the least data: no phone, no question; each name on it is logged."""
    user = _staff(request)
    day = get_object_or_404(ClinicDay.objects.select_related("venue"), pk=day_id)
    if not _may_see_day(user, day):
        raise Http404
    rows = list(day.bookings.live().select_related("resident").order_by("starts_at", "pk"))
    seen = [(one.resident, one) for one in rows]
    record_readings(user, seen, "상담일 명단 인쇄", address=address_of(request) or None)
    page = {"day": day, "rows": rows, "sittings": day.sittings.filter(is_absent=False).select_related("adviser")}
    return render(request, "consultations/staff/day_sheet.html", page)


def _may_see_day(user: User, day: ClinicDay) -> bool:
    is_everywhere = bool(user.roles & {Role.CONSULTATION_OFFICER, Role.AUDITOR})
    return is_everywhere or (day.venue.township_id is not None and day.venue.township_id == user.township_id)


ACTS = {
    "arrive": (actions.check_in, "오신 것을 적었습니다."),
    "complete": (actions.complete, "상담을 마친 것으로 적었습니다."),
    "missed": (actions.mark_missed, "오지 않음으로 적었습니다. 다음 날 오전에 문자를 보냅니다."),
    "cancel": (actions.cancel, "예약을 취소했습니다. 문자를 보냅니다."),
}


@require_POST
def booking_act(request: HttpRequest, reference: str) -> HttpResponse:
    """One button of the day: 오심, 마침, 오지 않음, 취소."""
    user = _staff(request)
    found = get_object_or_404(reports.bookings_for(user), reference=reference)
    if request.POST.get("act") not in ACTS:
        raise Http404
    verb, sentence = ACTS[request.POST["act"]]
    try:
        verb(found.pk, by=user.actor)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, sentence)
    if request.POST.get("back") == "board":
        return redirect("consultations:staff_day_board", found.clinic_day_id)
    return redirect("consultations:staff_booking", reference)


def counter(request: HttpRequest) -> HttpResponse:
    """전화·창구 예약: one page, by keyboard alone, for people with any telephone."""
    first = KindForm(request.POST if request.method == "POST" else request.GET)
    first.is_valid()
    kind = BookingKind(first.cleaned_data.get("kind") or BookingKind.LAW)
    found = offers(kind, venue=first.cleaned_data.get("venue"))
    initial = {"kind": kind, "slot": request.GET.get("slot")}
    form = CounterForm(request.POST if request.method == "POST" else None, offers=found, initial=initial)
    others: list[Booking] = []
    if form.is_valid():
        others = reports.future_bookings_of(_known(form.cleaned_data))
        if others and not form.cleaned_data["is_second"]:
            seen = [(one.resident, one) for one in others]
            record_readings(_staff(request), seen, "이미 있는 예약 보기", address=address_of(request) or None)
            form.add_error("is_second", "이미 예약이 있습니다. 아래 예약을 말씀드리고 하나 더 하시는지 여쭤 주세요.")
        else:
            try:
                if is_waiting(form.cleaned_data):
                    return _wait(request, form.cleaned_data)
                made = _book(_staff(request), form.cleaned_data, slot_of(form.cleaned_data["slot"], found))
            except Refused as refusal:
                add_refusal(form, refusal)
            else:
                messages.success(request, f"예약했습니다. 예약번호 {made.shown_reference}")
                return redirect("consultations:staff_booking", made.reference)
    page = {"form": form, "first": first, "others": others, "kind": kind}
    return render(request, "consultations/staff/counter.html", page, status=200)


def _known(typed: dict[str, Any]) -> list[Resident]:
    name_index = blind_index(typed["name"].replace(" ", ""), purpose="name")
    return list(Resident.objects.with_phone(typed["phone"]).filter(name_index=name_index).order_by("pk"))


def _book(user: User, typed: dict[str, Any], slot: Slot) -> Booking:
    return actions.book(
        slot.day_id,
        slot.starts_at,
        _wish(typed),
        resident=_resident(user, typed),
        by=user.actor,
        source=Source(typed["source"]),
        order=slot.order,
        taken_by=user,
    )


def _wait(request: HttpRequest, typed: dict[str, Any]) -> HttpResponse:
    """Get in line for a full day, at any time of it; people without a mobile phone take part alike."""
    user = _staff(request)
    in_line = waiting.join(
        int(typed["slot"].split("-")[0]),
        _wish(typed),
        hour=WaitingHour.ANY,
        resident=_resident(user, typed),
        by=user.actor,
        source=Source(typed["source"]),
        taken_by=user,
    )
    messages.success(request, f"대기 {in_line.rank}번입니다. 예약번호 {in_line.shown_reference}")
    return redirect("consultations:staff_waitings")


def _resident(user: User, typed: dict[str, Any]) -> Resident:
    born_on = typed["born_on"].isoformat() if typed["born_on"] else ""
    township = Township.objects.filter(pk=typed["township"] or 0).first()
    return find_or_add_resident(
        name=typed["name"], phone=typed["phone"], born_on=born_on, township=township, by=user.actor
    )


def _wish(typed: dict[str, Any]) -> Wish:
    return Wish(
        kind=BookingKind(typed["kind"]),
        topic=Topic(typed["topic"]),
        needs=typed["needs"],
        consents=dict.fromkeys(ConsentKind.REQUIRED, True),
    )
