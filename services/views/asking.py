"""A page that asks once before something that cannot be undone: what happens, who is told what, and why it is done."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import BaseForm, Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from services.notices.messages import Preview
from services.views.refusals import refusals_to, render_form

SURE = "confirmed"  # the button of the page that asks
AGAIN = "again"  # 고쳐 적기: back to what was typed
ASKED = "services/staff/_asked.html"
NOT_KEPT = frozenset({SURE, AGAIN, "csrfmiddlewaretoken"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What such a page says. `back` is the address it was asked from; there it also goes on."""

    title: str  # a question: "이 예약을 취소할까요?"
    submit: str  # the words of the button
    back: str
    back_words: str  # of the link above the page
    about: str = ""  # whom or what it is about
    explains: str = ""  # what happens, and whether it can be undone
    shows: Sequence[tuple[str, str]] = ()  # what was typed: label and words
    previews: Sequence[Preview] = ()  # who is told what
    is_grave: bool = True  # ends something: the button is red


def ask_once(
    request: HttpRequest,
    question: Question,
    do: Callable[[dict[str, Any]], str],
    *,
    form: Callable[..., Form] = Form,
) -> HttpResponse:
    """Ask, with the questions of `form`; sure -> `do` with its answers, whose sentence is said.

    What was asked for on the page before (`act=cancel`) goes along.
    """
    sure = form(request.POST if SURE in request.POST else None)
    return settle(request, sure, do, back=question.back) or _page(request, question, sure, is_typed=False)


def ask_after(
    request: HttpRequest,
    form: BaseForm,
    question: Callable[[dict[str, Any]], Question],
    do: Callable[[dict[str, Any]], str],
) -> HttpResponse | None:
    """Ask about what was typed into `form`; sure -> `do`. None while the page of the form itself is to be shown.

    That is: nothing was sent, something is wrong with it, 고쳐 적기, or the verb said no.
    """
    if not form.is_bound or not form.is_valid() or AGAIN in request.POST:
        return None
    asked = question(dict(form.cleaned_data))
    if SURE in request.POST:
        return settle(request, form, do, back=asked.back)
    return _page(request, asked, Form(), is_typed=True)


def settle(
    request: HttpRequest, form: BaseForm, do: Callable[[dict[str, Any]], str], *, back: str
) -> HttpResponse | None:
    """Do it, say so, and go back there; None when the form is not (rightly) filled in or the verb says no."""
    if form.is_valid():
        with refusals_to(form):
            messages.success(request, do(form.cleaned_data))
            return redirect(back)
    return None


def _page(request: HttpRequest, question: Question, form: BaseForm, *, is_typed: bool) -> HttpResponse:
    sent = request.POST if request.method == "POST" else request.GET
    keeps = _kept(((name, value) for name in sent for value in sent.getlist(name)), form.fields)
    page = {"question": question, "form": form, "keeps": keeps, "sure": SURE, "again": AGAIN if is_typed else ""}
    return render_form(request, ASKED, page)


def _kept(sent: Iterable[tuple[str, str]], asked_here: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in sent if name not in NOT_KEPT and name not in asked_here]
