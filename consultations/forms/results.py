"""What an adviser records after a consultation (별지 1)."""

from typing import Any

from django import forms

from consultations.enums import FollowUp, Outcome, Topic
from services.forms.fields import Form, WholeField
from services.forms.widgets import RadioCards


def _statement(label: str, choices: Any, missing: str) -> forms.ChoiceField:
    """A choice that says what happened: none is made beforehand."""
    return forms.ChoiceField(
        label=label, choices=choices, widget=RadioCards, error_messages={"required": f"{missing} 하나를 골라 주세요."}
    )


class ResultForm(Form):
    topic = forms.ChoiceField(
        label="분야",
        choices=[("", "골라 주세요"), *Topic.choices],
        error_messages={"required": "분야를 아직 고르지 않으셨습니다. 하나를 골라 주세요."},
    )
    outcome = _statement("결과", Outcome.choices, "상담이 어떻게 끝났는지 아직 고르지 않으셨습니다.")
    follow_up = _statement("다음에 할 일", FollowUp.choices, "다음에 할 일을 아직 고르지 않으셨습니다.")
    minutes = WholeField(
        label="걸린 시간(분)",
        unit="분",
        min_value=1,
        max_value=240,
        error_messages={
            "required": "걸린 시간이 비어 있습니다. 몇 분 걸렸는지 적어 주세요.",
            "min_value": "걸린 시간은 1분부터 240분까지 적을 수 있습니다.",
            "max_value": "걸린 시간은 1분부터 240분까지 적을 수 있습니다.",
        },
    )
    note = forms.CharField(
        label="상담 내용 요지",
        required=False,
        max_length=2000,
        help_text="적으신 분만 볼 수 있습니다.",
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    @property
    def facts(self) -> dict[str, Any]:
        """What `record_result` is told."""
        typed = self.cleaned_data
        kinds = {"topic": Topic, "outcome": Outcome, "follow_up": FollowUp}
        return typed | {name: kind(typed[name]) for name, kind in kinds.items()}


class CorrectResultForm(ResultForm):
    """The same, filled in with what was written, and why it changes."""

    reason = forms.CharField(
        label="고치는 이유",
        max_length=200,
        help_text="상담 내용은 적지 마세요. 예: 다른 칸을 눌렀습니다.",
        error_messages={"required": "고치는 이유가 비어 있습니다. 무엇이 달랐는지 적어 주세요."},
    )
