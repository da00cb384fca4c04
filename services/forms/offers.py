"""What a form offers, when that is known only at the moment: choices of a select, rows of a table."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet


def offer_choices(form: forms.BaseForm, name: str, choices: Iterable[Any] | Callable[[], Iterable[Any]]) -> None:
    """The field's choices (or what gives them), as Django takes them: (value, words)."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        msg = f"{name} has no choices."
        raise TypeError(msg)
    field.choices = choices


def offer_rows(form: forms.BaseForm, name: str, rows: "QuerySet[Any]") -> None:
    """The rows from which a field chooses."""
    field: forms.Field = form.fields[name]
    if not isinstance(field, forms.ModelChoiceField):
        msg = f"{name} has no rows."
        raise TypeError(msg)
    field.queryset = rows
