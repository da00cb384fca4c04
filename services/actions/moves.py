"""Changing a row: locked, from the version that was on screen, only where the move leads, with its history entry."""

from typing import Any, TypeVar

from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from services.actions.history import record, subject_of
from services.enums.history import ActorKind
from services.enums.moves import Move
from services.models import HistoryEntry
from services.rules.history import Actor
from services.rules.korean import time_ko
from services.rules.refusal import Refused

M = TypeVar("M", bound=models.Model)
CHANGED = "그사이 상태가 달라졌습니다. 지금 모습을 보고 다시 해 주세요."
_ANYTHING, _STATE_CHANGES = Q(), ~Q(before=F("after"))
_AGENTS = {
    ActorKind.RESIDENT: "시민이",
    ActorKind.SYSTEM: "자동 처리가",
    ActorKind.API_KEY: "연결된 장치가",
    ActorKind.LINK: "주소를 받은 분이",
}


def lock(rows: "models.Manager[M] | QuerySet[M]", pk: object, *, version: int | None = None) -> M:
    """The row as it is now, locked until the transaction ends.

    Raises DoesNotExist, and Refused(conflict) when somebody changed it since the page with `version` was opened.
    """
    row = rows.select_for_update(of=("self",)).get(pk=pk)
    if version is not None and getattr(row, "version") != version:  # noqa: B009 (not every model has one)
        raise somebody_was_faster(row)
    return row


def refuse_unless(name: Move, row: models.Model, *, by: Actor) -> str:
    """Where this move leads from the state at hand. Raises Refused(conflict) when it may not be made (any more)."""
    after = name.target(getattr(row, "state"))  # noqa: B009
    if after is None:
        raise somebody_was_faster(row, by=by, among=_STATE_CHANGES)
    return after


def move(row: M, name: Move, /, *, by: Actor, reason: str = "", **changes: Any) -> M:
    """Make the move: a conditional UPDATE from the state (and version) at hand, then the history entry.

    Raises Refused(conflict) when the row is not, or no longer, where this move may be made.
    """
    before: str = getattr(row, "state")  # noqa: B009
    after = refuse_unless(name, row, by=by)
    _write(row, changes | {"state": after}, by=by, state=before)
    record(row, name, by=by, before=before, after=after, reason=reason)
    return row


def note(row: M, name: Move, /, *, by: Actor, reason: str = "", **changes: Any) -> M:
    """Change facts of the row, or only say what happened to it; its state stays."""
    state: str = getattr(row, "state", "")
    if changes or hasattr(row, "version"):
        _write(row, changes, by=by)
    record(row, name, by=by, before=state, after=state, reason=reason)
    return row


def _write(row: models.Model, values: dict[str, Any], *, by: Actor, **condition: Any) -> None:
    if hasattr(row, "version"):
        condition["version"] = row.version
        values = values | {"version": row.version + 1}
    if type(row)._base_manager.filter(pk=row.pk, **condition).update(**values) != 1:
        raise somebody_was_faster(row, by=by)
    for field, value in values.items():
        setattr(row, field, value)


def somebody_was_faster(row: models.Model, *, by: Actor | None = None, among: Q = _ANYTHING) -> Refused:
    """The calm sentence for the second of two people: who was first, when, and what they did (C14, C15).

    A model whose cases are decided says in `verdict` what came out. A resident is not told who of the staff it was.
    """
    kind, key = subject_of(row)
    entries = HistoryEntry.objects.filter(among, subject_kind=kind, subject_id=key)
    last = entries.order_by("-seq").first()
    if last is None or (by and by.kind == ActorKind.RESIDENT):
        return Refused(CHANGED, conflict=True)
    who = f"{last.actor_label} 담당자가" if last.actor_kind == ActorKind.STAFF else _AGENTS[ActorKind(last.actor_kind)]
    when = time_ko(timezone.localtime(last.at))
    if verdict := getattr(type(row)._base_manager.get(pk=row.pk), "verdict", ""):
        return Refused(f"{who} {when}에 이미 결정했습니다. 결정: {verdict}. 다시 결정할 수 없습니다.", conflict=True)
    words = {str(one.value): f"({one.label})" for one in getattr(row, "moves", ())}
    return Refused(
        f"{who} {when}에 먼저 고쳤습니다{words.get(last.move, '')}. 먼저 고친 내용을 덮어쓰지 않습니다. "
        "적으신 것은 그대로 있습니다. 달라진 곳을 보고 다시 해 주세요.",
        conflict=True,
    )
