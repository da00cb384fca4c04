"""Solapi's message API v4: text, long text and 알림톡, with our key in every message.

The `solapi` package is not used: its client takes no time-outs and puts the provider's answer, number and text
included, into exceptions. Solapi has no idempotency header. So the key travels as a custom field, and a message that
may have arrived is looked up before it is sent again.
"""

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import httpx
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from services.actions.notices.senders.base import Outcome, Outgoing, SendResult
from services.enums.notices import Channel

TIMEOUT = httpx.Timeout(10.0, connect=3.0)
LOOK_UP_SECONDS = 45.0  # for all look-ups of a batch together: a task lives 120 s
TYPES = {Channel.SMS: "SMS", Channel.LMS: "LMS", Channel.ALIMTALK: "ATA"}
TITLE_BYTES = 40
PENDING = frozenset({"2000", "3000"})
DELIVERED = "4000"
# Faults of the account, the route or the provider, not of the message (their list of status codes).
PASSING = frozenset(
    {"1020", "1024", "1026", "1030", "1058", "1062", "2024", "2062", "2063", "2230", "3012", "3024", "3053"}
)


class UnclearAnswer(Exception):
    """The provider did not answer, or not in its own protocol; the argument is a word for the attempt's row."""


class SolapiSender:
    """Registers a batch in one request; a batch that is refused as a whole is tried one by one."""

    batch = 50

    def send(self, batch: Sequence[Outgoing]) -> dict[int, SendResult]:
        with self._client() as client:
            results = self._found_again(client, batch)
            fresh = [letter for letter in batch if letter.pk not in results]
            return results | self._register(client, fresh)

    def outcomes(self, provider_ids: Sequence[str]) -> dict[str, SendResult]:
        query = {"messageIds[in]": json.dumps(list(provider_ids)), "limit": len(provider_ids)}
        try:
            with self._client() as client:
                messages = _messages(_ask(client, "GET", "/messages/v4/list", params=query))
        except UnclearAnswer:
            return {}
        settled = {key: _result(message) for key, message in messages.items() if _code(message) not in PENDING}
        return {key: result for key, result in settled.items() if key in provider_ids and _is_final(result)}

    def _client(self) -> httpx.Client:
        return httpx.Client(base_url=settings.SOLAPI_URL, timeout=TIMEOUT, follow_redirects=False)

    def _found_again(self, client: httpx.Client, batch: Sequence[Outgoing]) -> dict[int, SendResult]:
        """Repeats that the provider already has (with its verdict), or that nobody can know of now (LATER)."""
        results: dict[int, SendResult] = {}
        give_up_at, unclear = time.monotonic() + LOOK_UP_SECONDS, ""
        for letter in batch:
            if not letter.is_repeat:
                continue
            if time.monotonic() > give_up_at:
                unclear = unclear or "slow"
            try:
                found = None if unclear else _look_up(client, letter)
            except UnclearAnswer as error:
                unclear = str(error)
            if unclear:
                results[letter.pk] = SendResult(Outcome.LATER, detail=unclear)
            elif found:
                results[letter.pk] = found
        return results

    def _register(self, client: httpx.Client, batch: Sequence[Outgoing]) -> dict[int, SendResult]:
        if not batch:
            return {}
        body = {
            "messages": [_as_message(letter) for letter in batch],
            "allowDuplicates": True,  # two notices to one phone in one batch are two notices
            "showMessageList": True,
        }
        try:
            answer = _ask(client, "POST", "/messages/v4/send-many/detail", json=body)
        except UnclearAnswer as error:
            return {letter.pk: SendResult(Outcome.LATER, detail=str(error)) for letter in batch}
        if "errorCode" in answer:
            return self._refused(client, batch, str(answer["errorCode"])[:60])
        return dict(_read(answer, batch))

    def _refused(self, client: httpx.Client, batch: Sequence[Outgoing], code: str) -> dict[int, SendResult]:
        """One message that breaks the provider's rules must not take its neighbours along."""
        if len(batch) == 1:
            return {batch[0].pk: SendResult(Outcome.REJECTED, detail=code)}
        half = len(batch) // 2
        return self._register(client, batch[:half]) | self._register(client, batch[half:])


def _ask(client: httpx.Client, method: str, path: str, **options: Any) -> dict[str, Any]:
    """The provider's JSON object, or one with errorCode for 400. Raises UnclearAnswer for everything else."""
    try:
        response = client.request(method, path, headers=_signed(), **options)
        if response.status_code not in (200, 400):
            raise UnclearAnswer(f"http {response.status_code}")
        answer = response.json()
    except httpx.TimeoutException as error:
        raise UnclearAnswer("timeout") from error
    except httpx.HTTPError as error:
        raise UnclearAnswer(type(error).__name__) from error
    except ValueError as error:  # HTML, cut JSON, broken UTF-8
        raise UnclearAnswer("not json") from error
    if not isinstance(answer, dict) or (response.status_code == 400) != ("errorCode" in answer):
        raise UnclearAnswer("not the protocol")
    return answer


