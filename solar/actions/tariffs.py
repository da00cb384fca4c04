"""Dated rules: a new row from a day on ends the one before, and everything since that day is valued anew."""

from datetime import date
from typing import Any, TypeVar

from django.db import connection

from services.actions.moves import lock
from services.actions.tables import add_row, alone_in, change_row, remove_row
from services.actions.turns import in_turn
from services.rules.history import Actor
from services.rules.months import month_end
from services.rules.refusal import Refused
from solar.models import Plant, SolarReport
from solar.models.tariffs import DatedRule

R = TypeVar("R", bound=DatedRule)


@in_turn
def begin(model: type[R], *, by: Actor, **facts: Any) -> R:
    """A row from `valid_from` on; the one before it ends there. One before the oldest ends where that begins, so that
    days which had no tariff get one.

    Raises Refused: between two rows of its kind, or a month of an issued report would change.
    """
    alone_in(model)
    start: date = facts["valid_from"]
    rows = list(_following(model, facts))
    newest, oldest = (rows[0], rows[-1]) if rows else (None, None)
    if oldest and start < oldest.valid_from:
        facts["valid_to"] = oldest.valid_from
    _refuse_issued(start, facts.get("valid_to"))
    if newest and not facts.get("valid_to") and start <= newest.valid_from:
        raise Refused(
            f"{newest.valid_from:%Y-%m-%d}부터 적용하는 값이 이미 있습니다. 그보다 뒤의 날을 적어 주세요.",
            field="valid_from",
        )
    if newest and newest.valid_to is None and start > newest.valid_from:
        _end(newest, start)
    row = add_row(model, by=by, **facts)
    value_anew(start)
    return row


@in_turn
def withdraw(row_id: int, model: type[DatedRule], *, by: Actor) -> None:
    """Take back the newest row, mistyped: the one before it goes on. Raises Refused as `begin` does."""
    alone_in(model)
    row = lock(model._default_manager.all(), row_id)
    first, *rest = _following(model, {name: getattr(row, name) for name in row.of})[:2]
    if first.pk != row.pk:
        raise Refused("그 뒤에 적용하는 값이 있어 지울 수 없습니다. 맨 뒤의 것부터 지워 주세요.")
    if not rest:
        raise Refused("하나뿐인 값은 지울 수 없습니다. 새 값을 적어 주세요.")
    _refuse_issued(row.valid_from)
    remove_row(row_id, model, by=by)
    _end(rest[0], None)
    value_anew(row.valid_from)


@in_turn
def change_plant(row_id: int, model: type[Plant], *, by: Actor, seen: str = "", **facts: Any) -> Plant:
    """A plant's facts; with another contract class all its days are valued anew."""
    before = Plant.objects.get(pk=row_id)
    plant = change_row(row_id, model, by=by, seen=seen, **facts)
    if (before.tariff_class_id, before.counts_vat) != (plant.tariff_class_id, plant.counts_vat):
        value_anew(date.min, plant=plant)
    return plant


def _following(model: type[R], facts: dict[str, Any]) -> Any:
    """The rows of the same kind, newest first."""
    return model._default_manager.filter(**{name: facts[name] for name in model.of}).order_by("-valid_from")


def _end(row: DatedRule, on: date | None) -> None:
    """The database's own words: `kept` is about what people write."""
    type(row)._default_manager.filter(pk=row.pk).update(valid_to=on)


def _refuse_issued(start: date, until: date | None = None) -> None:
    """What a report has said of a month stays so."""
    issued = SolarReport.objects.filter(month__lt=until) if until else SolarReport.objects.all()
    last = issued.order_by("-month").values_list("month", flat=True).first()
    if last and start <= month_end(last):
        raise Refused(
            f"{last.year}년 {last.month}월 월보를 이미 냈습니다. 그달이 지난 뒤의 날부터 적어 주세요.",
            field="valid_from",
        )


def value_anew(start: date, *, plant: Plant | None = None) -> None:
    """Mark the days from `start` on, of one plant or of all, for the next roll-up."""
    only = plant.pk if plant else None
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO solar_dirtyday (plant_id, day, marked_at)
            SELECT plant_id, day, now() FROM solar_rollupday
            WHERE day >= %s AND (%s::bigint IS NULL OR plant_id = %s)
            ON CONFLICT (plant_id, day) DO UPDATE SET retry_at = NULL
            """,
            [start, only, only],
        )
