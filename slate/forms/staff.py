"""What officers, approvers and township clerks type."""

import re
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django_filters import ChoiceFilter, ModelChoiceFilter

from services.enums.people import Role
from services.forms.fields import Form, WholeField
from services.forms.filters import ALL, ListFilter, one_of, words
from services.forms.offers import offer_choices, offer_rows
from services.forms.steps import Answers
from services.forms.versions import VersionForm
from services.models import Township, User
from slate.enums import ApplicationState, CheckItem, Household, Needed, PaperKind, PhotoKind, RefusalReason, Work
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
from slate.reports.evidence import LOOKED_UP, LookUp
from slate.reports.search import WHAT_FINDS, found_by

MOST_PARTS = 4  # of one application at the counter
DUE = [("late", "기한 지남"), ("today", "오늘"), ("soon", "오늘과 내일")]
_SEEN = re.compile(r"[0-9]{1,9}-[0-9]{1,9}")
OWNER = [
    ("contested", "소유자 확인(두 분이 신청)"),
    ("came", "동의서가 옴"),
    ("late", "기한 지남"),
    ("none", "아직 없음"),
]
SORT = [("due_on", "기한 빠른 순"), ("submitted_at", "접수 빠른 순"), ("priority", "순위 순")]


def officers() -> "QuerySet[User]":
    return User.objects.filter(groups__name=Role.SLATE_OFFICER, is_active=True).order_by("display_name", "pk")


class QueueFilter(ListFilter):
    """The queue of applications, by their due day unless another order is asked for."""

    finds = WHAT_FINDS
    state = one_of("상태", ApplicationState.choices)
    township = ModelChoiceFilter(label="읍·면·동", queryset=Township.objects.order_by("order"), empty_label=ALL)
    officer = ModelChoiceFilter(label="담당자", queryset=officers(), empty_label=ALL)
    due = one_of("기한", DUE, method="due_by")
    owner = one_of("주인 확인", OWNER, method="by_consent")
    sort = ChoiceFilter(label="차례", choices=SORT, empty_label=None, method="in_order")
    q = words("번호·이름·전화·읍면동·지번", 60, method="with_words")

    def filter_queryset(self, queryset: Any) -> Any:
        return super().filter_queryset(queryset.order_by(SORT[0][0], "pk"))

    def due_by(self, rows: ApplicationQuerySet, name: str, due: str) -> ApplicationQuerySet:
        today = timezone.localdate()
        if due == "late":
            return rows.due_by(today - timedelta(days=1))
        return rows.due_by(today + timedelta(days=1 if due == "soon" else 0), since=today)

    def by_consent(self, rows: ApplicationQuerySet, name: str, how: str) -> ApplicationQuerySet:
        if how == "contested":
            return rows.contested()
        waiting = rows.without_consent()
        if how == "came":
            return waiting.filter(owner_paper_at__isnull=False)
        late = waiting.filter(owner_paper_at=None, owner_due_on__lt=timezone.localdate())
        return late if how == "late" else waiting

    def in_order(self, rows: ApplicationQuerySet, name: str, column: str) -> ApplicationQuerySet:
        return rows.order_by(column, "pk")

    def with_words(self, rows: ApplicationQuerySet, name: str, typed: str) -> ApplicationQuerySet:
        return rows.filter(found_by(typed))


