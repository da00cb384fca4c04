"""What residents type to prove a phone or to find one case, and what staff type about people."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from services.enums.people import ReadingReason, Role
from services.forms.fields import Form, NameField, PhoneField
from services.forms.versions import renew
from services.forms.widgets import DatePartsField
from services.models import Township, User
from services.rules.references import shapes
from services.rules.refusal import Refused

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

CONFLICT = "conflict"  # code of a form's error: somebody else was faster
DIGITS = {"inputmode": "numeric", "autocomplete": "off"}


def phone_field(help_text: "StrOrPromise") -> PhoneField:
    return PhoneField(
        label=_("휴대전화 번호"),
        help_text=help_text,
        error_messages={"required": _("휴대전화 번호가 비어 있습니다. 010-1234-5678처럼 적어 주세요.")},
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )


def name_field(missing: "StrOrPromise") -> NameField:
    return NameField(
        label=_("이름"),
        help_text=_("주민등록증에 적힌 이름을 적어 주세요."),
        error_messages={"required": missing},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class PhoneForm(Form):
    """The one question of 내 신청 확인."""

    phone = phone_field(_("예: 010-1234-5678. 이 번호로 인증번호를 보냅니다."))


class PersonForm(Form):
    """Who somebody is and how to reach them; each service says in its own words what the name and phone are for."""

    name = name_field(_("이름이 비어 있습니다. 이름을 적어 주세요."))
    born_on = DatePartsField(
        label=_("태어난 날"),
        is_birthday=True,
        help_text=_("예: 1945년 3월 9일. 같은 이름을 구별하는 데 씁니다. 주민등록번호는 묻지 않습니다."),
    )
    phone = phone_field(_("예: 010-1234-5678. 이 번호로 인증번호와 안내를 보냅니다."))

    def clean_born_on(self) -> str:
        """As text, as it is kept: encrypted."""
        born_on: date = self.cleaned_data["born_on"]
        return born_on.isoformat()


class CodeForm(Form):
    """Six digits; spaces and the whole pasted message are fine."""

    code = forms.CharField(
        label=_("인증번호"),
        max_length=120,
        help_text=_("3분 안에 적어 주세요. 붙여넣어도 됩니다."),
        error_messages={"required": _("인증번호가 비어 있습니다. 문자로 받은 숫자 6개를 적어 주세요.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class PuzzleForm(Form):
    """The answer to one sum; its question is the label, and each time that the form is shown it is another one."""

    answer = forms.CharField(
        label=_("답"),
        max_length=40,
        help_text=_("숫자로 적어 주세요. 예: 20"),
        error_messages={"required": _("답이 비어 있습니다. 새 물음의 답을 숫자로 적어 주세요.")},
        widget=forms.TextInput(attrs=DIGITS),
    )
    puzzle = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput)

    def ask(self, question: str, token: str) -> None:
        """The next puzzle, with an empty box."""
        self["answer"].label = question  # the bound field has its own once the form was judged
        self.fields["puzzle"].initial = token
        if self.is_bound:
            renew(self, "answer", "")
            renew(self, "puzzle", token)


class ReferenceForm(Form):
    """A number that was said on the phone, and the last four digits of the phone."""

    reference = forms.CharField(
        label=_("예약번호나 접수번호"),
        max_length=40,
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reference"].help_text = shapes(timezone.localdate().year)


def add_refusal(form: forms.BaseForm, refusal: Refused, *, field: str | None = None) -> None:
    """Show a refused verb at its field, or above the form when the form has no such field."""
    field = field or refusal.field
    error = forms.ValidationError(refusal.sentence, code=CONFLICT if refusal.conflict else "refused")
    form.add_error(field if field in form.fields else None, error)


class StaffForm(Form):
    """Name, roles, department and township of a member of staff."""

    display_name = forms.CharField(
        label="이름", max_length=40, error_messages={"required": "이름이 비어 있습니다. 이름을 적어 주세요."}
    )
    roles = forms.MultipleChoiceField(
        label="하는 일", choices=Role.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    department = forms.CharField(label="부서", max_length=40, required=False)
    township = forms.ModelChoiceField(
        label="읍·면·동", queryset=Township.objects.order_by("order"), required=False, empty_label="시 전체"
    )

    field_order = ["display_name", "department", "township", "roles"]

    def clean_roles(self) -> frozenset[Role]:
        return frozenset(Role(value) for value in self.cleaned_data["roles"])


class NewStaffForm(StaffForm):
    """A new member of staff."""

    username = forms.RegexField(
        r"^[A-Za-z0-9._-]{2,40}$",
        label="아이디",
        help_text="영문과 숫자 2자에서 40자까지",
        error_messages={
            "required": "아이디가 비어 있습니다. 영문과 숫자로 적어 주세요.",
            "invalid": "아이디에 쓸 수 없는 글자가 있습니다. 영문과 숫자로 적어 주세요.",
        },
    )
    field_order = ["username", "display_name", "department", "township", "roles"]


class ReasonForm(Form):
    """Why something out of the ordinary is done."""

    reason = forms.CharField(
        label="이유",
        max_length=200,
        error_messages={"required": "이유가 비어 있습니다. 왜 하시는지 적어 주세요."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class RecordForm(Form):
    """Why a resident's whole record is opened: a kind, the case's number where it is one, and words that say it."""

    kind = forms.ChoiceField(
        label="무엇 때문에 보시나요?",
        choices=ReadingReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "무엇 때문에 보시는지 골라 주세요."},
    )
    reference = forms.CharField(
        label="예약번호나 접수번호",
        max_length=40,
        required=False,
        help_text="위에서 '예약번호·접수번호'를 고르셨으면 적어 주세요. 이 분의 번호여야 합니다.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    words = forms.CharField(
        label="이유",
        max_length=120,
        help_text="예: 신청이 어디까지 되었는지 물으심",
        error_messages={"required": "이유가 비어 있습니다. 왜 보시는지 적어 주세요."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_kind(self) -> ReadingReason:
        return ReadingReason(self.cleaned_data["kind"])


class FindResidentForm(Form):
    """A phone number, the whole name, the village, or the number of a case."""

    who = forms.CharField(
        label="전화번호, 이름, 동·리, 예약번호나 접수번호",
        max_length=60,
        error_messages={"required": "찾을 전화번호나 이름이 비어 있습니다. 적어 주세요."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ReadingsForm(Form):
    """Which days and whose readings the auditor looks at."""

    first = forms.DateField(label="첫날", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label="마지막 날", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    user = forms.ModelChoiceField(
        label="사람", queryset=User.objects.order_by("username"), required=False, empty_label="모두"
    )
    kind = forms.ChoiceField(label="무엇 때문에", choices=[("", "모두"), *ReadingReason.choices], required=False)

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or self.cleaned_data
        today = timezone.localdate()
        cleaned["last"] = cleaned.get("last") or today
        cleaned["first"] = cleaned.get("first") or cleaned["last"] - timedelta(days=30)
        return cleaned
