"""The JSON API: loggers send readings with their plant's key."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.authentication import BaseAuthentication
from rest_framework.decorators import api_view, authentication_classes
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from services.actions.history import acting
from solar.actions import pushes
from solar.enums import Label, Unit, Zone
from solar.models import ApiKey

WORD = "Api-Key"
MAX_BODY = 1024 * 1024


class PlantKey(BaseAuthentication):
    """`Authorization: Api-Key <prefix>.<secret>`; request.auth is the key, which names the plant."""

    def authenticate(self, request: Request) -> tuple[None, ApiKey] | None:
        word, _, secret = request.headers.get("Authorization", "").partition(" ")
        if word != WORD or not secret:
            return None
        key = ApiKey.objects.valid().filter(key_hash=ApiKey.hash_of(secret.strip())).first()
        if key is None:
            raise AuthenticationFailed("열쇠가 맞지 않거나 더는 쓰지 않는 열쇠입니다.")
        return None, key

    def authenticate_header(self, request: Request) -> str:
        return WORD


class PlantKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the key stands in the OpenAPI document."""

    target_class = "solar.api.PlantKey"
    name = "plantKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Api-Key <열쇠>"}


class ReadingsSerializer(serializers.Serializer[Any]):
    """A push: `readings` are pairs of stamp and value; what is left out is taken from the device's settings."""

    device = serializers.SlugField(required=False, default="", help_text="장치 이름. 장치가 하나뿐이면 없어도 됩니다.")
    unit = serializers.ChoiceField(choices=Unit.choices, required=False, default="")
    stamps = serializers.ChoiceField(choices=Label.choices, required=False, default="")
    zone = serializers.ChoiceField(choices=Zone.choices, required=False, default="")
    readings = serializers.ListField(
        child=serializers.ListField(child=serializers.JSONField(allow_null=True), min_length=2, max_length=2),
        min_length=1,
        max_length=pushes.MAX_ROWS,
        help_text='[["2026-11-23T12:00:00+09:00", 6.5], ...]',
        error_messages={
            "required": "readings 값을 보내 주세요.",
            "min_length": "readings에 한 줄 이상 보내 주세요.",
            "max_length": f"한 번에 {pushes.MAX_ROWS:,}줄까지 보낼 수 있습니다. 나누어 보내 주세요.",
            "not_a_list": "readings는 목록이어야 합니다.",
        },
    )


class RowSerializer(serializers.Serializer[Any]):
    index = serializers.IntegerField()
    status = serializers.ChoiceField(choices=["accepted", "same", "conflict", "rejected"])
    reason = serializers.CharField(required=False)


class AnswerSerializer(serializers.Serializer[Any]):
    """What became of each row."""

    batch = serializers.IntegerField()
    accepted = serializers.IntegerField()
    same = serializers.IntegerField()
    conflicts = serializers.IntegerField()
    rejected = serializers.IntegerField()
    rows = RowSerializer(many=True)


class FaultSerializer(serializers.Serializer[Any]):
    """Why a whole push was not taken."""

    detail = serializers.CharField()
    field = serializers.CharField(required=False, allow_null=True)


@extend_schema(
    operation_id="solar_readings_create",
    summary="발전량 보내기",
    request=ReadingsSerializer,
    responses={
        200: AnswerSerializer,
        201: AnswerSerializer,
        400: OpenApiResponse(OpenApiTypes.OBJECT, description="고쳐서 다시 보내 주세요. 칸 이름과 까닭이 있습니다."),
        401: FaultSerializer,
        409: FaultSerializer,
        415: FaultSerializer,
    },
    parameters=[
        OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description="같은 요청을 다시 보낼 때")
    ],
)
@api_view(["POST"])
@authentication_classes([PlantKey])
def readings(request: Request) -> Response:
    """Take readings of one device: 201 for a new push, 200 for one that was answered before."""
    key = request.auth
    if not isinstance(key, ApiKey):
        raise NotAuthenticated("Authorization 머리글에 장치 열쇠를 보내 주세요.")
    if int(request.headers.get("Content-Length") or 0) > MAX_BODY:
        raise ParseError("한 번에 1MB까지 보낼 수 있습니다. 나누어 보내 주세요.")
    content = request._request.body  # read before DRF parses it: the bytes are kept as they came
    try:
        form = ReadingsSerializer(data=request.data)
    except RecursionError as error:
        raise ParseError("목록이 너무 여러 겹입니다.") from error
    form.is_valid(raise_exception=True)
    asked = form.validated_data
    with acting(key.actor):
        answer = pushes.push(
            key,
            content=content,
            once=request.headers.get("Idempotency-Key", "")[:80],
            source=asked["device"],
            unit=asked["unit"],
            label=asked["stamps"],
            zone=asked["zone"],
        )
    code = status.HTTP_200_OK if answer.is_replay else status.HTTP_201_CREATED
    return Response(answer.body, status=code, headers={"Idempotency-Replayed": "true"} if answer.is_replay else None)
