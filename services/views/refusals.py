"""What a page does when a verb says no: a sentence at the field or above the page, and what was typed stays."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any

from django.contrib import messages
from django.db import models
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from services.forms.people import CONFLICT, add_refusal
from services.forms.versions import catch_up, version_shown
from services.reports.history import timeline
from services.rules.refusal import Refused


class refusals_to:  # noqa: N801 - read as a verb: `with refusals_to(form):`
    """Run verbs in here; a Refused ends the block and becomes an error of the form, or a message of the request."""

    def __init__(self, asked: BaseForm | HttpRequest, *, field: str | None = None) -> None:
        self.asked = asked
        self.field = field  # for a verb that does not know how this form calls the field

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, Refused):
            return False
        if isinstance(self.asked, BaseForm):
            add_refusal(self.asked, error, field=self.field)
        else:
            messages.error(self.asked, error.sentence)
        return True


def changed_meanwhile(form: BaseForm, row: models.Model, now: Mapping[str, Any]) -> dict[str, Any]:
    """For `components/newer.html`: what others did to the row since the page was opened, and where its fields differ.

    The form goes on from there, so that the second save works. `row` is as it is now, and so are the values `now`;
    each move of a row with a version adds one line to its history.
    """
    version: int = row.version  # type: ignore[attr-defined] # a row that a VersionForm changes
    missed = version - version_shown(form)
    return {"newer": catch_up(form, version, now), "since": timeline(row)[-missed:] if missed > 0 else []}


def render_form(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The page that shows `context["form"]`: 409 when somebody else was faster, else 200."""
    form: BaseForm | None = context["form"]
    is_late = form is not None and form.is_bound and CONFLICT in _codes(form)
    return render(request, template, context, status=409 if is_late else 200)


def _codes(form: BaseForm) -> set[str | None]:
    return {error.code for errors in form.errors.as_data().values() for error in errors}
