"""The advisers' time: what is taken, what is free, and holding it; shared by bookings and the waiting list."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from consultations.enums import BookingKind, ClinicDayState, JointOrder
from consultations.models import Booking, ClinicDay, Hold
from consultations.reports.offers import busy_between, hours_of
from consultations.reports.worklist import flagged_with
from consultations.rules.seating import Hours, Seat, Seating, seating, seatings
from services.rules.refusal import Refused

TAKEN = "방금 다른 분이 이 시간을 예약했습니다. 적으신 내용은 그대로 있습니다. 남은 시간 가운데 골라 주세요."
FULL = "방금 마지막 자리가 찼습니다. 대기를 신청하시거나 다른 날을 골라 주세요."
BLOCKED = "이 날짜는 아직 예약을 받지 않습니다."
PAST = "고르신 날짜가 이미 지났습니다. 오늘 뒤의 날짜를 골라 주세요."
NOT_NOW = "이 시간은 이미 찼거나 끝났습니다. 다른 시간을 골라 주세요."
NO_SUCH_TIME = "고르신 상담 시간이 없습니다. 목록에 있는 시간을 골라 주세요."


def seating_for(
    day: ClinicDay,
    kind: BookingKind,
    starts_at: datetime,
    order: JointOrder = JointOrder.SAME,
    *,
    moving: Booking | None = None,
    is_walk_in: bool = False,
) -> Seating:
    """The advisers whose time this visit would take, or Refused; holds of `moving` do not count. Two queries.

    Somebody who has walked in may also have the time that is running now.
    """
    if day.state != ClinicDayState.OPEN:
        raise Refused(BLOCKED)
    now = timezone.now()
    is_running = starts_at <= now
    if is_running and not is_walk_in:
        raise Refused(PAST)
    hours = hours_for(day, moving)
    busy = busy_on(day, moving=moving)
    found = seating(kind.kinds, hours, busy, starts_at, order)
    if found is None:
        if not seating(kind.kinds, hours, {}, starts_at, order):
            raise Refused(NO_SUCH_TIME)
        if is_running:
            raise Refused(NOT_NOW, conflict=True)
        raise Refused(TAKEN if seatings(kind.kinds, hours, busy, now) else FULL, conflict=True)
    if any(seat.ends_at <= now for seat in found.seats):
        raise Refused(NOT_NOW, conflict=True)
    return found


def hours_for(day: ClinicDay, booking: Booking | None) -> list[Hours]:
    """Advisers of that day who may take `booking`: none who flagged a conflict of interest with it. Two queries."""
    hours = hours_of([day])[day.pk]
    flagged = flagged_with([booking.pk])[booking.pk] if booking else ()
    return [one for one in hours if one.adviser_id not in flagged]


def busy_on(day: ClinicDay, *, moving: Booking | None = None) -> dict[int, list[tuple[datetime, datetime]]]:
    """What is taken on that date, wherever; holds of `moving` do not count. One query."""
    midnight = day.moment(time())
    return busy_between(midnight, midnight + timedelta(days=1), moving=moving)


def hold(seats: Sequence[Seat], **what: Any) -> None:
    """Take this time for a booking or an offer, in adviser order."""
    rows = [
        Hold(adviser_id=one.adviser_id, period=DateTimeTZRange(one.starts_at, one.ends_at), **what) for one in seats
    ]
    Hold.objects.bulk_create(rows)
