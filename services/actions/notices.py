"""The outbox's verbs: post a message inside the transaction of its cause; the dispatcher does the rest."""

from datetime import datetime

import structlog
from django.db import models, transaction
from django.utils import timezone

from services.actions.history import subject_of
from services.enums.notices import Channel, NoticeState
from services.models import CallTask, Notice, Resident
from services.notices.messages import Message
from services.rules.phones import is_mobile


def post(
    message: Message,
    *,
    once_key: str,
    resident: Resident | None = None,
    phone: str = "",
    subject: models.Model | None = None,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    is_urgent: bool = False,
) -> Notice:
    """Write one notice to `resident`: a text message, or a call task when no text can reach the phone.

    A code goes to a `phone` (E.164) whose owner is not known yet.

    The same `once_key` twice gives the first notice back. Texts longer than 90 bytes in CP949 go as LMS.
    Rings the dispatcher after commit, best effort.
    """
    to = resident.phone if resident else phone
    channel = _channel_for(to, message)
    kind, key = subject_of(subject) if subject else ("", "")
    notice, is_new = Notice.objects.get_or_create(
        once_key=once_key,
        channel=channel,
        defaults={
            "kind": message.kind,
            "resident": resident,
            "to": to,
            "title": message.title,
            "short": message.short,
            "body": message.body,
            "subject_kind": kind,
            "subject_id": key,
            "is_urgent": is_urgent,
            "next_at": not_before or timezone.now(),
            "expires_at": expires_at,
            "state": NoticeState.CALL if channel == Channel.CALL else NoticeState.QUEUED,
            "request_id": structlog.contextvars.get_contextvars().get("request_id", ""),
        },
    )
    if is_new and channel == Channel.CALL:
        CallTask.objects.create(notice=notice, due_on=timezone.localdate(notice.next_at))
    return notice


def _channel_for(phone: str, message: Message) -> Channel:
    if not is_mobile(phone):
        return Channel.CALL
    return Channel.SMS if len(message.short.encode("cp949")) <= 90 else Channel.LMS


def skip(notices: "models.QuerySet[Notice]", why: str) -> int:
    """Void notices that are not sent yet (a booking moved or cancelled); returns how many."""
    waiting = [NoticeState.QUEUED, NoticeState.HELD, NoticeState.RETRY, NoticeState.CALL]
    with transaction.atomic():
        return notices.filter(state__in=waiting).update(state=NoticeState.SKIPPED, why=why)
