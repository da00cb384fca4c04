"""Holding freed places for those in line: first come, first offered; joint wishes get both advisers or none."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone

from consultations.actions.seats import Busy, busy_of, free_starts_of, period_of, pick_seats, seated
from consultations.enums import BookingKind, ClinicDayState, OfferState, WaitingHour, WaitingState
from consultations.models import ClinicDay, Hold, SeatOffer, Sitting, Waiting
from consultations.notices import waiting_letters
from consultations.rules import offer_until
from services.actions.history import record
from services.actions.notices import post_many
from services.rules.history import Actor
from services.rules.notices import next_opening

BY = Actor.system("waiting_list")


def give_back(day: ClinicDay, starts_at: datetime) -> int:
    """A booking gave this time back: who let it pass before may have it again. The caller holds the day's lock."""
    SeatOffer.objects.filter(clinic_day=day, starts_at=starts_at).exclude(state=OfferState.OPEN).update(is_past=True)
    return offer_places(day)


def offer_places(day: ClinicDay) -> int:
    """Hold every free place that somebody in line wants, in the order of the line; returns how many were offered.

    The caller holds the day's lock, so the place goes from the booking that ended to the hold without a gap.
    """
    if day.state != ClinicDayState.OPEN:
        return 0
    line = list(day.waitings.filter(state=WaitingState.WAITING).select_related("resident", "helper").in_line())
    if not line:
        return 0
    sittings = seated(day)
    busy = busy_of(day, sittings)
    passed = set(
        SeatOffer.objects.filter(waiting__in=line, is_past=False).values_list("waiting_id", "starts_at").order_by()
    )
    made = 0
    for waiting in line:
        waiting.clinic_day = day
        starts = free_starts_of(day, BookingKind(waiting.kind), sittings, busy)
        wanted = [at for at in starts if fits(waiting.hour, at) and (waiting.pk, at) not in passed]
        made += any(_offer(waiting, starts_at, sittings, busy) for starts_at in wanted)  # the first that can be held
    return made


def fits(hour: str, starts_at: datetime) -> bool:
    """Whether a start lies in the hour somebody asked for."""
    return hour == WaitingHour.ANY or f"{timezone.localtime(starts_at):%H}" == hour


def _offer(waiting: Waiting, starts_at: datetime, sittings: list[Sitting], busy: Busy) -> bool:
    """Hold one place and say so; False if the time to answer would be too short."""
    told_at = next_opening(timezone.now(), settings.NOTICE_HOURS)
    hours, last_hours = settings.CONSULTATION_HOLD_HOURS, settings.CONSULTATION_CHANGE_HOURS
    until = offer_until(told_at, starts_at, hours=hours, last_hours=last_hours)
    seats = pick_seats(waiting.clinic_day, BookingKind(waiting.kind), starts_at, sittings, busy)
    if until is None or not seats:
        return False
    minutes = max(one.slot_minutes for one in seats)
    offer = SeatOffer.objects.create(
        waiting=waiting, clinic_day=waiting.clinic_day, starts_at=starts_at, minutes=minutes, until=until
    )
    for one in seats:
        period = period_of(one, starts_at)
        Hold.objects.create(clinic_day=waiting.clinic_day, adviser_id=one.adviser_id, offer=offer, period=period)
        busy[one.adviser_id].append((period.lower, period.upper))
    waiting.state = WaitingState.OFFERED
    waiting.save()
    record(waiting, "offered", by=BY, before=WaitingState.WAITING, after=WaitingState.OFFERED)
    post_many(waiting_letters("offer", waiting, offer=offer))
    return True