class AssignForm(Form):
    """The chosen rows and the officer they go to."""

    officer = forms.ModelChoiceField(User.objects.none(), label="담당자", empty_label="골라 주세요")
    chosen = forms.ModelMultipleChoiceField(
        Application.objects.all(),
        error_messages={"required": "신청을 아직 고르지 않으셨습니다. 하나 넘게 골라 주세요."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "officer", officers())


class DayInput(forms.DateInput):
    """The browser's own day picker; staff use a mouse."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def where_field(label: str, example: str) -> forms.CharField:
    return forms.CharField(label=f"{label}: 어디에서 찾아봤나요?", required=False, max_length=60, help_text=example)


def on_field(label: str) -> forms.DateField:
    return forms.DateField(label=f"{label}: 찾아본 날", required=False, widget=DayInput())


def number_field(label: str) -> forms.CharField:
    return forms.CharField(label=f"{label}: 발급·조회 번호", required=False, max_length=40)


def look_up_of(data: dict[str, Any], item: CheckItem, on: str) -> LookUp:
    return LookUp(data.get(f"{item}_where", ""), data.get(on), data.get(f"{item}_number", ""))


class ChecksForm(VersionForm):
    """The eligibility checklist, and where and when each thing was looked up that no paper of the case shows."""

    checked = forms.MultipleChoiceField(
        label="확인한 것", choices=CheckItem.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    lot = forms.CharField(
        label="건물이 있는 지번",
        required=False,
        max_length=60,
        help_text="건축물대장의 지번입니다. 예: 만경리 12-3, 만경리 산 5. 비어 있으면 자격을 확인할 수 없습니다.",
    )
    owner_where = where_field("주인 확인", "예: 건축물대장, 등기. '서류 더하기'에서 올렸으면 비워 둡니다.")
    owner_number = number_field("주인 확인")
    owner_on = on_field("주인 확인")
    slate_where = where_field("슬레이트 있음", "사진이 있으면 비워 둡니다. 예: 현장")
    slate_on = on_field("슬레이트 있음")
    not_removed_where = where_field("먼저 걷어내지 않음", "사진이 있으면 비워 둡니다. 예: 현장")
    not_removed_on = on_field("먼저 걷어내지 않음")
    not_supported_where = where_field("전에 지원받지 않음", "예: 슬레이트 지원 대장")
    not_supported_on = on_field("전에 지원받지 않음")
    household = forms.ChoiceField(label="확인한 가구", choices=Household.choices)
    household_where = where_field("가구 자격", "예: 행정정보 공동이용. 증명서를 올렸으면 비워 둡니다.")
    household_number = number_field("가구 자격")
    verified_on = forms.DateField(label="자격 확인한 날", required=False, widget=DayInput())
    valid_until = forms.DateField(label="자격 유효한 날", required=False, widget=DayInput())

    GROUPS: ClassVar = {
        "": ("checked", "lot"),
        "주인 확인": ("owner_where", "owner_number", "owner_on"),
        "전에 지원받지 않음": ("not_supported_where", "not_supported_on"),
        "가구 자격": ("household", "household_where", "household_number", "verified_on", "valid_until"),
        "사진이 없으면: 슬레이트 있음": ("slate_where", "slate_on"),
        "사진이 없으면: 먼저 걷어내지 않음": ("not_removed_where", "not_removed_on"),
    }

    @property
    def groups(self) -> list[tuple[str, list[tuple[forms.BoundField, str]]]]:
        """The fields under their headings, each with the words of its label that the heading does not say."""
        rows = {title: [self[name] for name in names] for title, names in self.GROUPS.items()}
        return [
            (title, [(one, str(one.label).rpartition(": ")[2]) for one in fields]) for title, fields in rows.items()
        ]

    def clean(self) -> dict[str, Any]:
        """With each look-up as one; the household's day is the day on which it was verified."""
        data = super().clean() or {}
        days = {item: "verified_on" if item == CheckItem.HOUSEHOLD else f"{item}_on" for item in LOOKED_UP}
        return data | {"look_ups": {item: look_up_of(data, item, on) for item, on in days.items()}}


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
    owner_where = where_field(
        "주인이 아님", "'주인 동의 없음'일 때만 적습니다. 예: 건축물대장. 두 분이 신청한 건물이면 꼭 있어야 합니다."
    )
    owner_number = number_field("주인이 아님")
    owner_on = on_field("주인이 아님")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        return data | {"look_up": look_up_of(data, CheckItem.OWNER, "owner_on")}


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


class TakeBackForm(VersionForm):
    """Why a proposal is taken back."""

    reason = forms.CharField(
        label="거두는 이유",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "거두는 이유가 비어 있습니다. 이유를 적어 주세요."},
    )


