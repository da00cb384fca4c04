"""What staff choose and type about messages, calls and readings."""

from typing import Any

from django import forms

from services.enums.notices import CallOutcome, Channel, NoticeState
from services.models import CallTask, Notice

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class NoticeFilterForm(forms.Form):
    """Which messages to list."""

    state = forms.ChoiceField(label="상태", choices=[("", "모두"), *NoticeState.choices], required=False)
    channel = forms.ChoiceField(label="방법", choices=[("", "모두"), *Channel.choices], required=False)
    day = forms.DateField(label="날짜", required=False, widget=DAY)
    reference = forms.CharField(label="접수번호", max_length=20, required=False)

    def conditions(self) -> dict[str, Any]:
        """Lookups for Notice; a condition that makes no sense is left out."""
        names = {"state": "state", "channel": "channel", "day": "created_at__date", "reference": "reference"}
        cleaned = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        return {lookup: cleaned[name] for name, lookup in names.items() if cleaned.get(name)}


class NoticePickForm(forms.Form):
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
        self.fields["picked"].queryset = notices  # type: ignore[attr-defined]


class CallForm(forms.ModelForm[CallTask]):
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

    class Meta:
        model = CallTask
        fields = ["outcome", "note"]

    def clean_outcome(self) -> CallOutcome:
        return CallOutcome(self.cleaned_data["outcome"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("outcome") == CallOutcome.CALL_BACK and not cleaned.get("note"):
            self.add_error("note", "다시 걸 때가 비어 있습니다. 예: 오늘 오후 3시")
        return cleaned
