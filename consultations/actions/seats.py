"""The advisers' time: the queue of a day, what is taken, what is free; shared by bookings and the waiting list."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from functools import wraps
from typing import ParamSpec, TypeVar, overload

from django.db import OperationalError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from consultations.enums import BookingKind, ClinicDayState, ConsentKind, Source, Topic
from consultations.models import Booking, ClinicDay, Hold, Sitting
from consultations.rules import free_starts
from services.models import Resident
from services.rules.refusal import Refused

TAKEN = "방금 다른 분이 이 시간을 예약했습니다. 적으신 내용은 그대로 있습니다. 남은 시간 가운데 골라 주세요."
FULL = "방금 마지막 자리가 찼습니다. 대기를 신청하시거나 다른 날을 골라 주세요."
BLOCKED = "이 날짜는 아직 예약을 받지 않습니다."
PAST = "고르신 날짜가 이미 지났습니다. 오늘 뒤의 날짜를 골라 주세요."
NO_SUCH_TIME = "고르신 상담 시간이 없습니다. 목록에 있는 시간을 골라 주세요."
BUSY = "예약하시는 분이 많습니다. 적으신 내용은 그대로 있습니다. 다시 한 번 눌러 주세요."
NEEDS_CONSENT = "동의하지 않으시면 누리집에서는 예약할 수 없습니다. 전화로 물어보세요."

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants to talk about and needs on the day; texts are encrypted when stored."""

    kind: BookingKind
    topic: Topic = Topic.UNSURE
    question: str = ""
    other_party: str = ""
    has_lawsuit: bool | None = None
    needs: Sequence[str] = ()
    need_language: str = ""
    consents: Mapping[str, bool] = field(default_factory=dict)
    helper: Resident | None = None
    helper_relation: str = ""


def in_turn(verb: Callable[P, R]) -> Callable[P, R]:
    """Run in one transaction; after a deadlock once more, after waiting too long for the lock a calm answer."""

    @wraps(verb)
    def decorated(*args: P.args, **kwargs: P.kwargs) -> R:
        for tries_left in (2, 1, 0):
            try:
                with transaction.atomic():
                    return verb(*args, **kwargs)
            except OperationalError as error:
                code = getattr(error.__cause__, "pgcode", None)
                if code == "55P03":  # lock_not_available: RUNTIME's 3 seconds are over
                    raise Refused(BUSY, conflict=True) from error
                if code != "40P01" or not tries_left or transaction.get_connection().in_atomic_block:
                    raise
        raise AssertionError

    return decorated


@overload
def lock_day(day_id: int) -> ClinicDay: ...
@overload
def lock_day(day_id: int, *, is_waiting: bool) -> ClinicDay | None: ...
def lock_day(day_id: int, *, is_waiting: bool = True) -> ClinicDay | None:
    """The queue: one booking of a day is decided at a time. Not waiting, None if somebody else is being served."""
    days = ClinicDay.objects.select_for_update(of=("self",), skip_locked=not is_waiting).select_related("venue")
    return days.get(pk=day_id) if is_waiting else days.filter(pk=day_id).first()


def seats_for(
    day: ClinicDay, kind: BookingKind, starts_at: datetime, *, moving: Booking | None = None
) -> list[Sitting]:
    """The sittings that would take this slot, in adviser order, or Refused; holds of `moving` do not count."""
    if day.state != ClinicDayState.OPEN:
        raise Refused(BLOCKED)
    if starts_at <= timezone.now():
        raise Refused(PAST)
    sittings = seated(day)
    busy = busy_of(day, sittings, moving=moving)
    for wanted in kind.kinds:
        if not any(one.adviser.kind == wanted and starts_at in one.starts(day) for one in sittings):
            raise Refused(NO_SUCH_TIME)
    seats = pick_seats(day, kind, starts_at, sittings, busy)
    if not seats:
        raise Refused(TAKEN if free_starts_of(day, kind, sittings, busy) else FULL, conflict=True)
    return seats


def pick_seats(
    day: ClinicDay, kind: BookingKind, starts_at: datetime, sittings: Sequence[Sitting], busy: "Busy"
) -> list[Sitting]:
    """One free sitting of every wanted kind at this time, in adviser order; empty unless all are free."""
    now, seats = timezone.now(), []
    for wanted in kind.kinds:
        able = [one for one in sittings if one.adviser.kind == wanted and starts_at in one.starts(day)]
        free = [one for one in able if free_starts([starts_at], one.slot_minutes, busy[one.adviser_id], now)]
        if not free:
            return []
        seats.append(free[0])
    return sorted(seats, key=lambda one: one.adviser_id)


def seated(day: ClinicDay) -> list[Sitting]:
    """Who sits that day, in adviser order."""
    return list(day.sittings.filter(is_absent=False).select_related("adviser").order_by("adviser_id"))


Busy = defaultdict[int, list[tuple[datetime, datetime]]]


def busy_of(day: ClinicDay, sittings: Sequence[Sitting], *, moving: Booking | None = None) -> Busy:
    """What these advisers have taken on that date, wherever; holds of `moving` do not count. One query."""
    midnight = day.moment(time())
    holds = Hold.objects.filter(
        adviser__in=[one.adviser_id for one in sittings],
        period__overlap=DateTimeTZRange(midnight, midnight + timedelta(days=1)),
    )
    if moving:
        holds = holds.exclude(booking=moving)
    busy: Busy = defaultdict(list)
    for adviser_id, period in holds.values_list("adviser_id", "period").order_by():
        if period.lower and period.upper:  # every hold has both ends
            busy[adviser_id].append((period.lower, period.upper))
    return busy


def free_starts_of(day: ClinicDay, kind: BookingKind, sittings: Sequence[Sitting], busy: Busy) -> list[datetime]:
    """The times to come of this day at which one adviser of every wanted kind is free, in order. No query."""
    now = timezone.now()
    free: dict[str, set[datetime]] = {wanted: set() for wanted in kind.kinds}
    for one in sittings:
        if one.adviser.kind in free:
            free[one.adviser.kind].update(free_starts(one.starts(day), one.slot_minutes, busy[one.adviser_id], now))
    return sorted(set.intersection(*free.values()))


def period_of(one: Sitting, starts_at: datetime) -> DateTimeTZRange:
    """The time this adviser gives to whoever starts then."""
    return DateTimeTZRange(starts_at, starts_at + one.slot_minutes * timedelta(minutes=1))


def refuse_missing_consents(wish: Wish, source: Source) -> None:
    """On the web the two required consents must be given; staff record them on paper or by voice (PD-01)."""
    if source in (Source.WEB, Source.HELPER, Source.API):
        for kind in ConsentKind.REQUIRED:
            if not wish.consents.get(kind):
                raise Refused(NEEDS_CONSENT, field=kind)


def with_kept_needs(wish: Wish, source: Source) -> Wish:
    """Needs tell of health: kept with the consent, or when staff noted them at the person's word."""
    by_staff = source in (Source.PHONE, Source.COUNTER, Source.WALK_IN)
    return wish if by_staff or wish.consents.get(ConsentKind.HEALTH) else replace(wish, needs=(), need_language="")
