"""Post a message inside the transaction of its cause, by the channels its addressee can be reached by."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import structlog
from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Greatest
from django.utils import timezone

from services.actions.history import record, subject_of
from services.actions.moves import lock
from services.actions.notices import doorbell
from services.actions.turns import in_turn
from services.enums.notices import Channel, NoticeState
from services.enums.people import ResidentMove
from services.models import CallTask, ContactWish, Notice, Resident
from services.notices.messages import SMS_BYTES, Letter, Message
from services.reports.calendar import EveryHoliday
from services.rules.calendar import next_office_hour
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
    letter = Letter(
        message=message,
        once_key=once_key,
        resident=resident,
        phone=phone,
        subject=subject,
        also=tuple(also),
        not_before=not_before,
        expires_at=expires_at,
        is_urgent=is_urgent,
    )
    (channel,) = post_many([letter])
    return Notice.objects.get(once_key=once_key, channel=channel)


def post_many(letters: Sequence[Letter]) -> list[Channel]:
    """Post several messages with one insert; returns the first channel of each. What is posted already stays as it is.

    Otherwise as `post`. The unique once-key decides what is new, so two at once write a message once.
    """
    wishes = _wishes_of(letters)
    notices: list[Notice] = []
    firsts = []
    for letter in letters:
        wish = wishes.get(letter.resident.pk) if letter.resident else None
        made = _notices_of(letter, wish or ContactWish())
        firsts.append(Channel(made[0].channel))
        notices += made
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    _add_calls([one.once_key for one in notices if one.channel == Channel.CALL])
    if settings.DOORBELL:
        transaction.on_commit(doorbell.ring, robust=True)
    return firsts


def _wishes_of(letters: Sequence[Letter]) -> dict[int, ContactWish]:
    """How these people want to be told, where a longer text leaves a choice at all. One query or none."""
    keys = {letter.resident.pk for letter in letters if letter.resident and letter.message.body}
    if not keys:
        return {}
    return {one.resident_id: one for one in ContactWish.objects.filter(resident_id__in=keys)}


def _add_calls(once_keys: list[str]) -> None:
    """A call task for each new call; the one of an earlier posting stays."""
    if not once_keys:
        return
    calls = Notice.objects.filter(
        once_key__in=once_keys, channel=Channel.CALL, state=NoticeState.CALL, call__isnull=True
    )
    holidays = EveryHoliday()  # nobody phones on a Sunday or at night
    CallTask.objects.bulk_create(
        [
            CallTask(notice=one, due_on=next_office_hour(one.next_at, holidays).date())
            for one in calls.filter(call__isnull=True).order_by("pk")
        ],
        ignore_conflicts=True,
    )


def _notices_of(letter: Letter, wish: ContactWish) -> list[Notice]:
    """The rows of one letter, the first by the best channel."""
    resident = letter.resident
    if letter.only:
        return [_notice(letter, letter.only, _address(letter.only, letter, wish))]
    first = letter.first or _channel_for(letter.message, resident, _phone_of(letter), wish)
    wished = _wished(letter.message, resident, first, letter.expires_at, wish)
    addresses = {channel: _address(channel, letter, wish) for channel in dict.fromkeys([first, *letter.also, *wished])}
    return [_notice(letter, channel, address) for channel, address in addresses.items() if channel == first or address]


def _notice(letter: Letter, channel: Channel, to: str) -> Notice:
    message = letter.message
    kind, key = subject_of(letter.subject) if letter.subject else ("", "")
    state = NoticeState.CALL if channel == Channel.CALL else NoticeState.QUEUED
    return Notice(
        once_key=letter.once_key,
        kind=message.kind,
        channel=channel,
        state=NoticeState.SKIPPED if letter.too_late else state,
        resident=letter.resident,
        to=to,
        title=message.title,
        reference=message.reference,
        short=message.short,
        body=message.letter or message.body if channel == Channel.LETTER else message.body,
        spoken=message.spoken,
        subject_kind=kind,
        subject_id=key,
        is_urgent=letter.is_urgent,
        next_at=letter.not_before or timezone.now(),
        due_at=letter.not_before or timezone.now(),
        expires_at=letter.expires_at,
        why=letter.too_late,
        request_id=structlog.contextvars.get_contextvars().get("request_id", ""),
    )


def text_channel(message_short: str) -> Channel:
    """SMS up to 90 bytes in CP949, else LMS (KR-04)."""
    return Channel.SMS if cp949_bytes(message_short) <= SMS_BYTES else Channel.LMS


def _channel_for(message: Message, resident: Resident | None, phone: str, wish: ContactWish) -> Channel:
    if not is_mobile(phone):
        return Channel.CALL
    has_template = settings.ALIMTALK_PROFILE and message.kind in settings.ALIMTALK_TEMPLATES
    if has_template and resident and message.body and wish.by_alimtalk:
        return Channel.ALIMTALK
    return text_channel(message.short)


def _wished(
    message: Message, resident: Resident | None, first: Channel, expires_at: datetime | None, wish: ContactWish
) -> list[Channel]:
    """E-mail and letter on top: by the resident's wish, and a letter where only a call is left.

    A letter arrives days later, so nothing that expires becomes one.
    """
    if resident is None or not message.body:
        return []
    wants_letter = expires_at is None and (wish.by_letter or first == Channel.CALL)
    return [Channel.EMAIL] * bool(wish.email) + [Channel.LETTER] * wants_letter


def _address(channel: Channel, letter: Letter, wish: ContactWish) -> str:
    """Where this channel goes to: phone, e-mail or postal address; empty if it is not known."""
    if channel == Channel.EMAIL:
        return wish.email
    if channel == Channel.LETTER:
        return letter.postal_address or (letter.resident.address if letter.resident else "")
    return _phone_of(letter)


def _phone_of(letter: Letter) -> str:
    """The one given for this case goes before the person's."""
    return letter.phone or (letter.resident.phone if letter.resident else "")


