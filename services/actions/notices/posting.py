"""Post a message inside the transaction of its cause, by the channels its addressee can be reached by."""

from collections.abc import Iterable
from datetime import datetime

import structlog
from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from services.actions.history import record, subject_of
from services.actions.notices import doorbell
from services.enums.notices import Channel, NoticeState
from services.models import CallTask, ContactWish, Notice, Resident
from services.notices.messages import SMS_BYTES, Message
from services.rules.history import Actor
from services.rules.korean import cp949_bytes
from services.rules.phones import is_mobile


def post(
    message: Message,
    *,
    once_key: str,
    resident: Resident | None = None,
    phone: str = "",
    subject: models.Model | None = None,
    also: Iterable[Channel] = (),
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    is_urgent: bool = False,
) -> Notice:
    """Write the notices of one message, one row a channel, and give the first back.

    To `resident`, or to a bare `phone` (E.164) where nobody is known yet. 알림톡 where it is set up, else a text (long
    above 90 bytes in CP949); no mobile phone: a call task, and a letter at once (COPY 5.0). `also` adds channels:
    decisions go as LETTER too. The same `once_key` twice gives the first notices back. After commit the dispatcher is
    rung; nothing here talks to a broker or a provider.
    """
    first = _channel_for(message, resident, phone or (resident.phone if resident else ""))
    channels = dict.fromkeys([first, *also, *_wished(message, resident, first, expires_at)])
    kind, key = subject_of(subject) if subject else ("", "")
    notices = [
        _write(
            channel,
            message,
            once_key,
            resident=resident,
            to=_address(channel, resident) or phone,
            subject_kind=kind,
            subject_id=key,
            is_urgent=is_urgent,
            next_at=not_before or timezone.now(),
            expires_at=expires_at,
        )
        for channel in channels
        if channel == first or _address(channel, resident)
    ]
    if settings.DOORBELL:
        transaction.on_commit(doorbell.ring, robust=True)
    return notices[0]


def _write(channel: Channel, message: Message, once_key: str, **fields: object) -> Notice:
    fields |= {
        "kind": message.kind,
        "title": message.title,
        "reference": message.reference,
        "short": message.short,
        "body": message.letter or message.body if channel == Channel.LETTER else message.body,
        "state": NoticeState.CALL if channel == Channel.CALL else NoticeState.QUEUED,
        "request_id": structlog.contextvars.get_contextvars().get("request_id", ""),
    }
    notice, is_new = Notice.objects.get_or_create(once_key=once_key, channel=channel, defaults=fields)
    if is_new and channel == Channel.CALL:
        CallTask.objects.create(notice=notice, due_on=timezone.localdate(notice.next_at))
    return notice


def text_channel(message_short: str) -> Channel:
    """SMS up to 90 bytes in CP949, else LMS (KR-04)."""
    return Channel.SMS if cp949_bytes(message_short) <= SMS_BYTES else Channel.LMS


def _channel_for(message: Message, resident: Resident | None, phone: str) -> Channel:
    if not is_mobile(phone):
        return Channel.CALL
    has_template = settings.ALIMTALK_PROFILE and message.kind in settings.ALIMTALK_TEMPLATES
    if has_template and resident and message.body and _wish_of(resident).by_alimtalk:
        return Channel.ALIMTALK
    return text_channel(message.short)


def _wished(message: Message, resident: Resident | None, first: Channel, expires_at: datetime | None) -> list[Channel]:
    """E-mail and letter on top: by the resident's wish, and a letter where only a call is left.

    A letter arrives days later, so nothing that expires becomes one.
    """
    if resident is None or not message.body:
        return []
    wish = _wish_of(resident)
    wants_letter = expires_at is None and (wish.by_letter or first == Channel.CALL)
    return [Channel.EMAIL] * bool(wish.email) + [Channel.LETTER] * wants_letter


def _wish_of(resident: Resident) -> ContactWish:
    return ContactWish.objects.filter(resident=resident).first() or ContactWish(resident=resident)


def _address(channel: Channel, resident: Resident | None) -> str:
    """Where this channel goes to: phone, e-mail or postal address; empty if it is not known."""
    if resident is None:
        return ""
    if channel == Channel.EMAIL:
        return _wish_of(resident).email
    return resident.address if channel == Channel.LETTER else resident.phone


def skip(notices: "models.QuerySet[Notice]", why: str) -> int:
    """Void notices that are not sent yet (a booking moved or cancelled); returns how many."""
    with transaction.atomic():
        return notices.filter(state__in=list(NoticeState.VOIDABLE)).update(state=NoticeState.SKIPPED, why=why)


@transaction.atomic
def wish(resident: Resident, *, by: Actor, email: str = "", by_alimtalk: bool = True, by_letter: bool = False) -> None:
    """Keep how this resident wants to be told; the text message always stays."""
    ContactWish.objects.update_or_create(
        resident=resident, defaults={"email": email, "by_alimtalk": by_alimtalk, "by_letter": by_letter}
    )
    record(resident, "contact_wish", by=by)
