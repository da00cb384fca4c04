"""What staff type when a consultation cannot take place as promised."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from consultations.enums import JointOrder
from consultations.models import Adviser, Venue
from consultations.reports.worklist import Place
from services.forms.fields import Form
from services.forms.offers import offer_choices
from services.forms.widgets import DAY, RadioCards
from services.rules.korean import date_letter

ONE_BY_ONE = "each"
EMPTY_REASON = {"required": "이유가 비어 있습니다. 무슨 일인지 적어 주세요."}
WAYS = [
    ("colleague", "같은 날 다른 사람에게 맡기기"),
    ("next", "다음 상담일로 옮기기"),
    ("call", "전화해서 정하기"),
    (ONE_BY_ONE, "한 분씩 정하기"),
]
SENT = {  # what goes out at once
    "colleague": "맡는 분이 바뀐다고 문자나 전화로 알립니다. 안 되는 분은 그대로 남습니다.",
    "next": "같은 장소 다음 상담일의 새 시간을 문자나 전화로 알립니다. 안 되는 분은 그대로 남습니다.",
    "call": "문자는 보내지 않습니다. 모두 '전화할 분' 목록에 올립니다.",
    ONE_BY_ONE: "아직 아무것도 보내지 않습니다. 다음 화면에서 한 분씩 정합니다.",
}


class ReasonForm(Form):
    """Why; read by staff alone."""

    reason = forms.CharField(
        label="이유",
        max_length=200,
        help_text="담당자만 봅니다. 병 이름 같은 것은 적지 마세요.",
        error_messages=EMPTY_REASON,
    )


class AbsenceForm(ReasonForm):
    """An adviser cannot come; what becomes of the bookings (COPY 6.3)."""

    way = forms.ChoiceField(
        label="예약을 어떻게 할까요?", choices=WAYS, initial=ONE_BY_ONE, widget=RadioCards(hints=SENT)
    )


class CloseDayForm(ReasonForm):
    """A whole day: no colleague can take it."""

    way = forms.ChoiceField(
        label="예약을 어떻게 할까요?", choices=WAYS[1:], initial=ONE_BY_ONE, widget=RadioCards(hints=SENT)
    )


class CloseDateForm(CloseDayForm):
    """Every place of one date; of a holiday also where its consultations go (`suggested`)."""

    to = forms.DateField(label="옮길 날", required=False, widget=DAY)
    field_order = ["reason", "to", "way"]

    def __init__(self, *args: Any, suggested: date | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if suggested is None:
            del self.fields["to"]
        else:
            self.fields["to"].help_text = (
                f"공휴일 상담을 다른 날로 옮기려면 적으세요. 비우면 옮기지 않습니다. "
                f"{date_letter(suggested)}에는 모두 비어 있습니다."
            )


class CloseVenueForm(CloseDayForm):
    """A place, from one day to another."""

    venue = forms.ModelChoiceField(Venue.objects.filter(is_active=True), label="장소", empty_label="골라 주세요")
    first = forms.DateField(label="언제부터", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    last = forms.DateField(label="언제까지", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    field_order = ["venue", "first", "last", "reason", "way"]


class AffectedForm(Form):
    """Another time of the same day with a colleague, or one of the next days."""

    place = forms.ChoiceField(
        label="언제로 바꿀까요?", widget=forms.RadioSelect, error_messages={"required": "날짜와 시간을 골라 주세요."}
    )

    def __init__(self, *args: Any, same_day: Sequence[Place], later: Sequence[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = {one.value: one for one in sorted((*same_day, *later), key=lambda one: one.starts_at)}
        self.places = places
        offer_choices(self, "place", [(value, place_words(one)) for value, one in places.items()])


def place_words(place: Place) -> str:
    """ "11월 23일(월) 15:20", and who comes first of two."""
    turn = "" if place.order == JointOrder.SAME else f", {place.order.label}"
    return f"{date_letter(place.day.on)} {timezone.localtime(place.starts_at):%H:%M}{turn}"


class StandInForm(Form):
    """The adviser who comes instead."""

    adviser = forms.ChoiceField(label="대신 올 사람", error_messages={"required": "대신 올 사람을 골라 주세요."})

    def __init__(self, *args: Any, advisers: Sequence[Adviser], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(str(one.pk), str(one)) for one in advisers]
        offer_choices(self, "adviser", [("", "골라 주세요"), *known])
