"""The queue: a clinic day's row is locked first, its bookings after it, in the same order for everybody."""

from typing import overload

from consultations.models import Booking, ClinicDay
from services.actions.moves import lock
from services.rules.refusal import Refused

MOVED_MEANWHILE = "그사이 예약이 다른 날로 옮겨졌습니다. 화면을 새로 열어 확인해 주세요."


@overload
def lock_day(day_id: int) -> ClinicDay: ...
@overload
def lock_day(day_id: int, *, is_waiting: bool) -> ClinicDay | None: ...
def lock_day(day_id: int, *, is_waiting: bool = True) -> ClinicDay | None:
    """One booking of a day is decided at a time. Not waiting, None if somebody else is being served."""
    days = ClinicDay.objects.select_for_update(of=("self",), skip_locked=not is_waiting).select_related("venue")
    return days.get(pk=day_id) if is_waiting else days.filter(pk=day_id).order_by("pk").first()


def lock_booking(booking_id: int, *day_ids: int) -> Booking:
    """The booking with its place and person, after its day and these others, by id.

    Raises Refused(conflict) when it was moved to another day while we waited for the day it had.
    """
    locked = {Booking.objects.values_list("clinic_day_id", flat=True).get(pk=booking_id), *day_ids}
    list(ClinicDay.objects.select_for_update().filter(pk__in=locked).order_by("pk"))
    booking = lock(Booking.objects.with_place(), booking_id)
    if booking.clinic_day_id not in locked:
        raise Refused(MOVED_MEANWHILE, conflict=True)
    return booking
