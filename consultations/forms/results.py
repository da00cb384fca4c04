"""What an adviser records after a consultation (별지 1)."""

from typing import Any

from django import forms

from consultations.enums import FollowUp, Outcome, Topic


class ResultForm(forms.Form):
    topic = forms.ChoiceField(label="분야", choices=Topic.choices)
    outcome = forms.ChoiceField(label="결과", choices=Outcome.choices)
    follow_up = forms.ChoiceField(label="다음에 할 일", choices=FollowUp.choices)
    minutes = forms.IntegerField(label="걸린 시간(분)", min_value=1, max_value=240)
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
