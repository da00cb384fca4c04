"""A small form in steps with one of everything: a page that may not apply, one with many, one to skip, a phone."""

from typing import Any, ClassVar

from django import forms
from django.http import HttpResponse
from django.urls import include, path

from services.actions.people import find_or_add_resident
from services.enums.access import Held
from services.forms.people import phone_field
from services.forms.steps import Answers, ConsentsForm, Journey, Step, StepForm
from services.models import Draft, Resident
from services.rules.consents import ConsentWords
from services.rules.history import Actor
from services.rules.phones import parse_phone
from services.rules.refusal import Refused

COLOURS = [("red", "빨강"), ("blue", "파랑")]


class ColourForm(StepForm):
    colour = forms.ChoiceField(label="색", choices=COLOURS, widget=forms.RadioSelect)
    why = forms.CharField(label="까닭", required=False)
    only_if: ClassVar = {"why": ("colour", ("blue",))}
    needed: ClassVar = {"why": "까닭이 비어 있습니다."}


class ShadeForm(StepForm):
    shade = forms.CharField(label="농도")


class PetForm(StepForm):
    title, list_title, add_label = "동물", "더 있나요?", "더 적기"
    pet = forms.CharField(label="이름", max_length=10)


class NoteForm(StepForm):
    may_skip = True
    note = forms.CharField(label="쪽지", required=False, max_length=20, widget=forms.Textarea)
    number = forms.IntegerField(label="수", required=False)


class WhoForm(StepForm):
    phone = phone_field("번호")

    def clean_phone(self) -> str:
        return parse_phone(self.cleaned_data["phone"])


class AgreeForm(ConsentsForm):
    def words(self) -> dict[str, ConsentWords]:
        said: dict[str, Any] = {"why": "까닭", "what": "것", "kept": "1년", "refusal": "거부하실 수 있습니다."}
        return {
            "A": ConsentWords(title="첫째", **said),
            "B": ConsentWords(title="둘째", is_required=False, **said),
        }


class Toy(Journey):
    kind, app, prefix, address = "toy", "toy", "toy_", "toy/%s/"
    title = "장난감 신청"
    refuse = ""  # the field that the next sending refuses
    steps = (
        Step("toy_colour", "색", ColourForm),
        Step("toy_shade", "농도", ShadeForm, applies=lambda said: said.get("colour") == "blue", rests_on=("colour",)),
        Step("toy_pets", "동물", PetForm, many="pets"),
        Step("toy_note", "쪽지", NoteForm),
        Step("toy_who", "번호", WhoForm, proves="phone"),
        Step("toy_agree", "동의", AgreeForm),
    )

    def check_words(self, said: Answers) -> tuple[str, str]:
        return "확인해 주세요", "보내기"

    def send(self, said: Answers, draft: Draft) -> Resident:
        if self.refuse:
            raise Refused("안 됩니다.", field=self.refuse, conflict=True)
        pets = " ".join(one["pet"] for one in said["pets"])
        return find_or_add_resident(name=f"시연 {pets}", phone=said["phone"], by=Actor.system("test"))


TOY = Toy()


def start(request: Any) -> HttpResponse:
    return HttpResponse("처음")


def toy_done(request: Any) -> HttpResponse:
    return HttpResponse(f"보냈습니다: {request.session.get(Held.SENT, {}).get('toy')}")


def _patterns() -> Any:
    from services.views.steps import paths

    return [path("toy/", start, name="start"), *paths(TOY), path("toy/done/", toy_done, name="toy_done")]


urlpatterns = [path("", include((_patterns(), "toy"))), path("", include("gimje_portal.urls"))]
