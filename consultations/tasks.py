"""Celery entry points: find the due rows, call the action for each."""

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from consultations.actions import bookings, clinic_days
from consultations.models import Booking
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
