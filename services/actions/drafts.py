"""Half-filled forms: who may open one, how long it is kept, and what ends that.

A draft belongs to the phone that was proved for it. Until one is, only the browser that writes it can open it, and
only as long as its session is used.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.utils import timezone

from services.enums.access import Held
from services.models import Draft

CLAIM = timedelta(minutes=2)


# Opening


def draft_of(session: SessionBase, kind: str) -> Draft | None:
    """The half-filled form of this kind: the one of this browser, else the newest of the verified phone."""
    phone_index, key = session.get(Held.PHONE, ""), session.get(Held.DRAFTS, {}).get(kind)
    mine = Draft.objects.living().filter(kind=kind, phone_index__in=("", phone_index))
    if key and (draft := mine.filter(pk=key).first()):
        return draft
    return mine.filter(phone_index=phone_index).order_by("updated_at").last() if phone_index else None


def new_draft(session: SessionBase, kind: str, *, phone: str = "") -> Draft:
    """Begin a form. It belongs to the verified phone of this session (E.164 `phone` where it is known)."""
    draft = Draft(kind=kind, phone=phone, phone_index=session.get(Held.PHONE, ""))
    draft.keep()
    draft.save(force_insert=True)
    hold(session, draft)
    return draft


def hold(session: SessionBase, draft: Draft) -> None:
    """This browser goes on with this draft; from now on the idle limit runs."""
    session[Held.DRAFTS] = session.get(Held.DRAFTS, {}) | {draft.kind: str(draft.pk)}
    session[Held.SEEN_AT] = int(timezone.now().timestamp())


def drafts_of(phone_index: str) -> list[Draft]:
    """Everything that was begun with this phone and can still be gone on with, newest first."""
    return list(Draft.objects.living().filter(phone_index=phone_index).order_by("-updated_at")) if phone_index else []


def own_draft(session: SessionBase, key: UUID) -> Draft | None:
    """The draft of this key if this browser or its verified phone may open it."""
    draft = Draft.objects.living().filter(pk=key).first()
    if draft is None:
        return None
    is_here = str(key) in session.get(Held.DRAFTS, {}).values() and not draft.phone_index
    return draft if is_here or draft.phone_index == session.get(Held.PHONE, "-") else None


# Writing


def save_answers(draft: Draft, **answers: Any) -> Draft:
    """Add or replace answers; values must be JSON (dates as ISO text). Each saving makes its life longer."""
    with transaction.atomic():
        stored = Draft.objects.select_for_update().filter(pk=draft.pk).first() or draft
        known: dict[str, Any] = stored.answers or {}
        draft.answers = known | answers
        draft.keep()
        draft.save()
    return draft


def claim(draft: Draft) -> bool:
    """Take it for sending: of two presses of one button one gets it. A claim that was left behind ends by itself."""
    now = timezone.now()
    free = Draft.objects.filter(pk=draft.pk).exclude(claimed_at__gt=now - CLAIM)
    return free.update(claimed_at=now) == 1


def release(draft: Draft) -> None:
    """It was not sent after all."""
    Draft.objects.filter(pk=draft.pk).update(claimed_at=None)


def drop_draft(session: SessionBase, draft: Draft) -> None:
    """The form is sent or thrown away."""
    Draft.objects.filter(pk=draft.pk).delete()
    session[Held.DRAFTS] = {kind: key for kind, key in session.get(Held.DRAFTS, {}).items() if key != str(draft.pk)}


# Changing hands


def bind(session: SessionBase, phone: str, phone_index: str, *, keeps: str) -> int:
    """A phone was proved: the form of kind `keeps`, for which it was, is theirs; what else lay open here closes.

    Returns how many forms are gone: they were not yet anybody's, and might be somebody else's.
    """
    held = session.pop(Held.DRAFTS, {})
    rows = {draft.kind: draft for draft in Draft.objects.living().filter(pk__in=held.values())}
    if draft := rows.pop(keeps, None):
        draft.phone, draft.phone_index = phone, phone_index
        draft.keep()
        draft.save()
        session[Held.DRAFTS] = {keeps: str(draft.pk)}
    return _forget(rows.values())


def close(session: SessionBase) -> None:
    """The screen was idle: forms of a proved phone wait for it, the others are gone."""
    rows = list(Draft.objects.living().filter(pk__in=session.pop(Held.DRAFTS, {}).values()))
    session[Held.CLOSED] = {draft.kind: str(draft.pk) if draft.phone_index else "" for draft in rows}
    _forget(rows)


def leave(session: SessionBase) -> None:
    """나가기: what belongs to a phone waits for it elsewhere; the rest is deleted."""
    _forget(Draft.objects.filter(pk__in=session.get(Held.DRAFTS, {}).values()))


def _forget(rows: Any) -> int:
    unbound = [draft.pk for draft in rows if not draft.phone_index]
    Draft.objects.filter(pk__in=unbound).delete()
    return len(unbound)
