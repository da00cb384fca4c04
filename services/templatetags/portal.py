"""What templates need and Django does not have: optional addresses, spoken numbers, faults with targets, charts."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Protocol

from django import template
from django.core.paginator import Paginator
from django.forms import BaseForm
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from services.enums.people import Role
from services.models import FactProposal, Resident, User
from services.reports.people import may_open
from services.reports.staff import alike

register = template.Library()

SPOKEN = dict(zip("0123456789", "공일이삼사오육칠팔구", strict=True))
JSON_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@dataclass(frozen=True)
class Fault:
    """One sentence of the error summary and the id of the control it leads to."""

    text: str
    target: str


@register.simple_tag
def page_url(name: str, *args: object) -> str:
    """As `{% url %}`, for `as`: a name that no page has fails instead of being empty."""
    return reverse(name, args=args)


@register.filter(name="may_open")
def opens(user: User, name: str) -> bool:
    """`request.user|may_open:"slate:staff_queue"`: a link or button is shown only to those whom its page lets in."""
    return may_open(user, name)


@register.filter
def spoken_digits(number: str) -> str:
    """063-540-3114 -> 공육삼 오사공 삼일일사, so that a screen reader does not read thousands."""
    return "".join(SPOKEN.get(sign, " ") for sign in str(number)).strip()


@register.simple_tag
def faults(form: BaseForm) -> list[Fault]:
    """Every fault of the form in the order of its fields; those of the whole form come first."""
    rows = [Fault(str(text), "") for text in form.non_field_errors()]
    for field in form:
        target = f"{field.auto_id}_0" if field.use_fieldset else field.auto_id
        rows += [Fault(str(text), target) for text in field.errors]
    return rows


@register.inclusion_tag("services/staff/_about_person.html", takes_context=True)
def about_person(context: dict[str, Any], resident: Resident) -> dict[str, Any]:
    """On a case's page: what was typed about its person and contradicts what is known, and who may be the same."""
    user: User = context["user"]
    may_decide = bool(user.roles & {Role.CONSULTATION_OFFICER, Role.SLATE_OFFICER})
    proposals = FactProposal.objects.open().filter(resident=resident).select_related("township", "resident__township")
    return {
        "user": user,
        "may_decide": may_decide,
        "proposals": proposals,
        "alike": alike(resident),
        "request": context["request"],
        "csrf_token": context.get("csrf_token"),
    }


@register.filter
def beside(cells: Sequence[Any], columns: Sequence[Any]) -> list[tuple[Any, Any]]:
    return list(zip(columns, cells, strict=True))


@register.filter
def with_values(labels: Sequence[Any], series: Iterable[dict[str, Any]]) -> list[tuple[Any, list[Any]]]:
    """Rows of the table beside a chart: each label with the value of every series, and its note in brackets."""
    rows: list[tuple[Any, list[Any]]] = []
    for place, label in enumerate(labels):
        rows.append((label, [_noted(one, place) for one in series]))
    return rows


@register.filter
def pages_near(paginator: Paginator[Any], number: int) -> list[int | str]:
    return list(paginator.get_elided_page_range(number, on_each_side=2, on_ends=1))


class Tile(Protocol):
    """One radio button: what it sends, its words, a second line, and whether it can be chosen."""

    @property
    def value(self) -> str: ...
    @property
    def words(self) -> str: ...
    @property
    def more(self) -> str: ...
    @property
    def is_free(self) -> bool: ...


@register.simple_tag
def radio_tiles(name: str, tiles: Iterable[Tile], chosen: str) -> SafeString:
    """Radio buttons of one question. Written here: of a hundred of them a template costs half the page's time."""
    head = f'<label class="krds-form-check"><input type="radio" name="{escape(name)}" value="'
    return SafeString("\n".join(head + _tile(tile, chosen) for tile in tiles))


def _tile(tile: Tile, chosen: str) -> str:
    state = " disabled" if not tile.is_free else " checked" if tile.value == chosen else ""
    more = f'<span class="more">{escape(tile.more)}</span>' if tile.more else ""
    return f'{escape(tile.value)}"{state}><span>{escape(tile.words)}{more}</span></label>'


@register.simple_tag
def chart_data(**data: Any) -> SafeString:
    """The figures as JSON for charts.js; text that could end the script element is escaped."""
    text = json.dumps(data, ensure_ascii=False, default=str).translate(JSON_ESCAPES)
    return format_html('<script type="application/json" id="{}-data">{}</script>', data["id"], mark_safe(text))  # noqa: S308


def _noted(one: dict[str, Any], place: int) -> str:
    value = one["values"][place]
    shown = "–" if value is None else f"{value:,}" if isinstance(value, int | float) else str(value)
    note = one.get("notes", [])[place : place + 1]
    return f"{shown} ({note[0]})" if note and note[0] else shown
