"""The door of every form: what is typed is read by the portal's rules, and a no names the field and the way out.

Every form of the portal is a `Form` or a `ModelForm` of this module. Fields whose rule is more than a length are here.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from services.rules import amounts, names
from services.rules.phones import parse_phone
from services.rules.refusal import Refused
from services.rules.resident_numbers import refuse_resident_number
from services.rules.text import one_line, plain

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

P = ParamSpec("P")
T = TypeVar("T")
M = TypeVar("M", bound=models.Model)
FIRST_YEAR, LAST_YEAR = 1800, 2200  # no day that anybody writes here lies outside
DIGITS_OF_A_KEY = 18
_MANY = forms.ModelMultipleChoiceField
DECIMAL = {"inputmode": "decimal", "autocomplete": "off"}
WHOLE = {"inputmode": "numeric", "autocomplete": "off"}


def told(rule: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What the rule makes of it, or a ValidationError with the rule's own sentence."""
    try:
        return rule(*args, **kwargs)
    except Refused as refusal:
        raise ValidationError(refusal.sentence, code="refused") from refusal


# The door


class Door(forms.BaseForm):
    """Text is normalised as it comes in; a form that is sent back shows it so."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:
            self.data = self._read(self.data)

    def full_clean(self) -> None:
        for field in self.fields.values():
            prepare(field)
        super().full_clean()

    def _read(self, data: Any) -> Any:
        widgets = {self.add_prefix(name): field.widget for name, field in self.fields.items()}
        many = {self.add_prefix(name) for name, one in self.fields.items() if isinstance(one, _MANY)}
        if isinstance(data, QueryDict):
            read = data.copy()
            for name, values in data.lists():
                tidy = [_tidy(one, widgets.get(name)) for one in values]
                read.setlist(name, [_known_key(one) for one in tidy] if name in many else tidy)
            return read
        return {name: _tidy(one, widgets.get(name)) for name, one in data.items()}


class Form(Door, forms.Form):
    """Base of every form."""


class ModelForm(Door, forms.ModelForm[M]):
    """Base of every form of a row."""


def _tidy(value: Any, widget: forms.Widget | None) -> Any:
    if not isinstance(value, str) or isinstance(widget, forms.PasswordInput):
        return value
    return plain(value) if isinstance(widget, forms.Textarea) else one_line(value)


def _known_key(value: Any) -> Any:
    """No row has a key that no column holds: asking the database for one of several such keys is a fault there."""
    return "0" if isinstance(value, str) and len(value) > DIGITS_OF_A_KEY else value


def prepare(field: forms.Field) -> None:
    """Our words instead of Django's, where the field has none of its own; what no text and no day may be."""
    stock = _of_django(type(field))
    for code, sentence in _sentences(field, stock):
        if field.error_messages.get(code) == stock.get(code):
            field.error_messages[code] = sentence
    check = _is_known_day if isinstance(field, forms.DateField) else _has_no_resident_number
    is_free = isinstance(field, forms.CharField) and not isinstance(field, forms.URLField)
    is_secret = field.widget.is_hidden or isinstance(field.widget, forms.PasswordInput)
    if (is_free or check is _is_known_day) and not is_secret and check not in field.validators:
        field.validators.append(check)


def _has_no_resident_number(text: Any) -> None:
    told(refuse_resident_number, str(text))


def _is_known_day(day: Any) -> None:
    if isinstance(day, date) and not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValidationError(_("{year}년은 잘못 적으신 것 같습니다. 해를 다시 확인해 주세요.").format(year=day.year))


def _of_django(kind: type[forms.Field]) -> dict[str, Any]:
    own = [vars(one) for one in reversed(kind.__mro__) if one.__module__.startswith("django")]
    return {code: text for one in own for code, text in one.get("default_error_messages", {}).items()}


