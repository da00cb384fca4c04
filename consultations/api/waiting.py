"""Getting in line for a full day; what is offered later is answered on the web or by phone."""

from collections.abc import Mapping
from typing import Any

from django.views.decorators.cache import never_cache
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from consultations.actions import waiting as actions
from consultations.api.once import FAULTS, answer_once
from consultations.api.phones import HasPhone, PhoneToken, ProvedPhone, phone_of
from consultations.api.timetable import MAX_ID, PlaceShown, place_of
from consultations.api.wishes import EXAMPLE, WishAsked, resident_of, wish_of
from consultations.enums import BookingKind, Source, WaitingHour, WaitingState
from consultations.models import ClinicDay, Waiting
from services.actions.history import acting
from services.api.fields import UNKNOWN_PHONE, Choice, Number, body_of
from services.api.once import ONCE, REPLAYED, key_of

MOST_SHOWN = 100


class WaitingAsked(WishAsked):
    """A place in the line of a full day."""

    day = Number(min_value=1, max_value=MAX_ID, help_text="`slots`의 하루가 가진 id. state가 FULL인 날")
    hour = Choice(choices=WaitingHour.choices, required=False, default="ANY", help_text="원하는 시간")

    def validate_day(self, pk: int) -> int:
        if not ClinicDay.objects.filter(pk=pk).exists():
            raise serializers.ValidationError("그런 상담일이 없습니다. slots에 있는 id를 보내 주세요.")
        return pk


class WaitingShown(serializers.Serializer[Any]):
    """An own place in line."""

    reference = serializers.CharField(help_text="자리를 받으면 그대로 예약번호가 됩니다.")
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=BookingKind.choices)
    hour = serializers.ChoiceField(choices=WaitingHour.choices)
    state = serializers.ChoiceField(choices=WaitingState.choices)
    state_label = serializers.CharField(help_text="사람에게 보일 말")
    on = serializers.DateField()
    place = PlaceShown()


class WaitingsAnswer(serializers.Serializer[Any]):
    waitings = WaitingShown(many=True)


def shown(waiting: Waiting) -> dict[str, Any]:
    """A place in line that was read with its day, as JSON."""
    return {
        "reference": waiting.reference,
        "name": waiting.resident.name,
        "kind": waiting.kind,
        "hour": waiting.hour,
        "state": waiting.state,
        "state_label": str(waiting.label.citizen_label),
        "on": waiting.clinic_day.on.isoformat(),
        "place": place_of(waiting.clinic_day.venue),
    }


@extend_schema(
    methods=["GET"],
    operation_id="consultations_waitings_list",
    summary="내 대기",
    responses={200: WaitingsAnswer, 401: UNKNOWN_PHONE},
    tags=["consultations"],
)
@extend_schema(
    methods=["POST"],
    operation_id="consultations_waitings_create",
    summary="대기 신청하기",
    description=(
        "모두 마감된 날(FULL)을 기다립니다. 자리가 나면 문자로 알리고 맡아 둡니다. 답은 누리집이나 전화로 합니다."
    ),
    request=WaitingAsked,
    responses={200: WaitingShown, 201: WaitingShown, **FAULTS},
    parameters=[ONCE, REPLAYED],
    examples=[OpenApiExample("대기", {**EXAMPLE, "day": 17, "hour": "ANY"}, request_only=True)],
    tags=["consultations"],
)
@never_cache
@api_view(["GET", "POST"])
@authentication_classes([PhoneToken])
@permission_classes([HasPhone])
def api_waitings(request: Request) -> Response:
    """Where the phone's people stand in line, newest first; or a new place."""
    phone = phone_of(request)
    if request.method == "GET":
        found = _with_day().filter(resident__phone_index=phone.index).order_by("-created_at", "-pk")
        return Response({"waitings": [shown(waiting) for waiting in found[:MOST_SHOWN]]})
    key, body = key_of(request), body_of(request)
    form = WaitingAsked(data=body)
    form.is_valid(raise_exception=True)
    asked = form.validated_data
    return answer_once(phone, "waitings", key, body, lambda: _join(phone, asked), status=201)


def _with_day() -> Any:
    return Waiting.objects.select_related("resident", "clinic_day__venue__township")


def _join(phone: ProvedPhone, asked: Mapping[str, Any]) -> dict[str, Any]:
    resident = resident_of(phone, asked)
    with acting(resident.actor):
        made = actions.join(
            asked["day"],
            wish_of(asked),
            hour=WaitingHour(asked["hour"]),
            resident=resident,
            by=resident.actor,
            source=Source.API,
        )
    return shown(_with_day().get(pk=made.pk))