def skip(notices: "models.QuerySet[Notice]", why: str) -> int:
    """Void notices that are not sent yet (a booking moved or cancelled); returns how many."""
    with transaction.atomic():
        return notices.filter(state__in=list(NoticeState.VOIDABLE)).update(state=NoticeState.SKIPPED, why=why)


def pause(notices: "models.QuerySet[Notice]", why: str, *, code: str) -> int:
    """Void notices until `resume` of the same code takes it back; `why` is for people. Returns how many."""
    with transaction.atomic():
        voidable = notices.filter(state__in=list(NoticeState.VOIDABLE))
        return voidable.update(state=NoticeState.SKIPPED, why=why, paused_by=code)


def resume(notices: "models.QuerySet[Notice]", *, code: str) -> int:
    """Take back a `pause` of this code while there is still time; returns how many go out after all."""
    voided = notices.filter(state=NoticeState.SKIPPED, paused_by=code)
    in_time = voided.filter(models.Q(expires_at__isnull=True) | models.Q(expires_at__gt=timezone.now()))
    by_call = models.When(channel=Channel.CALL, then=models.Value(NoticeState.CALL))
    with transaction.atomic():
        state = models.Case(by_call, default=models.Value(NoticeState.QUEUED))
        due_at = Greatest("due_at", models.Value(timezone.now()))
        return in_time.update(state=state, why="", paused_by="", due_at=due_at)


@in_turn
def wish(
    resident_id: int, *, by: Actor, email: str = "", by_alimtalk: bool = True, by_letter: bool = False
) -> ContactWish:
    """Keep how this resident wants to be told; the text message always stays."""
    resident = lock(Resident.objects, resident_id)
    wish, _ = ContactWish.objects.update_or_create(
        resident=resident, defaults={"email": email, "by_alimtalk": by_alimtalk, "by_letter": by_letter}
    )
    record(resident, ResidentMove.CONTACT_WISH, by=by)
    return wish
