"""Conditions above staff's lists, on django-filter: what is typed narrows the rows that the person may see."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django_filters import CharFilter, ChoiceFilter, DateFilter, FilterSet

from services.enums.people import Role
from services.forms.fields import Form
from services.models import User

ALL = "모두"


class ListFilter(FilterSet):
    """`.form` for the page, `.qs` for the list; what cannot be read is no condition."""

    class Meta:
        form = Form


def one_of(label: str, choices: Any, **how: Any) -> ChoiceFilter:
    """A choice that begins with 모두."""
    return ChoiceFilter(label=label, choices=choices, empty_label=ALL, **how)


def on_day(label: str, **how: Any) -> DateFilter:
    """The browser's own day picker."""
    return DateFilter(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **how)


def words(label: str, most: int, **how: Any) -> CharFilter:
    """Something typed, `most` characters at most."""
    return CharFilter(label=label, max_length=most, **how)


class PeopleFilter(ListFilter):
    """Accounts by role, and by a piece of name, log-in or department."""

    role = one_of("하는 일", Role.choices, field_name="groups__name")
    q = words("이름·아이디·부서", 40, method="with_words")

    def with_words(self, rows: "QuerySet[User]", name: str, typed: str) -> "QuerySet[User]":
        return rows.filter(
            Q(display_name__icontains=typed) | Q(username__icontains=typed) | Q(department__icontains=typed)
        )
