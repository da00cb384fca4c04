"""What a person types about a booking that exists."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.enums import CancelReason, Ease, Helped
from consultations.reports.offers import Offer, Slot
from services.forms.fields import Form
from services.forms.widgets import RadioCards


class CancelForm(Form):
    reason = forms.ChoiceField(
        label=_("이유를 알려 주세요"), choices=CancelReason.choices, required=False, widget=RadioCards
    )


class SurveyForm(Form):
    """Two questions after a consultation. Either may be left out; leaving out both says nothing at all."""

    helped = forms.ChoiceField(
        label=_("상담이 도움이 되었나요?"), choices=Helped.choices, required=False, widget=RadioCards
    )
    ease = forms.ChoiceField(
        label=_("예약과 안내는 편했나요?"), choices=Ease.choices, required=False, widget=RadioCards
    )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if not typed.get("helped") and not typed.get("ease") and not self.errors:
            self.add_error("helped", _("고르신 답이 없습니다. 하나만 골라 주셔도 됩니다."))
        return typed

    @property
    def answers(self) -> tuple[Helped, Ease]:
        """Both answers; what was left out was not said."""
        return Helped(self.cleaned_data["helped"] or Helped.NOT_SAID), Ease(self.cleaned_data["ease"] or Ease.NOT_SAID)


def slot_of(value: str, offers: Sequence[Offer]) -> Slot:
    """The slot of a chosen value, which the form has checked."""
    return next(slot for offer in offers for slot in offer.slots if slot.value == value)
