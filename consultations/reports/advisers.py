"""The advisers and what each has to do: the own bookings, those without a result, the address of a day."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone

from consultations.enums import BookingState, ReportKind
from consultations.models import (
    Adviser,
    AdviserLink,
    CalendarFeed,
    ClinicDay,
    ConflictFlag,
    Hold,
    Result,
    StatisticsReport,
)
from consultations.models.bookings import Booking, BookingQuerySet
from services.rules.months import half_of
from services.rules.phones import mask_phone, parse_phone
from services.rules.refusal import Refused


def bookings_of(adviser: Adviser) -> BookingQuerySet:
    """Bookings that hold this adviser's time, in order of `own_at`; the own turn is from `own_at` to `own_until`.

    `is_in_conflict` where they have said that the matter may not be theirs.
    """
    holds = Hold.objects.filter(adviser=adviser, booking=OuterRef("pk"))
    flags = ConflictFlag.objects.filter(adviser=adviser, booking=OuterRef("pk"))
    own_at = Subquery(holds.order_by("period").values("period__startswith")[:1])
    own_until = Subquery(holds.order_by("period").values("period__endswith")[:1])
    found = Booking.objects.filter(Exists(holds)).annotate(own_at=own_at, own_until=own_until)
    return found.order_by("own_at", "pk").annotate(is_in_conflict=Exists(flags)).with_place()


def bookings_to_come(adviser: Adviser) -> BookingQuerySet:
    """Live bookings from today on, in order of time."""
    return bookings_of(adviser).live().filter(on__gte=timezone.localdate())


def bookings_without_result(adviser: Adviser) -> BookingQuerySet:
    """Consultations that have begun and of which this adviser has written nothing yet."""
    written = Result.objects.filter(adviser=adviser, booking=OuterRef("pk"))
    could = BookingState.LIVE | BookingState.CAME
    begun = bookings_of(adviser).filter(starts_at__lte=timezone.now(), state__in=could)
    flagged = ConflictFlag.objects.filter(adviser=adviser, booking=OuterRef("pk"))
    return begun.exclude(Exists(written)).exclude(Exists(flagged))


@dataclass(frozen=True, slots=True)
class DeskLine:
    """One booking of an adviser's day as the adviser's list shows it."""

    booking: Booking
    is_in_conflict: bool
    has_result: bool
    needs_result: bool


def desk_lines(adviser: Adviser, day: ClinicDay) -> list[DeskLine]:
    """An adviser's bookings of one clinic day in order of the own turns, and what is left to write. One query."""
    written = Result.objects.filter(adviser=adviser, booking=OuterRef("pk"))
    rows = bookings_of(adviser).filter(clinic_day=day).annotate(has_result=Exists(written))
    return [
        _desk_line(
            row, has_result=getattr(row, "has_result", False), is_in_conflict=getattr(row, "is_in_conflict", False)
        )
        for row in rows
    ]


def _desk_line(row: Booking, *, has_result: bool, is_in_conflict: bool) -> DeskLine:
    needs_result = not (has_result or is_in_conflict) and can_have_result(row)
    return DeskLine(row, is_in_conflict=is_in_conflict, has_result=has_result, needs_result=needs_result)


def can_have_result(booking: Booking) -> bool:
    """Whether the consultation has begun and was not called off."""
    return (booking.is_live or booking.state in BookingState.CAME) and booking.starts_at <= timezone.now()


def can_be_corrected(result: Result) -> bool:
    """Whether its adviser may still write this result anew: until the half-year report that counts it is issued."""
    half = half_of(result.booking.on)
    reports = StatisticsReport.objects.filter(kind=ReportKind.HALF_YEAR, adviser=result.adviser_id, starts_on=half)
    return result.replaced_at is None and not reports.exists()


def is_in_conflict(booking: Booking, adviser: Adviser) -> bool:
    """Whether this adviser has said that the matter may not be theirs."""
    return booking.conflict_flags.filter(adviser=adviser).exists()


def can_be_flagged(booking: Booking) -> bool:
    """Whether there is still something to arrange anew."""
    return booking.is_live and booking.ends_at > timezone.now()


@dataclass(frozen=True, slots=True)
class LinkLine:
    """One adviser of a clinic day, and the live address if there is one."""

    adviser: Adviser
    link: AdviserLink | None


def link_lines(day: ClinicDay) -> list[LinkLine]:
    """The advisers of this day, with accounts and live addresses. Two queries."""
    live = {link.adviser_id: link for link in day.links.live()}
    sittings = day.sittings.filter(is_absent=False).select_related("adviser__user").order_by("adviser__kind", "pk")
    return [LinkLine(one.adviser, live.get(one.adviser_id)) for one in sittings]


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