class BatchForm(Form):
    """Proposals to be approved together, each as the page showed it: "412-3" is version 3 of the row 412."""

    chosen = forms.MultipleChoiceField(
        error_messages={
            "required": "신청을 아직 고르지 않으셨습니다. 하나 넘게 골라 주세요.",
            "invalid_choice": "고르신 신청이 없습니다. 결재함에서 다시 골라 주세요.",
        }
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Application.objects.filter(pk__in=self._seen()).in_full().prefetch_related("parts")
        self.rows = list(rows.order_by("due_on", "pk"))
        known = {row.pk for row in self.rows}
        offer_choices(self, "chosen", [(f"{pk}-{seen}", "") for pk, seen in self._seen().items() if pk in known])

    def _seen(self) -> dict[int, int]:
        pairs = (one.split("-") for one in self.data.getlist("chosen") if _SEEN.fullmatch(one))  # type: ignore[attr-defined]
        return {int(pk): int(version) for pk, version in pairs}

    @property
    def versions(self) -> dict[int, int]:
        """Row -> the version that the page showed."""
        return {int(pk): int(seen) for pk, seen in (one.split("-") for one in self.cleaned_data["chosen"])}


class AllotForm(Form):
    """Money added to one kind of work, or taken back with a minus."""

    work = forms.ChoiceField(label="일", choices=Work.choices)
    amount_won = WholeField(label="금액(원)", unit="원", min_value=-(10**12), max_value=10**12)
    note = forms.CharField(label="근거 문서", max_length=100)


class CounterForm(AddressForm, PartForm, HouseholdForm, OwnerForm, ContactForm, ConsentForm):
    """대신 신청하기: everything on one screen, usable by keyboard alone; a landline is fine."""

    paper_on = forms.DateField(
        label="종이를 받은 날",
        required=False,
        help_text="종이 신청서이면 적어 주세요. 이날을 접수한 날로 하고 답하는 날을 셉니다.",
        widget=DayInput(),
        error_messages={"invalid": "날짜를 2027-01-31처럼 적어 주세요."},
    )
    paper = forms.FileField(
        label="종이 신청서를 스캔한 것",
        required=False,
        help_text="사진이나 PDF",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"}),
    )
    wants_reroofing = forms.ChoiceField(
        label="철거 뒤에 새 지붕을 얹으시겠어요?", choices=[("no", "아니요"), ("yes", "예")], required=False
    )

    GROUPS: ClassVar = {
        "신청하시는 분": ("name", "born_on", "phone", "postal_address", "contact_way"),
        "건물": (
            "township",
            "address",
            "goes_on",
            "kind",
            "in_use",
            "slate_place",
            "is_overlaid",
            "in_register",
            "built_year",
        ),
        "면적": ("area_m2", "width_m", "length_m", "is_area_guessed", "area_is_right"),
        "건물 주인": ("ownership", "owner_name", "owner_phone", "owner_agreed"),
        "가구": ("household",),
        "새 지붕": ("wants_reroofing",),
        "종이 신청서": ("paper_on", "paper"),
        "동의": ("consent_collect", "consent_lookup", "consent_contractor", "consent_electronic"),
    }

    def __init__(self, *args: Any, townships: "QuerySet[Township]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "township", townships)
        phone = self.fields["phone"]  # nobody is sent a code here
        phone.label, phone.help_text = "전화번호", "예: 010-1234-5678. 집 전화도 됩니다. 이 번호로 안내합니다."
        phone.error_messages["required"] = "전화번호가 비어 있습니다. 010-1234-5678이나 063-540-3114처럼 적어 주세요."
        self.order_fields([name for names in self.GROUPS.values() for name in names])
        self.more = [
            PartForm(self.data or None, prefix=f"part{n}", empty_permitted=True, use_required_attribute=False)
            for n in range(2, MOST_PARTS + 1)
        ]

    def clean(self) -> Answers:
        """Every part, and a scan of what came on another day than today."""
        data = super().clean()
        if data.get("paper_on") not in (None, timezone.localdate()) and not data.get("paper"):
            self.add_error("paper", "종이를 다른 날에 받으셨으면 스캔한 것을 올려 주세요. 날짜의 근거가 됩니다.")
        for n, part in enumerate(self.more, start=2):
            faults = [] if part.is_valid() else [str(fault) for found in part.errors.values() for fault in found]
            if faults:
                self.add_error(None, f"건물 부분 {n}: {faults[0]}")
        return data

    @property
    def more_parts(self) -> list[dict[str, Any]]:
        """The further parts that somebody filled in."""
        return [part.cleaned_data for part in self.more if part.has_changed()]

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under their headings; the question about a very large roof only when it is asked."""
        hidden = set() if self.asks_again else {"area_is_right"}
        return [(title, [self[name] for name in names if name not in hidden]) for title, names in self.GROUPS.items()]


class PaperForm(Form):
    """One more paper of a case, scanned or photographed at the desk."""

    kind = forms.ChoiceField(
        label="무슨 서류인가요?",
        choices=[*PaperKind.choices, *((kind.value, f"사진: {kind.label}") for kind in PhotoKind)],
        widget=forms.RadioSelect,
        error_messages={"required": "무슨 서류인지 아직 고르지 않으셨습니다. 하나를 골라 주세요."},
    )
    paper = forms.FileField(
        label="파일",
        help_text="사진이나 PDF",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"}),
        error_messages={"required": "올린 파일이 없습니다. 사진이나 PDF를 골라 주세요."},
    )
