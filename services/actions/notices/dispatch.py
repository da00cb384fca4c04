"""Hand out what is due: claim with a lease, send outside any lock, mark afterwards.

Two dispatchers never claim the same row (SKIP LOCKED); one that dies leaves a lease that runs out; one that comes back
too late finds another lease in its row and marks nothing. A notice that cannot be read, sent or marked takes no other
along: it is tried again like one that the provider did not take, and staff see it.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from services.actions.faults import clear_faults, each, in_halves, name_of, note_fault
from services.actions.notices.posting import text_channel
from services.actions.notices.senders import Outcome, Outgoing, Sender, SendResult, sender_for
from services.enums.notices import Channel, NoticeState
from services.models import CallTask, JobFault, Notice, NoticeAttempt
from services.reports.calendar import EveryHoliday
from services.rules.calendar import next_office_hour
from services.rules.notices import LONGEST_WAIT, MAX_ATTEMPTS, back_off, next_opening

ROUND_SECONDS = 60.0
FOLLOW_DAYS = 3  # carriers report within 72 hours
TOO_LATE = "보낼 때가 지났습니다."
UNREADABLE = "내용을 읽지 못했습니다."
JOB, FOLLOW_JOB = "services.dispatch_notices", "services.follow_deliveries"
CARRIERS = (Channel.BY_PHONE, frozenset({Channel.EMAIL.value}))
NO_ANSWER = SendResult(Outcome.LATER, detail="no answer")
log = structlog.get_logger(__name__)


def dispatch_due(limit: int = 1000) -> int:
    """Send what is due, urgent codes first, at most `limit` and about a minute; returns how many were accepted."""
    stop_at, sent = time.monotonic() + ROUND_SECONDS, 0
    put_aside()
    for channels in CARRIERS:
        sender = sender_for(Channel(min(channels)))
        left = limit
        while left > 0 and time.monotonic() < stop_at and (batch := claim(channels, min(left, sender.batch))):
            left -= len(batch)
            sent += _deliver(batch, sender)
    _clear_settled()
    return sent


def _clear_settled() -> None:
    """Faults of notices that went out after all, or that nobody wants sent any more."""
    faults = list(JobFault.objects.filter(job__startswith=JOB).values_list("job", "item"))
    if not faults:
        return
    keys = {item.rpartition(":")[2] for _, item in faults}
    waiting = Notice.objects.filter(
        pk__in=keys, state__in=[*NoticeState.WAITING, NoticeState.SENDING, NoticeState.DEAD]
    )
    still = {_name(key) for key in waiting.values_list("pk", flat=True)}
    for job in {job for job, _ in faults}:
        clear_faults(job, [item for of, item in faults if of == job and item not in still])


def put_aside() -> None:
    """What came too late is not sent any more; what fell in the night waits for the morning (KR-04)."""
    now = timezone.now()
    late = Notice.objects.due().filter(expires_at__lte=now)
    late.filter(is_urgent=True).update(state=NoticeState.SKIPPED, why=TOO_LATE, **_erased())
    late.filter(is_urgent=False).update(state=NoticeState.SKIPPED, why=TOO_LATE)
    opening = next_opening(now, settings.NOTICE_HOURS)
    if opening > now:
        Notice.objects.due().filter(is_urgent=False).update(state=NoticeState.HELD, next_at=opening)


def _erased() -> dict[str, str]:
    """A phone code is nobody's business once it is sent; a demonstration shows it to the newcomer."""
    return {} if settings.DEMO else {"short": "", "body": ""}


def claim(channels: frozenset[str], limit: int) -> list[Notice]:
    """Take up to `limit` due notices of these channels; nobody else gets them for NOTICE_LEASE_SECONDS."""
    lease = timezone.now() + timedelta(seconds=settings.NOTICE_LEASE_SECONDS)
    with transaction.atomic():
        due = Notice.objects.due().filter(channel__in=channels).order_by("-is_urgent", "next_at", "pk")
        keys = list(due.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:limit])
        Notice.objects.filter(pk__in=keys).update(
            state=NoticeState.SENDING, lease_until=lease, attempts_made=F("attempts_made") + 1
        )
    return _read(keys, unreadable=_put_back)


def _read(keys: Sequence[int], *, unreadable: Callable[[Sequence[int]], None]) -> list[Notice]:
    """These notices in their order; those whose columns nobody can decrypt go to `unreadable`."""
    found: dict[int, Notice] = {}

    def read(some: Sequence[int]) -> int:
        found.update(Notice.objects.in_bulk(some))
        return len(some)

    _, bad = in_halves(keys, read, job=JOB, name=_name)
    if bad:
        unreadable(bad)
    return [found[key] for key in keys if key in found]


def _name(key: int) -> str:
    return f"{Notice._meta.label_lower}:{key}"


