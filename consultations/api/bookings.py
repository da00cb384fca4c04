"""Own bookings by a proved phone: see, book, move, cancel; by the same actions as on the web."""

import re
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django.utils import timezone
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from consultations.actions import bookings
from consultations.actions.seating import NO_SUCH_TIME
from consultations.api.once import FAULTS, answer_once
from consultations.api.phones import HasPhone, PhoneToken, ProvedPhone, phone_of
from consultations.api.timetable import PlaceShown, place_of
from consultations.api.wishes import EXAMPLE, WishAsked, resident_of, wish_of
from consultations.enums import BookingKind, BookingState, CancelReason, JointOrder, Need, Source, Topic
from consultations.models import Booking, ClinicDay
from services.actions.history import acting
from services.api.fields import NOT_THEIRS, UNKNOWN_PHONE, Body, Choice, Line, body_of
from services.api.once import ONCE, REPLAYED, key_of

SLOT = re.compile(r"([0-9]{1,9})-([01][0-9]|2[0-3])([0-5][0-9])(?:-(TAX|LAW))?")
MOST_SHOWN = 100
NO_SUCH_BOOKING = "그 번호의 예약이 없습니다. 예약번호를 다시 확인해 주세요."


# What is sent


class SlotAsked(Body):
    slot = Line(max_length=20, help_text='`slots`의 value 그대로. 예: "17-1520"')

    def validate_slot(self, typed: str) -> tuple[int, datetime, JointOrder]:
        """The clinic day's key, the start and the order of two advisers; whether it is free the action says."""
        found = SLOT.fullmatch(typed)
        day = ClinicDay.objects.filter(pk=found[1]).first() if found else None
        if found is None or day is None:
            raise serializers.ValidationError(NO_SUCH_TIME)
        order = JointOrder(found[4]) if found[4] else JointOrder.SAME
        return day.pk, day.moment(time(int(found[2]), int(found[3]))), order


class BookingAsked(WishAsked, SlotAsked):
    """A booking for somebody who uses the proved phone."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        refuse_order_of_one(attrs["kind"], attrs["slot"])
        return attrs


def refuse_order_of_one(kind: str, slot: tuple[int, datetime, JointOrder]) -> None:
    """Only two advisers can be met one after the other. Raises ValidationError."""
    if slot[2] != JointOrder.SAME and kind != BookingKind.BOTH:
        raise serializers.ValidationError({"slot": [NO_SUCH_TIME]})


class CancelAsked(Body):
    reason = Choice(choices=CancelReason.choices, required=False, allow_blank=True, default="")


# What is shown


class BookingShown(serializers.Serializer[Any]):
    """An own booking. What was asked is not repeated: it is readable by the adviser and on the web."""

    reference = serializers.CharField(help_text="예약번호. 창구와 전화에서 이 번호를 말합니다.")
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=BookingKind.choices)
    order = serializers.ChoiceField(choices=JointOrder.choices, help_text="두 분을 이어서 만나면 누가 먼저인지")
    topic = serializers.ChoiceField(choices=Topic.choices)
    needs = serializers.ListField(child=serializers.ChoiceField(choices=Need.choices))
    state = serializers.ChoiceField(choices=BookingState.choices)
    state_label = serializers.CharField(help_text="사람에게 보일 말")
    can_change = serializers.BooleanField(help_text="지금 바꾸거나 취소할 수 있는지")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    place = PlaceShown()


class BookingsAnswer(serializers.Serializer[Any]):
    bookings = BookingShown(many=True)


def shown(booking: Booking) -> dict[str, Any]:
    """A booking that was read with its place, as JSON."""
    return {
        "reference": booking.reference,
        "name": booking.resident.name,
        "kind": booking.kind,
        "order": booking.joint_order,
        "topic": booking.topic,
        "needs": list(booking.needs or []),
        "state": booking.state,
        "state_label": str(booking.label.citizen_label),
        "can_change": booking.can_change_online,
        "starts_at": timezone.localtime(booking.starts_at).isoformat(),
        "ends_at": timezone.localtime(booking.ends_at).isoformat(),
        "place": place_of(booking.clinic_day.venue),
    }


REFERENCE = OpenApiParameter(
    "reference", {"type": "string", "pattern": "^[0-9]{6}$"}, OpenApiParameter.PATH, description="예약번호 숫자 6개"
)
# Own bookings


@extend_schema(
    methods=["GET"],
    operation_id="consultations_bookings_list",
    summary="내 예약",
    responses={200: BookingsAnswer, 401: UNKNOWN_PHONE},
    tags=["consultations"],
)
@extend_schema(
    methods=["POST"],
    operation_id="consultations_bookings_create",
    summary="예약하기",
    description=(
        "확인한 휴대전화를 쓰는 분의 예약입니다. 누리집과 같은 규칙을 씁니다. "
        "가족이나 이웃을 대신하는 예약은 누리집과 전화에서 합니다."
    ),
    request=BookingAsked,
    responses={200: BookingShown, 201: BookingShown, **FAULTS},
    parameters=[ONCE, REPLAYED],
    examples=[OpenApiExample("예약", {**EXAMPLE, "slot": "17-1520"}, request_only=True)],
    tags=["consultations"],
)
@never_cache
@api_view(["GET", "POST"])
@authentication_classes([PhoneToken])
@permission_classes([HasPhone])
def api_bookings(request: Request) -> Response:
    """The phone's bookings, newest first; or a new one."""
    phone = phone_of(request)
    if request.method == "GET":
        found = _of_phone(phone).order_by("-starts_at", "-pk")[:MOST_SHOWN]
        return Response({"bookings": [shown(booking) for booking in found]})
    key, body = key_of(request), body_of(request)
    form = BookingAsked(data=body)
    form.is_valid(raise_exception=True)
    asked = form.validated_data
    return answer_once(phone, "bookings", key, body, lambda: _book(phone, asked), status=201)


