"""Whether somebody is asked how the consultation was; the answers themselves are only counted."""

from dataclasses import dataclass

from consultations.models import Booking


@dataclass(frozen=True, slots=True)
class Asked:
    """What a booking's page shows of the two questions."""

    is_open: bool
    is_answered: bool


def asked(booking: Booking) -> Asked:
    """At most one query: only a consultation that took place can have answers."""
    if not booking.is_held:
        return Asked(is_open=False, is_answered=False)
    is_answered = booking.surveys.exists()
    return Asked(is_open=booking.is_asked_how_it_was and not is_answered, is_answered=is_answered)
