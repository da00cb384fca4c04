"""Clients whose consultation cannot take place as promised: listed, arranged for, told, the list closed."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from consultations.enums import AffectedMove, DisruptionKind, DisruptionMove
from consultations.models import Affected, Booking, Disruption
from consultations.notices import reminders_of_all, reminders_of_slot
from services.actions import moves
from services.actions.constraints import friendly
from services.actions.faults import each
from services.actions.history import record
from services.actions.notices import pause, resume, skip
from services.enums.notices import CallOutcome, Channel
from services.models import Notice
from services.rules.history import Actor

PAUSED, PAUSED_BY = "상담을 어떻게 할지 정하는 중입니다.", "worklist"
SETTLED_TOGETHER = "전화로 함께 정했습니다."
SETTLED_OTHERWISE = "다른 방법으로 정했습니다."
UNDELIVERED_KNOWN_AFTER = timedelta(days=4)  # carriers report within 72 hours


def open_list(disruption: Disruption, bookings: Iterable[Booking], *, by: Actor) -> Disruption:
    """Write what happened and everybody it affects; their reminders wait. The caller holds the days and the bookings.

    With nobody on it the list is closed from the start. Raises Refused when somebody else has reported the same.
    """
    rows = list(bookings)
    disruption.closed_at = None if rows else timezone.now()
    with friendly("disruption_reported_once", "venue_closes_once_at_a_time"):
        disruption.save(force_insert=True)
    record(disruption, DisruptionMove.REPORTED, by=by, after=disruption.kind)
    add(disruption, rows)
    return disruption


def add(disruption: Disruption, bookings: Collection[Booking]) -> None:
    """Put these bookings on the list; a reminder must not call anybody to a place where nobody is."""
    Affected.objects.bulk_create(
        [
            Affected(
                disruption=disruption,
                booking=booking,
                clinic_day_id=booking.clinic_day_id,
                starts_at=booking.starts_at,
            )
            for booking in bookings
        ]
    )
    pause(reminders_of_all(bookings), PAUSED, code=PAUSED_BY)


def settle(
    booking: Booking,
    name: AffectedMove,
    *,
    by: Actor,
    notice_key: str = "",
    kinds: Collection[str] = (*DisruptionKind,),
) -> int:
    """Whatever happens to a booking settles it on the worklists it stands on; returns how many. Days are locked.

    A client who was already spoken to stays told, and is not phoned again about what was agreed on the phone.
    """
    rows = Affected.objects.unsettled().filter(booking=booking, disruption__kind__in=kinds)
    found = list(rows.select_for_update(of=("self",)).order_by("pk"))
    for row in found:
        call, told_at = _call_of(row), row.told_at
        if call.filter(call__outcome__in=list(CallOutcome.REACHED)).exists():
            told_at = told_at or timezone.now()
            if name in (AffectedMove.MOVED, AffectedMove.COLLEAGUE):
                skip(Notice.objects.filter(once_key=notice_key, channel=Channel.CALL), SETTLED_TOGETHER)
        skip(call, SETTLED_OTHERWISE)
        moves.move(
            row,
            name,
            by=by,
            told_at=told_at,
            settled_at=timezone.now(),
            settled_by_id=by.user_id,
            notice_key=notice_key or row.notice_key,
        )
    if found:
        if booking.is_live and not booking.affected.unsettled().exists():
            resume(reminders_of_slot(booking), code=PAUSED_BY)
        close_done({row.disruption_id for row in found}, by=by)
    return len(found)


def _call_of(row: Affected) -> QuerySet[Notice]:
    return Notice.objects.filter(once_key=row.notice_key, channel=Channel.CALL).exclude(once_key="")


def tend_lists(*, by: Actor) -> None:
    """Close the lists that are done, and open those again whose message turned out undelivered."""
    keys = list(Disruption.objects.open().order_by("pk").values_list("pk", flat=True))
    each(keys, lambda pk: close_done([pk], by=by), job="consultations.close_lists", of=Disruption)
    keys = list(_undelivered(timezone.now() - UNDELIVERED_KNOWN_AFTER).order_by("pk").values_list("pk", flat=True))
    each(keys, lambda pk: _reopen(pk, by=by), job="consultations.reopen_lists", of=Disruption)


def close_done(disruption_ids: Collection[int], *, by: Actor) -> int:
    """Close the lists on which everybody has something arranged and is told; returns how many."""
    unsettled = Affected.objects.unsettled().filter(disruption=OuterRef("pk"))
    untold = Affected.objects.untold().filter(disruption=OuterRef("pk"))
    done = Disruption.objects.open().filter(~Exists(unsettled), ~Exists(untold), pk__in=disruption_ids)
    rows = list(done.select_for_update(of=("self",)).order_by("pk"))
    for row in rows:
        moves.note(row, DisruptionMove.CLOSED, by=by, closed_at=timezone.now())
    return len(rows)


def _undelivered(since: datetime) -> QuerySet[Disruption]:
    """The lists closed after `since` whose message never reached its telephone."""
    untold = Affected.objects.untold().filter(disruption=OuterRef("pk"))
    return Disruption.objects.standing().filter(Exists(untold), closed_at__gte=since)


def _reopen(disruption_id: int, *, by: Actor) -> None:
    row = moves.lock(Disruption.objects.all(), disruption_id)
    if row.closed_at is not None:
        with friendly("disruption_reported_once"):
            moves.note(row, DisruptionMove.REOPENED, by=by, closed_at=None)