def _sentences(field: forms.Field, stock: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(code, our sentence) of every no that Django may say of this field."""
    box = box_of(field.label)
    is_choice = isinstance(field, forms.ChoiceField | forms.ModelChoiceField)
    kinds = {
        forms.BooleanField: _("{box}에 표시가 없습니다. 읽어 보시고 맞으면 표시해 주세요."),
        forms.FileField: _("{box}에 파일이 없습니다. 파일을 골라 주세요."),
    }
    chosen = _("{box}에서 아직 고르지 않으셨습니다. 하나를 골라 주세요.")
    empty = next((text for kind, text in kinds.items() if isinstance(field, kind)), chosen if is_choice else "")
    empty = empty or _("{box}이 비어 있습니다. 적어 주세요.")
    texts = {"required": empty, "blank": empty, "null": empty, **_EVERY, **(_CHOICES if is_choice else {})}
    for kind, said in _KINDS.items():
        if isinstance(field, kind):
            texts |= said
    if "invalid" not in stock and not isinstance(field, forms.SlugField | forms.URLField | forms.EmailField):
        texts.pop("invalid", None)  # a validator of the field's own says it
    for code, text in texts.items():
        yield code, _(text).format(box=box)


def box_of(label: "StrOrPromise | None") -> str:
    """The field as sentences name it. A percent sign would be read as a placeholder."""
    return _("'{label}' 칸").format(label=str(label).replace("%", "퍼센트")) if label else _("이 칸")


_GONE = "{box}에서 고르신 것이 목록에 없습니다. 목록에서 다시 골라 주세요."
_LONG = "{box}에 %(show_value)s자를 적으셨습니다. %(limit_value)s자까지 적으실 수 있습니다. 조금 줄여 주세요."
_CHOICES = dict.fromkeys(("invalid_choice", "invalid_list", "invalid_pk_value", "invalid"), _GONE)
_DIGITS = "{box}의 숫자가 너무 깁니다. 자릿수를 다시 확인해 주세요."
_EVERY = {
    "max_length": _LONG,
    "min_length": "{box}에 %(show_value)s자를 적으셨습니다. %(limit_value)s자 넘게 적어 주세요.",
    "min_value": "{box}의 숫자가 너무 작습니다. %(limit_value)s부터 적으실 수 있습니다.",
    "max_value": "{box}의 숫자가 너무 큽니다. %(limit_value)s까지 적으실 수 있습니다.",
    "step_size": "{box}의 숫자가 간격에 맞지 않습니다. 다시 확인해 주세요.",
    "unique": "{box}에 적으신 것은 이미 있습니다. 다른 것을 적어 주세요.",
    "null_characters_not_allowed": "{box}에 읽을 수 없는 글자가 있습니다. 지우고 다시 적어 주세요.",
}
_KINDS: dict[type[forms.Field], dict[str, str]] = {
    forms.IntegerField: {"invalid": "{box}을 숫자로 읽을 수 없습니다. 숫자만 적어 주세요. 예: 12"},
    forms.FloatField: {"invalid": "{box}을 숫자로 읽을 수 없습니다. 숫자만 적어 주세요. 예: 35.8"},
    forms.DecimalField: {
        "invalid": "{box}을 숫자로 읽을 수 없습니다. 숫자만 적어 주세요. 예: 110.5",
        "max_digits": _DIGITS,
        "max_whole_digits": _DIGITS,
        "max_decimal_places": "{box}에는 소수점 아래 %(max)s자리까지 적으실 수 있습니다. 다시 적어 주세요.",
    },
    forms.DateField: {"invalid": "{box}을 날짜로 읽을 수 없습니다. 2027-01-31처럼 적어 주세요."},
    forms.TimeField: {"invalid": "{box}을 시각으로 읽을 수 없습니다. 15:00처럼 적어 주세요."},
    forms.SlugField: {"invalid": "{box}에는 영문, 숫자와 줄표(-)만 적어 주세요. 예: city-hall"},
    forms.URLField: {"invalid": "{box}을 주소로 읽을 수 없습니다. https://로 시작하는 주소를 적어 주세요."},
    forms.EmailField: {"invalid": "{box}을 전자우편 주소로 읽을 수 없습니다. name@korea.kr처럼 적어 주세요."},
    forms.FileField: {
        "invalid": "{box}의 파일을 받지 못했습니다. 다시 골라 주세요.",
        "missing": "{box}의 파일을 받지 못했습니다. 다시 골라 주세요.",
        "empty": "{box}의 파일이 비어 있습니다. 다른 파일을 골라 주세요.",
        "max_length": "{box}의 파일 이름이 너무 깁니다. 짧게 바꾸어 다시 골라 주세요.",
    },
}


# Fields with a rule of their own


class NameField(forms.CharField):
    """The name of a person."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": names.LENGTH, **kwargs})

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value) or ""
        return told(names.clean_name, typed) if typed else ""


class PhoneField(forms.CharField):
    """A Korean telephone number, kept as E.164; a landline is fine, and 1588-1234 where it is `of_office`."""

    def __init__(self, *, of_office: bool = False, **kwargs: Any) -> None:
        tel = forms.TextInput(attrs={"type": "tel", "inputmode": "tel"})
        super().__init__(**{"max_length": 40, "widget": tel, **kwargs})
        self.of_office = of_office

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value) or ""
        return told(parse_phone, typed, of_office=self.of_office) if typed else ""


class WholeField(forms.IntegerField):
    """A whole number, "1,000,000원" too; `unit` is what people may write behind it."""

    def __init__(self, *, unit: str = "", **kwargs: Any) -> None:
        super().__init__(**{"widget": forms.TextInput(attrs=WHOLE), **kwargs})
        self.unit = unit

    def to_python(self, value: Any) -> int | None:
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value)
        return told(amounts.parse_whole, value, box_of(self.label), unit=self.unit)


class NumberField(forms.DecimalField):
    """A number with decimals, "110,5" and "3.2m" too."""

    def __init__(self, *, unit: str = "", **kwargs: Any) -> None:
        super().__init__(**{"widget": forms.TextInput(attrs=DECIMAL), **kwargs})
        self.unit = unit

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value)
        return told(amounts.parse_number, value, box_of(self.label), unit=self.unit)


class YearField(forms.Field):
    """A year of four digits from `first` to this year; two digits are asked back."""

    def __init__(self, *, first: int, ahead: int = 0, **kwargs: Any) -> None:
        super().__init__(**{"widget": forms.TextInput(attrs=WHOLE), **kwargs})
        self.first, self.ahead = first, ahead

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        last = timezone.localdate().year + self.ahead
        return told(amounts.parse_year, str(value), box_of(self.label), first=self.first, last=last)


class AreaField(forms.Field):
    """Square metres, typed in metres or 평; says what it made of it, so that a form can have that confirmed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"widget": forms.TextInput(attrs=DECIMAL), **kwargs})

    def to_python(self, value: Any) -> amounts.Area | None:
        return None if value in self.empty_values else told(amounts.parse_area, str(value))
