"""Changing something once: the Idempotency-Key, what it answers, and its place in the OpenAPI document."""

import re
from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from services.actions import api_requests
from services.actions.api_requests import Ask, DailyLimit, KeyReused, TooMany
from services.rules.refusal import Refused

KEY = re.compile(r"[\x20-\x7e]{1,80}")
ONCE = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 80, "pattern": "^[!-~]([ -~]{0,78}[!-~])?$"},
    OpenApiParameter.HEADER,
    required=True,
    description="요청마다 새 값. 답을 받지 못해 다시 보낼 때는 같은 값을 씁니다. 이틀 동안 기억합니다.",
)
REPLAYED = OpenApiParameter(
    "Idempotency-Replayed", str, OpenApiParameter.HEADER, response=[200], description="전에 한 답을 다시 드리면 true"
)


class SameKey(APIException):
    """The Idempotency-Key belongs to another body."""

    status_code = 422


class EnoughToday(APIException):
    """This client has changed enough for one day."""

    status_code = 429


def key_of(request: Request) -> str:
    """Idempotency-Key. Raises Refused."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if not KEY.fullmatch(key):
        sentence = "Idempotency-Key 머리글에 영문과 숫자로 1자에서 80자까지 보내 주세요. 요청마다 새 값을 씁니다."
        raise Refused(sentence, field="Idempotency-Key")
    return key


def answer_once(
    ask: Ask, verb: Callable[[], dict[str, Any]], *, status: int, limit: DailyLimit | None = None
) -> Response:
    """Done now: `status`; done before: 200 with Idempotency-Replayed."""
    try:
        answer = api_requests.once(ask, verb, status=status, limit=limit)
    except KeyReused as refusal:
        raise SameKey(refusal.sentence) from refusal
    except TooMany as refusal:
        raise EnoughToday(refusal.sentence) from refusal
    if answer.is_replay:
        return Response(answer.body, status=200, headers={"Idempotency-Replayed": "true"})
    return Response(answer.body, status=status)
