"""Holding freed places for those in line: first come, first offered; joint wishes get both advisers or none."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone

from consultations.actions.seating import busy_on, hold
from consultations.enums import BookingKind, ClinicDayState, OfferState, WaitingHour, WaitingMove, WaitingState
from consultations.models import ClinicDay, SeatOffer, Waiting
from consultations.notices import waiting_letters
from consultations.reports.offers import hours_of
from consultations.rules.deadlines import offer_until, offer_until_by_phone
from consultations.rules.seating import Seating, seatings
from services.actions import moves
from services.actions.notices import post_many
from services.reports.calendar import EveryHoliday
from services.rules.history import Actor
from services.rules.notices import next_opening

BY = Actor.system("waiting_list")


def give_back(day: ClinicDay, starts_at: datetime) -> int:
    """A booking gave this time back: people who let it pass may have it again. The caller holds the day's lock."""
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
    hours, busy = hours_of([day])[day.pk], busy_on(day)
    passed = set(
        SeatOffer.objects.filter(waiting__in=line, is_past=False).values_list("waiting_id", "starts_at").order_by()
    )
    made = 0
    for waiting in line:
        waiting.clinic_day = day
        free = seatings(BookingKind(waiting.kind).kinds, hours, busy, timezone.now())
        wanted = [
            one for one in free if fits(waiting.hour, one.starts_at) and (waiting.pk, one.starts_at) not in passed
        ]
        if offered := next((one for one in wanted if _offer(waiting, one)), None):  # the first that can be held
            made += 1
            for seat in offered.seats:
                busy.setdefault(seat.adviser_id, []).append((seat.starts_at, seat.ends_at))
    return made


def fits(hour: str, starts_at: datetime) -> bool:
    """Whether a start lies in the hour somebody asked for."""
    return hour == WaitingHour.ANY or f"{timezone.localtime(starts_at):%H}" == hour


def _until(waiting: Waiting, starts_at: datetime) -> datetime | None:
    """Until when it is held: a text is read at once, a call is made in office hours."""
    now, last_hours = timezone.now(), settings.CONSULTATION_CHANGE_HOURS
    hours = settings.CONSULTATION_HOLD_HOURS
    if waiting.resident.can_receive_texts:
        told_at = next_opening(now, settings.NOTICE_HOURS)
        return offer_until(told_at, starts_at, hours=hours, last_hours=last_hours)
    return offer_until_by_phone(now, starts_at, EveryHoliday(), hours=hours, last_hours=last_hours)


def _offer(waiting: Waiting, seating: Seating) -> bool:
    """Hold one place and say so; False if the time to answer would be too short."""
    until = _until(waiting, seating.starts_at)
    if until is None:
        return False
    offer = SeatOffer.objects.create(
        waiting=waiting,
        clinic_day=waiting.clinic_day,
        starts_at=seating.starts_at,
        minutes=seating.minutes,
        joint_order=seating.order,
        until=until,
    )
    hold(seating.seats, clinic_day=waiting.clinic_day, offer=offer)
    moves.move(waiting, WaitingMove.OFFERED, by=BY)
    post_many(waiting_letters("offer", waiting, offer=offer))
    return True
