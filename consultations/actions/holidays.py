"""Moving the consultations of a holiday to another day: never by itself, only when an officer says so (TA-12)."""

from datetime import date, timedelta

from django.utils import timezone

from consultations.actions import disruptions
from consultations.actions.clinic_days import advisers_for, closed_venues, day_at, seat, venues_of
from consultations.enums import AdviserKind
from consultations.models import Adviser, ClinicDay, Disruption, TimetableRule, Venue
from consultations.reports.offers import planned_on, seats_elsewhere, taking_place
from services.actions.constraints import friendly
from services.actions.turns import in_turn
from services.reports.calendar import EveryHoliday
from services.reports.elections import elections
from services.rules.calendar import add_working_days, is_working_day
from services.rules.elections import window_on
from services.rules.history import Actor
from services.rules.korean import date_long
from services.rules.refusal import Refused

NO_HOLIDAY = "이날은 옮길 수 있는 공휴일 상담일이 아닙니다. 화면을 새로 열어 확인해 주세요."
STILL_HELD = "그날 상담일이 아직 있습니다. 먼저 그 상담일을 취소하거나 닫아 주세요."
PAST = "이미 지난 날입니다. 내일이나 그 뒤의 날짜를 골라 주세요."
NO_WORKING_DAY = "토요일, 일요일이나 공휴일입니다. 일하는 날을 골라 주세요."
TOO_FAR = "공휴일에서 너무 먼 날입니다. 두 달 안의 날짜를 골라 주세요."
DAY_TAKEN = "그날 이미 상담일이 있는 장소가 있습니다. 다른 날을 골라 주세요."
SEATED_ELSEWHERE = "그날 다른 곳에서 상담하는 분이 있습니다. 다른 날을 골라 주세요."
NO_PLACE = "그날 쓸 수 있는 상담 장소가 없습니다. 다른 날을 골라 주세요."
FARTHEST = timedelta(days=62)
DAYS_LOOKED_AT = 20


@in_turn
def move_holiday(on: date, to: date, *, by: Actor) -> list[ClinicDay]:
    """Make the clinic days of the holiday `on` at `to`: same places, advisers and hours; those of an election window
    wait in review as always.

    Raises Refused: `on` is no holiday of the timetable, `to` is past, no working day or too far, moved already or
    still held because it became a holiday later (both conflict), a place has another clinic day then, or an adviser
    sits elsewhere.
    """
    _refuse_unless_holiday(on)
    already = ClinicDay.objects.moved().filter(moved_from=on).order_by("on").first()
    if already:
        raise Refused(moved_already(already.on), conflict=True)
    if taking_place().filter(on=on).exists():
        raise Refused(STILL_HELD, conflict=True)
    _refuse_unless_free(on, to)
    made: list[ClinicDay] = []
    with friendly("holiday_moves_once", "clinic_day_once_per_venue"):
        for rule in planned_on(on):
            closed, posted = closed_venues(to), _posted(rule, on, to)
            for venue in venues_of(rule) if rule.kind == AdviserKind.LAW else posted:
                if venue.pk in closed:
                    continue
                day, is_new = day_at(to, venue, by=by, moved_from=on)
                if day.moved_from != on:
                    raise Refused(DAY_TAKEN, field="to")
                made += [day] * is_new
                if venue in posted:
                    seat(day, posted[venue], rule)
    if not made:
        raise Refused(NO_PLACE, field="to")
    return made


@in_turn
def close_date(on: date, *, reason: str, by: Actor, to: date | None = None) -> list[Disruption]:
    """Nothing takes place on `on`, at no place; with `to` it is a holiday whose consultations move there.

    Returns the worklists, one a place. Raises Refused: no reason, the date is past or has no clinic day any more
    (conflict), or as `move_holiday`; then nothing is closed.
    """
    made = disruptions.close_all(on, reason=reason, by=by)
    if to:
        move_holiday(on, to, by=by)
    return made


def suggested(on: date) -> date:
    """Where the consultations of this holiday could go: the next working day outside election windows on which their
    advisers sit nowhere else and no place has another clinic day. Four queries a day looked at; the last one if none.
    """
    holidays = EveryHoliday()
    day = max(on, timezone.localdate())
    for _ in range(DAYS_LOOKED_AT):
        day = add_working_days(day, 1, holidays)
        if not window_on(day, elections()) and not _obstacle(on, day):
            return day
    return day


def moved_already(to: date) -> str:
    """What the second officer reads; says where they went."""
    when = date_long(to, this_year=timezone.localdate().year)
    return f"이 공휴일의 상담은 이미 옮겼습니다. 옮긴 날: {when}"


def _refuse_unless_holiday(on: date) -> None:
    if on < timezone.localdate() or on not in EveryHoliday() or not planned_on(on):
        raise Refused(NO_HOLIDAY)


def _refuse_unless_free(on: date, to: date) -> None:
    if to <= timezone.localdate():
        raise Refused(PAST, field="to")
    if not is_working_day(to, EveryHoliday()):
        raise Refused(NO_WORKING_DAY, field="to")
    if abs(to - on) > FARTHEST:
        raise Refused(TOO_FAR, field="to")
    if obstacle := _obstacle(on, to):
        raise Refused(obstacle, field="to")


def _obstacle(on: date, to: date) -> str:
    """Why these consultations cannot be held on `to`, or nothing."""
    rules = planned_on(on)
    venues = {venue.pk for rule in rules for venue in venues_of(rule)}
    if ClinicDay.objects.filter(on=to, venue__in=venues).exists():
        return DAY_TAKEN
    posted = [adviser for rule in rules for adviser in _posted(rule, on, to).values()]
    return SEATED_ELSEWHERE if seats_elsewhere(posted, to) else ""


def _posted(rule: TimetableRule, on: date, to: date) -> dict[Venue, Adviser]:
    """The advisers whose turn it would have been on the holiday."""
    return advisers_for(rule.kind, venues_of(rule), on, held_on=to)
