"""What a page does when a verb says no: a sentence at the field or above the page, and what was typed stays."""

from types import TracebackType
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from services.forms.people import CONFLICT, add_refusal
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


def render_form(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The page that shows `context["form"]`: 409 when somebody else was faster, else 200."""
    form: BaseForm | None = context["form"]
    is_late = form is not None and form.is_bound and CONFLICT in _codes(form)
    return render(request, template, context, status=409 if is_late else 200)


def _codes(form: BaseForm) -> set[str | None]:
    return {error.code for errors in form.errors.as_data().values() for error in errors}
