"""What staff type about bookings and clinic days."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django_filters import ModelChoiceFilter

from consultations.enums import BookingKind, BookingState, CancelReason, HelperConsent, Need, Source, Topic
from consultations.forms.booking import township_choices
from consultations.models import ClinicDay, Venue
from consultations.models.bookings import BookingQuerySet
from consultations.reports.offers import Offer, Place, Slot, places
from services.forms.fields import Form, NameField, PhoneField
from services.forms.filters import ALL, ListFilter, on_day, one_of, words
from services.forms.offers import offer_choices
from services.forms.widgets import DatePartsField, RadioCards
from services.models import Resident, blind_index
from services.models.people import name_index_of
from services.rules.korean import date_letter
from services.rules.phones import parse_phone
from services.rules.refusal import Refused
from services.rules.text import code


def _venue_choice() -> "forms.ModelChoiceField[Venue]":
    venues = Venue.objects.filter(is_active=True)
    return forms.ModelChoiceField(venues, label="장소", required=False, empty_label="모두")


END_OF_NUMBER, LAST_DIGITS = 3, 4


class BookingFilter(ListFilter):
    """The list of bookings; without a condition what is still to come."""

    on = on_day("날짜")
    until = on_day("이날 전까지", field_name="on", lookup_expr="lt")
    venue = ModelChoiceFilter(
        field_name="clinic_day__venue", label="장소", queryset=Venue.objects.filter(is_active=True), empty_label=ALL
    )
    state = one_of("상태", [("open", "상담 전"), ("conflict", "이해 충돌"), *BookingState.choices], method="in_state")
    q = words("예약번호, 이름, 전화, 읍·면·동, 동·리", 40, method="with_words")

    def filter_queryset(self, queryset: Any) -> Any:
        asked = self.form.cleaned_data
        if not any(asked.get(name) for name in ("on", "until", "state", "q")):
            queryset = queryset.filter(on__gte=timezone.localdate())
        return super().filter_queryset(queryset)

    def in_state(self, rows: BookingQuerySet, name: str, state: str) -> BookingQuerySet:
        kinds = {"open": rows.live, "conflict": rows.in_conflict}
        return kinds[state]() if state in kinds else rows.filter(state=state)

    def with_words(self, rows: BookingQuerySet, name: str, typed: str) -> BookingQuerySet:
        """A number or its end, a phone or its last four digits, a name, a township of person or place, a village.

        A term that is none of these finds nothing, and `not_found` says what can be looked for.
        """
        term = typed.strip()
        digits = "".join(sign for sign in code(term) if sign.isdecimal())
        if digits and not any(sign.isalpha() for sign in term):
            return self._with_digits(rows, digits)
        place = Q(clinic_day__venue__name__startswith=term) | Q(clinic_day__venue__township__name=term)
        person = Q(resident__name_index=name_index_of(term)) | Q(resident__township__name=term)
        return rows.filter(place | person | Q(resident__in=Resident.objects.in_village(term)))

    def _with_digits(self, rows: BookingQuerySet, digits: str) -> BookingQuerySet:
        if len(digits) < END_OF_NUMBER:
            return rows.none()
        found = Q(reference__endswith=digits)
        if len(digits) == LAST_DIGITS:
            found |= Q(resident__last4_index=blind_index(digits, purpose="last4"))
        with suppress(Refused):
            found |= Q(resident__phone_index=blind_index(parse_phone(digits), purpose="phone"))
        return rows.filter(found)

    @property
    def not_found(self) -> str:
        """What to say of a list that is empty."""
        term = (self.form.cleaned_data.get("q") or "").strip()
        if not term or self.form.errors:
            return super().not_found
        return (
            f"'{term}': 찾은 예약이 없습니다. 예약번호는 끝 3자리부터, 전화는 뒤 4자리나 번호 모두, 이름은 빠짐없이, "
            "읍·면·동은 '만경읍', 사는 동·리는 '만경리'처럼 적어 주세요."
        )


def slot_choices(found: Sequence[Offer], *, may_wait: bool) -> list[tuple[str, list[tuple[str, str]]]]:
    """Free times, or getting in line, under the name of their day and place."""
    return [
        (
            f"{date_letter(offer.day.on)} {offer.day.venue_name}",
            [(slot.value, _slot_words(slot)) for slot in offer.slots if slot.is_free]
            or [(offer.wait_value, "모두 마감, 대기 신청")],
        )
        for offer in found
        if offer.free or (may_wait and offer.is_full)
    ]


def _slot_words(slot: Slot) -> str:
    """15:20, who comes first where both advisers are met in turns, and whether it is running now."""
    is_running = slot.starts_at <= timezone.now()
    turns = f" · {slot.more}" if slot.more else ""
    return f"{timezone.localtime(slot.starts_at):%H:%M}{turns}" + " (지금, 바로 오신 분)" * is_running


class LeaveLineForm(Form):
    """Why somebody on the phone or at the counter waits no longer."""

    reason = forms.ChoiceField(
        label="이유",
        choices=CancelReason.choices,
        widget=RadioCards,
        error_messages={"required": "이유를 아직 고르지 않았습니다. 하나를 골라 주세요."},
    )

    def clean_reason(self) -> str:
        """In words, as the history keeps it."""
        return str(CancelReason(self.cleaned_data["reason"]).label)


class MovePlaceForm(Form):
    """Where to, before when: the places that have days of this kind."""

    venue = forms.TypedChoiceField(label="어디로 바꿀까요?", coerce=int)

    def __init__(self, *args: Any, kind: BookingKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = [place for place in places(kind) if place.next]
        offer_choices(self, "venue", [(place.venue.pk, f"{place.venue.name}{_left(place)}") for place in found])


def _left(place: Place) -> str:
    """The next day with a free time, or that there is none."""
    if place.next is None or not place.next.free:
        return " (모두 마감)"
    return f" ({place.next.day.on.month}월 {place.next.day.on.day}일)"


class MoveForm(Form):
    """Another time for a booking that exists; `shown` are the days of the place that was chosen."""

    slot = forms.ChoiceField(
        label="새 날짜와 시간",
        error_messages={
            "required": "새 시간을 아직 고르지 않으셨습니다. 하나를 골라 주세요.",
            "invalid_choice": "고르신 상담 시간이 없거나 마감되었습니다. 목록에 있는 시간을 골라 주세요.",
        },
        widget=forms.Select(attrs={"autofocus": True}),
    )

    def __init__(self, *args: Any, offers: Sequence[Offer], shown: Sequence[Offer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offers = offers
        listed = offers if self.is_bound else shown
        offer_choices(self, "slot", [("", "골라 주세요"), *slot_choices(listed, may_wait=False)])


class CancelBookingForm(Form):
    """Why somebody on the phone or at the counter gives their time back."""

    reason = forms.ChoiceField(
        label="이유",
        choices=CancelReason.choices,
        widget=RadioCards,
        error_messages={"required": "이유를 아직 고르지 않았습니다. 하나를 골라 주세요."},
    )


class TakeBackForm(Form):
    """Why what was noted on the day is undone."""

    reason = forms.CharField(
        label="이유",
        max_length=200,
        help_text="예: 옆 사람을 눌렀습니다. 늦게 오셨습니다.",
        error_messages={"required": "이유가 비어 있습니다. 왜 되돌리는지 적어 주세요."},
    )


class CounterForm(Form):
    """A booking for somebody on the phone or at the counter: everything on one page, in the order it is said."""

    source = forms.ChoiceField(
        label="어떻게 오셨나요?",
        choices=[(one.value, one.label) for one in (Source.PHONE, Source.COUNTER, Source.WALK_IN)],
        initial=Source.PHONE,
    )
    name = NameField(
        label="이름",
        widget=forms.TextInput(attrs={"autofocus": True}),
        error_messages={"required": "이름이 비어 있습니다. 상담받는 분의 이름을 적어 주세요."},
    )
    phone = PhoneField(
        label="전화번호",
        help_text="집 전화면 문자 대신 '전화할 분' 목록에 올라갑니다.",
        error_messages={"required": "전화번호가 비어 있습니다. 휴대전화나 집 전화 번호를 적어 주세요."},
    )
    born_on = DatePartsField(label="태어난 날", is_birthday=True, required=False)
    township = forms.ChoiceField(label="사는 읍·면·동", required=False)
    kind = forms.ChoiceField(label="상담", choices=BookingKind.choices, initial=BookingKind.LAW)
    topic = forms.ChoiceField(label="분야", choices=Topic.choices, initial=Topic.UNSURE)
    slot = forms.ChoiceField(
        label="날짜와 시간",
        error_messages={
            "required": "날짜와 시간을 아직 고르지 않았습니다. 하나를 골라 주세요.",
            "invalid_choice": "고르신 시간이 없거나 마감되었습니다. 목록에 있는 시간을 골라 주세요.",
        },
    )
    needs = forms.MultipleChoiceField(
        label="필요한 도움", required=False, choices=Need.choices, widget=forms.CheckboxSelectMultiple
    )
    has_consent = forms.BooleanField(
        label="개인정보 받기와 쓰기, 세무사·변호사에게 알려 주기를 설명했고 동의하셨습니다.",
        error_messages={"required": "동의하셨다는 표시가 없습니다. 설명하고 동의하셨는지 여쭤 주세요."},
    )
    is_second = forms.BooleanField(label="이미 있는 예약을 말씀드렸고 하나 더 예약합니다.", required=False)
    helper_name = NameField(
        label="대신하는 분 이름",
        error_messages={"required": "대신하는 분의 이름이 비어 있습니다. 적어 주세요."},
    )
    helper_phone = PhoneField(
        label="대신하는 분 전화번호",
        help_text="휴대전화면 예약 확인 문자만 한 번 보냅니다. 그 밖의 알림은 상담받는 분께만 갑니다.",
        error_messages={"required": "대신하는 분의 전화번호가 비어 있습니다. 적어 주세요."},
    )
    helper_relation = forms.CharField(
        label="상담받는 분과의 관계",
        max_length=20,
        help_text="예: 딸, 이웃, 이장",
        error_messages={"required": "관계가 비어 있습니다. 딸, 이웃, 이장처럼 적어 주세요."},
    )
    helper_consent = forms.ChoiceField(
        label="상담받는 분이 어떻게 동의하셨나요?",
        choices=[("", "골라 주세요"), *HelperConsent.choices],
        error_messages={
            "required": "상담받는 분의 동의가 있어야 대신 예약할 수 있습니다. 어떻게 동의하셨는지 골라 주세요."
        },
    )
    helper_consent_on = forms.DateField(
        label="동의하신 날",
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "동의하신 날이 비어 있습니다. 적어 주세요."},
    )
    HELPER = ("helper_name", "helper_phone", "helper_relation", "helper_consent")
    use_required_attribute = False  # the helper's part is needed only when there is a helper

    def __init__(self, *args: Any, offers: Sequence[Offer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and not self.has_helper:
            for name in (*self.HELPER, "helper_consent_on"):
                self.fields[name].required = False
        self.running = {one.value for offer in offers for one in offer.slots if one.starts_at <= timezone.now()}
        offer_choices(self, "township", township_choices("모름"))
        offer_choices(self, "slot", [("", "골라 주세요"), *slot_choices(offers, may_wait=True)])

    @property
    def has_helper(self) -> bool:
        """Whether somebody helps: something about them was typed. A whole helper or none."""
        return self.is_bound and any(self[name].data for name in self.HELPER)

    @property
    def has_needs(self) -> bool:
        return bool(self["needs"].data)

    def clean_helper_consent_on(self) -> date | None:
        on: date | None = self.cleaned_data["helper_consent_on"]
        if on and on > timezone.localdate():
            raise forms.ValidationError("동의하신 날이 오늘보다 뒤입니다. 날짜를 확인해 주세요.")
        return on

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("slot") in self.running and data.get("source") != Source.WALK_IN:
            self.add_error("slot", "지금 시간은 '바로 오심'일 때만 고를 수 있습니다. 다른 시간을 골라 주세요.")
        return data


class KindForm(Form):
    """The first choice of counter mode: it decides which times are free."""

    kind = forms.ChoiceField(label="상담", choices=BookingKind.choices, required=False)
    venue = _venue_choice()
    enquiry = forms.CharField(required=False, widget=forms.HiddenInput)  # the question an appointment comes from


class BasisForm(Form):
    """Why a consultation may be held inside an election window (EL-H), and whether at all places of that date."""

    ALL, ONE = "all", "one"
    which = forms.ChoiceField(
        label="어디를 열까요?",
        widget=RadioCards,
        error_messages={"required": "어디를 열지 아직 고르지 않았습니다. 하나를 골라 주세요."},
    )
    basis = forms.CharField(label="근거", max_length=200, help_text="예: 조례 1311호, 선거관리위원회 답 2027-12")
    document = forms.CharField(label="문서 번호", max_length=60)

    def __init__(self, *args: Any, same_date: Sequence[ClinicDay], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = ", ".join(day.venue.name for day in same_date)
        self.fields["which"].help_text = f"같은 날 선거 확인 중인 곳: {names}"
        everywhere = [(self.ALL, f"같은 날 {len(same_date)}곳 모두")] if len(same_date) > 1 else []
        offer_choices(self, "which", [(self.ONE, "이 장소만"), *everywhere])


class CancelDayForm(Form):
    reason = forms.CharField(
        label="이유", max_length=200, error_messages={"required": "이유가 비어 있습니다. 적어 주세요."}
    )


class MakeDaysForm(Form):
    until = forms.DateField(label="언제까지", widget=forms.DateInput(attrs={"type": "date"}))


class MoveHolidayForm(Form):
    """To which day the consultations of a holiday go."""

    on = forms.DateField(widget=forms.HiddenInput)
    to = forms.DateField(label="옮길 날", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
