"""Every change of state: one verb, one transaction, one history entry, its notices."""

from slate.actions.casework import assign, mark_eligible, propose_approval, propose_refusal, request_more, save_checks
from slate.actions.decisions import approve, approve_many, give_back, refuse
from slate.actions.intake import NewApplication, NewPart, submit, supply, withdraw
from slate.actions.money import allot

__all__ = [
    "NewApplication",
    "NewPart",
    "allot",
    "approve",
    "approve_many",
    "assign",
    "give_back",
    "mark_eligible",
    "propose_approval",
    "propose_refusal",
    "refuse",
    "request_more",
    "save_checks",
    "submit",
    "supply",
    "withdraw",
]
