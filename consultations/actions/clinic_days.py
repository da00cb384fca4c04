"""Making, opening and closing clinic days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils import timezone

from consultations.actions import bookings, disruptions, waiting
from consultations.actions.queue import lock_day
from consultations.enums import AdviserKind, ClinicDayMove, ClinicDayState, DisruptionKind
from consultations.models import Adviser, Affected, Booking, ClinicDay, Disruption, Sitting, TimetableRule, Venue
from consultations.reports.worklist import is_shut
from consultations.rules.timetable import nth_weekdays, rota
from services.actions import moves
from services.actions.faults import each, name_of
from services.actions.history import record
from services.actions.turns import in_turn
from services.reports.calendar import EveryHoliday, holidays_between
from services.reports.elections import elections
from services.rules.calendar import add_working_days
from services.rules.elections import window_on
from services.rules.history import Actor
from services.rules.refusal import Refused

PAST_DAY = "이미 지난 상담일입니다. 바꿀 수 없습니다."
STILL_AFFECTED = "아직 정하지 않은 분이 있습니다. 먼저 정하거나 닫은 것을 거두어 주세요."


@dataclass(slots=True)
class Made:
    """What one run made: new clinic days, and the days left out because they are holidays (TA-12)."""

    days: list[ClinicDay] = field(default_factory=list)
    holidays: set[date] = field(default_factory=set)
    bad: int = 0  # days of a rule that could not be made; each is shown to the administrator


def make_clinic_days(until: date, *, by: Actor) -> Made:
    """Make the clinic days that the timetable promises from tomorrow to `until`; a second run makes nothing.

    A holiday makes none (TA-12). A day inside an election window is held in review (EL-H); the others open at once.
    Each day of each rule is made in a transaction of its own.
    """
    first = timezone.localdate() + timedelta(days=1)
    closed = holidays_between(first, until)
    moved = set(ClinicDay.objects.moved().values_list("moved_from", flat=True))
    made, wanted = Made(), list[tuple[TimetableRule, date]]()
    for rule in TimetableRule.objects.touching(first, until).prefetch_related("venues"):
        begin, end = max(first, rule.valid_from), min(until, rule.valid_until or until)
        for on in nth_weekdays(rule.nth, rule.weekday, begin, end):
            if on in closed:
                made.holidays.add(on)
            elif on not in moved:  # no holiday any more, but its consultations stay on the day they were moved to
                wanted.append((rule, on))
    tally = each(
        wanted,
        lambda one: _make_day(*one, by),
        job="consultations.make_clinic_days",
        name=lambda one: f"{name_of(one[0])} {one[1]}",
    )
    made.days, made.bad = [day for days in tally.done for day in days], tally.bad
    return made


def _make_day(rule: TimetableRule, on: date, by: Actor) -> list[ClinicDay]:
    """The clinic days of one rule on one date, with their advisers; only the new ones come back."""
    venues, closed = venues_of(rule), closed_venues(on)
    posted = advisers_for(rule.kind, venues, on)  # the rota counts closed places too: nobody is sent elsewhere for it
    new = []
    for venue in venues if rule.kind == AdviserKind.LAW else posted:
        if venue.pk in closed:
            continue
        day, is_new = day_at(on, venue, by=by)
        if is_new:
            new.append(day)
        if venue in posted:
            seat(day, posted[venue], rule)
    return new


def venues_of(rule: TimetableRule) -> list[Venue]:
    """The places of a rule that are in use at all."""
    return [venue for venue in rule.venues.all() if venue.is_active]


def closed_venues(on: date) -> set[int]:
    """Ids of the places that are closed on that date."""
    closures = Disruption.objects.standing().filter(kind=DisruptionKind.VENUE_CLOSED)
    return set(closures.filter(first_on__lte=on, last_on__gte=on).values_list("venue_id", flat=True))


def advisers_for(kind: str, venues: Sequence[Venue], on: date, *, held_on: date | None = None) -> dict[Venue, Adviser]:
    """Residents of a venue sit there; travellers go round by rota over the places that have none (TA-10).

    It is the turn of `on`; of an adviser whose term is over by `held_on` (else `on`) nobody expects to come.
    """
    held = held_on or on
    serving = Adviser.objects.filter(kind=kind, term_from__lte=held, term_until__gte=held).select_related("venue")
    advisers = list(serving.order_by("pk"))
    posted = {adviser.venue: adviser for adviser in advisers if adviser.venue and adviser.venue in venues}
    travellers = [adviser for adviser in advisers if adviser.venue is None]
    open_venues = [venue for venue in venues if venue not in posted]
    return {**posted, **rota(open_venues, travellers, on.year * 12 + on.month)}


def day_at(on: date, venue: Venue, *, by: Actor, moved_from: date | None = None) -> tuple[ClinicDay, bool]:
    """The clinic day of a place and date, and whether it is new; held in review inside an election window (EL-H)."""
    election = window_on(on, elections())
    facts = {
        "state": ClinicDayState.REVIEW if election else ClinicDayState.OPEN,
        "election": election.name if election else "",
        "moved_from": moved_from,
    }
    day, is_new = ClinicDay.objects.get_or_create(on=on, venue=venue, defaults=facts)
    if is_new:
        record(day, ClinicDayMove.MOVED_HERE if moved_from else ClinicDayMove.MADE, by=by, after=day.state)
    return day, is_new


def seat(day: ClinicDay, adviser: Adviser, rule: TimetableRule) -> None:
    """Give an adviser the hours of a rule on one day; once."""
    hours = {"opens_at": rule.opens_at, "closes_at": rule.closes_at, "slot_minutes": rule.slot_minutes}
    Sitting.objects.get_or_create(clinic_day=day, adviser=adviser, defaults=hours)


@in_turn
def record_basis(day_ids: Iterable[int], *, basis: str, document: str, by: Actor) -> list[ClinicDay]:
    """Open days held in review: an officer writes the legal basis and the document number (EL-H).

    Raises Refused when either is missing or a day is not in review.
    """
    if not (basis.strip() and document.strip()):
        raise Refused("선거 기간 확인이 끝나지 않아 열 수 없습니다. 근거와 결정자를 먼저 적어 주세요.", field="basis")
    days = list(ClinicDay.objects.select_for_update().filter(pk__in=day_ids).order_by("pk"))
    written = {"legal_basis": basis.strip(), "basis_document": document.strip()}
    decided = {"decided_by_id": by.user_id, "decided_at": timezone.now()}
    for day in days:
        _refuse_past(day)
        why = f"{basis.strip()} ({document})"
        moves.move(day, ClinicDayMove.BASIS_RECORDED, by=by, reason=why, **written, **decided)
    return days


@in_turn
def cancel_day(day_id: int, *, reason: str, by: Actor) -> Disruption:
    """The city cannot hold this day: everybody is told and put on the call list; returns the list of these people.

    Raises Refused without a reason, when it is past, and when it is cancelled already.
    """
    if not reason.strip():
        raise Refused("이유가 비어 있습니다. 상담일을 취소하는 이유를 적어 주세요.", field="reason")
    day = lock_day(day_id)
    _refuse_past(day)
    moves.move(day, ClinicDayMove.CANCELLED, by=by, reason=reason.strip(), reopens=False)
    today = timezone.localdate()
    call_by = add_working_days(today, 1, EveryHoliday())
    waiting.end_line(day, by=by, is_cancelled=True)
    affected = list(Booking.objects.live().filter(clinic_day=day).order_by("pk"))
    disruption = disruptions.cancelled(day, affected, reason=reason, by=by)
    for booking in affected:
        bookings.cancel_for_city(booking, by=by, reason=reason.strip(), call_by=call_by)
    return disruption


@in_turn
def close_booking(day_id: int, *, by: Actor) -> ClinicDay:
    """Take no more bookings for a day; those made stay."""
    day = lock_day(day_id)
    _refuse_past(day)
    return moves.move(day, ClinicDayMove.CLOSED, by=by)


@in_turn
def reopen_booking(day_id: int, *, by: Actor) -> ClinicDay:
    """Take bookings again. Raises Refused while the day or its venue is closed and somebody of it waits for a word."""
    day = lock_day(day_id)
    _refuse_past(day)
    if is_shut(day) and Affected.objects.unsettled().filter(booking__clinic_day=day).exists():
        raise Refused(STILL_AFFECTED, conflict=True)
    return moves.move(day, ClinicDayMove.REOPENED, by=by, reopens=False)


def _refuse_past(day: ClinicDay) -> None:
    if day.on < timezone.localdate():
        raise Refused(PAST_DAY)
