"""Making, opening and closing clinic days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from consultations.actions import bookings, waiting
from consultations.enums import AdviserKind, ClinicDayState
from consultations.models import Adviser, Booking, ClinicDay, Sitting, TimetableRule, Venue
from consultations.rules import nth_weekdays, rota
from services.actions.history import record
from services.models import User
from services.reports.calendar import holidays_between
from services.reports.elections import elections
from services.rules.calendar import add_working_days
from services.rules.elections import window_on
from services.rules.history import Actor
from services.rules.refusal import Refused


@dataclass(slots=True)
class Made:
    """What one run made: new clinic days, and the days left out because they are holidays (TA-12)."""

    days: list[ClinicDay] = field(default_factory=list)
    holidays: set[date] = field(default_factory=set)


@transaction.atomic
def make_clinic_days(until: date, *, by: Actor) -> Made:
    """Make the clinic days that the timetable promises from tomorrow to `until`; a second run makes nothing.

    A holiday makes none (TA-12). A day inside an election window is held in review (EL-H); the others open at once.
    """
    first = timezone.localdate() + timedelta(days=1)
    closed = holidays_between(first, until)
    made = Made()
    for rule in TimetableRule.objects.touching(first, until).prefetch_related("venues"):
        begin, end = max(first, rule.valid_from), min(until, rule.valid_until or until)
        for on in nth_weekdays(rule.nth, rule.weekday, begin, end):
            if on in closed:
                made.holidays.add(on)
            else:
                made.days += _make_day(rule, on, by)
    return made


def _make_day(rule: TimetableRule, on: date, by: Actor) -> list[ClinicDay]:
    """The clinic days of one rule on one date, with their advisers; only the new ones come back."""
    venues = [venue for venue in rule.venues.all() if venue.is_active]
    posted = _advisers_for(rule.kind, venues, on)
    new = []
    for venue in venues if rule.kind == AdviserKind.LAW else posted:
        day, is_new = _day(on, venue, by)
        if is_new:
            new.append(day)
        if venue in posted:
            _seat(day, posted[venue], rule)
    return new


def _advisers_for(kind: str, venues: Sequence[Venue], on: date) -> dict[Venue, Adviser]:
    """Residents of a venue sit there; travellers go round by rota over the places that have none (TA-10)."""
    serving = Adviser.objects.filter(kind=kind, term_from__lte=on, term_until__gte=on).select_related("venue")
    advisers = list(serving.order_by("pk"))
    posted = {adviser.venue: adviser for adviser in advisers if adviser.venue and adviser.venue in venues}
    travellers = [adviser for adviser in advisers if adviser.venue is None]
    open_venues = [venue for venue in venues if venue not in posted]
    return {**posted, **rota(open_venues, travellers, on.year * 12 + on.month)}


def _day(on: date, venue: Venue, by: Actor) -> tuple[ClinicDay, bool]:
    election = window_on(on, elections())
    state = ClinicDayState.REVIEW if election else ClinicDayState.OPEN
    day, is_new = ClinicDay.objects.get_or_create(
        on=on, venue=venue, defaults={"state": state, "election": election.name if election else ""}
    )
    if is_new:
        record(day, "made", by=by, after=state)
    return day, is_new


def _seat(day: ClinicDay, adviser: Adviser, rule: TimetableRule) -> None:
    hours = {"opens_at": rule.opens_at, "closes_at": rule.closes_at, "slot_minutes": rule.slot_minutes}
    Sitting.objects.get_or_create(clinic_day=day, adviser=adviser, defaults=hours)


@transaction.atomic
def record_basis(day_ids: Iterable[int], *, basis: str, document: str, user: User) -> list[ClinicDay]:
    """Open days held in review: an officer writes the legal basis and the document number (EL-H).

    Raises Refused when either is missing or a day is not in review.
    """
    if not (basis.strip() and document.strip()):
        raise Refused("선거 기간 확인이 끝나지 않아 열 수 없습니다. 근거와 결정자를 먼저 적어 주세요.", field="basis")
    days = list(ClinicDay.objects.select_for_update().filter(pk__in=day_ids).order_by("pk"))
    if any(day.state != ClinicDayState.REVIEW for day in days):
        raise Refused("다른 담당자가 먼저 결정했습니다. 달라진 곳을 보고 다시 저장해 주세요.", conflict=True)
    for day in days:
        day.legal_basis, day.basis_document = basis.strip(), document.strip()
        day.decided_by, day.decided_at = user, timezone.now()
        _move(day, ClinicDayState.OPEN, "basis_recorded", by=user.actor, reason=f"{day.legal_basis} ({document})")
    return days


@transaction.atomic
def cancel_day(day_id: int, *, reason: str, user: User) -> int:
    """The city cannot hold this day: everybody is told and put on the call list; returns how many people.

    Raises Refused without a reason, and when the day is over or cancelled.
    """
    if not reason.strip():
        raise Refused("이유가 비어 있습니다. 상담일을 취소하는 이유를 적어 주세요.", field="reason")
    day = ClinicDay.objects.select_for_update().get(pk=day_id)
    _move(day, ClinicDayState.CANCELLED, "cancelled", by=user.actor, reason=reason.strip())
    today = timezone.localdate()
    call_by = add_working_days(today, 1, holidays_between(today, today + timedelta(days=30)))
    waiting.end_line(day, by=user.actor, is_cancelled=True)
    affected = list(Booking.objects.live().filter(clinic_day=day).order_by("pk"))
    for booking in affected:
        bookings.cancel_for_city(booking, by=user.actor, reason=reason.strip(), call_by=call_by)
    return len(affected)


@transaction.atomic
def close_booking(day_id: int, *, by: Actor) -> ClinicDay:
    """Take no more bookings for a day; those made stay."""
    day = ClinicDay.objects.select_for_update().get(pk=day_id)
    return _move(day, ClinicDayState.CLOSED, "closed", by=by)


@transaction.atomic
def reopen_booking(day_id: int, *, by: Actor) -> ClinicDay:
    """Take bookings again."""
    day = ClinicDay.objects.select_for_update().get(pk=day_id)
    return _move(day, ClinicDayState.OPEN, "reopened", by=by)


def _move(day: ClinicDay, state: ClinicDayState, move: str, *, by: Actor, reason: str = "") -> ClinicDay:
    """The caller holds the row lock."""
    before = day.state
    if state not in ClinicDayState.MOVES[before]:
        raise Refused("지금은 이렇게 바꿀 수 없습니다. 화면을 새로 열어 확인해 주세요.", conflict=True)
    day.state = state
    day.save()
    record(day, move, by=by, before=before, after=state, reason=reason)
    return day
