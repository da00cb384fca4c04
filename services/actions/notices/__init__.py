"""The outbox's verbs: post a message with its cause, hand it out, and what people do when a machine cannot."""

from services.actions.notices.dispatch import dispatch_due, follow_deliveries
from services.actions.notices.follow_up import answer_call, close_call, mark_posted, retry, retry_many
from services.actions.notices.posting import pause, post, post_many, resume, skip, wish

__all__ = [
    "answer_call",
    "close_call",
    "dispatch_due",
    "follow_deliveries",
    "mark_posted",
    "pause",
    "post",
    "post_many",
    "resume",
    "retry",
    "retry_many",
    "skip",
    "wish",
]
