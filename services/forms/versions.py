"""A form of a row that several people may change: it knows which state of the row it showed, and catches up."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.http import QueryDict

from services.forms.fields import Form

NOTHING = "비어 있음"


@dataclass(frozen=True, slots=True)
class Newer:
    """One field in which the row says by now something else than what was typed."""

    label: str
    now: str
    typed: str


class VersionForm(Form):
    """Carries the version of the row that the page showed, so that nobody overwrites a colleague (C14)."""

    version = forms.IntegerField(widget=forms.HiddenInput)


def version_shown(form: forms.BaseForm) -> int:
    """The version that the page showed; 0 when it was not sent as a number."""
    sent = str(form.data.get(form.add_prefix("version"), ""))
    return int(sent) if sent.isdecimal() else 0


def catch_up(form: forms.BaseForm, version: int, now: Mapping[str, Any]) -> list[Newer]:
    """After a refusal of a `VersionForm`: the next save goes from the row as it is by now, which has this `version`.

    `now` gives, by field, what the row says as the form would begin with it. Returns the fields that differ.
    """
    if version_shown(form) == version:
        return []
    renew(form, "version", str(version))
    pairs = [(name, words_of(form.fields[name], now[name])) for name in now if name in form.fields]
    typed = {name: words_of(form.fields[name], form.cleaned_data.get(name)) for name, _ in pairs}
    return [Newer(str(form.fields[name].label), words, typed[name]) for name, words in pairs if words != typed[name]]


def renew(form: forms.BaseForm, name: str, value: str) -> None:
    """Put another value into a hidden field of a form that was sent."""
    form.data = cast(QueryDict, form.data).copy()
    form.data[form.add_prefix(name)] = value


def words_of(field: forms.Field, value: Any) -> str:
    """A value of a form's field as people read it: labels of what is chosen, 예 or 아니요, days."""
    if isinstance(field, forms.BooleanField):
        return "예" if value else "아니요"
    if value in (None, "", [], ()):
        return NOTHING
    if isinstance(field, forms.ModelChoiceField):
        return _row_words(field, value)
    if isinstance(field, forms.ChoiceField):
        labels = {str(key): str(label) for key, label in cast(Iterable[tuple[Any, Any]], field.choices)}
        chosen = [value] if isinstance(value, str | int) else value
        return ", ".join(labels[one] for one in labels if one in {str(each) for each in chosen})
    return f"{value:%Y-%m-%d}" if isinstance(value, dt.date) else str(value)


def _row_words(field: "forms.ModelChoiceField[Any]", value: Any) -> str:
    found = field.queryset.filter(pk=getattr(value, "pk", value)).first() if field.queryset is not None else None
    return NOTHING if found is None else str(found)
