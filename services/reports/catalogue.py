"""What the first page says about each service today, asked from the apps that settings name."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class HomeNote:
    """One sentence for a card of the first page (`consultations`, `slate`, `solar`), or for all (`top`)."""

    card: str
    text: str


def home_notes() -> dict[str, list[str]]:
    """Sentences by card (HOME_NOTE_SOURCES); each source is a function without arguments -> list[HomeNote]."""
    notes: dict[str, list[str]] = defaultdict(list)
    for path in settings.HOME_NOTE_SOURCES:
        source: Callable[[], list[HomeNote]] = import_string(path)
        for note in source():
            notes[note.card].append(note.text)
    return {card: notes[card] for card in ("top", "consultations", "slate", "solar")}
