"""What officers, approvers and township clerks type."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django_filters import ChoiceFilter, ModelChoiceFilter

from services.enums.people import Role
from services.forms.filters import ALL, ListFilter, one_of, words
from services.forms.offers import offer_rows
from services.forms.people import clean_free_text
from services.models import Township, User, blind_index
from services.models.people import name_index_of
from services.rules.references import normalise_reference
from slate.enums import ApplicationState, CheckItem, Household, Needed, RefusalReason, Work
from slate.forms.questions import (
    AddressForm,
    ConsentForm,
    ContactForm,
    HouseholdForm,
    OwnerForm,
    PartForm,
)
from slate.models import Application
from slate.models.applications import ApplicationQuerySet

DUE = [("late", "기한 지남"), ("today", "오늘까지"), ("soon", "내일까지")]
SORT = [("due_on", "기한 빠른 순"), ("submitted_at", "접수 빠른 순"), ("priority", "순위 순")]


def officers() -> "QuerySet[User]":
    return User.objects.filter(groups__name=Role.SLATE_OFFICER, is_active=True).order_by("display_name", "pk")


class DayInput(forms.DateInput):
    """The browser's own day picker; staff use a mouse."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class QueueFilter(ListFilter):
    """The queue of applications, by their due day unless another order is asked for."""

    state = one_of("상태", ApplicationState.choices)
    township = ModelChoiceFilter(label="읍·면·동", queryset=Township.objects.order_by("order"), empty_label=ALL)
    officer = ModelChoiceFilter(label="담당자", queryset=officers(), empty_label=ALL)
    due = one_of("기한", DUE, method="due_by")
    sort = ChoiceFilter(label="차례", choices=SORT, empty_label=None, method="in_order")
    q = words("번호·이름·전화 뒤 4자리", 40, method="with_words")

    def filter_queryset(self, queryset: Any) -> Any:
        return super().filter_queryset(queryset.order_by(SORT[0][0], "pk"))

    def due_by(self, rows: ApplicationQuerySet, name: str, due: str) -> ApplicationQuerySet:
        return rows.due_by(timezone.localdate() + timedelta(days={"late": -1, "today": 0, "soon": 1}[due]))

    def in_order(self, rows: ApplicationQuerySet, name: str, column: str) -> ApplicationQuerySet:
        return rows.order_by(column, "pk")

    def with_words(self, rows: ApplicationQuerySet, name: str, typed: str) -> ApplicationQuerySet:
        """A reference, the last four digits of a phone, or a whole name (encrypted, found by blind index)."""
        typed = typed.strip()
        if typed.isdecimal() and len(typed) == 4:
            return rows.filter(resident__last4_index=blind_index(typed, purpose="last4"))
        if any(letter.isdecimal() for letter in typed):
            return rows.filter(reference=normalise_reference(typed))
        return rows.filter(resident__name_index=name_index_of(typed))


class AssignForm(forms.Form):
    """The chosen rows and the officer they go to."""

    officer = forms.ModelChoiceField(User.objects.none(), label="담당자", empty_label="골라 주세요")
    chosen = forms.ModelMultipleChoiceField(
        Application.objects.all(),
        error_messages={"required": "신청을 아직 고르지 않으셨습니다. 하나 넘게 골라 주세요."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "officer", officers())


class VersionForm(forms.Form):
    """Carries the version of the row that the page showed, so that nobody overwrites a colleague (C14)."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class ChecksForm(VersionForm):
    """The eligibility checklist."""

    checked = forms.MultipleChoiceField(
        label="확인한 것", choices=CheckItem.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    household = forms.ChoiceField(label="확인한 가구", choices=Household.choices)
    verified_on = forms.DateField(
        label="자격 확인한 날", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    valid_until = forms.DateField(
        label="자격 유효한 날", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


class RequestMoreForm(VersionForm):
    """What is missing."""

    items = forms.MultipleChoiceField(
        label="무엇이 필요한가요?",
        choices=Needed.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "필요한 것을 아직 고르지 않으셨습니다. 하나 넘게 골라 주세요."},
    )
    note = forms.CharField(
        label="신청인에게 하는 말", required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean_note(self) -> str:
        return clean_free_text(self.cleaned_data["note"])


class RefusalForm(VersionForm):
    """A refusal to be proposed: the sentence reaches the applicant as it stands."""

    code = forms.ChoiceField(label="이유", choices=RefusalReason.choices)
    sentence = forms.CharField(
        label="이유 문장",
        required=False,
        max_length=400,
        help_text="비워 두시면 정해진 문장이 갑니다.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_sentence(self) -> str:
        return clean_free_text(self.cleaned_data["sentence"])


class DecideForm(VersionForm):
    """What the approver does with a proposal."""

    decision = forms.ChoiceField(
        label="결재",
        choices=[("decide", "올린 대로 결정하기"), ("give_back", "되돌려 보내기")],
        widget=forms.RadioSelect,
        error_messages={"required": "결재를 아직 고르지 않으셨습니다. 하나를 골라 주세요."},
    )
    note = forms.CharField(
        label="되돌려 보내는 이유", required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("decision") == "give_back" and not data.get("note"):
            self.add_error("note", "되돌려 보내는 이유가 비어 있습니다. 이유를 적어 주세요.")
        return data


class BatchForm(forms.Form):
    """Proposals to be approved together."""

    chosen = forms.ModelMultipleChoiceField(
        Application.objects.filter(state=ApplicationState.SELECTION_PROPOSED),
        error_messages={"required": "신청을 아직 고르지 않으셨습니다. 하나 넘게 골라 주세요."},
    )


class AllotForm(forms.Form):
    """Money added to one kind of work, or taken back with a minus."""

    work = forms.ChoiceField(label="일", choices=Work.choices)
    amount_won = forms.IntegerField(label="금액(원)", min_value=-(10**12), max_value=10**12)
    note = forms.CharField(label="근거 문서", max_length=100)


class CounterForm(AddressForm, PartForm, HouseholdForm, OwnerForm, ContactForm, ConsentForm):
    """대신 신청하기: everything on one screen, usable by keyboard alone; a landline is fine."""

    GROUPS: ClassVar = {
        "신청하시는 분": ("name", "born_on", "phone", "postal_address", "contact_way"),
        "건물": ("township", "address", "kind", "in_use", "slate_place", "is_overlaid", "in_register", "built_year"),
        "면적": ("area_m2", "width_m", "length_m", "is_area_guessed", "area_is_right"),
        "건물 주인": ("ownership", "owner_name", "owner_phone", "owner_agreed"),
        "가구": ("household",),
        "동의": ("consent_collect", "consent_lookup", "consent_contractor", "consent_electronic"),
    }

    def __init__(self, *args: Any, townships: "QuerySet[Township]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "township", townships)

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under their headings; the question about a very large roof only when it is asked."""
        hidden = set() if self.asks_again else {"area_is_right"}
        return [(title, [self[name] for name in names if name not in hidden]) for title, names in self.GROUPS.items()]
