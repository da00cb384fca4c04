"""Booking a consultation: start page, the journey of its steps, done (COPY 3.2)."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from consultations.actions import bookings, waiting
from consultations.actions.wishes import Wish
from consultations.enums import BookingKind, Source, Topic, WaitingHour
from consultations.forms import booking as forms
from consultations.models import Booking, Waiting
from consultations.reports import offers as reports
from consultations.rules.scope import ADVICE_INCOME_WON, ADVICE_PROPERTY_WON
from services.actions.people import find_or_add_resident
from services.forms.steps import Answers, Journey
from services.models import Draft, Resident, Township
from services.rules.history import Actor
from services.rules.notices import next_opening
from services.rules.refusal import Refused
from services.views.requests import PortalRequest
from services.views.shared import shared_page
from services.views.steps import Walk, just_sent, unfinished

DAYS_SHOWN = 190  # start page: holidays of the coming half year


class BookingJourney(Journey):
    """A time with an adviser, or a place in the line of a full day."""

    kind, app, prefix, address = "booking", "consultations", "booking_", "consultations/book/%s"
    title = gettext_lazy("세금·법률 무료 상담 예약")
    steps = forms.STEPS

    @property
    def phone(self) -> str:  # type: ignore[override]
        return str(settings.CONSULTATION_PHONE)

    def check_words(self, said: Answers) -> tuple[str, str]:
        if forms.is_waiting(said):
            return _("대기 신청 내용을 확인해 주세요"), _("대기 신청하기")
        return _("예약 내용을 확인해 주세요"), _("예약하기")

    def send(self, said: Answers, draft: Draft) -> Booking | Waiting:
        """Book, or get in line; a time that was lost leads back to the times with everything else kept (C01, C02)."""
        day, starts_at, order = forms.slot_of(said)
        resident = _resident_of(said)
        source = Source.HELPER if said["who"] == "other" else Source.WEB
        wish, by = _wish_of(said), resident.actor
        try:
            if starts_at is None:
                hour = WaitingHour(said["hour"])
                return waiting.join(day.pk, wish, hour=hour, resident=resident, by=by, source=source)
            return bookings.book(day.pk, starts_at, wish, resident=resident, by=by, order=order, source=source)
        except Refused as refusal:
            mine = Booking.objects.live().filter(resident=resident, clinic_day=day)
            same = mine.filter(starts_at=starts_at).first() if starts_at else None
            if same is None:
                raise Refused(refusal.sentence, field="slot", conflict=refusal.conflict) from refusal
            return same  # sent twice: the first one booked it (C06)

    def done_url(self, case: Any) -> str:
        if isinstance(case, Waiting):
            return reverse("consultations:waiting", args=[case.reference])
        return super().done_url(case)


BOOKING = BookingJourney()


def begin_waiting(request: PortalRequest, own: Booking, full: reports.Offer) -> str:
    """Getting in line for a full day with what a booking says already; the booking itself stays. Where to go on.

    What the booking does not know is asked; what was typed for another booking stays under 내 신청 확인.
    """
    walk, person = Walk(request, BOOKING), own.resident
    walk.draft = None
    steps = {step.page: step for step in BOOKING.steps}
    walk.save(steps["booking_kind"], {"kind": own.kind})
    if own.kind == BookingKind.TAX:  # whether it is an appeal was never kept
        walk.suggest("booking_topic", {"topic": own.topic})
    else:
        walk.save(steps["booking_topic"], {"topic": own.topic})
    walk.save(steps["booking_place"], {"township": str(person.township_id or ""), "venue": str(full.day.venue_id)})
    walk.save(steps["booking_time"], {"slot": full.wait_value})
    known = {"who": "self", "name": person.name, "born_on": person.born_on, "phone": person.shown_phone}
    walk.suggest("booking_contact", known)
    walk.suggest("booking_question", {"question": own.question, "needs": own.needs})
    messages.info(request, _("지금 예약은 그대로 있습니다. 자리를 받으신 뒤에 지금 예약을 취소하시면 됩니다."))
    return walk.next_url


def _resident_of(said: Answers) -> Resident:
    return find_or_add_resident(
        name=said["name"],
        phone=said["phone"],
        born_on=said["born_on"],
        township=Township.objects.filter(pk=said["township"] or 0).first(),
        by=Actor.resident("phone"),
    )


def _wish_of(said: Answers) -> Wish:
    helper = None
    if said["who"] == "other":
        helper = find_or_add_resident(name=said["helper_name"], phone=said["helper_phone"], by=Actor.resident("phone"))
    return Wish(
        kind=BookingKind(said["kind"]),
        topic=Topic(said["topic"]),
        question=said.get("question") or "",
        other_party=said.get("other_party") or "",
        has_lawsuit={"yes": True, "no": False}.get(said.get("has_lawsuit") or ""),
        needs=said.get("needs") or (),
        need_language=said.get("need_language") or "",
        consents=said["consents"],
        helper=helper,
        helper_relation=said.get("relation") or "",
    )


@shared_page
def start(request: PortalRequest) -> HttpResponse:
    """Who may come, when and where, what to bring (COPY B0)."""
    last = timezone.localdate() + timedelta(days=DAYS_SHOWN)
    page = {
        "property_limit": ADVICE_PROPERTY_WON,
        "income_limit": ADVICE_INCOME_WON,
        "phone": settings.CONSULTATION_PHONE,
        "timetable": reports.timetable_words(),
        "is_open": reports.takes_bookings(),
        "places": reports.open_places(),
        "skipped": reports.skipped_days(last),
        "on_holidays": reports.open_holidays(last),
        "unfinished": unfinished(request, BOOKING),
    }
    return render(request, "consultations/start.html", page)


@never_cache
def booking_elsewhere(request: PortalRequest) -> HttpResponse:
    """다른 제도가 더 알맞습니다: where else to turn, and the way on."""
    walk = Walk(request, BOOKING)
    page = {
        "phone": settings.CONSULTATION_PHONE,
        "limit": forms.TopicAndAppealForm.limit,
        "scope": forms.scope_of(walk.progress.said),
        "said": walk.progress.said,
        "onward": walk.next_url,
    }
    return render(request, "consultations/booking_elsewhere.html", page)


@never_cache
def booking_done(request: PortalRequest) -> HttpResponse:
    """예약했습니다: the number to keep and what comes next."""
    booking = just_sent(request, BOOKING, Booking.objects.with_place())
    if booking is None:
        return redirect("consultations:start")
    now = timezone.now()
    texts_at = next_opening(now, settings.NOTICE_HOURS)
    page = {
        "booking": booking,
        "cannot_text": not booking.resident.can_receive_texts,
        "texts_at": texts_at if texts_at > now else None,
    }
    return render(request, "consultations/booking_done.html", page)
