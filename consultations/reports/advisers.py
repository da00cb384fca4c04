"""What an adviser has to do: the own bookings, to come and without a result."""

from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone

from consultations.enums import BookingState
from consultations.models import Adviser, Hold, Result
from consultations.models.bookings import Booking, BookingQuerySet


def bookings_of(adviser: Adviser) -> BookingQuerySet:
    """Bookings that hold this adviser's time, in order of `own_at`, when the own turn begins."""
    holds = Hold.objects.filter(adviser=adviser, booking=OuterRef("pk"))
    own_at = Subquery(holds.order_by("period").values("period__startswith")[:1])
    return Booking.objects.filter(Exists(holds)).annotate(own_at=own_at).order_by("own_at", "pk").with_place()


def bookings_to_come(adviser: Adviser) -> BookingQuerySet:
    """Live bookings from today on, in order of time."""
    return bookings_of(adviser).live().filter(on__gte=timezone.localdate())


def bookings_without_result(adviser: Adviser) -> BookingQuerySet:
    """Consultations that have begun and of which this adviser has written nothing yet."""
    written = Result.objects.filter(adviser=adviser, booking=OuterRef("pk"))
    could = BookingState.LIVE | BookingState.CAME
    begun = bookings_of(adviser).filter(starts_at__lte=timezone.now(), state__in=could)
    return begun.exclude(Exists(written))
