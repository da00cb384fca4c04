"""What a person types about a booking that exists."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.enums import CancelReason
from consultations.reports.offers import Offer, Slot
from services.forms.widgets import RadioCards


class CancelForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("이유를 알려 주세요"), choices=CancelReason.choices, required=False, widget=RadioCards
    )


def slot_of(value: str, offers: Sequence[Offer]) -> Slot:
    """The slot of a chosen value, which the form has checked."""
    return next(slot for offer in offers for slot in offer.slots if slot.value == value)
