"""What staff type about bookings and clinic days."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from consultations.enums import BookingKind, BookingState, Need, Source, Topic
from consultations.forms.booking import township_choices
from consultations.models import Venue
from consultations.reports.offers import Offer
from services.forms.people import clean_phone
from services.forms.widgets import DatePartsField
from services.rules.korean import date_letter


def _venue_choice() -> "forms.ModelChoiceField[Venue]":
    venues = Venue.objects.filter(is_active=True)
    return forms.ModelChoiceField(venues, label="장소", required=False, empty_label="모두")


class BookingFilter(forms.Form):
    """Conditions of the list; anything that cannot be read is ignored."""

    on = forms.DateField(label="날짜", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="이날까지", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    venue = _venue_choice()
    state = forms.ChoiceField(
        label="상태", required=False, choices=[("", "모두"), ("open", "상담 전"), *BookingState.choices]
    )
    q = forms.CharField(label="예약번호나 전화 뒤 4자리", required=False, max_length=20)


class CounterForm(forms.Form):
    """A booking for somebody on the phone or at the counter: everything on one page, in the order it is said."""

    source = forms.ChoiceField(
        label="어떻게 오셨나요?",
        choices=[(one.value, one.label) for one in (Source.PHONE, Source.COUNTER, Source.WALK_IN)],
        initial=Source.PHONE,
    )
    name = forms.CharField(label="이름", max_length=40, widget=forms.TextInput(attrs={"autofocus": True}))
    phone = forms.CharField(
        label="전화번호", max_length=40, help_text="집 전화면 문자 대신 '전화할 분' 목록에 올라갑니다."
    )
    born_on = DatePartsField(label="태어난 날", required=False)
    township = forms.ChoiceField(label="사는 읍·면·동", required=False)
    kind = forms.ChoiceField(label="상담", choices=BookingKind.choices, initial=BookingKind.LAW)
    topic = forms.ChoiceField(label="분야", choices=Topic.choices, initial=Topic.UNSURE)
    slot = forms.ChoiceField(label="날짜와 시간")
    needs = forms.MultipleChoiceField(
        label="필요한 도움", required=False, choices=Need.choices, widget=forms.CheckboxSelectMultiple
    )
    has_consent = forms.BooleanField(
        label="개인정보 받기와 쓰기, 세무사·변호사에게 알려 주기를 설명했고 동의하셨습니다."
    )
    is_second = forms.BooleanField(label="이미 있는 예약을 말씀드렸고 하나 더 예약합니다.", required=False)

    def __init__(self, *args: Any, offers: Sequence[Offer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["township"].choices = township_choices("모름")  # type: ignore[attr-defined]
        self.fields["slot"].choices = [("", "골라 주세요"), *self._slots(offers)]  # type: ignore[attr-defined]

    @staticmethod
    def _slots(offers: Sequence[Offer]) -> list[tuple[str, list[tuple[str, str]]]]:
        """Free times, or getting in line, under the name of their day and place."""
        return [
            (
                f"{date_letter(offer.day.on)} {offer.day.venue.name}",
                [(slot.value, f"{timezone.localtime(slot.starts_at):%H:%M}") for slot in offer.slots if slot.is_free]
                or [(offer.wait_value, "모두 마감, 대기 신청")],
            )
            for offer in offers
            if offer.free or offer.is_full
        ]

    def clean_phone(self) -> str:
        return clean_phone(self.cleaned_data["phone"])


class KindForm(forms.Form):
    """The first choice of counter mode: it decides which times are free."""

    kind = forms.ChoiceField(label="상담", choices=BookingKind.choices, required=False)
    venue = _venue_choice()


class BasisForm(forms.Form):
    """Why a consultation may be held inside an election window (EL-H)."""

    basis = forms.CharField(label="근거", max_length=200, help_text="예: 조례 1311호, 선거관리위원회 답 2027-12")
    document = forms.CharField(label="문서 번호", max_length=60)


class CancelDayForm(forms.Form):
    reason = forms.CharField(
        label="이유", max_length=200, error_messages={"required": "이유가 비어 있습니다. 적어 주세요."}
    )


class MakeDaysForm(forms.Form):
    until = forms.DateField(label="언제까지", widget=forms.DateInput(attrs={"type": "date"}))


class MoveHolidayForm(forms.Form):
    """To which day the consultations of a holiday go."""

    on = forms.DateField(widget=forms.HiddenInput)
    to = forms.DateField(label="옮길 날", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