def _signed() -> dict[str, str]:
    date, salt = timezone.now().isoformat(), secrets.token_hex(16)
    signature = hmac.new(settings.SOLAPI_SECRET.encode(), f"{date}{salt}".encode(), hashlib.sha256).hexdigest()
    value = f"HMAC-SHA256 apiKey={settings.SOLAPI_KEY}, date={date}, salt={salt}, signature={signature}"
    return {"Authorization": value}


def _as_message(letter: Outgoing) -> dict[str, Any]:
    message: dict[str, Any] = {
        "to": _national(letter.to),
        "from": settings.SMS_FROM.replace("-", ""),
        "text": letter.text,
        "type": TYPES[letter.channel],
        "country": "82",
        "autoTypeDetect": False,
        "customFields": {"key": letter.key},
    }
    if letter.channel == Channel.LMS and letter.title:
        message["subject"] = _cut(letter.title)
    if letter.channel == Channel.ALIMTALK:
        message["kakaoOptions"] = {
            "pfId": settings.ALIMTALK_PROFILE,
            "templateId": settings.ALIMTALK_TEMPLATES[letter.kind],
            "disableSms": True,  # the fallback is ours: it must stand in the outbox
        }
        if settings.ALIMTALK_BUTTON:
            message["kakaoOptions"]["buttons"] = [_my_button()]
    return message


def _my_button() -> dict[str, str]:
    """The web button of our templates (COPY 5.0): on 내 신청 확인 a held place is taken with one more tap."""
    address = f"{settings.SITE_URL}{reverse('services:my')}"
    return {"buttonType": "WL", "buttonName": "내 신청 확인", "linkMo": address, "linkPc": address}


def _national(e164: str) -> str:
    return "0" + e164.removeprefix("+82")


def _cut(title: str) -> str:
    while len(title.encode("cp949", "replace")) > TITLE_BYTES:
        title = title[:-1]
    return title


def _read(answer: dict[str, Any], batch: Sequence[Outgoing]) -> Iterator[tuple[int, SendResult]]:
    """Match the answer's two lists to our keys; what it does not name stays unclear."""
    named = [*_dicts(answer.get("messageList")), *_dicts(answer.get("failedMessageList"))]
    by_key = {key: message for message in named if (key := _key(message))}
    for letter in batch:
        message = by_key.get(letter.key)
        yield letter.pk, _result(message) if message else SendResult(Outcome.LATER, detail="not named")


def _look_up(client: httpx.Client, letter: Outgoing) -> SendResult | None:
    """The provider's verdict on an earlier try with the same key, or None: it never got one."""
    query = {
        "to": _national(letter.to),
        "dateType": "CREATED",
        "startDate": (letter.posted_at - timedelta(minutes=5)).isoformat(),
        "endDate": (timezone.now() + timedelta(minutes=5)).isoformat(),
        "limit": 100,
    }
    messages = _messages(_ask(client, "GET", "/messages/v4/list", params=query))
    verdicts = [_result(message) for message in messages.values() if _key(message) == letter.key]
    took_it = [result for result in verdicts if result.outcome in (Outcome.ACCEPTED, Outcome.DELIVERED)]
    return took_it[0] if took_it else None


def _messages(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    listed = answer.get("messageList")
    if not isinstance(listed, dict):
        raise UnclearAnswer("not the protocol")
    return {key: message | {"messageId": key} for key, message in listed.items() if isinstance(message, dict)}


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _key(message: dict[str, Any]) -> str:
    fields = message.get("customFields")
    return str(fields.get("key", "")) if isinstance(fields, dict) else ""


def _code(message: dict[str, Any]) -> str:
    return str(message.get("statusCode", ""))[:20]


def _result(message: dict[str, Any]) -> SendResult:
    code = _code(message)
    provider_id = str(message.get("messageId") or "")[:120]
    if code in PENDING:
        return SendResult(Outcome.ACCEPTED, provider_id, code)
    if code == DELIVERED:
        return SendResult(Outcome.DELIVERED, provider_id, code)
    is_passing = code in PASSING or not (code.isdecimal() and len(code) == 4)
    return SendResult(Outcome.LATER if is_passing else Outcome.REJECTED, provider_id, code or "no code")


def _is_final(result: SendResult) -> bool:
    return result.outcome in (Outcome.DELIVERED, Outcome.REJECTED)
