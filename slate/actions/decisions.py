"""What an approver does: approve, refuse or give back, never their own proposal.

Order of locks: budget lines by id, then the application. Nothing slow happens while they are held.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone

from services.actions.constraints import friendly
from services.actions.moves import lock, move, refuse_unless
from services.actions.notices import post_many
from services.actions.references import next_number
from services.actions.turns import in_turn
from services.models import Document, blind_index
from services.rules.history import Actor
from services.rules.refusal import Refused
from slate import notices, rules
from slate.actions import money, owners
from slate.actions.casework import UNPROPOSED
from slate.actions.closing import close
from slate.enums import ApplicationMove, CheckItem, Outcome, RefusalReason
from slate.models import Application, Decision
from slate.reports import Quote, QuoteLine, quote_of
from slate.reports.letters import letter_of

BATCH_LIMIT = 100
OWN_PROPOSAL = "올린 사람은 결재할 수 없습니다. 다른 분이 결재해야 합니다."
_GUARDS = ("decision_needs_two_people", "decision_once_a_version")


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of one application of a batch; `sentence` says why not, and is empty when it was approved."""

    application: Application
    sentence: str

    @property
    def is_approved(self) -> bool:
        return not self.sentence


@in_turn
def approve(application_id: int, *, by: Actor, version: int | None = None) -> Decision:
    """Approve a proposed application within the budget (A13): reserve, decide, tell.

    Raises Refused: own proposal, somebody was faster (C14, C15), a budget line is short.
    """
    before = Application.objects.select_related("programme").get(pk=application_id)
    quote = quote_of(before)
    lines = money.lock_lines(before.programme, (line.wanted.work for line in quote.counted))
    seen = before.version if version is None else version  # the estimate is of this version
    application = lock(Application.objects.in_full(), application_id, version=seen)
    refuse_unless(ApplicationMove.APPROVED, application, by=by)
    _refuse_own(application, by)
    money.refuse_shortage(lines, quote)
    decision = _decide(application, Outcome.APPROVED, quote, by=by)
    money.reserve(application, lines, quote, by=by)
    move(application, ApplicationMove.APPROVED, by=by)
    post_many([notices.approved(application, decision, letter_of(decision))])
    return decision


@in_turn
def refuse(application_id: int, *, by: Actor, version: int | None = None) -> Decision:
    """Refuse as proposed (A9). Raises Refused: own proposal, somebody was faster, nobody knows the owner."""
    application = lock(Application.objects.in_full(), application_id, version=version)
    refuse_unless(ApplicationMove.REFUSED, application, by=by)
    _refuse_own(application, by)
    owners.refuse_contested(application, advice=owners.APPROVERS_WAY)
    decision = _decide(application, Outcome.REFUSED, Quote(()), by=by)
    close(application, ApplicationMove.REFUSED, by=by, reason=application.reason_sentence)
    post_many([notices.refused(application, decision, letter_of(decision))])
    return decision


@in_turn
def give_back(application_id: int, *, by: Actor, note: str, version: int | None = None) -> Application:
    """Give a proposal back to the officer (A10, A14) with a note."""
    application = lock(Application.objects, application_id, version=version)
    return move(application, ApplicationMove.GIVEN_BACK, by=by, reason=note, **UNPROPOSED)


def approve_many(application_ids: Mapping[int, int], *, by: Actor) -> list[BatchResult]:
    """Approve each in its own transaction, in the order of due days; what does not fit stays, with its reason.

    `application_ids` maps each id to the version that the page showed. Raises Refused for more than 100 at once.
    """
    if len(application_ids) > BATCH_LIMIT:
        raise Refused(f"한 번에 {BATCH_LIMIT}건까지 결정할 수 있습니다.")
    rows = Application.objects.filter(pk__in=application_ids).order_by("due_on", "pk")
    return [BatchResult(row, _try_to_approve(row.pk, by, application_ids[row.pk])) for row in rows]


def _try_to_approve(application_id: int, by: Actor, seen: int) -> str:
    try:
        approve(application_id, by=by, version=seen)
    except Refused as refusal:
        return refusal.sentence
    return ""


def _refuse_own(application: Application, by: Actor) -> None:
    if application.proposed_by_id == by.staff_id:
        raise Refused(OWN_PROPOSAL)


def _decide(application: Application, outcome: Outcome, quote: Quote, *, by: Actor) -> Decision:
    """Write the record from which the letter is made; the database refuses one person for both steps."""
    programme, now = application.programme, timezone.now()
    today = timezone.localdate(now)
    terms = rules.RemedyTerms(
        programme.objection_days,
        programme.objection_answer_days,
        programme.objection_extend_days,
        programme.tribunal_on(today),
        programme.court,
        settings.SITE_PHONE,
    )
    letter: Any = _letter(application, by)
    shares = quote.shares
    if application.proposed_by_id is None:
        raise Refused("결재를 올린 사람이 없습니다. 담당자에게 되돌려 보내 주세요.")
    with friendly(*_GUARDS):
        return Decision.objects.create(
            application=application,
            application_version=application.version,
            number=f"{programme.department}-{today.year}-{next_number('SD', today.year)}",
            outcome=outcome,
            proposed_by_id=application.proposed_by_id,
            decided_by_id=by.staff_id,
            decided_at=now,
            cost_won=quote.cost_won,
            support_won=quote.support_won,
            own_share_won=quote.own_share_won,
            national_won=shares.national_won,
            province_won=shares.province_won,
            city_won=shares.city_won,
            parts=[_line(line) for line in quote.lines],
            priority=application.priority,
            reason_code=application.reason_code if outcome == Outcome.REFUSED else "",
            legal_basis=programme.legal_basis,
            remedies=rules.remedies(terms),
            objection_days=programme.objection_days,
            evidence=_evidence(application),
            letter=letter,
            letter_digest=blind_index(json.dumps(letter, sort_keys=True), purpose="letter"),
        )


def _letter(application: Application, by: Actor) -> dict[str, Any]:
    """The personal part of the letter, and who signs it."""
    code, programme = application.reason_code, application.programme
    return {
        "name": application.name,
        "address": application.postal_address,
        "department": programme.department,
        "phone": programme.phone,
        "officer": str(application.proposed_by),
        "approver": by.label,
        "checked": [str(item.label) for item in CheckItem if item.value in application.checked],
        "place": application.place,
        "reason": application.reason_sentence,
        "what_can_be_done": rules.REASON_SENTENCES[RefusalReason(code)][1] if code else "",
    }


def _line(line: QuoteLine) -> dict[str, Any]:
    """One line of the estimate with a copy of its rule, so that a later change of rates changes no decision."""
    rate = line.rate
    return {
        "label": line.wanted.label,
        "work": line.wanted.work,
        "area_m2": str(line.wanted.area_m2),
        "won_per_m2": line.estimate.won_per_m2,
        "cost_won": line.estimate.cost_won,
        "support_won": line.estimate.support_won,
        "is_supported": line.is_supported,
        "rule": line.rule_sentence,
        "rate": None
        if rate is None
        else {
            "id": rate.pk,
            "year": rate.year,
            "household": rate.household,
            "mode": rate.mode,
            "cap_won": rate.cap_won,
            "full_area_m2": None if rate.full_area_m2 is None else str(rate.full_area_m2),
            "source": rate.source,
        },
    }


def _evidence(application: Application) -> list[str]:
    """SHA-256 of the papers the decision rests on."""
    return list(Document.objects.of(application).values_list("sha256", flat=True))
