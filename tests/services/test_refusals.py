"""What a page does when a verb says no."""

import pytest
from django import forms
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.test import RequestFactory

from services.rules.refusal import Refused
from services.views.refusals import refusals_to, render_form

TYPED = "어제 적은 긴 이유"


class NoteForm(forms.Form):
    note = forms.CharField(label="이유")


@pytest.fixture
def form():
    bound = NoteForm({"note": TYPED})
    assert bound.is_valid()
    return bound


@pytest.fixture
def request_():
    request = RequestFactory().post("/somewhere/")
    setattr(request, "_messages", CookieStorage(request))  # noqa: B010 - where Django keeps it
    return request


def page(request, form):
    return render_form(request, "components/form.html", {"form": form, "submit": "저장", "csrf_token": "x"})


@pytest.mark.parametrize(
    ("field", "told", "shown_at"), [("note", None, "note"), (None, "note", "note"), ("other", None, "__all__")]
)
def test_the_sentence_stands_at_its_field_or_above_the_form_and_what_was_typed_stays(form, field, told, shown_at):
    with refusals_to(form, field=told):
        raise Refused("안 됩니다.", field=field)
    assert form.errors == {shown_at: ["안 됩니다."]}
    assert form["note"].value() == TYPED


@pytest.mark.parametrize(("is_conflict", "status"), [(True, 409), (False, 200)])
def test_somebody_else_was_faster_is_409(form, request_, is_conflict, status):
    with refusals_to(form):
        raise Refused("다른 분이 먼저 바꾸었습니다.", conflict=is_conflict)
    answer = page(request_, form)
    assert answer.status_code == status
    assert TYPED in answer.content.decode()


def test_an_own_fault_of_the_form_and_an_empty_form_are_200(request_):
    assert page(request_, NoteForm({"note": ""})).status_code == 200
    assert page(request_, NoteForm()).status_code == 200
    assert render_form(request_, "services/display.html", {"form": None}).status_code == 200


def test_without_a_form_it_is_a_message(request_):
    with refusals_to(request_):
        raise Refused("안 됩니다.", field="note")
    assert [(one.level_tag, one.message) for one in get_messages(request_)] == [("error", "안 됩니다.")]


def test_nothing_else_is_swallowed(form):
    with pytest.raises(ZeroDivisionError), refusals_to(form):
        raise ZeroDivisionError
    assert not form.errors
    with refusals_to(form):
        done = True
    assert done
    assert not form.errors
