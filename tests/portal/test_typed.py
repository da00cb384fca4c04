"""What people type is read by one rule and refused in our own words: every field of every form, and of the API.

A field is tried alone, at the door that all forms share; that every form has this door is a test too.
"""

import copy
import gettext
import importlib
import pkgutil
import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import django
import pytest
import rest_framework
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from rest_framework import serializers

import consultations
import gimje_portal
import services
import slate
import solar
from consultations.api.phones import PhoneAsked
from consultations.api.wishes import ConsentsAsked, WishAsked
from consultations.enums import BookingKind, Need
from consultations.forms import booking
from services.api.fields import Body, Text
from services.forms.fields import Door, Form
from services.forms.filters import ListFilter
from services.forms.people import PhoneForm
from services.forms.steps import StepForm
from services.models import Township

APPS = (consultations, services, slate, solar, gimje_portal)
ROOMS = re.compile(r"\.(forms|staff_forms|api)(\.|$)")


def _import_all() -> None:
    for app in APPS:
        for found in pkgutil.walk_packages(app.__path__, f"{app.__name__}."):
            if ROOMS.search(found.name):
                importlib.import_module(found.name)


def _below(kind: type[Any]) -> Iterator[Any]:
    one: Any
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


def _ours(kind: type) -> bool:
    return kind.__module__.split(".")[0] in {app.__name__ for app in APPS}


_import_all()
FORMS = sorted({one for one in _below(forms.BaseForm) if _ours(one)}, key=str)
FILTERS = sorted({one for one in _below(ListFilter) if _ours(one)}, key=str)
BODIES = sorted({one for one in _below(Body) if _ours(one)}, key=str)


def _fields() -> Iterator[tuple[str, forms.Field]]:
    for form in FORMS:
        for name, field in getattr(form, "base_fields", {}).items():
            yield f"{form.__module__}.{form.__name__}.{name}", field
    for filters in FILTERS:
        for name, one in filters.base_filters.items():
            yield f"{filters.__module__}.{filters.__name__}.{name}", one.field


FIELDS = dict(_fields())
TEXTS = {
    name: field
    for name, field in FIELDS.items()
    if isinstance(field, forms.CharField)
    and not isinstance(field, forms.URLField)
    and not field.widget.is_hidden
    and not isinstance(field.widget, forms.PasswordInput)
}
API_TEXTS = {
    f"{body.__module__}.{body.__name__}.{name}": field
    for body in BODIES
    for name, field in body().fields.items()
    if isinstance(field, serializers.CharField)
}

INVISIBLE = [
    "\u3164",
    "\u200b",
    "\u200d",
    "\u200e",
    "\u202e",
    "\ufeff",
    "\u115f",
    "\uffa0",
    "\u2060",
    "\u00ad",
    "\x00",
]
SAMPLES = ["홍길동", "가나", "010-1234-5678", "1234", "ab-cd", "LLLLLLLLMMMPMPPPPPMMMMLL", "12", "name@korea.kr"]
RESIDENT_NUMBERS = ["450309-1234567", "450309‑1234567", "450309—1234567", "450309ㅡ1234567",
                    "４５０３０９~１２３４５６７",
                    "450309/1234567", "4 5 0 3 0 9 - 1 2 3 4 5 6 7", "450309\u200b1234567"]  # fmt: skip
JUNK = ["", " ", "\u3164", "\x00", "가" * 20_000, "x", "-1", "0", "1e308", "NaN", "Infinity", "9" * 5_000, "0045",
        "2026-02-30", "0001-01-01", "9999-12-31", "25:61", "33평", "1,2,3", "https://x", "javascript:alert(1)", "=1+1",
        "\ud800"]  # fmt: skip


# Probes


def probe(field: forms.Field, value: Any, *, label: str = "") -> Form:
    """A form of this one field that was sent with this value in every box of it."""
    kind = type("Probe", (Form,), {"it": copy.deepcopy(field)})
    widget = kind.base_fields["it"].widget  # type: ignore[attr-defined]
    names = [f"it{suffix}" for suffix in getattr(widget, "widgets_names", [""])]
    data = QueryDict(mutable=True)
    files: MultiValueDict = MultiValueDict()
    for name in names:
        if isinstance(value, SimpleUploadedFile):
            files[name] = value
        else:
            data[name] = value
    form = kind(data, files)
    form.is_valid()
    return form


def sentences(form: Form) -> list[str]:
    return [str(text) for texts in form.errors.values() for text in texts]


