"""A form in steps, as data: its pages in order, when each applies, what it asks, and how its answers read."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from services.forms.fields import Form
from services.forms.widgets import DatePartsField, RadioCards
from services.models import Document, Draft
from services.rules.consents import ConsentWords
from services.rules.korean import date_long
from services.rules.phones import mask_phone

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Answers = dict[str, Any]  # as JSON keeps them
HALF = "half"  # in a draft, beside the answered pages -> {page: what was typed before it was put aside}


class Stale(Exception):
    """An answer no longer fits the world: its day, place or choice is gone. The page has to be answered again."""


@dataclass(frozen=True, slots=True)
class Row:
    """One answer of the check page; `query` opens one of several of a page."""

    label: "StrOrPromise"
    values: "Sequence[StrOrPromise]"
    query: str = ""


# One page


class StepForm(Form):
    """The questions of one page. `said` are the answers of the pages before it."""

    title: "ClassVar[StrOrPromise]" = ""  # h1 of a page with several questions; else its one question is the h1
    lead: ClassVar["StrOrPromise"] = ""  # a sentence under that h1
    button: ClassVar["StrOrPromise"] = gettext_lazy("다음")
    may_skip: ClassVar[bool] = False
    redraws: ClassVar[str] = ""  # a button of the page that shows it anew for what is chosen so far
    short: ClassVar[dict[str, "StrOrPromise"]] = {}  # labels for the check page
    not_shown: ClassVar[frozenset[str]] = frozenset()  # fields that only help to find another's answer
    only_if: ClassVar[dict[str, tuple[str, tuple[str, ...]]]] = {}  # field: asked when this field has such a value
    needed: ClassVar[dict[str, "StrOrPromise"]] = {}  # field of `only_if`: what is said when it is left empty

    def __init__(self, *args: Any, said: Answers | None = None, **kwargs: Any) -> None:
        self.said = said or {}
        super().__init__(*args, **kwargs)

    def is_asked(self, name: str, given: Mapping[str, Any]) -> bool:
        """Whether the answers `given` make this a question at all."""
        rule = self._declared("only_if", name)
        values = given.get(rule[0]) or () if rule else ()
        return not rule or not {*rule[1]}.isdisjoint([values] if isinstance(values, str) else values)

    def _declared(self, table: str, name: str) -> Any:
        """What this class or one of those it is made of says about a field."""
        found = (cls.__dict__.get(table, {}).get(name) for cls in type(self).__mro__)
        return next(filter(None, found), None)

    def clean(self) -> Answers:
        """What is not asked is neither kept nor wrong; what is needed is."""
        data = super().clean() or {}
        for name, one in self.fields.items():
            if not self.is_asked(name, data):
                self.errors.pop(name, None)
                data[name] = one.to_python(None)
            elif not data.get(name) and name not in self.errors and (sentence := self._declared("needed", name)):
                self.add_error(name, sentence)
        return data

    def answers(self) -> Answers:
        """What was typed, as the draft keeps it."""
        return {name: plain(value) for name, value in self.cleaned_data.items()}

    def half(self) -> Answers:
        """What was typed on a page that is put aside: everything but what may not be kept as it is."""
        kept = {name: one for name, one in self.fields.items() if name not in self.errors and not is_file(one)}
        typed = {name: one.widget.value_from_datadict(self.data, self.files, name) for name, one in kept.items()}
        return {name: value for name, value in typed.items() if value not in (None, "", [], ["", "", ""])}

    def rows(self) -> list[Row]:
        """Every answer of this page. Raises Stale when one is not possible any more."""
        asked = [name for name in self.fields if name not in self.not_shown and self.is_asked(name, self.initial)]
        return [Row(self.short.get(name, self.fields[name].label or ""), self.shown(name)) for name in asked]

    def shown(self, name: str) -> "list[StrOrPromise]":
        """One answer in words."""
        one, value = self.fields[name], self.initial.get(name)
        if isinstance(one, forms.BooleanField):
            return [_("예") if value else _("아니요")]
        if value in (None, "", []):
            return [_("고르지 않으셨습니다.") if isinstance(one, forms.ChoiceField) else _("적지 않으셨습니다.")]
        if isinstance(one, forms.ModelChoiceField):
            found = one.queryset.filter(pk=value).first() if one.queryset is not None else None
            return [str(_or_stale(found))]
        if isinstance(one, forms.ChoiceField):
            labels = dict(one.choices)  # type: ignore[arg-type]
            return [_or_stale(labels.get(key)) for key in (value if isinstance(value, list) else [value])]
        if isinstance(one, DatePartsField):
            return [date_long(dt.date.fromisoformat(value), this_year=timezone.localdate().year)]
        return [mask_phone(value) if getattr(one.widget, "input_type", "") == "tel" else str(value)]

    def page(self) -> Mapping[str, Any]:
        """What the page's own template wants besides the form."""
        return {}

    def detour(self) -> str:
        """A page (URL name) to be read before the next question, or nothing."""
        return ""


