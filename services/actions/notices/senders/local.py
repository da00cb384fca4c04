"""Senders for the demonstration and for development: the screen, or a file below DATA_DIR."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from services.actions.notices.senders.base import Outcome, Outgoing, SendResult
from services.rules.phones import mask_phone


class _LocalSender:
    batch = 100

    def send(self, batch: Sequence[Outgoing]) -> dict[int, SendResult]:
        return {letter.pk: self._send(letter) for letter in batch}

    def _send(self, letter: Outgoing) -> SendResult:
        try:
            self.write(letter)
        except (OSError, ValueError) as error:  # a full disk, half of a character: this one waits, the others go
            return SendResult(Outcome.LATER, detail=type(error).__name__)
        return SendResult(Outcome.ACCEPTED, f"local-{letter.pk}")

    def outcomes(self, provider_ids: Sequence[str]) -> dict[str, SendResult]:
        return {key: SendResult(Outcome.DELIVERED, key) for key in provider_ids}

    def write(self, letter: Outgoing) -> None:
        raise NotImplementedError


class ConsoleSender(_LocalSender):
    """Prints the message; the text only in a demonstration, and never a code, for the screen may be a log."""

    def write(self, letter: Outgoing) -> None:
        text = letter.text if settings.DEMO and not letter.is_code else f"({len(letter.text)}자)"
        sys.stdout.write(f"[{letter.channel.label}] {mask_phone(letter.to)}: {text}\n")
        sys.stdout.flush()


class FileSender(_LocalSender):
    """Appends one JSON line a message to DATA_DIR/notices/<day>.jsonl, readable by this user only."""

    def write(self, letter: Outgoing) -> None:
        folder = Path(settings.DATA_DIR) / "notices"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{timezone.localdate():%Y-%m-%d}.jsonl"
        line = {"key": letter.key, "channel": letter.channel, "to": letter.to, "text": letter.text}
        path.touch(mode=0o600)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
