"""What people do for the outbox: phone somebody, post a letter, send a dead notice again."""

from collections.abc import Iterable

from django.utils import timezone

from services.actions.history import record
from services.actions.moves import lock
from services.actions.turns import in_turn
from services.enums.notices import CallOutcome, Channel, NoticeMove, NoticeState
from services.models import CallTask, Notice
from services.notices.messages import answers_for
from services.rules.history import Actor
from services.rules.refusal import Refused

CALLED_ALREADY = "이미 처리한 전화입니다. 목록을 다시 열어 확인해 주세요."
REPLACED = "다시 보내기로 했습니다."


@in_turn
def retry(notice_id: int, *, by: Actor) -> Notice:
    """Send a dead notice again from the first attempt; its call task leaves the list. Refused if it is not dead."""
    notice = lock(Notice.objects, notice_id)
    if notice.state != NoticeState.DEAD:
        raise Refused("보내지 못한 알림만 다시 보낼 수 있습니다.", conflict=True)
    if not notice.text:
        raise Refused("지난 인증번호는 다시 보내지 않습니다.")
    call = Notice.objects.select_for_update().filter(once_key=notice.once_key, channel=Channel.CALL).first()
    if call and call.state in NoticeState.ARRIVED:
        raise Refused("이미 전화로 알려드렸습니다.", conflict=True)
    if call:
        Notice.objects.filter(pk=call.pk, state=NoticeState.CALL).update(state=NoticeState.SKIPPED, why=REPLACED)
    notice.state, notice.attempts_made, notice.why = NoticeState.QUEUED, 0, ""
    notice.next_at = notice.due_at = timezone.now()
    notice.save(update_fields=["state", "attempts_made", "next_at", "due_at", "why"])
    record(notice, NoticeMove.RETRIED, by=by, before=NoticeState.DEAD, after=NoticeState.QUEUED)
    return notice


def retry_many(notice_ids: Iterable[int], *, by: Actor) -> int:
    """Retry each; those that were told meanwhile are left alone. Returns how many go out again."""
    count = 0
    for notice_id in notice_ids:
        try:
            retry(notice_id, by=by)
        except Refused:
            continue
        count += 1
    return count


@in_turn
def close_call(call_id: int, outcome: CallOutcome, *, by: Actor, note: str = "") -> CallTask:
    """Note the outcome of one call. Told, told the family or a wrong number end the task; else it stays on the list.

    `note` is the hour to call back at, or nothing; never what the notice says.
    """
    notice = Notice.objects.select_for_update().get(call=call_id)
    task = CallTask.objects.get(pk=call_id)
    if task.closed_at or notice.state != NoticeState.CALL:
        raise Refused(CALLED_ALREADY, conflict=True)
    return _close(task, notice, outcome, by=by, note=note)


@in_turn
def answer_call(call_id: int, answer: str, *, by: Actor) -> CallTask:
    """What they said on the phone to a question of CALL_ANSWERS is done at once, and the call is told.

    Raises Refused: the call is closed already, or as the verb behind the answer.
    """
    task = CallTask.objects.select_related("notice").get(pk=call_id)
    if task.closed_at or task.notice.state != NoticeState.CALL:
        raise Refused(CALLED_ALREADY, conflict=True)
    answers_for(task.notice)[answer].verb(int(task.notice.subject_id), by=by)  # the case first, its messages after it
    notice = Notice.objects.select_for_update().get(call=call_id)
    return _close(CallTask.objects.get(pk=call_id), notice, CallOutcome.TOLD, by=by)


def _close(task: CallTask, notice: Notice, outcome: CallOutcome, *, by: Actor, note: str = "") -> CallTask:
    now = timezone.now()
    task.outcome, task.by_id, task.note, task.called_at, task.tries = outcome, by.user_id, note, now, task.tries + 1
    if outcome in CallOutcome.ENDS:
        task.closed_at = now
        reached = outcome in CallOutcome.REACHED
        notice.state = NoticeState.SENT if reached else NoticeState.DEAD
        notice.sent_at = now if reached else None
        notice.why = "" if reached else CallOutcome(outcome).label
    task.save()
    notice.attempts_made = task.tries
    notice.save(update_fields=["state", "sent_at", "why", "attempts_made"])
    record(notice, NoticeMove.CALLED, by=by, before=NoticeState.CALL, after=notice.state, reason=outcome.label)
    return task


@in_turn
def mark_posted(letter_ids: Iterable[int], *, by: Actor) -> int:
    """These letters were printed and posted; those already marked or withdrawn are left alone."""
    count = 0
    for letter in Notice.objects.filter(pk__in=list(letter_ids)).letters_to_print():
        moved = Notice.objects.filter(pk=letter.pk, state=letter.state).update(
            state=NoticeState.SENT, sent_at=timezone.now(), attempts_made=1
        )
        if moved:
            record(letter, NoticeMove.POSTED, by=by, before=letter.state, after=NoticeState.SENT)
            count += moved
    return count