def _book(phone: ProvedPhone, asked: Mapping[str, Any]) -> dict[str, Any]:
    resident = resident_of(phone, asked)
    day_id, starts_at, order = asked["slot"]
    with acting(resident.actor):
        made = bookings.book(
            day_id,
            starts_at,
            wish_of(asked),
            resident=resident,
            by=resident.actor,
            order=order,
            source=Source.API,
        )
    return _fresh(made)


@extend_schema(
    operation_id="consultations_bookings_read",
    summary="예약 하나",
    responses={200: BookingShown, 401: UNKNOWN_PHONE, 404: NOT_THEIRS},
    parameters=[REFERENCE],
    tags=["consultations"],
)
@never_cache
@api_view(["GET"])
@authentication_classes([PhoneToken])
@permission_classes([HasPhone])
def api_booking(request: Request, reference: str) -> Response:
    """One own booking."""
    return Response(shown(_own(phone_of(request), reference)))


@extend_schema(
    operation_id="consultations_bookings_move",
    summary="시간 바꾸기",
    description="새 시간을 맡을 때까지 전 시간은 그대로입니다. 예약번호는 바뀌지 않습니다.",
    request=SlotAsked,
    responses={200: BookingShown, 404: NOT_THEIRS, **FAULTS},
    parameters=[REFERENCE, ONCE, REPLAYED],
    examples=[OpenApiExample("다른 시간", {"slot": "17-1600"}, request_only=True)],
    tags=["consultations"],
)
@never_cache
@api_view(["POST"])
@authentication_classes([PhoneToken])
@permission_classes([HasPhone])
def api_booking_move(request: Request, reference: str) -> Response:
    """Another time or place."""
    phone = phone_of(request)
    key, own, body = key_of(request), _own(phone, reference), body_of(request)
    form = SlotAsked(data=body)
    form.is_valid(raise_exception=True)
    day_id, starts_at, order = form.validated_data["slot"]
    refuse_order_of_one(own.kind, form.validated_data["slot"])

    def move() -> dict[str, Any]:
        by = own.resident.actor
        with acting(by):
            return _fresh(bookings.move(own.pk, day_id, starts_at, by=by, order=order, is_online=True))

    return answer_once(phone, "bookings/move", key, [own.reference, body], move, status=200)


@extend_schema(
    operation_id="consultations_bookings_cancel",
    summary="예약 취소하기",
    request=CancelAsked,
    responses={200: BookingShown, 404: NOT_THEIRS, **FAULTS},
    parameters=[REFERENCE, ONCE, REPLAYED],
    examples=[OpenApiExample("이유", {"reason": "SOLVED"}, request_only=True)],
    tags=["consultations"],
)
@never_cache
@api_view(["POST"])
@authentication_classes([PhoneToken])
@permission_classes([HasPhone])
def api_booking_cancel(request: Request, reference: str) -> Response:
    """Give the time back."""
    phone = phone_of(request)
    key, own, body = key_of(request), _own(phone, reference), body_of(request)
    form = CancelAsked(data=body)
    form.is_valid(raise_exception=True)
    reason = form.validated_data["reason"]

    def cancel() -> dict[str, Any]:
        with acting(own.resident.actor):
            return _fresh(bookings.cancel(own.pk, by=own.resident.actor, reason=reason, is_online=True))

    return answer_once(phone, "bookings/cancel", key, [own.reference, body], cancel, status=200)


# What they share


def _of_phone(phone: ProvedPhone) -> Any:
    found = Booking.objects.filter(resident__phone_index=phone.index)
    return found.select_related("resident", "clinic_day__venue__township")


def _own(phone: ProvedPhone, reference: str) -> Booking:
    """The booking of this number. Raises NotFound, in the same words for none and for somebody else's."""
    own: Booking | None = _of_phone(phone).filter(reference=reference.replace("-", "")).first()
    if own is None:
        raise NotFound(NO_SUCH_BOOKING)
    return own


def _fresh(booking: Booking) -> dict[str, Any]:
    found = Booking.objects.select_related("resident", "clinic_day__venue__township")
    return shown(found.get(pk=booking.pk))
