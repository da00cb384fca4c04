"""What the dispatcher knows of a sender, and which sender carries which channel."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from services.enums.notices import Channel

SENDERS = {
    "console": "services.actions.notices.senders.local.ConsoleSender",
    "file": "services.actions.notices.senders.local.FileSender",
    "solapi": "services.actions.notices.senders.solapi.SolapiSender",
}
MAIL = "services.actions.notices.senders.mail.MailSender"


class Outcome(enum.Enum):
    ACCEPTED = "accepted"  # the provider has it
    DELIVERED = "delivered"  # the phone has it
    REJECTED = "rejected"  # it will never take this one: another channel
    LATER = "later"  # not now


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One notice as a sender sees it; `key` is the same at every try, and the provider is told."""

    pk: int
    key: str
    kind: str
    channel: Channel
    to: str
    title: str
    text: str
    posted_at: datetime
    is_code: bool = False  # of a phone: no screen and no log shows it
    is_repeat: bool = False  # an earlier try may have reached the provider


@dataclass(frozen=True, slots=True)
class SendResult:
    """`detail` is the provider's code, never its echo of number or text."""

    outcome: Outcome
    provider_id: str = ""
    detail: str = ""


class Sender(Protocol):
    """Carries notices of one kind of channel. Never raises for what the other side does."""

    batch: int  # so many at once, well within a task's time limit

    def send(self, batch: Sequence[Outgoing]) -> dict[int, SendResult]:
        """Hand the batch over; one result per `pk`. What is missing in the answer counts as LATER."""
        ...

    def outcomes(self, provider_ids: Sequence[str]) -> dict[str, SendResult]:
        """What became of messages handed over earlier; what is not known yet is left out."""
        ...


def sender_for(channel: Channel) -> Sender:
    """The sender of this channel by the settings SMS_SENDER and EMAIL_URL."""
    path = MAIL if channel == Channel.EMAIL else SENDERS[settings.SMS_SENDER]
    sender: Sender = import_string(path)()
    return sender