def _or_stale(found: Any) -> Any:
    if found is None:
        raise Stale
    return found


def is_file(one: forms.Field) -> bool:
    return isinstance(one, forms.FileField)


def plain(value: Any) -> Any:
    """As JSON keeps it."""
    if isinstance(value, models.Model):
        return value.pk
    return str(value) if isinstance(value, (dt.date, Decimal)) else value


class FilesForm(StepForm):
    """Pictures and papers: each is judged at once, so one that is refused does not lose the others."""

    at_most: ClassVar[dict[str, int]] = {}  # field, which is also the Document's kind: how many
    none_text: ClassVar["StrOrPromise"] = gettext_lazy("사진이 없으면 그대로 '다음'을 눌러 주세요.")

    def __init__(self, *args: Any, kept: Sequence[Document] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = kept

    def count(self, name: str) -> int:
        return sum(document.kind == name for document in self.kept)

    @property
    def room(self) -> list[forms.BoundField]:
        """The fields that still take a file."""
        return [self[name] for name, most in self.at_most.items() if self.count(name) < most]

    @property
    def left(self) -> int:
        return sum(self.at_most.values()) - len(self.kept)

    def names(self) -> "list[StrOrPromise]":
        """What each kept file is called on the page: its question's words, or a number where there may be several."""
        return [
            self.fields[one.kind].label or "" if self.at_most.get(one.kind) == 1 else _("사진 %(n)s") % {"n": n}
            for n, one in enumerate(self.kept, start=1)
        ]

    def answers(self) -> Answers:
        return {}

    def shown(self, name: str) -> "list[StrOrPromise]":
        n = self.count(name)
        return [_("%(n)s장") % {"n": n} if n else _("올리지 않으셨습니다.")]


# Consents


class ConsentsForm(StepForm):
    """Each consent on its own, none ticked beforehand; all of them answered, the needed ones with yes."""

    title = gettext_lazy("개인정보 사용에 동의해 주세요")
    field = "%s"  # name of the field of a kind
    CHOICES: ClassVar = [("yes", gettext_lazy("동의합니다")), ("no", gettext_lazy("동의하지 않습니다"))]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = {self.field % kind: (str(kind), words) for kind, words in self.words().items()}
        given = self.initial.get("consents") or {}
        known = {name: given[kind] for name, (kind, _words) in self.asked.items() if kind in given}
        self.initial = {**self.initial, **{name: "yes" if agreed else "no" for name, agreed in known.items()}}
        for number, (name, (_kind, words)) in enumerate(self.asked.items(), start=1):
            self.fields[name] = forms.ChoiceField(
                label=f"{number}. {words.title}",
                choices=self.CHOICES,
                widget=RadioCards,
                required=words.is_required,
                error_messages={"required": _("동의하시는지 아직 고르지 않으셨습니다. 하나를 골라 주세요.")},
            )

    def words(self) -> Mapping[Any, ConsentWords]:
        """What this form asks to agree to, for what was said before."""
        raise NotImplementedError

    @property
    def sections(self) -> list[tuple[forms.BoundField, ConsentWords]]:
        return [(self[name], words) for name, (_kind, words) in self.asked.items()]

    def clean(self) -> Answers:
        data = super().clean()
        for number, (name, (_kind, words)) in enumerate(self.asked.items(), start=1):
            if words.is_required and data.get(name) == "no":
                self.add_error(
                    name,
                    _(
                        "%(number)s번에 동의하지 않으시면 누리집에서는 신청할 수 없습니다. "
                        "마음이 바뀌시면 '동의합니다'를 고르시고, 아니면 전화로 물어보세요."
                    )
                    % {"number": number},
                )
        return data

    def given(self) -> dict[str, bool]:
        """Every consent that was answered, yes or no, by its kind."""
        data = self.cleaned_data
        return {kind: data[name] == "yes" for name, (kind, _words) in self.asked.items() if data.get(name)}

    def answers(self) -> Answers:
        return {"consents": self.given()}

    def rows(self) -> list[Row]:
        """What was agreed to and what not, each by its name."""
        given = self.initial.get("consents") or {}
        agreed = [words.title for kind, words in self.asked.values() if given.get(kind)]
        other = [words.title for kind, words in self.asked.values() if not given.get(kind)]
        rows = [Row(_("동의한 것"), agreed or [_("없습니다.")])]
        return rows + ([Row(_("동의하지 않은 것"), other)] if other else [])


# All pages


@dataclass(frozen=True, slots=True)
class Step:
    """One page: its URL name, its words in the step indicator, its questions.

    `rests_on` names earlier answers: when one of them changes, the page is asked again. `many` makes it a list of such
    forms under that name. `proves` is the field whose phone is proved by a code before the next page.
    """

    page: str
    label: "StrOrPromise"
    form: type[StepForm]
    applies: Callable[[Answers], bool] = lambda said: True
    rests_on: tuple[str, ...] = ()
    many: str = ""
    proves: str = ""


@dataclass(frozen=True)
class Progress:
    """Where somebody is: the pages that apply, what was said, and the first page that is still to be answered."""

    steps: list[Step] = field(default_factory=list)
    said: Answers = field(default_factory=dict)
    open: Step | None = None

    def reaches(self, step: Step) -> bool:
        """Whether this page may be opened: it applies, and every page before it is answered."""
        return step in self.steps and (self.open is None or self.steps.index(step) <= self.steps.index(self.open))


def progress(steps: Sequence[Step], answers: Answers, is_proved: Callable[[str], bool]) -> Progress:
    """Go through the pages in order. `is_proved(phone)` says whether the visitor has shown that it is theirs."""
    here: list[Step] = []
    said: Answers = {}
    missing: Step | None = None
    for step in steps:
        if not step.applies(said):
            continue
        here.append(step)
        answered = answers.get(step.page)
        is_done = bool(answered) if step.many else answered is not None
        if answered and step.proves and missing is None:
            is_done = is_proved(answered.get(step.proves, ""))
        if not is_done and missing is None:
            missing = step
        said |= {step.many: answered or []} if step.many else answered or {}
    return Progress(here, said, missing)


def forget_what_rests_on(steps: Sequence[Step], step: Step, before: Answers, after: Answers) -> Answers:
    """`after` without the answers of later pages that a change on this page has made worthless."""
    old, new = ({step.many: one} if step.many else one or {} for one in (before.get(step.page), after[step.page]))
    changed = {key for key in chain(old, new) if old.get(key) != new.get(key)}
    for later in steps[steps.index(step) + 1 :]:
        if changed & set(later.rests_on) and later.page in after:
            changed |= set(after.pop(later.page) or ())
    return after


class Journey:
    """One form in steps as the app tells it; settings.JOURNEYS names each by its kind, views.steps walks it."""

    kind: ClassVar[str]  # of its drafts
    app: ClassVar[str]  # namespace of its URL names and folder of its templates
    prefix: ClassVar[str]  # of its URL names: "application_"; its last two are check and done
    address: ClassVar[str]  # "slate/apply/%s/"
    start: ClassVar[str] = "start"  # URL name of the page before the first question
    title: ClassVar["StrOrPromise"]
    steps: ClassVar[Sequence[Step]]
    phone: str = ""  # whom to call

    def is_open(self) -> bool:
        """Whether it can be filled in now at all."""
        return True

    def check_words(self, said: Answers) -> "tuple[StrOrPromise, StrOrPromise]":
        """Heading and button of the check page."""
        raise NotImplementedError

    def check_page(self, said: Answers) -> Mapping[str, Any]:
        """What the app's own check page wants besides the rows."""
        return {}

    def send(self, said: Answers, draft: Draft) -> models.Model:
        """Turn the answers into a case. Raises Refused; its `field` leads back to the page that asks for it."""
        raise NotImplementedError

    def done_url(self, case: Any) -> str:
        """Where to go when it is sent."""
        return self.url(f"{self.prefix}done")

    @property
    def check(self) -> str:
        return f"{self.prefix}check"

    def url(self, page: str = "") -> str:
        return reverse(f"{self.app}:{page or self.start}")


def journeys() -> dict[str, Journey]:
    """Every form in steps of the portal by its kind."""
    return {kind: import_string(where) for kind, where in settings.JOURNEYS.items()}
