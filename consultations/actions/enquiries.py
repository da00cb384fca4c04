"""Always-on enquiries: asked, given to an adviser, answered by the day that was promised, or referred elsewhere."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone

from consultations.actions.wishes import NEEDS_CONSENT
from consultations.enums import (
    AnswerBy,
    AnsweredBy,
    BookingKind,
    CallTime,
    ConsentKind,
    EnquiryMove,
    EnquiryState,
    FollowUp,
    Source,
    Topic,
    TurnKind,
)
from consultations.models import Adviser, Booking, Enquiry, EnquiryPause, Turn, Waiting
from consultations.notices import calls_about, enquiry_key, enquiry_message
from consultations.reports.consents import enquiry_consents
from services.actions import moves
from services.actions.consents import write_consents
from services.actions.constraints import friendly
from services.actions.documents import adopt
from services.actions.faults import each
from services.actions.history import record
from services.actions.notices import post, skip
from services.actions.references import insert_with_number
from services.actions.turns import in_turn
from services.enums.calendar import ExtensionReason
from services.enums.notices import Channel
from services.models import Draft, Resident
from services.reports.calendar import EveryHoliday
from services.rules.calendar import Pause, due_on, longest_extension
from services.rules.history import Actor
from services.rules.references import letter_reference
from services.rules.refusal import Refused

CHANGED = "상태가 달라졌습니다. 화면을 새로 열어 확인해 주세요."
NOT_YOURS = "다른 세무사·변호사가 맡은 질문입니다."
NO_TEXT = "내용이 비어 있습니다. 적어 주세요."
OTHER_WAY = "물어보신 분이 고르신 방법과 다릅니다. 왜 다르게 답하시는지 적어 주세요."
WENT_ON = "질문이 다음으로 넘어갔습니다."
MEET_WANTED = "만나서 상담받고 싶다고 하심"


@dataclass(frozen=True, slots=True)
class Ask:
    """What a person asks and how the answer shall come; the text is encrypted when stored."""

    kind: BookingKind
    question: str
    answer_by: AnswerBy
    topic: Topic = Topic.UNSURE
    call_time: CallTime | str = ""
    urgent_on: date | None = None
    consents: Mapping[str, bool] = field(default_factory=dict)


# The resident


@in_turn
def receive(
    ask: Ask,
    *,
    resident: Resident,
    by: Actor,
    source: Source = Source.WEB,
    draft: Draft | None = None,
) -> Enquiry:
    """Take a question with the files of its draft: number, promised day, message S12.

    The period runs from today, the day of receipt (MW-02, MW-04, MW-09). Raises Refused: empty text, consent missing.
    """
    if not ask.question.strip():
        raise Refused("질문이 비어 있습니다. 무엇이 궁금하신지 적어 주세요.", field="question")
    for kind in ConsentKind.REQUIRED:
        if not ask.consents.get(kind):
            raise Refused(NEEDS_CONSENT, field=kind)
    today = timezone.localdate()
    enquiry = Enquiry(
        resident=resident,
        kind=ask.kind,
        topic=ask.topic,
        answer_by=ask.answer_by,
        call_time=(ask.call_time or CallTime.ANY) if ask.answer_by == AnswerBy.CALL else "",
        urgent_on=ask.urgent_on,
        source=source,
        taken_by_id=by.user_id,
        asked_on=today,
        due_on=today,
    )
    enquiry.due_on = _due(enquiry)
    insert_with_number(partial(_insert, enquiry), constraint="enquiry_reference_is_unique")
    _write(enquiry, TurnKind.QUESTION, ask.question)
    how = source.consent_how
    write_consents(enquiry, ask.consents, enquiry_consents(), resident=resident, how=how)
    if draft:
        adopt(draft, enquiry, resident=resident)
    record(enquiry, EnquiryMove.RECEIVED, by=by, after=enquiry.state)
    _tell("enquiry_received", enquiry, title="질문을 받았습니다")
    return enquiry


def _insert(enquiry: Enquiry, number: int) -> None:
    enquiry.reference = letter_reference("Q", number)
    enquiry.save(force_insert=True)


@in_turn
def reply(enquiry_id: int, text: str, *, by: Actor) -> Enquiry:
    """What the adviser asked for has come: the clock goes on, longer by the paused days (MW-07)."""
    enquiry = _lock(enquiry_id)
    pause = enquiry.pauses.filter(received_on__isnull=True).first()
    if pause is None or not enquiry.is_waiting:
        raise Refused(CHANGED, conflict=True)
    _write(enquiry, TurnKind.REPLY, text)
    pause.received_on = timezone.localdate()
    pause.save(update_fields=["received_on"])
    skip(calls_about(enquiry), WENT_ON)
    return moves.note(enquiry, EnquiryMove.REPLIED, by=by, due_on=_due(enquiry))


@in_turn
def ask_again(enquiry_id: int, text: str, *, by: Actor) -> Enquiry:
    """더 묻고 싶습니다: the same adviser, a new question, a new period with its own extension."""
    enquiry = _lock(enquiry_id)
    moves.refuse_unless(EnquiryMove.FOLLOWED_UP, enquiry, by=by)
    enquiry.round += 1
    enquiry.asked_on, enquiry.extra_days = timezone.localdate(), 0
    _write(enquiry, TurnKind.QUESTION, text)
    clock: dict[str, Any] = {name: getattr(enquiry, name) for name in ("round", "asked_on", "extra_days")}
    return moves.move(enquiry, EnquiryMove.FOLLOWED_UP, by=by, due_on=_due(enquiry), **clock)


@in_turn
def close(enquiry_id: int, *, by: Actor, reason: str = "") -> Enquiry:
    """The answer has helped, or a consultation follows. A second time changes nothing."""
    enquiry = _lock(enquiry_id)
    if enquiry.state == EnquiryState.CLOSED:
        return enquiry
    skip(calls_about(enquiry), WENT_ON)
    return moves.move(enquiry, EnquiryMove.CLOSED, by=by, reason=reason, ended_at=timezone.now())


@in_turn
def meet(enquiry_id: int, make: Callable[[], Booking | Waiting], *, by: Actor) -> Booking | Waiting:
    """만날 약속 잡기: `make` books (or puts in line), and the question remembers under which number."""
    made = make()
    enquiry = _lock(enquiry_id)
    moves.note(enquiry, EnquiryMove.MEETING_BOOKED, by=by, reason=f"예약번호 {made.shown_reference}")
    return made


def close_silent() -> int:
    """Close what was answered CONSULTATION_CLOSE_DAYS ago and not spoken of since; returns how many."""
    young = timezone.now() - timedelta(days=settings.CONSULTATION_CLOSE_DAYS)
    heard = Turn.objects.filter(enquiry=OuterRef("pk"), sent_at__gt=young)
    silent = Enquiry.objects.filter(~Exists(heard), state=EnquiryState.ANSWERED).order_by("pk")
    keys, by = list(silent.values_list("pk", flat=True)), Actor.system("close_silent")
    return len(each(keys, lambda pk: close(pk, by=by), job="consultations.close_silent", of=Enquiry).done)


# The officer: schedule, field and state


@in_turn
def assign(enquiry_id: int, adviser_id: int, *, by: Actor) -> Enquiry:
    """Give a question to an adviser, or to another one; unsent words of the one before are destroyed.

    Raises Refused: an adviser without an account, out of term or of the other profession, or a wrong state.
    """
    enquiry = _lock(enquiry_id)
    adviser = Adviser.objects.get(pk=adviser_id)
    if adviser.user_id is None:
        raise Refused("누리집 계정이 없는 분입니다. 계정이 있는 분을 골라 주세요.", field="adviser")
    if not adviser.term_from <= timezone.localdate() <= adviser.term_until:
        raise Refused("임기가 아닌 분입니다. 다른 분을 골라 주세요.", field="adviser")
    if adviser.kind not in BookingKind(enquiry.kind).answered_by:
        raise Refused("이 분야를 맡는 분이 아닙니다. 다른 분을 골라 주세요.", field="adviser")
    if not enquiry.is_waiting or enquiry.adviser_id == adviser.pk:
        raise Refused(CHANGED, conflict=True)
    enquiry.turns.filter(sent_at__isnull=True).delete()
    return moves.move(enquiry, EnquiryMove.ASSIGNED, by=by, reason=str(adviser), adviser=adviser)


@in_turn
def extend(enquiry_id: int, days: int, reason: str, *, by: Actor) -> Enquiry:
    """Promise a later day: once, by the period at most, for a reason of the decree, told at once (MW-08, S26)."""
    enquiry = _lock(enquiry_id)
    if not enquiry.is_waiting:
        raise Refused(CHANGED, conflict=True)
    most = longest_extension(
        settings.CONSULTATION_ANSWER_DAYS,
        extensions_before=int(enquiry.extra_days > 0),
        has_consent=False,
        reason=reason,
    )
    if not 0 < days <= most:
        raise Refused(f"1일부터 {most}일까지 늦출 수 있습니다.", field="days")
    enquiry.extra_days, why = days, str(ExtensionReason(reason).label)
    moves.note(enquiry, EnquiryMove.EXTENDED, by=by, reason=why, extra_days=days, due_on=_due(enquiry))
    _tell("enquiry_extended", enquiry, title="답을 드리는 날이 늦어집니다", also=(Channel.LETTER,), why=why)
    return enquiry


# The adviser


@in_turn
def keep_draft(enquiry_id: int, text: str, *, adviser: Adviser, by: Actor) -> Enquiry:
    """저장하고 나중에 하기: unsent words, which only this adviser reads; the resident sees that work has begun."""
    enquiry = _lock_own(enquiry_id, adviser)
    _answer_turn(enquiry, adviser, text)
    name = EnquiryMove.CALL_PREPARED if enquiry.answer_by == AnswerBy.CALL else EnquiryMove.DRAFT_KEPT
    return moves.move(enquiry, name, by=by) if name.target(enquiry.state) else enquiry


@in_turn
def answer(enquiry_id: int, text: str, given: AnsweredBy, *, adviser: Adviser, by: Actor, why: str = "") -> Enquiry:
    """Answer in the portal, or record what was said on the telephone, by letter or face to face; S13 once a question.

    An open question back ends with the answer. Raises Refused: not this adviser's, wrong state, empty text, another
    way than was asked for without `why`.
    """
    enquiry = _lock_own(enquiry_id, adviser)
    if given != AnsweredBy.wanted(enquiry.answer_by) and not why.strip():
        raise Refused(OTHER_WAY, field="why")
    moves.refuse_unless(EnquiryMove.ANSWERED, enquiry, by=by)
    turn = _answer_turn(enquiry, adviser, text)
    turn.given, turn.sent_at = given, timezone.now()
    turn.save()
    enquiry.pauses.filter(received_on__isnull=True).update(received_on=timezone.localdate())
    how = f"{given.label}. {why.strip()}" if why.strip() else str(given.label)
    moves.move(enquiry, EnquiryMove.ANSWERED, by=by, reason=how)
    skip(calls_about(enquiry), WENT_ON)
    if given in AnsweredBy.TELLS:
        _tell("enquiry_answered", enquiry, title="질문에 답했습니다")
    return enquiry


@in_turn
def ask_back(enquiry_id: int, text: str, *, adviser: Adviser, by: Actor) -> Enquiry:
    """더 여쭤보기: the clock stands still until the resident has replied (MW-07)."""
    enquiry = _lock_own(enquiry_id, adviser)
    with friendly("enquiry_pauses_once_at_a_time"):
        pause = EnquiryPause.objects.create(enquiry=enquiry, round=enquiry.round, sent_on=timezone.localdate())
    _write(enquiry, TurnKind.ASK_BACK, text, adviser=adviser)
    moves.note(enquiry, EnquiryMove.ASKED_BACK, by=by)
    message = enquiry_message("enquiry_asked_back", enquiry, title="더 여쭤볼 것이 있습니다")
    post(message, once_key=f"enquiry:{enquiry.pk}:asked_back:{pause.pk}", resident=enquiry.resident, subject=enquiry)
    return enquiry


@in_turn
def refer(enquiry_id: int, where: FollowUp, *, by: Actor, adviser: Adviser | None = None) -> Enquiry:
    """Another office helps better: S14 says which; `adviser` is given when the adviser says so, not an officer."""
    enquiry = _lock_own(enquiry_id, adviser) if adviser else _lock(enquiry_id)
    moves.move(enquiry, EnquiryMove.REFERRED, by=by, reason=str(where.label), ended_at=timezone.now())
    skip(calls_about(enquiry), WENT_ON)
    _tell("enquiry_referred", enquiry, title="더 알맞은 곳을 알려드립니다")
    return enquiry


# What they share


def _lock(enquiry_id: int) -> Enquiry:
    return moves.lock(Enquiry.objects.select_related("resident"), enquiry_id)


def _lock_own(enquiry_id: int, adviser: Adviser) -> Enquiry:
    enquiry = _lock(enquiry_id)
    if enquiry.adviser_id != adviser.pk:
        raise Refused(NOT_YOURS, conflict=True)
    if enquiry.state not in EnquiryState.WITH_ADVISER:
        raise Refused(CHANGED, conflict=True)
    return enquiry


def _write(enquiry: Enquiry, kind: TurnKind, text: str, *, adviser: Adviser | None = None) -> Turn:
    if not text.strip():
        raise Refused(NO_TEXT, field="text")
    return Turn.objects.create(
        enquiry=enquiry, round=enquiry.round, kind=kind, adviser=adviser, text=text.strip(), sent_at=timezone.now()
    )


def _answer_turn(enquiry: Enquiry, adviser: Adviser, text: str) -> Turn:
    """The one answer of this question, still unsent, with these words."""
    if not text.strip():
        raise Refused(NO_TEXT, field="text")
    turn, _is_new = Turn.objects.update_or_create(
        enquiry=enquiry,
        round=enquiry.round,
        kind=TurnKind.ANSWER,
        defaults={"adviser": adviser, "text": text.strip()},
    )
    return turn


def _due(enquiry: Enquiry) -> date:
    """The last day of the period with its extension; paused days do not count."""
    first = enquiry.asked_on
    ended = enquiry.pauses.filter(round=enquiry.round, received_on__isnull=False) if enquiry.pk else []
    pauses = [Pause(one.sent_on, one.received_on) for one in ended if one.received_on]
    days = settings.CONSULTATION_ANSWER_DAYS + enquiry.extra_days
    return due_on(first, days, EveryHoliday(), pauses=pauses)


def _tell(name: str, enquiry: Enquiry, *, title: str, also: Iterable[Channel] = (), **values: str) -> None:
    post(
        enquiry_message(name, enquiry, title=title, **values),
        once_key=enquiry_key(name, enquiry),
        resident=enquiry.resident,
        subject=enquiry,
        also=also,
    )
