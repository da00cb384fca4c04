"""Adding, changing and removing a row of reference data: one at a time in a table, each with its history."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import ProtectedError

from services.actions.history import record
from services.actions.moves import lock, somebody_was_faster
from services.actions.turns import in_turn
from services.enums.tables import RowMove
from services.models.tables import TableRow
from services.reports.tables import NOTHING, label_of, shown
from services.rules.history import Actor
from services.rules.refusal import Refused

R = TypeVar("R", bound=TableRow)
IN_USE = "이미 쓰고 있어 지울 수 없습니다. 더 쓰지 않으시면 끝나는 날을 적거나 쓰지 않음으로 바꿔 주세요."


@in_turn
def add_row(model: type[R], *, by: Actor, **facts: Any) -> R:
    """A new row. Raises Refused with the sentence of the rule that it breaks."""
    alone_in(model)
    row = model()
    _write(row, facts)
    words = [f"{label_of(model, name)}: {shown(row, name)}" for name in facts if name not in row.hushed]
    words = [one for one in words if not one.endswith(f": {NOTHING}")]
    record(row, RowMove.ADDED, by=by, after=str(row)[:40], reason="; ".join(words))
    return row


@in_turn
def change_row(row_id: int, model: type[R], *, by: Actor, seen: str = "", **facts: Any) -> R:
    """Change these fields; the history says each as it was and as it is.

    `seen` is the digest of the fields on the page. Raises Refused: somebody changed them since (conflict), what
    rests on the row forbids it, or a rule of the table is broken.
    """
    alone_in(model)
    row = lock(model._default_manager.all(), row_id)
    if seen and seen != row.digest(facts):
        raise somebody_was_faster(row, by=by)
    before = {name: shown(row, name) for name in facts}
    kept = row.kept()
    _write(row, facts)
    changed = {name: text for name, text in before.items() if shown(row, name) != text}
    if kept and any(kept.holds(name) for name in changed):
        raise Refused(kept.why, field=next(name for name in changed if kept.holds(name)))
    if changed:
        words = [
            label_of(model, name) + (" 바꿈" if name in row.hushed else f": {text} → {shown(row, name)}")
            for name, text in changed.items()
        ]
        record(row, RowMove.CHANGED, by=by, after=str(row)[:40], reason="; ".join(words))
    return row


@in_turn
def remove_row(row_id: int, model: type[TableRow], *, by: Actor) -> None:
    """Take a row away that nothing rests on. Raises Refused when something does."""
    alone_in(model)
    row = lock(model._default_manager.all(), row_id)
    if why := row.held():
        raise Refused(why)
    record(row, RowMove.REMOVED, by=by, before=str(row)[:40])
    try:
        row.delete()
    except ProtectedError as error:
        raise Refused(IN_USE) from error


def alone_in(model: type[models.Model]) -> None:
    """Wait until nobody else writes into this table: rules about several rows see all of them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [model._meta.db_table])


def _write(row: TableRow, facts: Mapping[str, Any]) -> None:
    many = {field.name: facts[field.name] for field in row._meta.many_to_many if field.name in facts}
    for name in facts.keys() - many.keys():
        setattr(row, name, facts[name])
    try:
        row.full_clean()
        row.clean_many(many)
    except ValidationError as error:
        raise refusal_of(error) from error
    row.save()
    for name, chosen in many.items():
        getattr(row, name).set(chosen)


def refusal_of(error: ValidationError) -> Refused:
    """The first sentence of a row that breaks a rule, with its field."""
    by_field = error.message_dict if hasattr(error, "error_dict") else {"__all__": error.messages}
    name, sentences = next(iter(by_field.items()))
    return Refused(sentences[0], field=None if name == "__all__" else name)
