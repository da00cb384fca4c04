"""What staff type about a person whom the city knows already: kept beside what is known, until an officer decides."""

from typing import Any

from django.utils import timezone

from services.actions.history import record
from services.actions.moves import lock
from services.actions.turns import in_turn
from services.enums.people import ResidentMove
from services.models import FactProposal, Resident
from services.rules.history import Actor
from services.rules.refusal import Refused

DECIDED = "다른 담당자가 먼저 정했습니다. 지금 모습을 보고 다시 해 주세요."
OWN = "본인이 적은 것은 다른 담당자가 정합니다."


def propose(resident: Resident, facts: dict[str, Any], *, by: Actor) -> FactProposal:
    """Keep facts that differ from what is known; the same ones twice are one proposal. The resident is locked."""
    for known in FactProposal.objects.open().filter(resident=resident):
        if known.facts == facts:
            return known
    made = FactProposal.objects.create(resident=resident, proposed_by_id=by.staff_id, **facts)
    record(resident, ResidentMove.PROPOSED, by=by, reason=", ".join(facts))
    return made


@in_turn
def decide(proposal_id: int, *, by: Actor, is_taken: bool) -> FactProposal:
    """받아들이기 or 그대로 두기, by somebody else than who typed it. Raises Refused when it is decided already."""
    resident = lock(Resident.objects, FactProposal.objects.get(pk=proposal_id).resident_id)
    proposal = lock(FactProposal.objects.select_related("township"), proposal_id)
    if proposal.decided_at:
        raise Refused(DECIDED, conflict=True)
    if proposal.proposed_by_id == by.staff_id:
        raise Refused(OWN)
    proposal.decided_by_id, proposal.decided_at, proposal.is_taken = by.staff_id, timezone.now(), is_taken
    proposal.save(update_fields=["decided_by", "decided_at", "is_taken"])
    if is_taken:
        facts = proposal.facts
        if "township" in facts:
            facts["township_by"] = None  # somebody else has confirmed it
        for name, value in facts.items():
            setattr(resident, name, value)
        resident.save(update_fields=list(facts))
    move = ResidentMove.TAKEN if is_taken else ResidentMove.LEFT
    record(resident, move, by=by, reason=", ".join(proposal.facts))
    return proposal
