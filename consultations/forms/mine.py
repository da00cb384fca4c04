"""What a person types about a booking that exists."""

from collections.abc import Sequence
from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.enums import CancelReason
from consultations.reports.offers import Offer
from services.forms.widgets import RadioCards


class CancelForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("이유를 알려 주세요"), choices=CancelReason.choices, required=False, widget=RadioCards
    )


def slot_of(value: str, offers: Sequence[Offer]) -> tuple[int, datetime]:
    """The clinic day's key and the start of a chosen slot value, which the form has checked."""
    slot = next(slot for offer in offers for slot in offer.slots if slot.value == value)
    return slot.day_id, slot.starts_at
