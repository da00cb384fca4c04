"""What every part of the API shares: strict values read by the rules of the pages, the body as it came, faults."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from services.rules import birthdays, names
from services.rules.phones import parse_phone
from services.rules.refusal import Refused
from services.rules.resident_numbers import refuse_resident_number
from services.rules.text import one_line, plain

T = TypeVar("T")
MAX_BODY = 64 * 1024
NO_PAIRS = "이름과 값을 짝지어 보내 주세요."
MISSING = {"required": "이 값을 보내 주세요.", "null": "이 값은 비워 둘 수 없습니다."}


def told(rule: Callable[..., T], *args: Any) -> T:
    """What the rule makes of it, or a ValidationError with the rule's own sentence."""
    try:
        return rule(*args)
    except Refused as refusal:
        raise serializers.ValidationError(refusal.sentence) from refusal


class Text(serializers.CharField):
    """Text of several lines, read as a form reads it; no numbers, no resident registration number."""

    default_error_messages = {
        **MISSING,
        "invalid": '글이어야 합니다. "…"처럼 보내 주세요.',
        "blank": "비어 있습니다. 적어 주세요.",
        "max_length": "{max_length}자까지 적으실 수 있습니다. 줄여 주세요.",
    }
    tidy: Callable[[str], str] = staticmethod(plain)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return told(refuse_resident_number, super().to_internal_value(data))

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Tidied before anything is judged: what nobody sees is empty."""
        return super().run_validation(self.tidy(data) if isinstance(data, str) else data)


class Line(Text):
    """Text of one line."""

    tidy = staticmethod(one_line)


class Name(Line):
    """The name of a person."""

    def to_internal_value(self, data: Any) -> str:
        return told(names.clean_name, super().to_internal_value(data))


class Phone(Line):
    """A Korean telephone number, as E.164."""

    def to_internal_value(self, data: Any) -> str:
        return told(parse_phone, super().to_internal_value(data))


class Choice(serializers.ChoiceField):
    """One of the named values."""

    default_error_messages = {**MISSING, "invalid_choice": "고를 수 있는 값이 아닙니다. 문서에 있는 값을 보내 주세요."}


class Flag(serializers.BooleanField):
    """true or false; "yes", 1 and the like are no consent."""

    default_error_messages = {**MISSING, "invalid": "true 또는 false여야 합니다."}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Day(serializers.DateField):
    """A calendar day as ISO 8601."""

    default_error_messages = {
        **MISSING,
        "invalid": "날짜는 1945-03-09처럼 보내 주세요.",
        "datetime": "날짜만 보내 주세요.",
    }


class Birthday(Day):
    """A day on which somebody who lives was born."""

    def to_internal_value(self, value: Any) -> date:
        born_on: date = super().to_internal_value(value)
        return told(birthdays.clean_birthday, born_on, timezone.localdate())


class Number(serializers.IntegerField):
    """The number of a row."""

    default_error_messages = {
        **MISSING,
        "invalid": "숫자여야 합니다.",
        "max_string_length": "숫자가 너무 깁니다.",
        "min_value": "{min_value}보다 작을 수 없습니다.",
        "max_value": "{max_value}보다 클 수 없습니다.",
    }


class Many(serializers.ListField):
    """A list."""

    default_error_messages = {
        **MISSING,
        "not_a_list": "목록이어야 합니다.",
        "max_length": "{max_length}개까지 보내실 수 있습니다.",
    }


class Body(serializers.Serializer[Any]):
    """What a program sends."""

    default_error_messages = {**MISSING, "invalid": NO_PAIRS}


class RefusalShown(serializers.Serializer[Any]):
    """Why something was not done: one sentence that may be shown to the person, and which value it is about."""

    detail = serializers.CharField()
    field = serializers.CharField(required=False, allow_null=True)


UNREADABLE = OpenApiResponse(
    OpenApiTypes.OBJECT,
    description="고쳐서 다시 보내 주세요. `detail`과 `field`, 또는 값 이름마다 까닭의 목록이 있습니다.",
)
UNKNOWN_PHONE = OpenApiResponse(RefusalShown, description="휴대전화 확인이 없거나 끝났습니다.")
NOT_THEIRS = OpenApiResponse(RefusalShown, description="그 번호의 예약이 없거나 다른 분의 예약입니다.")
NO_JSON = OpenApiResponse(RefusalShown, description="JSON이 아닙니다.")


def body_of(request: Request) -> dict[str, Any]:
    """The JSON object of a request. Raises ParseError when it is too long, too deep, or no object."""
    if int(request.headers.get("Content-Length") or 0) > MAX_BODY:
        raise ParseError("한 번에 64KB까지 보낼 수 있습니다. 줄여서 보내 주세요.")
    try:
        body = request.data
    except RecursionError as error:
        raise ParseError("목록이 너무 여러 겹입니다.") from error
    if not isinstance(body, dict):
        raise ParseError(NO_PAIRS)
    return body
