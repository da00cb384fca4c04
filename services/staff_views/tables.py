"""Four pages a table of reference data: its rows, a new one, one row with its history, taking one away.

An app declares its tables (`Table`) and mounts them with `paths`; who opens them stands in gimje_portal/rights.py.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import model_to_dict
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse

from services.actions import tables as actions
from services.enums.people import Role
from services.forms.tables import RowForm
from services.models.tables import TableRow
from services.reports import history
from services.reports.tables import label_of, shown
from services.views.refusals import refusals_to, render_form
from services.views.requests import PortalRequest, staff_of

ROWS = 20
DIGITS_OF_A_KEY = 19  # a bigint has as many
PAGE_OF_ROW = "services/staff/_table_row.html"


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is no field of the model."""

    label: str
    read: Callable[[Any], str]


@dataclass(frozen=True, kw_only=True)
class Table:
    """What staff keep in one table, as its pages need it."""

    page: str  # URL name of the list: "consultations:staff_table_venues"
    title: str
    intro: str  # what the rows decide, in a sentence or two
    form: type[RowForm[Any]]
    columns: Sequence[str | Column]
    rows: Callable[[], QuerySet[Any]]
    links: Sequence[tuple[str, str, Role]] = ()  # (words, URL name, whose page it is): where to go on
    add: Callable[..., TableRow] = actions.add_row
    change: Callable[..., TableRow] = actions.change_row
    remove: Callable[..., None] = actions.remove_row

    @property
    def model(self) -> type[TableRow]:
        return cast(type[TableRow], self.form._meta.model)

    @property
    def slug(self) -> str:
        return self.page.rpartition("staff_table_")[2]

    @property
    def below(self) -> str:
        """The beginning of its addresses, for the menu."""
        return f"/staff/{self.page.partition(':')[0]}/tables/{self.slug}/"

    @property
    def new_url(self) -> str:
        return reverse(f"{self.page}_new")

    @property
    def url(self) -> str:
        return reverse(self.page)

    def cells(self, row: TableRow) -> list[object]:
        """The first cell leads to the row."""
        texts = [one.read(row) if isinstance(one, Column) else shown(row, one) for one in self.columns]
        return [{"text": texts[0], "url": reverse(f"{self.page}_row", args=[row.pk])}, *texts[1:]]

    @property
    def heads(self) -> list[dict[str, str]]:
        labels = [one.label if isinstance(one, Column) else label_of(self.model, one) for one in self.columns]
        return [{"label": label} for label in labels]


def tables(request: PortalRequest) -> HttpResponse:
    """기준 자료: every table that this person keeps; the menu knows them."""
    return render(request, "services/staff/tables.html")


def paths(*tables: Table) -> list[URLPattern]:
    """The addresses of these tables; every page is a view of its URL's name."""
    found = []
    for table in tables:
        name = table.page.partition(":")[2]
        for ending, at, view in (
            ("", "", _rows),
            ("_new", "new/", _new),
            ("_row", "<int:pk>/", _row),
            ("_remove", "<int:pk>/remove/", _remove),
        ):
            page = f"{name}{ending}"
            found.append(path(f"tables/{table.slug}/{at}", _named(page, table, view), name=page))
    return found


def _named(page: str, table: Table, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    def of_table(request: PortalRequest, **kwargs: int) -> HttpResponse:
        return view(request, table, **kwargs)

    of_table.__name__ = page.removeprefix("staff_")
    return of_table


def _rows(request: PortalRequest, table: Table) -> HttpResponse:
    page = Paginator(table.rows(), ROWS).get_page(request.GET.get("page"))
    context = {
        "table": table,
        "page": page,
        "cells": [table.cells(row) for row in page],
        "may_add": not table.form.missing_for(staff_of(request).roles),
        "links": [(words, reverse(name)) for words, name, role in table.links if role in staff_of(request).roles],
    }
    return render(request, "services/staff/_table.html", context)


def _new(request: PortalRequest, table: Table) -> HttpResponse:
    user = staff_of(request)
    if missing := table.form.missing_for(user.roles):
        messages.error(request, f"{missing} 칸은 다른 담당자가 적습니다. 그 담당자가 먼저 새로 적어야 합니다.")
        return redirect(table.page)
    form = table.form(request.POST or None, roles=user.roles, initial=_like(table, request.GET.get("like", "")))
    if form.is_valid():
        with refusals_to(form):
            row = table.add(table.model, by=user.actor, **form.facts)
            messages.success(request, "저장했습니다.")
            return redirect(f"{table.page}_row", row.pk)
    return render_form(request, PAGE_OF_ROW, {"table": table, "form": form, "name": "새로 적기", "may_change": True})


def _like(table: Table, pk: str) -> dict[str, Any]:
    """What a new row begins with: the facts of another one, so that only what is new has to be typed."""
    row = table.rows().filter(pk=pk).first() if pk.isdecimal() and len(pk) < DIGITS_OF_A_KEY else None
    return model_to_dict(row, fields=table.form._meta.fields) if row else {}


def _row(request: PortalRequest, table: Table, pk: int) -> HttpResponse:
    user, row = staff_of(request), get_object_or_404(table.rows(), pk=pk)
    name, kept, newer = str(row), row.kept(), []
    form = table.form(request.POST or None, instance=row, roles=user.roles)
    if form.is_valid():
        with refusals_to(form):
            table.change(row.pk, table.model, by=user.actor, seen=form.cleaned_data["seen"], **form.facts)
            messages.success(request, "저장했습니다.")
            return redirect(f"{table.page}_row", pk)
        newer = form.catch_up(get_object_or_404(table.rows(), pk=pk))
    context = {"table": table, "form": form, "name": name, "row": row, "kept": kept, "newer": newer}
    context["facts"] = [{"label": form.fields[one].label, "value": form.was[one]} for one in form.names]
    context["may_change"] = any(not form.fields[one].disabled for one in form.names)
    context |= {"remove_url": reverse(f"{table.page}_remove", args=[pk]), "lines": history.timeline(row)}
    return render_form(request, PAGE_OF_ROW, context)


def _remove(request: PortalRequest, table: Table, pk: int) -> HttpResponse:
    user, row = staff_of(request), get_object_or_404(table.rows(), pk=pk)
    if request.method == "POST":
        with refusals_to(request):
            table.remove(row.pk, table.model, by=user.actor)
            messages.success(request, "지웠습니다.")
            return redirect(table.page)
        return redirect(f"{table.page}_row", pk)
    return render(request, "services/staff/_table_remove.html", {"table": table, "row": row, "name": str(row)})
