"""Adding holidays at short notice, taking one off, and undoing either."""

from datetime import date

from services.actions.constraints import friendly
from services.actions.history import record
from services.actions.moves import lock
from services.actions.turns import in_turn
from services.enums.calendar import HolidayKind, HolidayMove
from services.models import Holiday
from services.reports.calendar import EveryHoliday
from services.rules.history import Actor
from services.rules.refusal import Refused


@in_turn
def add_holiday(
    day: date,
    *,
    name: str,
    kind: HolidayKind,
    is_cancelled: bool,
    counts_for_power_tariff: bool,
    source: str,
    by: Actor,
) -> Holiday:
    """Make `day` a holiday, or with `is_cancelled` a working day that the general list calls a holiday.

    Deadlines already told to people are rows of their cases and do not move (HD-03). Raises Refused when the day is
    so already.
    """
    is_holiday = day in EveryHoliday()
    if is_holiday != is_cancelled:
        state = "이미 공휴일입니다" if is_holiday else "공휴일이 아니어서 뺄 것이 없습니다"
        raise Refused(f"그날은 {state}. 날짜를 다시 확인해 주세요.", field="day")
    with friendly("holiday_once_a_day", "holiday_has_a_name", "holiday_cancelled_is_no_tariff_holiday"):
        row = Holiday.objects.create(
            day=day,
            name=name,
            kind=kind,
            is_cancelled=is_cancelled,
            counts_for_power_tariff=counts_for_power_tariff and not is_cancelled,
            source=source,
            by_id=by.user_id,
        )
    did = HolidayMove.CANCELLED if is_cancelled else HolidayMove.ADDED
    record(row, did, by=by, after=str(day), reason=source)
    return row


@in_turn
def remove_holiday(holiday_id: int, *, by: Actor) -> date:
    """Take back what staff wrote about a day: the general list decides again. Returns the day."""
    row = lock(Holiday.objects, holiday_id)
    record(row, HolidayMove.REMOVED, by=by, before=str(row.day), reason=row.name)
    row.delete()
    return row.day
