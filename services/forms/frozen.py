"""Correcting a report that is frozen."""

from django import forms

from services.forms.fields import Form


class CorrectionForm(Form):
    """Why the figures are other ones today; it is printed on the corrected report."""

    reason = forms.CharField(
        label="고친 까닭",
        max_length=200,
        help_text="정정본에 그대로 인쇄됩니다. 예: 6월 12일 자료가 늦게 들어왔습니다.",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "고친 까닭이 비어 있습니다. 무엇이 왜 달라졌는지 적어 주세요."},
    )
