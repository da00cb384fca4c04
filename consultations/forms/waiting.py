"""What a person says when getting in line."""

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.enums import WaitingHour
from services.forms.widgets import RadioCards


class HourForm(forms.Form):
    hour = forms.ChoiceField(
        label=_("어떤 시간이 괜찮으세요?"),
        choices=WaitingHour.choices,
        widget=RadioCards,
        error_messages={"required": _("어떤 시간이 괜찮으신지 아직 고르지 않으셨습니다. 하나를 골라 주세요.")},
    )
