"""Changing something of one's own once: who asks, how often a day, and what may go wrong, for the OpenAPI document."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from drf_spectacular.utils import OpenApiResponse
from rest_framework.response import Response

from consultations.api.phones import ProvedPhone
from services.actions.api_requests import Ask, DailyLimit
from services.api import once
from services.api.fields import NO_JSON, UNKNOWN_PHONE, UNREADABLE, RefusalShown

FAULTS = {
    400: UNREADABLE,
    401: UNKNOWN_PHONE,
    409: OpenApiResponse(RefusalShown, description="그 사이에 달라졌습니다. 예: 다른 분이 먼저 예약하셨습니다."),
    415: NO_JSON,
    422: OpenApiResponse(RefusalShown, description="같은 Idempotency-Key로 다른 내용을 보냈습니다."),
    429: OpenApiResponse(RefusalShown, description="한 번호로 하루에 할 수 있는 만큼 하셨습니다."),
}


def answer_once(
    phone: ProvedPhone, endpoint: str, key: str, body: Any, verb: Callable[[], dict[str, Any]], *, status: int
) -> Response:
    """Done now: `status`; done before: 200 with Idempotency-Replayed."""
    most = settings.CONSULTATION_API_PER_PHONE_PER_DAY
    sentence = (
        f"한 번호로 하루에 {most}번까지 예약하거나 바꾸실 수 있습니다. "
        f"내일 다시 하시거나 전화해 주세요: {settings.CONSULTATION_PHONE}"
    )
    ask = Ask(phone.index, endpoint, key, body)
    return once.answer_once(ask, verb, status=status, limit=DailyLimit(most, sentence))