@cache
def stock() -> re.Pattern[str]:
    """Every sentence of Django's and the API framework's own catalogue, Korean and English."""
    known: set[str] = set()
    places = (*Path(django.__file__).parent.glob("conf/locale/ko/LC_MESSAGES/django.mo"),
              *Path(django.__file__).parent.glob("contrib/*/locale/ko/LC_MESSAGES/django.mo"),
              *Path(rest_framework.__file__).parent.glob("locale/ko*/LC_MESSAGES/django.mo"))  # fmt: skip
    for place in places:
        with place.open("rb") as file:
            catalogue = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
        for key, text in catalogue.items():
            known |= {text, key if isinstance(key, str) else key[0]}
    parts = [re.split(r"%\(\w+\)[sdr]|%[sd]|\{\w+\}", one) for one in known if isinstance(one, str)]
    long = [one for one in parts if sum(map(len, one)) > 5]
    return re.compile("|".join(sorted(".*".join(map(re.escape, one)) for one in long)), re.DOTALL)


def is_ours(sentence: str) -> bool:
    is_whole = re.search(r"(요|다)[.?]( 예: .+)?$", sentence) and not re.search(r"%\(|[{}]", sentence)
    return bool(is_whole) and not stock().fullmatch(sentence)


def test_the_catalogue_is_known():
    assert not is_ours("필수 항목입니다.")
    assert not is_ours("이 값이 최대 60 개의 글자인지 확인하세요(입력값 99 자).")
    assert not is_ours("This field is required.")
    assert is_ours("'이름' 칸이 비어 있습니다. 적어 주세요.")


# Forms


def test_every_form_has_the_door():
    assert [form for form in FORMS if not issubclass(form, Door)] == []
    assert [one for one in FILTERS if not issubclass(one._meta.form, Door)] == []
    assert len(FORMS) > 80
    assert len(TEXTS) > 50


@pytest.mark.django_db
@pytest.mark.parametrize("name", FIELDS)
def test_every_no_of_every_field_is_in_our_words(name):
    field = FIELDS[name]
    uploads = [SimpleUploadedFile("x.pdf", b""), SimpleUploadedFile("가" * 300 + ".pdf", b"x")]
    for value in [*JUNK, *uploads]:
        form = probe(field, value)
        for sentence in sentences(form):
            assert is_ours(sentence), str(value)[:20]
    if field.required:
        assert sentences(probe(field, "")), "an empty one is refused"


@pytest.mark.django_db
@pytest.mark.parametrize("name", FIELDS)
def test_an_empty_or_unlisted_answer_names_its_field(name):
    field = copy.deepcopy(FIELDS[name])
    if not field.label or field.widget.is_hidden:
        return
    kind = type(field)
    for value in ("", "없는 것"):
        for sentence in sentences(probe(field, value)):
            generic = sentence.startswith("'") or "칸" in sentence
            assert not generic or str(field.label).replace("%", "퍼센트") in sentence, (kind, sentence)


@pytest.mark.parametrize("name", TEXTS)
def test_every_text_is_read_as_it_is_meant(name):
    field = TEXTS[name]
    meant = next(one for one in SAMPLES if not sentences(probe(field, one)))
    kept = probe(field, meant).cleaned_data["it"]
    for sign in INVISIBLE:
        assert probe(field, f"{sign}{meant[0]}{sign}{meant[1:]}{sign}").cleaned_data["it"] == kept, ascii(sign)
    assert probe(field, unicodedata.normalize("NFD", meant)).cleaned_data["it"] == kept
    assert probe(field, f"\u00a0\u3000{meant}\u2003 ").cleaned_data["it"] == kept


@pytest.mark.parametrize("name", TEXTS)
def test_no_text_takes_a_resident_registration_number(name):
    for number in RESIDENT_NUMBERS:
        assert sentences(probe(TEXTS[name], number)), number


# The API


def test_every_text_of_the_api_is_ours():
    assert [name for name, field in API_TEXTS.items() if not isinstance(field, Text)] == []
    assert API_TEXTS


def faults(field: serializers.Field, value: object) -> list[str]:
    try:
        field.run_validation(value)
    except serializers.ValidationError as fault:
        return flat(fault.detail)
    return []


def flat(detail: object) -> list[str]:
    """A list of sentences, however deep a list of values put them."""
    inner = detail.values() if isinstance(detail, dict) else detail if isinstance(detail, list) else None
    return [str(detail)] if inner is None else [text for one in inner for text in flat(one)]


@pytest.mark.parametrize("name", API_TEXTS)
def test_every_text_of_the_api_is_read_as_it_is_meant(name):
    field = API_TEXTS[name]
    meant = next(one for one in SAMPLES if not faults(field, one))
    kept = field.run_validation(meant)
    for sign in INVISIBLE:
        assert field.run_validation(f"{sign}{meant[0]}{sign}{meant[1:]}{sign}") == kept
    assert field.run_validation(unicodedata.normalize("NFD", meant)) == kept
    for number in RESIDENT_NUMBERS:
        assert faults(field, number), number


@pytest.mark.django_db
@pytest.mark.parametrize("body", BODIES)
def test_every_no_of_the_api_is_in_our_words(body):
    for name, field in body().fields.items():
        if isinstance(field, serializers.Serializer):
            continue
        for value in [*JUNK, None, 7, 1e308, True, [], {}, ["x"], {"a": 1}]:
            for sentence in faults(field, value):
                assert is_ours(sentence), (name, value, sentence)


