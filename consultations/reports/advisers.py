"""Who the advisers are and what each has to do: the own bookings, to come and without a result."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone

from consultations.enums import BookingState
from consultations.models import Adviser, CalendarFeed, Hold, Result
from consultations.models.bookings import Booking, BookingQuerySet
from services.rules.phones import mask_phone, parse_phone
from services.rules.refusal import Refused


def bookings_of(adviser: Adviser) -> BookingQuerySet:
    """Bookings that hold this adviser's time, in order of `own_at`; the own turn is from `own_at` to `own_until`."""
    holds = Hold.objects.filter(adviser=adviser, booking=OuterRef("pk"))
    own_at = Subquery(holds.order_by("period").values("period__startswith")[:1])
    own_until = Subquery(holds.order_by("period").values("period__endswith")[:1])
    found = Booking.objects.filter(Exists(holds)).annotate(own_at=own_at, own_until=own_until)
    return found.order_by("own_at", "pk").with_place()


def bookings_to_come(adviser: Adviser) -> BookingQuerySet:
    """Live bookings from today on, in order of time."""
    return bookings_of(adviser).live().filter(on__gte=timezone.localdate())


def bookings_without_result(adviser: Adviser) -> BookingQuerySet:
    """Consultations that have begun and of which this adviser has written nothing yet."""
    written = Result.objects.filter(adviser=adviser, booking=OuterRef("pk"))
    could = BookingState.LIVE | BookingState.CAME
    begun = bookings_of(adviser).filter(starts_at__lte=timezone.now(), state__in=could)
    return begun.exclude(Exists(written))


@dataclass(frozen=True, slots=True)
class AdviserLine:
    """One adviser in the officer's list; the phone is masked (PD-11)."""

    adviser: Adviser
    phone: str
    term: str
    tone: str
    has_calendar: bool


def adviser_lines() -> list[AdviserLine]:
    """All advisers, by kind and name. One query."""
    found = Adviser.objects.select_related("user", "venue", "calendar_feed").order_by("kind", "name", "pk")
    lines = []
    for adviser in found:
        term, tone = _term(adviser)
        feed = getattr(adviser, "calendar_feed", None)
        lines.append(AdviserLine(adviser, _masked(adviser.phone), term, tone, bool(feed and feed.is_open)))
    return lines


def _term(adviser: Adviser) -> tuple[str, str]:
    """Where in the term today lies, and its badge's tone."""
    today = timezone.localdate()
    if today < adviser.term_from:
        return "임기 전", "idle"
    return ("임기 끝남", "warn") if today > adviser.term_until else ("임기 중", "good")


def _masked(phone: str) -> str:
    """A number that nobody can read as one shows nothing at all."""
    try:
        return mask_phone(parse_phone(phone)) if phone else ""
    except Refused:
        return "****"


def open_feed(adviser: Adviser) -> CalendarFeed | None:
    """The adviser's calendar address that is in use."""
    return CalendarFeed.objects.filter(adviser=adviser, revoked_at__isnull=True).first()


def calendar_address(token: str) -> str:
    """The whole address, as a calendar program wants it."""
    return f"{settings.SITE_URL.rstrip('/')}{reverse('consultations:calendar_feed', args=[token])}"
