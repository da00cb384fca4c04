"""Asking a puzzle before a code: signed, for one phone, good for ten minutes and for one try."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.db import transaction

from services.models import PuzzleTry, blind_index
from services.rules.puzzles import NUMBERS, number_typed, sum_in_words
from services.rules.refusal import Refused

SALT = "services.puzzle"
LIVES = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Puzzle:
    """The question, and what comes back with its answer; the answer cannot be read from it."""

    question: str
    token: str


def new_puzzle(phone_index: str) -> Puzzle:
    """Another sum, before a code for this phone."""
    first, second = secrets.choice(NUMBERS), secrets.choice(NUMBERS)
    key = secrets.token_urlsafe(16)
    said = {"key": key, "answer": _answer(key, phone_index, first + second)}
    return Puzzle(sum_in_words(first, second), signing.dumps(said, salt=SALT))


def solve(token: str, typed: str, *, phone_index: str) -> None:
    """The typed number answers the puzzle of this token. Right or wrong, that was its one try.

    Raises Refused: no number (costs nothing), late or never asked, tried before, wrong. Must not run inside another
    transaction: a refusal would roll the counted try back.
    """
    number = number_typed(typed)
    if number is None:
        raise Refused("답을 숫자로 읽지 못했습니다. 새 물음의 답을 숫자로 적어 주세요.", field="answer")
    try:
        said = signing.loads(token, salt=SALT, max_age=LIVES)
    except signing.BadSignature as fault:
        raise Refused("물음을 낸 지 오래되었습니다. 새 물음의 답을 적어 주세요.", field="answer") from fault
    with transaction.atomic(durable=True):
        _try, is_first = PuzzleTry.objects.get_or_create(key=said["key"])
    if not is_first:
        raise Refused("이미 답하신 물음입니다. 새 물음의 답을 적어 주세요.", field="answer")
    if not hmac.compare_digest(said["answer"], _answer(said["key"], phone_index, number)):
        raise Refused("답이 맞지 않습니다. 새 물음의 답을 적어 주세요.", field="answer")


def _answer(key: str, phone_index: str, number: int) -> str:
    return blind_index(f"{key}:{phone_index}:{number}", purpose="puzzle")
