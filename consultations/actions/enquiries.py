"""Always-on enquiries: asked, given to an adviser, answered by the day that was promised, or referred elsewhere."""

from collections.abc import Callable, Mapping
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
from consultations.notices import calls_about, enquiry_letter, extension_letter
from consultations.reports.consents import enquiry_consents
from consultations.reports.enquiries import due_of
from consultations.rules.answers import refuse_other_way
from services.actions import moves
from services.actions.consents import write_consents
from services.actions.constraints import friendly
from services.actions.documents import adopt
from services.actions.faults import each
from services.actions.history import record
from services.actions.notices import post_many, skip
from services.actions.references import insert_with_number
from services.actions.turns import in_turn
from services.enums.calendar import ExtensionReason
from services.models import Draft, Resident
from services.rules.calendar import longest_extension
from services.rules.history import Actor
from services.rules.references import letter_reference
from services.rules.refusal import Refused

CHANGED = "상태가 달라졌습니다. 화면을 새로 열어 확인해 주세요."
NOT_YOURS = "다른 세무사·변호사가 맡은 질문입니다."
NO_TEXT = "내용이 비어 있습니다. 적어 주세요."
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
    enquiry.due_on = due_of(enquiry)
    insert_with_number(partial(_insert, enquiry), constraint="enquiry_reference_is_unique")
    _write(enquiry, TurnKind.QUESTION, ask.question)
    how = source.consent_how
    write_consents(enquiry, ask.consents, enquiry_consents(), resident=resident, how=how)
    if draft:
        adopt(draft, enquiry, resident=resident)
    record(enquiry, EnquiryMove.RECEIVED, by=by, after=enquiry.state)
    post_many([enquiry_letter("enquiry_received", enquiry)])
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
    return moves.note(enquiry, EnquiryMove.REPLIED, by=by, due_on=due_of(enquiry))


@in_turn
def ask_again(enquiry_id: int, text: str, *, by: Actor) -> Enquiry:
    """더 묻고 싶습니다: the same adviser, a new question, a new period with its own extension."""
    enquiry = _lock(enquiry_id)
    moves.refuse_unless(EnquiryMove.FOLLOWED_UP, enquiry, by=by)
    enquiry.round += 1
    enquiry.asked_on, enquiry.extra_days = timezone.localdate(), 0
    _write(enquiry, TurnKind.QUESTION, text)
    clock: dict[str, Any] = {name: getattr(enquiry, name) for name in ("round", "asked_on", "extra_days")}
    return moves.move(enquiry, EnquiryMove.FOLLOWED_UP, by=by, due_on=due_of(enquiry), **clock)


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
    enquiry.extra_days, why = days, ExtensionReason(reason)
    moves.note(enquiry, EnquiryMove.EXTENDED, by=by, reason=str(why.label), extra_days=days, due_on=due_of(enquiry))
    post_many([extension_letter(enquiry, why)])
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
    refuse_other_way(given, enquiry.answer_by, why)
    moves.refuse_unless(EnquiryMove.ANSWERED, enquiry, by=by)
    turn = _answer_turn(enquiry, adviser, text)
    turn.given, turn.sent_at = given, timezone.now()
    turn.save()
    enquiry.pauses.filter(received_on__isnull=True).update(received_on=timezone.localdate())
    how = f"{given.label}. {why.strip()}" if why.strip() else str(given.label)
    moves.move(enquiry, EnquiryMove.ANSWERED, by=by, reason=how)
    skip(calls_about(enquiry), WENT_ON)
    if given in AnsweredBy.TELLS:
        post_many([enquiry_letter("enquiry_answered", enquiry)])
    return enquiry


@in_turn
def ask_back(enquiry_id: int, text: str, *, adviser: Adviser, by: Actor) -> Enquiry:
    """더 여쭤보기: the clock stands still until the resident has replied (MW-07)."""
    enquiry = _lock_own(enquiry_id, adviser)
    with friendly("enquiry_pauses_once_at_a_time"):
        pause = EnquiryPause.objects.create(enquiry=enquiry, round=enquiry.round, sent_on=timezone.localdate())
    _write(enquiry, TurnKind.ASK_BACK, text, adviser=adviser)
    moves.note(enquiry, EnquiryMove.ASKED_BACK, by=by)
    post_many([enquiry_letter("enquiry_asked_back", enquiry, once=f"enquiry:{enquiry.pk}:asked_back:{pause.pk}")])
    return enquiry


@in_turn
def refer(enquiry_id: int, where: FollowUp, *, by: Actor, adviser: Adviser | None = None) -> Enquiry:
    """Another office helps better: S14 says which; `adviser` is given when the adviser says so, not an officer."""
    enquiry = _lock_own(enquiry_id, adviser) if adviser else _lock(enquiry_id)
    moves.move(enquiry, EnquiryMove.REFERRED, by=by, reason=str(where.label), ended_at=timezone.now())
    skip(calls_about(enquiry), WENT_ON)
    post_many([enquiry_letter("enquiry_referred", enquiry)])
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
