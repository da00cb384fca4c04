"""What residents type to prove a phone or to find one case, and what staff type about people."""

from django import forms
from django.utils.translation import gettext_lazy as _

from services.rules.phones import parse_phone
from services.rules.refusal import Refused

DIGITS = {"inputmode": "numeric", "autocomplete": "off"}


def clean_phone(typed: str) -> str:
    """E.164, or a ValidationError with the sentence of F03 or F05."""
    try:
        return parse_phone(typed)
    except Refused as refusal:
        raise forms.ValidationError(refusal.sentence) from refusal


class PhoneForm(forms.Form):
    """The one question of 내 신청 확인."""

    phone = forms.CharField(
        label=_("휴대전화 번호"),
        max_length=40,
        help_text=_("예: 010-1234-5678. 이 번호로 인증번호를 보냅니다."),
        error_messages={"required": _("휴대전화 번호가 비어 있습니다. 010-1234-5678처럼 적어 주세요.")},
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )

    def clean_phone(self) -> str:
        return clean_phone(self.cleaned_data["phone"])


class CodeForm(forms.Form):
    """Six digits; spaces and the whole pasted message are fine."""

    code = forms.CharField(
        label=_("인증번호"),
        max_length=120,
        help_text=_("3분 안에 적어 주세요. 붙여넣어도 됩니다."),
        error_messages={"required": _("인증번호가 비어 있습니다. 문자로 받은 숫자 6개를 적어 주세요.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class ReferenceForm(forms.Form):
    """A number that was said on the phone, and the last four digits of the phone."""

    reference = forms.CharField(
        label=_("예약번호나 접수번호"),
        max_length=40,
        help_text=_("예약번호는 숫자 6개, 접수번호는 2020-SL-0412 같은 모양입니다."),
        error_messages={"required": _("번호가 비어 있습니다. 예약번호나 접수번호를 적어 주세요.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    last4 = forms.RegexField(
        r"^\d{4}$",
        label=_("신청하신 전화번호의 끝 숫자 4개"),
        max_length=8,
        error_messages={
            "required": _("끝 숫자가 비어 있습니다. 전화번호의 끝 숫자 4개를 적어 주세요."),
            "invalid": _("숫자 4개가 아닙니다. 전화번호의 끝 숫자 4개만 적어 주세요."),
        },
        widget=forms.TextInput(attrs=DIGITS),
    )


def add_refusal(form: forms.BaseForm, refusal: Refused) -> None:
    """Show a refused action at its field, or above the form."""
    field = refusal.field if refusal.field in form.fields else None
    form.add_error(field, refusal.sentence)
