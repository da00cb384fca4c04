"""Reminders of a booking: posted once with it, and looked after by the clock."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from consultations.models import Booking
from consultations.notices import TOO_LATE_TO_SEND, reminders_for
from consultations.rules.reminders import reminder_of
from services.actions.faults import each
from services.actions.moves import lock
from services.actions.notices import post_many, skip
from services.actions.turns import in_turn
from services.models import Notice
from services.rules.history import Actor


def remind_due(*, by: Actor) -> int:
    """Every live booking of the coming days has its reminders, whatever happened when it was made.

    Returns how many are still to come.
    """
    ahead = max((reminder_of(text).days for text in settings.CONSULTATION_REMINDERS), default=0)
    until = timezone.now() + timedelta(days=ahead + 7)  # holidays make calls earlier than texts
    due = Booking.objects.live().filter(starts_at__range=(timezone.now(), until)).order_by("pk")
    keys = list(due.values_list("pk", flat=True))
    # `remind` is a transaction of its own already; most bookings have everything, and the sweep is to cost little.
    tally = each(keys, lambda pk: remind(pk, by=by), job="consultations.remind", of=Booking, in_one=False)
    return sum(tally.done)


@in_turn
def remind(booking_id: int, *, by: Actor) -> int:
    """Post the reminders of this booking that are still to come; asked again, it posts nothing. Returns how many.

    One whose last moment has passed is recorded as skipped with the reason (COPY 5.0), never sent late.
    """
    booking = lock(Booking.objects.with_place(), booking_id)
    if not booking.is_live:
        return 0
    letters = reminders_for(booking)
    post_many(letters)
    late = [letter.once_key for letter in letters if letter.too_late == TOO_LATE_TO_SEND]
    if late and not booking.resident.can_receive_texts:  # of texts the dispatcher says so itself
        skip(Notice.objects.filter(once_key__in=late), TOO_LATE_TO_SEND)
    return sum(not letter.too_late for letter in letters)
