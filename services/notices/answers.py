"""What somebody may answer on the phone to a message that asks, so that it is done at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from services.models import Notice


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: what the officer ticks, and the verb that takes the id of the message's subject."""

    label: str
    verb: Callable[..., object]


def answers_for(notice: Notice) -> Mapping[str, Answer]:
    """The answers of a message that asks (CALL_ANSWERS, by kind); of any other none."""
    path = settings.CALL_ANSWERS.get(notice.kind)
    answers: Mapping[str, Answer] = import_string(path) if path else {}
    return answers