def _put_back(keys: Sequence[int]) -> None:
    """What cannot be read is not sent: it waits, and is dead after MAX_ATTEMPTS as any other."""
    now, held = timezone.now(), Notice.objects.filter(pk__in=keys)
    later = {"state": NoticeState.RETRY, "next_at": now + LONGEST_WAIT, "lease_until": None, "why": UNREADABLE}
    held.filter(attempts_made__lt=MAX_ATTEMPTS).update(**later)
    held.filter(attempts_made__gte=MAX_ATTEMPTS).update(state=NoticeState.DEAD, lease_until=None, why=UNREADABLE)


def _deliver(batch: Sequence[Notice], sender: Sender) -> int:
    worn_out = [notice for notice in batch if notice.attempts_made > MAX_ATTEMPTS]  # each try killed its worker
    alive = [notice for notice in batch if notice.attempts_made <= MAX_ATTEMPTS]
    letters = each(alive, _outgoing, job=f"{JOB}:letter", is_all=False, in_one=False).done
    results = _handed_over(letters, sender) if letters else {}
    results |= {notice.pk: SendResult(Outcome.REJECTED, detail="worker lost") for notice in worn_out}
    plain = [notice for notice in batch if not notice.is_urgent and _is_accepted(results.get(notice.pk))]
    in_halves(plain, lambda some: settle_accepted(some, results), job=f"{JOB}:settle", name=name_of)
    others = [notice for notice in batch if notice not in plain]
    each(others, lambda one: settle(one, results.get(one.pk, NO_ANSWER)), job=f"{JOB}:settle", is_all=False)
    accepted = [result for result in results.values() if result.outcome in (Outcome.ACCEPTED, Outcome.DELIVERED)]
    log.info("notices_dispatched", claimed=len(batch), accepted=len(accepted))
    return len(accepted)


def _handed_over(letters: list[Outgoing], sender: Sender) -> dict[int, SendResult]:
    """The sender's verdicts. After a fault of ours in a batch each letter goes alone, as one that may have arrived."""
    try:
        return sender.send(letters)
    except Exception as error:  # noqa: BLE001 - a fault of ours in a sender must not leave a batch without a verdict
        if len(letters) == 1:
            note_fault(f"{JOB}:send", _name(letters[0].pk), error)
            return {letters[0].pk: SendResult(Outcome.LATER, detail=type(error).__name__)}
    results: dict[int, SendResult] = {}
    for letter in letters:
        results |= _handed_over([replace(letter, is_repeat=True)], sender)
    return results


def _outgoing(notice: Notice) -> Outgoing:
    channel = Channel(notice.channel)
    reference = f" ({notice.reference})" if notice.reference and channel == Channel.EMAIL else ""
    return Outgoing(
        pk=notice.pk,
        key=f"{notice.pk}:{notice.once_key}"[:100],
        kind=notice.kind,
        channel=channel,
        to=notice.to,
        title=notice.title + reference,
        text=notice.text,
        posted_at=notice.created_at,
        is_code=notice.is_urgent,
        is_repeat=notice.attempts_made > 1,
    )


def _is_accepted(result: SendResult | None) -> bool:
    return result is not None and result.outcome == Outcome.ACCEPTED


@transaction.atomic
def settle_accepted(notices: Sequence[Notice], results: dict[int, SendResult]) -> int:
    """What `settle` does, for the many that went well: a few statements a batch, not a few a notice."""
    leased = {"pk__in": [notice.pk for notice in notices], "lease_until": notices[0].lease_until}
    ours = Notice.objects.filter(state=NoticeState.SENDING, **leased).select_for_update().order_by("pk")
    keys = list(ours.values_list("pk", flat=True))
    now = timezone.now()
    provider_ids = Case(*(When(pk=pk, then=Value(results[pk].provider_id)) for pk in keys), default=Value(""))
    Notice.objects.filter(pk__in=keys).update(
        state=NoticeState.SENT,
        provider_id=provider_ids,
        sent_at=now,
        next_at=now + timedelta(minutes=1),
        lease_until=None,
        why="",
    )
    NoticeAttempt.objects.bulk_create(
        NoticeAttempt(notice_id=pk, ok=True, detail=results[pk].detail[:200]) for pk in keys
    )
    return len(keys)


@transaction.atomic
def settle(notice: Notice, result: SendResult) -> bool:
    """Mark one claimed notice by its result; False if our lease ran out and somebody else has it."""
    changes = _changes(notice, result)
    ours = Notice.objects.filter(pk=notice.pk, state=NoticeState.SENDING, lease_until=notice.lease_until)
    if not ours.update(lease_until=None, **changes):
        return False
    is_ok = changes["state"] in NoticeState.ARRIVED
    NoticeAttempt.objects.create(notice=notice, ok=is_ok, detail=result.detail[:200])
    if changes["state"] == NoticeState.DEAD:
        fall_back(notice)
    return True


