"""What staff type when a consultation cannot take place as promised."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from consultations.enums import JointOrder
from consultations.models import Adviser, Venue
from consultations.reports.worklist import Place
from services.forms.fields import Form
from services.forms.offers import offer_choices
from services.rules.korean import date_letter

ONE_BY_ONE = "each"
EMPTY_REASON = {"required": "이유가 비어 있습니다. 무슨 일인지 적어 주세요."}
WAYS = [
    ("colleague", "같은 날 다른 사람에게 맡기기"),
    ("next", "다음 상담일로 옮기기"),
    ("call", "전화해서 정하기"),
    (ONE_BY_ONE, "한 분씩 정하기"),
]


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

    way = forms.ChoiceField(label="예약을 어떻게 할까요?", choices=WAYS, initial=ONE_BY_ONE, widget=forms.RadioSelect)


class CloseDayForm(ReasonForm):
    """A whole day: no colleague can take it."""

    way = forms.ChoiceField(
        label="예약을 어떻게 할까요?", choices=WAYS[1:], initial=ONE_BY_ONE, widget=forms.RadioSelect
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
        offer_choices(self, "place", [(value, _words(one)) for value, one in places.items()])


def _words(place: Place) -> str:
    turn = "" if place.order == JointOrder.SAME else f", {place.order.label}"
    return f"{date_letter(place.day.on)} {timezone.localtime(place.starts_at):%H:%M}{turn}"


class StandInForm(Form):
    """The adviser who comes instead."""

    adviser = forms.ChoiceField(label="대신 올 사람", error_messages={"required": "대신 올 사람을 골라 주세요."})

    def __init__(self, *args: Any, advisers: Sequence[Adviser], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(str(one.pk), str(one)) for one in advisers]
        offer_choices(self, "adviser", [("", "골라 주세요"), *known])
