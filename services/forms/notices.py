"""What staff choose and type about messages, calls and readings."""

from collections.abc import Mapping
from typing import Any

from django import forms

from services.enums.notices import CallOutcome, Channel, NoticeState
from services.forms.fields import Form
from services.forms.filters import ListFilter, on_day, one_of, words
from services.forms.offers import offer_choices, offer_rows
from services.models import Notice
from services.models.notices import NoticeQuerySet
from services.notices.messages import Answer
from services.rules.references import normalise_reference


class NoticeFilter(ListFilter):
    """Which messages to list."""

    empty = "보낼 알림이 없습니다."
    finds = "예약번호나 접수번호를 빠짐없이 적어 주세요. 예: 482-157, 2020-SL-0412"
    state = one_of("상태", NoticeState.choices)
    channel = one_of("방법", Channel.choices)
    day = on_day("날짜", field_name="created_at", lookup_expr="date")
    reference = words("예약번호·접수번호", 20, method="with_number")

    def with_number(self, rows: NoticeQuerySet, name: str, typed: str) -> NoticeQuerySet:
        """Its number as people write it; a booking's is kept with and without its dash."""
        number = normalise_reference(typed)
        return rows.filter(reference__in={typed, number, number.replace("-", "")})


class NoticePickForm(Form):
    """The notices whose boxes were ticked."""

    picked = forms.ModelMultipleChoiceField(
        Notice.objects.none(),
        error_messages={
            "required": "고른 것이 없습니다. 왼쪽 칸을 눌러 골라 주세요.",
            "invalid_choice": "그 사이 목록이 바뀌었습니다. 다시 골라 주세요.",
        },
    )

    def __init__(self, *args: Any, notices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "picked", notices)


class CallForm(Form):
    """The outcome of one call; never what was said."""

    outcome = forms.ChoiceField(
        label="결과",
        choices=CallOutcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "결과를 골라 주세요."},
    )
    note = forms.CharField(
        label="다시 걸 때",
        max_length=60,
        required=False,
        help_text="다시 걸어 달라고 하셨으면 언제인지 적어 주세요. 말씀하신 내용은 적지 마세요.",
    )

    def __init__(self, *args: Any, answers: Mapping[str, Answer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = [(value, answer.label) for value, answer in answers.items()]
        told = [one for one in CallOutcome.choices if not asked or one[0] not in CallOutcome.REACHED]
        offer_choices(self, "outcome", [*asked, *told])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("outcome") == CallOutcome.CALL_BACK and not cleaned.get("note"):
            self.add_error("note", "다시 걸 때가 비어 있습니다. 예: 오늘 오후 3시")
        return cleaned
