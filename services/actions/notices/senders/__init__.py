"""Those who carry a notice out of the house, behind one small protocol."""

from services.actions.notices.senders.base import Outcome, Outgoing, Sender, SendResult, sender_for

__all__ = ["Outcome", "Outgoing", "SendResult", "Sender", "sender_for"]
