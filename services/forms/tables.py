"""The form of a row of reference data: what rests on the row, or is another role's work, is shown and not changed."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar, TypeVar, cast

from django import forms
from django.db import models

from services.enums.people import Role
from services.forms.fields import DECIMAL, WHOLE, ModelForm, NumberField, PhoneField, WholeField
from services.forms.versions import Newer, renew
from services.forms.widgets import DAY
from services.models.phones import PhoneNumberField
from services.models.tables import TableRow
from services.reports.tables import shown

R = TypeVar("R", bound=TableRow)


def staff_field(field: models.Field[Any, Any], **kwargs: Any) -> forms.Field | None:
    """The browser's own pickers, and numbers as people type them."""
    if isinstance(field, models.DateField):
        kwargs |= {"widget": DAY}
    elif isinstance(field, models.TimeField):
        kwargs |= {"widget": forms.TimeInput(format="%H:%M", attrs={"type": "time"})}
    elif isinstance(field, models.IntegerField) and not field.choices:
        kwargs |= {"form_class": WholeField, "widget": forms.TextInput(attrs=WHOLE)}
    elif isinstance(field, models.DecimalField):
        kwargs |= {"form_class": NumberField, "widget": forms.TextInput(attrs=DECIMAL)}
    elif isinstance(field, models.FloatField):
        kwargs |= {"widget": forms.TextInput(attrs=DECIMAL)}
    elif isinstance(field, models.ManyToManyField):
        kwargs |= {"widget": forms.CheckboxSelectMultiple}
    elif isinstance(field, models.URLField):
        kwargs |= {"assume_scheme": "https"}
    elif isinstance(field, PhoneNumberField):
        kwargs |= {"form_class": PhoneField, "of_office": field.of_office, "max_length": 40}
    elif isinstance(field, models.CharField) and (field.max_length or 0) > 100 and not field.choices:
        kwargs |= {"widget": forms.Textarea(attrs={"rows": 2})}
    return _without_dashes(field.formfield(**kwargs), may_be_empty=field.blank)


def _without_dashes(made: forms.Field | None, *, may_be_empty: bool) -> forms.Field | None:
    """Django's row of dashes says nothing."""
    words = "없음" if may_be_empty else "골라 주세요"
    if isinstance(made, forms.ModelChoiceField) and made.empty_label is not None:
        made.empty_label = words
    elif isinstance(made, forms.TypedChoiceField):
        made.choices = [("", words) if value == "" else (value, label) for value, label in cast(Any, made.choices)]
    return made


class ScaledField(NumberField):
    """Typed in a large unit, kept as a whole number of a small one: with `scale` 1000, 27.6 (kW) is 27600 (W)."""

    def __init__(self, *, scale: int, decimal_places: int, **kwargs: Any) -> None:
        super().__init__(min_value=0, decimal_places=decimal_places, **kwargs)
        self.scale = scale

    def prepare_value(self, value: Any) -> Any:
        return f"{Decimal(value) / self.scale:f}" if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        typed = super().clean(self.prepare_value(value))
        return typed if typed is None else int(typed * self.scale)


class RowForm(ModelForm[R]):
    """Base of one form a table; `guarded` names fields that only some roles write."""

    guarded: ClassVar[Mapping[str, frozenset[Role]]] = {}
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, roles: frozenset[Role] = frozenset(), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self._closed_to(roles):
            del self.fields[name]
        self.row: R | None = self.instance if self.instance.pk else None
        self.names = [name for name in self.fields if name != "seen"]
        self.was: dict[str, str] = {}
        if self.row:
            kept = self.row.kept()
            for name in self.names:
                self.fields[name].disabled = kept is not None and kept.holds(name)
            self.initial["seen"] = self.row.digest(self.names)
            self.was = {name: shown(self.row, name) for name in self.names}

    @classmethod
    def _closed_to(cls, roles: frozenset[Role]) -> list[str]:
        return [name for name, writers in cls.guarded.items() if not roles & writers]

    @classmethod
    def missing_for(cls, roles: frozenset[Role]) -> str:
        """What a new row needs and these roles may not write, in words; empty when they may add one."""
        needed = [cls.base_fields[name] for name in cls._closed_to(roles) if cls.base_fields[name].required]
        return ", ".join(str(field.label) for field in needed)

    @property
    def facts(self) -> dict[str, Any]:
        """What was typed, for the verb."""
        return {name: self.cleaned_data[name] for name in self.names}

    def catch_up(self, now: R) -> list[Newer]:
        """After a refusal: where somebody changed the row meanwhile, the next save goes from what it says `now`.

        Returns the fields in which that is not what was typed.
        """
        if self.cleaned_data["seen"] in ("", now.digest(self.names)):
            return []
        renew(self, "seen", now.digest(self.names))
        one_valued = {field.name for field in now._meta.fields} & set(self.names)
        rows = [
            Newer(str(self.fields[name].label), shown(now, name), shown(self.instance, name))
            for name in self.names
            if name in one_valued
        ]
        return [row for row in rows if row.now != row.typed]
