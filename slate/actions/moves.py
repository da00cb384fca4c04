"""One way to change an application's state: lock, compare the version, move conditionally, write history."""

from typing import Any

from django.db.models import F
from django.utils import timezone

from services.actions import notices as outbox
from services.actions.history import record, subject_of
from services.enums.notices import Channel
from services.models import HistoryEntry
from services.notices.messages import Message
from services.rules.history import Actor
from services.rules.korean import time_ko
from services.rules.refusal import Refused
from slate.enums import MOVES, ApplicationState
from slate.models import Application


def locked(application: Application, *, version: int | None = None) -> Application:
    """The row as it is now, locked until the transaction ends.

    Raises Refused (C14, C15) when somebody changed it since the page with `version` was opened.
    """
    row = (
        Application.objects.select_for_update(of=("self",))
        .select_related("programme", "resident", "township")
        .get(pk=application.pk)
    )
    if version is not None and row.version != version:
        raise somebody_was_faster(row)
    return row


def move(
    application: Application, to: ApplicationState, *, by: Actor, name: str, reason: str = "", **changes: Any
) -> Application:
    """Move the row to a state, only from a state that may go there and only from the version at hand."""
    before = application.state
    version = application.version
    allowed = [old.value for old, new in MOVES if new == to]
    same = Application.objects.filter(pk=application.pk, version=version, state__in=allowed)
    values = changes | {"state": to, "version": version + 1}
    if to in ApplicationState.DEAD:
        values["closed_at"] = timezone.now()
    if same.update(**values) != 1:
        raise somebody_was_faster(application)
    if to in ApplicationState.DEAD:
        application.parts.update(is_live=False)
    for field, value in values.items():
        setattr(application, field, value)
    record(application, name, by=by, before=before, after=to, reason=reason)
    return application


def touch(application: Application, *, by: Actor, name: str, reason: str = "", **changes: Any) -> Application:
    """Change facts of a row without changing its state; the version rises all the same."""
    Application.objects.filter(pk=application.pk).update(version=F("version") + 1, **changes)
    application.version += 1
    for field, value in changes.items():
        setattr(application, field, value)
    record(application, name, by=by, before=application.state, after=application.state, reason=reason)
    return application


def need_state(application: Application, *states: ApplicationState) -> None:
    """Raises Refused (C15, C14) when the row is in none of these states."""
    if application.state not in states:
        raise somebody_was_faster(application)


def somebody_was_faster(application: Application) -> Refused:
    """The calm sentence for the second of two people: who was first, when, and what came out."""
    row = Application.objects.get(pk=application.pk)
    kind, key = subject_of(row)
    last = HistoryEntry.objects.filter(subject_kind=kind, subject_id=key).order_by("-seq").first()
    who = f"{last.actor_label} 담당자가" if last and last.actor_kind == "staff" else "신청인이"
    when = time_ko(timezone.localtime(last.at)) if last else ""
    if row.state in ApplicationState.DECIDED:
        return Refused(
            f"{who} {when}에 이미 결정했습니다. 결정: {row.get_state_display()}. "
            "바꾸려면 '결정 바꾸기'로 새 결정을 올려 주세요.",
            conflict=True,
        )
    return Refused(
        f"{who} {when}에 먼저 고쳤습니다. 먼저 고친 내용을 덮어쓰지 않습니다. 달라진 곳을 보고 다시 저장해 주세요.",
        conflict=True,
    )


def tell(application: Application, notice: tuple[Message, str], *, by_letter: bool = False) -> None:
    """Post a notice about the application to its applicant; what ends a step or asks for papers also on paper."""
    message, once_key = notice
    also = [Channel.LETTER] if by_letter else []
    outbox.post(message, once_key=once_key, resident=application.resident, subject=application, also=also)