# The same fact on a page and by the API

NAMES = [
    "홍길동",
    "Nguyễn Thị Hoa",
    "O'Brien",
    "홍\u3164길동",
    "홍길동1",
    "홍길동😀",
    "",
    "--",
    "가" * 40,
    "가" * 41,
    "=홍",
    "홍①",
]
PHONES = ["010-1234-5678", "０１０ㅡ1234 5678", "+82 10-1234-5678", "010-1234-567", "063-540-3114", "02-123-4567",
          "1588-1234", "540-3114", "", "전화", "010\u200b12345678", "9" * 60]  # fmt: skip
DAYS = ["1945-03-09", "2012-11-29", "2012-12-01", "2026-11-30", "0045-03-09", "1900-12-31", "1901-01-01", "1800-01-01",
        "9999-12-31", "2026-02-30", "2020-01-01"]  # fmt: skip
QUESTIONS = ["", "짧은 말", "가" * 2000, "가" * 2001, "가\r\n" * 1000, "450309–1234567", "\x00\u3164", "😀 값"]
LINES = ["", "박상대", "가" * 20, "가" * 21, "가" * 60, "가" * 61, "450309-1234567"]
ONE = {"kind": "LAW", "name": "홍길동", "born_on": "1945-03-09", "consents": {"COLLECTION": True, "ADVISER": True}}


def by_api(name: str, value: object, **more: object) -> Any:
    """What the API keeps of this value, or that it refuses it."""
    asked = WishAsked(data=ONE | more | {name: value})
    return asked.validated_data[name] if asked.is_valid() else "refused" if name in asked.errors else asked.errors


def by_page(kind: type[StepForm], name: str, sent: dict[str, Any]) -> Any:
    form = kind(sent, said={"kind": BookingKind.LAW})
    form.is_valid()
    return "refused" if name in form.errors else form.cleaned_data[name]


@pytest.mark.parametrize("value", NAMES)
def test_names_are_the_same(value):
    assert by_page(booking.ContactForm, "name", {"name": value}) == by_api("name", value)


@pytest.mark.parametrize("value", PHONES)
def test_phones_are_the_same(value):
    form, asked = PhoneForm({"phone": value}), PhoneAsked(data={"phone": value})
    assert form.is_valid() == asked.is_valid()
    if form.is_valid():
        assert form.cleaned_data["phone"] == asked.validated_data["phone"]
    else:
        assert form.errors["phone"] == asked.errors["phone"] or not value


@pytest.mark.parametrize("value", DAYS)
def test_birthdays_are_the_same(value, clock):
    clock("2026-11-29 10:00")
    year, month, day = value.split("-")
    page = by_page(booking.ContactForm, "born_on", {"born_on_year": year, "born_on_month": month, "born_on_day": day})
    api = by_api("born_on", value)
    assert page == (api.isoformat() if isinstance(api, date) else api)


@pytest.mark.parametrize("value", QUESTIONS)
def test_questions_are_the_same(value):
    assert by_page(booking.QuestionForm, "question", {"question": value}) == by_api("question", value)


@pytest.mark.parametrize("value", LINES)
@pytest.mark.parametrize("name", ["other_party", "need_language"])
def test_lines_are_the_same(name, value):
    sent = {name: value, "needs": [Need.INTERPRETER.value]}
    assert by_page(booking.QuestionForm, name, sent) == by_api(name, value)


@pytest.mark.django_db
def test_townships_are_the_same():
    choices = dict(booking.township_choices("골라 주세요"))
    del choices[""], choices[booking.PlaceForm.ELSEWHERE]  # the API says elsewhere as null
    assert [by_api("township", label).pk for label in choices.values()] == [int(pk) for pk in choices]
    assert by_api("township", "서울") == "refused"
    assert by_api("township", unicodedata.normalize("NFD", " 만경읍\u200b")) == Township.objects.get(name="만경읍")
    assert by_api("township", None) is None


def test_consents_are_the_same():
    form = booking.BookingConsents({}, said={"kind": "LAW", "needs": ["SIGN"]})
    page = {str(kind): words.is_required for kind, words in form.words().items()}
    assert page == {name: field.required for name, field in ConsentsAsked().fields.items()}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", [name for name, one in FIELDS.items() if isinstance(one, forms.ModelMultipleChoiceField)]
)
@pytest.mark.parametrize("typed", ["9" * 20, "99999999999999999", "-1", "x", "\u0663"])
def test_rows_that_no_table_can_hold_are_no_choice(name, typed):
    kind = type("Probe", (Form,), {"it": copy.deepcopy(FIELDS[name])})
    kind.base_fields["it"].queryset = Township.objects.all()  # type: ignore[attr-defined]
    form = kind(QueryDict(f"it={typed}&it=0"))
    assert not form.is_valid()
    assert all(is_ours(sentence) for sentence in sentences(form)), sentences(form)
