"""Conditions above staff's lists, on django-filter: what is typed narrows the rows that the person may see."""

from typing import Any, ClassVar

from django import forms
from django.db.models import Q, QuerySet
from django_filters import CharFilter, ChoiceFilter, DateFilter, FilterSet

from services.enums.people import Role
from services.forms.fields import Form
from services.models import User

ALL = "모두"
UNREADABLE = "조건 가운데 읽을 수 없는 것이 있습니다. 위에서 고쳐 다시 찾아 주세요."
NOTHING_FITS = "조건에 맞는 것이 없습니다. 조건을 지우고 다시 찾아보세요."


class ListFilter(FilterSet):
    """`.form` for the page, `.qs` for the list; what cannot be read finds nothing, and the page says what it is.

    For an empty list: `empty` is said where nothing was asked for, `finds` says what the box for words finds.
    """

    empty: ClassVar[str] = NOTHING_FITS
    finds: ClassVar[str] = ""

    class Meta:
        form = Form

    @property
    def qs(self) -> Any:
        found = super().qs
        return found.none() if self.form.errors else found

    @property
    def not_found(self) -> str:
        """What to say of an empty list: which condition cannot be read, what the words can be, or nothing special."""
        if self.form.errors:
            return UNREADABLE
        asked = self.form.cleaned_data
        if typed := asked.get("q") or asked.get("reference"):
            return f"'{typed}': 찾은 것이 없습니다. {self.finds}"
        return NOTHING_FITS if any(asked.values()) else self.empty


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

    finds = "이름, 아이디나 부서의 일부만 적으셔도 됩니다."
    role = one_of("하는 일", Role.choices, field_name="groups__name")
    q = words("이름·아이디·부서", 40, method="with_words")

    def with_words(self, rows: "QuerySet[User]", name: str, typed: str) -> "QuerySet[User]":
        return rows.filter(
            Q(display_name__icontains=typed) | Q(username__icontains=typed) | Q(department__icontains=typed)
        )
