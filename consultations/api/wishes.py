"""What a program says about the person and the matter, by the rules of the pages."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from rest_framework import serializers

from consultations.actions.wishes import Wish
from consultations.api.phones import ProvedPhone
from consultations.enums import BookingKind, ConsentKind, Need, Topic
from consultations.forms.booking import clean_age
from consultations.rules.deadlines import QUESTION_CHARACTERS
from services.actions.people import find_or_add_resident
from services.api.fields import Birthday, Body, Choice, Flag, Line, Many, Name, Text
from services.models import Resident, Township
from services.rules import names
from services.rules.history import Actor

EXAMPLE = {
    "kind": "LAW",
    "topic": "LEASE",
    "name": "시연 김만경",
    "born_on": "1945-03-09",
    "township": "만경읍",
    "question": "보증금을 돌려받지 못했습니다.",
    "consents": {"COLLECTION": True, "ADVISER": True, "NEWS": False},
}


class ConsentsAsked(Body):
    """Each asked for on its own and answered by the person; the two required ones must be true (PD-01, PD-02)."""

    COLLECTION = Flag(help_text=ConsentKind.COLLECTION.label)
    ADVISER = Flag(help_text=ConsentKind.ADVISER.label)
    HEALTH = Flag(required=False, help_text=ConsentKind.HEALTH.label)
    NEWS = Flag(required=False, help_text=ConsentKind.NEWS.label)


class WishAsked(Body):
    """The client and what the advice is about; the phone is the proved one."""

    kind = Choice(choices=BookingKind.choices)
    topic = Choice(choices=Topic.choices, required=False, default="UNSURE", help_text="세금 분야는 TAX나 BOTH에만")
    name = Name(max_length=names.LENGTH, help_text="주민등록증에 적힌 이름")
    born_on = Birthday(help_text="태어난 날. 주민등록번호는 받지 않습니다.")
    township = Line(
        max_length=20, required=False, allow_null=True, default=None, help_text="사는 읍·면·동. 김제시가 아니면 null"
    )
    question = Text(max_length=QUESTION_CHARACTERS, required=False, allow_blank=True, default="")
    other_party = Line(
        max_length=60, required=False, allow_blank=True, default="", help_text="상대방 이름. TAX에서는 받지 않습니다."
    )
    has_lawsuit = Flag(required=False, allow_null=True, default=None, help_text="TAX에서는 받지 않습니다.")
    needs = Many(
        child=Choice(choices=Need.choices),
        required=False,
        max_length=len(Need),
        help_text="필요한 도움. consents.HEALTH가 true일 때만 남깁니다.",
    )
    need_language = Line(max_length=20, required=False, allow_blank=True, default="", help_text="통역할 말")
    consents = ConsentsAsked()

    def validate_born_on(self, born_on: date) -> date:
        return clean_age(born_on)

    def validate_township(self, name: str | None) -> Township | None:
        township = Township.objects.filter(name=name).first() if name else None
        if name and township is None:
            raise serializers.ValidationError("그런 읍·면·동이 없습니다. 예를 들어 만경읍이라고 보내 주세요.")
        return township

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["topic"] not in Topic.for_kind(BookingKind(attrs["kind"])):
            raise serializers.ValidationError({"topic": ["이 상담에서는 고를 수 없는 분야입니다."]})
        return attrs


def wish_of(asked: Mapping[str, Any]) -> Wish:
    """As the pages ask: a tax question has no other party, and without needs there is no consent about health."""
    is_tax, needs = asked["kind"] == BookingKind.TAX, list(dict.fromkeys(asked.get("needs") or []))
    return Wish(
        kind=BookingKind(asked["kind"]),
        topic=Topic(asked["topic"]),
        question=asked["question"],
        other_party="" if is_tax else asked["other_party"],
        has_lawsuit=None if is_tax else asked["has_lawsuit"],
        needs=needs,
        need_language=asked["need_language"] if Need.INTERPRETER in needs else "",
        consents={kind: said for kind, said in asked["consents"].items() if needs or kind != ConsentKind.HEALTH},
    )


def resident_of(phone: ProvedPhone, asked: Mapping[str, Any]) -> Resident:
    """The person of this name and the proved phone."""
    return find_or_add_resident(
        name=asked["name"],
        phone=phone.phone,
        born_on=asked["born_on"].isoformat(),
        township=asked["township"],
        by=Actor.resident("phone"),
    )
