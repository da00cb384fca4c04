"""The same request of another program twice: done once, answered twice the same."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from services.actions.limits import take_turn
from services.actions.turns import in_turn
from services.models import ApiRequest
from services.rules.refusal import Refused


class KeyReused(Refused):
    """The key was used for a request with another body."""


class TooMany(Refused):
    """This client has changed enough for one day."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A client, an address and what is asked of it; `body` is JSON as it came, with what the address names."""

    client: str
    endpoint: str
    key: str
    body: Any


@dataclass(frozen=True, slots=True)
class DailyLimit:
    """How much one client may change on one day, and the sentence for more."""

    most: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the program is told; `is_replay` when it had asked before."""

    body: dict[str, Any]
    is_replay: bool


@in_turn
def once(ask: Ask, verb: Callable[[], dict[str, Any]], *, status: int, limit: DailyLimit | None = None) -> Answer:
    """Do `verb` and remember its answer in the same transaction, or give the answer it gave before.

    Requests of one client wait for each other. What is refused leaves no trace, so the same key may try again.
    Raises KeyReused, TooMany, and whatever `verb` refuses.
    """
    take_turn(f"api {ask.client}")
    key_hash = ApiRequest.hash_of(ask.key, purpose="key")
    body_hash = ApiRequest.hash_of(json.dumps(ask.body, sort_keys=True), purpose="body")
    of_client = ApiRequest.objects.filter(client=ask.client)
    if before := of_client.filter(endpoint=ask.endpoint, key_hash=key_hash).first():
        if before.body_hash != body_hash:
            raise KeyReused("같은 Idempotency-Key로 다른 내용을 보냈습니다. 새 값을 써 주세요.")
        return Answer(before.answer, is_replay=True)
    day_ago = timezone.now() - timedelta(days=1)
    if limit and of_client.filter(created_at__gte=day_ago).count() >= limit.most:
        raise TooMany(limit.sentence)
    answer = verb()
    ApiRequest.objects.create(
        client=ask.client,
        endpoint=ask.endpoint,
        key_hash=key_hash,
        body_hash=body_hash,
        status=status,
        answer=answer,
    )
    return Answer(answer, is_replay=False)


def forget_answers() -> int:
    """Delete what is older than API_ANSWER_DAYS (PURGE_SOURCES); returns how many."""
    old = timezone.now() - timedelta(days=settings.API_ANSWER_DAYS)
    return ApiRequest.objects.filter(created_at__lt=old).delete()[0]
