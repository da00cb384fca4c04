"""Celery entry points: find the due rows, call the action for each."""

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from consultations.actions import bookings, clinic_days, enquiries, waiting
from consultations.enums import OfferState, WaitingState
from consultations.models import Booking, ClinicDay, SeatOffer
from services.rules.history import Actor


@shared_task
def make_clinic_days(**kwargs: Any) -> int:
    """Keep clinic days made three months ahead; a second run makes none."""
    until = timezone.localdate() + timedelta(days=31 * settings.CONSULTATION_MONTHS_AHEAD)
    return len(clinic_days.make_clinic_days(until, by=Actor.system("make_clinic_days")).days)


@shared_task
def remind(**kwargs: Any) -> int:
    """Every live booking of the next two days has its reminders, whatever happened when it was made."""
    until = timezone.now() + timedelta(days=2)
    due = Booking.objects.live().filter(starts_at__range=(timezone.now(), until)).with_place().order_by("pk")
    return sum(bookings.remind(booking) for booking in due)


@shared_task
def expire_offers(**kwargs: Any) -> int:
    """Places nobody answered for in time go to the next in line; the lines of past days end."""
    by = Actor.system("expire_offers")
    over = SeatOffer.objects.filter(state=OfferState.OPEN, until__lte=timezone.now()).order_by("until", "pk")
    lapsed = sum(waiting.expire(pk, by=by) for pk in list(over.values_list("pk", flat=True)))
    past = ClinicDay.objects.filter(on__lt=timezone.localdate(), waitings__state__in=WaitingState.LIVE).distinct()
    for pk in list(past.order_by("pk").values_list("pk", flat=True)):
        waiting.end_past_line(pk, by=by)
    return lapsed


@shared_task
def close_silent_enquiries(**kwargs: Any) -> int:
    """Answers that nobody came back to are closed; a second run closes none."""
    return enquiries.close_silent()