def _changes(notice: Notice, result: SendResult) -> dict[str, object]:
    now = timezone.now()
    if result.outcome in (Outcome.ACCEPTED, Outcome.DELIVERED):
        state = NoticeState.SENT if result.outcome == Outcome.ACCEPTED else NoticeState.DELIVERED
        changes: dict[str, object] = {"state": state, "provider_id": result.provider_id, "sent_at": now, "why": ""}
        return changes | {"next_at": now + timedelta(minutes=1)} | (_erased() if notice.is_urgent else {})
    if result.outcome == Outcome.REJECTED or notice.attempts_made >= MAX_ATTEMPTS:
        dead: dict[str, object] = {"state": NoticeState.DEAD, "why": result.detail[:120]}
        return dead | (_erased() if notice.is_urgent else {})
    wait = back_off(notice.attempts_made, is_urgent=notice.is_urgent)
    return {"state": NoticeState.RETRY, "next_at": now + wait, "why": result.detail[:120]}


def fall_back(notice: Notice) -> None:
    """A dead notice goes on by the next channel: 알림톡 -> text -> call list (COPY 5.0). In the caller's transaction.

    A phone code has no way but the text; an e-mail came on top of a text.
    """
    if notice.is_urgent or notice.resident_id is None or notice.channel == Channel.EMAIL:
        return
    if notice.channel == Channel.ALIMTALK:
        _copy(notice, text_channel(notice.short), NoticeState.QUEUED)
        Notice.objects.filter(pk=notice.pk).update(state=NoticeState.FALLBACK)
        return
    call = _copy(notice, Channel.CALL, NoticeState.CALL)
    due_on = next_office_hour(timezone.now(), EveryHoliday()).date()
    CallTask.objects.get_or_create(notice=call, defaults={"due_on": due_on})


def _copy(notice: Notice, channel: Channel, state: NoticeState) -> Notice:
    """The same message by another channel; one that was put off by a retry comes back."""
    same = ("kind", "resident_id", "to", "title", "reference", "short", "body", "spoken", "subject_kind", "subject_id")
    copied = {name: getattr(notice, name) for name in (*same, "expires_at", "request_id")}
    copy, is_new = Notice.objects.get_or_create(
        once_key=notice.once_key, channel=channel, defaults=copied | {"state": state}
    )
    if not is_new:
        Notice.objects.filter(pk=copy.pk, state=NoticeState.SKIPPED).update(state=state, why="")
    return copy


def follow_deliveries(limit: int = 500) -> int:
    """Ask the provider what became of texts it accepted; returns how many are known now.

    A text that never reached its phone goes on by the next channel. The wait between two questions doubles.
    """
    now = timezone.now()
    open_ones = Notice.objects.filter(
        Q(channel__in=Channel.BY_PHONE),
        state=NoticeState.SENT,
        next_at__lte=now,
        sent_at__gt=now - timedelta(days=FOLLOW_DAYS),
    ).exclude(provider_id="")
    keys = list(open_ones.order_by("next_at", "pk").values_list("pk", flat=True)[:limit])
    notices = _read(keys, unreadable=lambda bad: _ask_much_later(bad, now))
    if not notices:
        return 0
    sender = sender_for(Channel.SMS)
    known = 0
    for start in range(0, len(notices), sender.batch):
        part = notices[start : start + sender.batch]
        known += _note_outcomes(part, _outcomes(part, sender), now)
    return known


def _ask_much_later(keys: Sequence[int], now: datetime) -> None:
    Notice.objects.filter(pk__in=keys).update(next_at=now + LONGEST_WAIT)


def _outcomes(notices: Sequence[Notice], sender: Sender) -> dict[str, SendResult]:
    """What the sender knows of these; one that it fails at is asked about again later."""
    found: dict[str, SendResult] = {}

    def ask(some: Sequence[Notice]) -> int:
        found.update(sender.outcomes([notice.provider_id for notice in some]))
        return len(some)

    in_halves(notices, ask, job=f"{FOLLOW_JOB}:ask", name=name_of)
    return found


def _note_outcomes(notices: Sequence[Notice], outcomes: dict[str, SendResult], now: datetime) -> int:
    def note(notice: Notice) -> int:
        result = outcomes.get(notice.provider_id)
        return _note_outcome(notice, result, now) if result else _ask_again(notice, now)

    return sum(each(notices, note, job=FOLLOW_JOB, is_all=False).done)


def _note_outcome(notice: Notice, result: SendResult, now: datetime) -> int:
    arrived = result.outcome == Outcome.DELIVERED
    state = NoticeState.DELIVERED if arrived else NoticeState.DEAD
    moved = Notice.objects.filter(pk=notice.pk, state=NoticeState.SENT).update(
        state=state, why="" if arrived else result.detail[:120]
    )
    if moved and not arrived:
        NoticeAttempt.objects.create(notice=notice, ok=False, detail=result.detail[:200])
        if notice.expires_at is None or notice.expires_at > now:
            fall_back(notice)
    return moved


def _ask_again(notice: Notice, now: datetime) -> int:
    waited = now - (notice.sent_at or now)
    Notice.objects.filter(pk=notice.pk).update(next_at=now + max(waited, timedelta(minutes=1)))
    return 0
