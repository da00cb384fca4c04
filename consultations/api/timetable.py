"""When and where: venues with their next day, and the days with their free and taken times; open to everybody."""

from typing import Any

from django.db.models import TextChoices
from django.utils import timezone
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from consultations.enums import BookingKind, JointOrder
from consultations.models import Venue
from consultations.reports.offers import Offer, offers, places
from services.api.fields import UNREADABLE, Body, Choice, Day, Number

MAX_ID = 2**31 - 1


class DayState(TextChoices):
    """How a clinic day looks from outside."""

    OPEN = "OPEN", "예약 가능"
    FULL = "FULL", "모두 마감"
    REVIEW = "REVIEW", "아직 예약을 받지 않음"


class PlacesAsked(Body):
    kind = Choice(choices=BookingKind.choices, required=False, default="LAW", help_text="어떤 상담의 다음 날짜인지")


class SlotsAsked(Body):
    """Which days; `from` is a word of Python, so it stands in get_fields."""

    kind = Choice(choices=BookingKind.choices, help_text="둘 다(BOTH)는 두 분을 함께 또는 이어서 만나는 시간입니다.")
    venue = Number(required=False, min_value=1, max_value=MAX_ID, help_text="`places`의 id")
    until = Day(required=False, help_text="이날까지")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {**super().get_fields(), "from": Day(required=False, help_text="이날부터")}

    def validate_venue(self, pk: int) -> Venue:
        venue = Venue.objects.filter(pk=pk, is_active=True).first()
        if venue is None:
            raise serializers.ValidationError("그런 장소가 없습니다. places에 있는 id를 보내 주세요.")
        return venue


class TownshipShown(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class PlaceShown(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    address = serializers.CharField(help_text="모르면 빈 글")
    room = serializers.CharField(help_text="모르면 빈 글")
    phone = serializers.CharField(help_text="모르면 빈 글")
    township = TownshipShown(allow_null=True)


class DayShown(serializers.Serializer[Any]):
    """One clinic day. FULL: every time is taken. REVIEW: an election is near and the city still decides."""

    id = serializers.IntegerField()
    on = serializers.DateField()
    state = serializers.ChoiceField(choices=DayState.choices)
    state_label = serializers.CharField(help_text="사람에게 보일 말")
    free = serializers.IntegerField(help_text="남은 자리")


class PlaceWithNext(PlaceShown):
    next = DayShown(allow_null=True, help_text="자리가 있는 첫날. 없으면 첫 상담일")


class PlacesAnswer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=BookingKind.choices)
    places = PlaceWithNext(many=True)


class SlotShown(serializers.Serializer[Any]):
    value = serializers.CharField(help_text="예약할 때 `slot`으로 보냅니다.")
    starts_at = serializers.DateTimeField()
    is_free = serializers.BooleanField()
    order = serializers.ChoiceField(
        choices=JointOrder.choices, help_text="BOTH에서 두 분을 이어서 만나면 누가 먼저인지"
    )


class DayWithSlots(DayShown):
    place = PlaceShown()
    slots = SlotShown(many=True)


class SlotsAnswer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=BookingKind.choices)
    days = DayWithSlots(many=True)


def place_of(venue: Venue) -> dict[str, Any]:
    """A venue that was read with its township."""
    township = {"id": venue.township.pk, "name": venue.township.name} if venue.township else None
    facts = {"id": venue.pk, "name": venue.name, "address": venue.address, "room": venue.room, "phone": venue.phone}
    return {**facts, "township": township}


def _day(offer: Offer) -> dict[str, Any]:
    state = DayState.REVIEW if offer.is_in_review else DayState.FULL if offer.is_full else DayState.OPEN
    facts = {"id": offer.day.pk, "on": offer.day.on.isoformat(), "free": offer.free}
    return {**facts, "state": state.value, "state_label": str(state.label)}


def _venues() -> dict[int, dict[str, Any]]:
    return {venue.pk: place_of(venue) for venue in Venue.objects.select_related("township").order_by("pk")}


@extend_schema(
    operation_id="consultations_places",
    summary="상담 장소",
    parameters=[PlacesAsked],
    responses={200: PlacesAnswer, 400: UNREADABLE},
    tags=["consultations"],
    auth=[],
)
@never_cache
@api_view(["GET"])
def api_places(request: Request) -> Response:
    """Venues in use, each with its next day for this kind."""
    form = PlacesAsked(data=request.query_params)
    form.is_valid(raise_exception=True)
    kind, venues = BookingKind(form.validated_data["kind"]), _venues()
    shown = [{**venues[place.venue.pk], "next": _day(place.next) if place.next else None} for place in places(kind)]
    return Response({"kind": kind.value, "places": shown})


@extend_schema(
    operation_id="consultations_slots",
    summary="빈 시간",
    description="답은 물은 그때의 것입니다. 예약할 때 다른 분이 먼저 예약하셨으면 409로 알립니다.",
    parameters=[SlotsAsked],
    responses={200: SlotsAnswer, 400: UNREADABLE},
    examples=[
        OpenApiExample(
            "하루",
            {
                "kind": "LAW",
                "days": [
                    {
                        "id": 17,
                        "on": "2026-11-23",
                        "free": 1,
                        "state": "OPEN",
                        "state_label": "예약 가능",
                        "place": {
                            "id": 3,
                            "name": "만경읍 행정복지센터",
                            "address": "",
                            "room": "상담실",
                            "phone": "",
                            "township": {"id": 1, "name": "만경읍"},
                        },
                        "slots": [
                            {
                                "value": "17-1500",
                                "starts_at": "2026-11-23T15:00:00+09:00",
                                "is_free": False,
                                "order": "SAME",
                            },
                            {
                                "value": "17-1520",
                                "starts_at": "2026-11-23T15:20:00+09:00",
                                "is_free": True,
                                "order": "SAME",
                            },
                        ],
                    }
                ],
            },
            response_only=True,
            status_codes=["200"],
        )
    ],
    tags=["consultations"],
    auth=[],
)
@never_cache
@api_view(["GET"])
def api_slots(request: Request) -> Response:
    """The coming days with their times, by date. The same number of queries for one day and for a hundred."""
    form = SlotsAsked(data=request.query_params)
    form.is_valid(raise_exception=True)
    asked, venues = form.validated_data, _venues()
    kind, first, last = BookingKind(asked["kind"]), asked.get("from"), asked.get("until")
    found = [
        offer
        for offer in offers(kind, venue=asked.get("venue"))
        if (first is None or offer.day.on >= first) and (last is None or offer.day.on <= last)
    ]
    days = [{**_day(offer), "place": venues[offer.day.venue_id], "slots": _slots(offer)} for offer in found]
    return Response({"kind": kind.value, "days": days})


def _slots(offer: Offer) -> list[dict[str, Any]]:
    return [
        {
            "value": slot.value,
            "starts_at": timezone.localtime(slot.starts_at).isoformat(),
            "is_free": slot.is_free,
            "order": slot.order.value,
        }
        for slot in offer.slots
    ]
