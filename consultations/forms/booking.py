"""The booking in steps: one question a page, answers kept in the draft."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consultations.enums import BookingKind, ConsentKind, Need, Topic
from consultations.reports.offers import WAIT, Offer, Place
from consultations.rules.ages import AGE_ALONE, age_on
from consultations.rules.deadlines import QUESTION_CHARACTERS
from consultations.rules.scope import APPEAL_LIMIT_WON
from services.forms.people import PersonForm, clean_free_text, clean_phone, name_field, phone_field
from services.forms.widgets import RadioCards
from services.models import Township
from services.rules.consents import ConsentWords
from services.rules.korean import date_long, won_big
from services.rules.phones import is_mobile

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

TOTAL = 8


@dataclass(frozen=True, slots=True)
class Step:
    """A page of the booking: its URL name, its number and words for the step indicator, the answers it gives."""

    page: str
    number: int
    label: str
    answers: tuple[str, ...]


STEPS = (
    Step("booking_kind", 1, "어떤 상담", ("kind",)),
    Step("booking_topic", 2, "상담 분야", ("topic",)),
    Step("booking_place", 3, "사는 곳과 상담 장소", ("township", "venue")),
    Step("booking_time", 4, "날짜와 시간", ("slot",)),
    Step("booking_contact", 5, "상담받는 분", ("who", "name", "phone", "born_on")),  # then the page of the code
    Step("booking_question", 6, "상담 내용과 필요한 도움", ("question", "needs")),
    Step("booking_consents", 7, "개인정보 동의", ("consents",)),
)
CHECK = Step("booking_check", 8, "확인", ())


def missing_step(answers: Mapping[str, Any]) -> Step:
    """The first page without an answer, or the check page."""
    return next((step for step in STEPS if any(answers.get(key) is None for key in step.answers)), CHECK)


def is_waiting(answers: Mapping[str, Any]) -> bool:
    """Whether this person chose to wait for a full day instead of a time."""
    return str(answers.get("slot") or "").endswith(WAIT)


class KindForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("어떤 상담을 받으시겠어요?"),
        choices=BookingKind.choices,
        widget=RadioCards(hints={kind.value: kind.hint for kind in BookingKind}),
        error_messages={"required": _("상담 종류를 아직 고르지 않으셨습니다. 하나를 골라 주세요.")},
    )


class TopicForm(forms.Form):
    topic = forms.ChoiceField(
        label=_("무엇에 관한 상담인가요?"),
        widget=RadioCards,
        error_messages={"required": _("상담 분야를 아직 고르지 않으셨습니다. 하나를 골라 주세요.")},
    )

    def __init__(self, *args: Any, kind: BookingKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topic"].choices = [(topic.value, topic.label) for topic in Topic.for_kind(kind)]  # type: ignore[attr-defined]


class TopicAndAppealForm(TopicForm):
    """For tax also whether it is an appeal, which may belong elsewhere (TA-01, COPY B1a)."""

    limit = won_big(APPEAL_LIMIT_WON)
    is_appeal = forms.ChoiceField(
        label=_("세금이 잘못 나왔다고 다투는 상담인가요?"),
        choices=[("yes", _("예")), ("no", _("아니요")), ("unsure", _("잘 모르겠습니다"))],
        widget=RadioCards,
        error_messages={"required": _("다투는 상담인지 아직 고르지 않으셨습니다. 하나를 골라 주세요.")},
    )
    claim = forms.ChoiceField(
        label=_("다투려는 세금이 %(limit)s보다 적은가요?") % {"limit": limit},
        choices=[
            ("below", _("%(limit)s보다 적습니다") % {"limit": limit}),
            ("above", _("%(limit)s이거나 더 많습니다") % {"limit": limit}),
            ("unsure", _("잘 모르겠습니다")),
        ],
        widget=RadioCards,
        required=False,
    )


class PlaceForm(forms.Form):
    """Where the person lives ("elsewhere" is an answer) and where to meet, the own township first."""

    ELSEWHERE = "0"
    township = forms.ChoiceField(
        label=_("어느 읍·면·동에 사시나요?"),
        help_text=_("가까운 상담 장소부터 보여드립니다."),
        error_messages={"required": _("사시는 읍·면·동을 아직 고르지 않으셨습니다. 하나를 골라 주세요.")},
    )
    venue = forms.ChoiceField(
        label=_("어디에서 상담을 받으시겠어요?"),
        help_text=_("사시는 곳이 아니어도 됩니다."),
        error_messages={
            "required": _("상담 장소를 아직 고르지 않으셨습니다. 하나를 골라 주세요."),
            "invalid_choice": _("이 장소에는 정해진 상담일이 아직 없습니다. 다른 장소를 골라 주세요."),
        },
    )

    def __init__(self, *args: Any, places: Sequence[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["township"].choices = township_choices(_("골라 주세요"))  # type: ignore[attr-defined]
        offered = [place for place in places if place.next]
        hints = {str(place.venue.pk): self._hint(place) for place in offered}
        self.fields["venue"].widget = RadioCards(hints=hints)
        self.fields["venue"].choices = [(str(place.venue.pk), place.venue.name) for place in offered]  # type: ignore[attr-defined]

    @staticmethod
    def _hint(place: Place) -> str:
        offer = place.next
        if offer is None:
            return ""
        on = date_long(offer.day.on, this_year=timezone.localdate().year)
        if offer.is_in_review:
            left = str(_("아직 예약을 받지 않습니다"))
        elif offer.free:
            left = str(_("남은 자리 %(n)s개") % {"n": offer.free})
        else:
            left = str(_("모두 마감"))
        near = str(_("사시는 곳")) if place.is_near else ""
        return " · ".join(filter(None, [near, place.venue.address, str(_("다음 상담 %(on)s") % {"on": on}), left]))


def township_choices(empty: "StrOrPromise") -> "list[tuple[str, StrOrPromise]]":
    """The nineteen, and elsewhere."""
    known = [(str(pk), name) for pk, name in Township.objects.values_list("pk", "name")]
    return [("", empty), *known, (PlaceForm.ELSEWHERE, _("김제시가 아닌 곳"))]


class TimeForm(forms.Form):
    slot = forms.ChoiceField(
        label=_("언제 상담을 받으시겠어요?"),
        widget=RadioCards,
        error_messages={
            "required": _("상담 시간을 아직 고르지 않으셨습니다. 하나를 골라 주세요."),
            "invalid_choice": _("고르신 상담 시간이 없거나 마감되었습니다. 목록에 있는 시간을 골라 주세요."),
        },
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *args: Any,
        offers: Sequence[Offer],
        may_wait: bool = False,
        **kwargs: Any,
    ) -> None:
        """`may_wait`: the button 이날 대기 신청하기 of a full day is an answer too."""
        line = [offer.wait_value for offer in offers if offer.is_full] if may_wait else []
        pressed = data.get("wait") if data else None
        super().__init__({"slot": pressed} if pressed in line else data, *args, **kwargs)

        def choices() -> list[tuple[str, str]]:
            """Asked for only when an answer is checked: the template shows the offers themselves."""
            free = [slot.value for offer in offers for slot in offer.slots if slot.is_free]
            return [(value, value) for value in free + line]

        self.fields["slot"].choices = choices  # type: ignore[attr-defined]


def clean_age(born_on: date) -> date:
    """The birthday, or a ValidationError for who needs a parent's consent (PD-05)."""
    if age_on(born_on, timezone.localdate()) < AGE_ALONE:
        raise forms.ValidationError(
            _("14세가 되지 않은 분은 보호자 동의가 필요합니다. 보호자께서 전화로 예약해 주세요: %(phone)s")
            % {"phone": settings.CONSULTATION_PHONE}
        )
    return born_on


class ContactForm(PersonForm):
    """Somebody of fourteen or older with a mobile phone."""

    name = name_field(_("이름이 비어 있습니다. 상담받는 분의 이름을 적어 주세요."))
    phone = phone_field(_("예: 010-1234-5678. 이 번호로 인증번호와 상담 안내를 보냅니다."))

    def clean_born_on(self) -> str:
        return clean_age(date.fromisoformat(super().clean_born_on())).isoformat()

    def clean_phone(self) -> str:
        phone = super().clean_phone()
        if not is_mobile(phone):
            raise forms.ValidationError(
                _("집 전화로는 문자를 받을 수 없습니다. 휴대전화 번호를 적거나 전화로 신청해 주세요: %(phone)s")
                % {"phone": settings.CONSULTATION_PHONE}
            )
        return phone


class WhoForm(ContactForm):
    """For oneself, or for family and neighbours: then the helper's own name and number are needed too."""

    who = forms.ChoiceField(
        label=_("누가 상담을 받으시나요?"),
        choices=[("self", _("제가 받습니다")), ("other", _("가족이나 이웃을 대신해 예약합니다"))],
        widget=RadioCards,
        error_messages={"required": _("누가 상담을 받는지 아직 고르지 않으셨습니다. 하나를 골라 주세요.")},
    )
    relation = forms.CharField(label=_("상담받는 분과의 관계"), max_length=20, required=False)
    helper_name = forms.CharField(label=_("예약하는 분 이름"), max_length=40, required=False)
    helper_phone = forms.CharField(
        label=_("예약하는 분 휴대전화 번호"),
        max_length=40,
        required=False,
        help_text=_("상담받는 분께 예약 사실을 알려 주세요. 확인 문자는 두 분 모두에게 보냅니다."),
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel"}),
    )
    field_order = ["who", "relation", "helper_name", "helper_phone", "name", "born_on", "phone"]
    NEEDED = {
        "relation": _("상담받는 분과의 관계가 비어 있습니다. 예를 들어 딸, 이웃, 이장이라고 적어 주세요."),
        "helper_name": _("예약하는 분의 이름이 비어 있습니다. 이름을 적어 주세요."),
        "helper_phone": _("예약하는 분의 휴대전화 번호가 비어 있습니다. 010-1234-5678처럼 적어 주세요."),
    }

    @property
    def helper_fields(self) -> list[forms.BoundField]:
        """Shown only to who books for somebody else."""
        return [self[name] for name in self.NEEDED]

    @property
    def person_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("name", "born_on", "phone")]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("who") == "other":
            for name, sentence in self.NEEDED.items():
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, sentence)
        return data

    def clean_helper_phone(self) -> str:
        typed = self.cleaned_data["helper_phone"]
        return clean_phone(typed) if typed and self.cleaned_data.get("who") == "other" else ""


class QuestionForm(forms.Form):
    """What it is about and what help is needed: all of it optional, so that one button skips the page."""

    question = forms.CharField(
        label=_("무엇이 궁금하신가요?"),
        required=False,
        max_length=QUESTION_CHARACTERS,
        help_text=_(
            "언제, 누구와, 무슨 일이 있었는지 적어 주세요. 짧게 적어도 됩니다. 비워 두고 오셔서 말씀하셔도 됩니다."
        ),
        widget=forms.Textarea(attrs={"rows": 6, "data-counter": str(QUESTION_CHARACTERS)}),
    )
    other_party = forms.CharField(
        label=_("상대방 이름"),
        required=False,
        max_length=60,
        help_text=_("같은 변호사가 상대방도 상담했는지 확인하는 데에만 씁니다. 시 직원은 볼 수 없습니다."),
    )
    has_lawsuit = forms.ChoiceField(
        label=_("진행 중인 재판이 있나요?"),
        required=False,
        choices=[("yes", _("예")), ("no", _("아니요"))],
        widget=RadioCards,
    )

    needs = forms.MultipleChoiceField(
        label=_("상담받으실 때 필요한 도움이 있나요?"),
        required=False,
        choices=Need.choices,
        help_text=_("수어 통역과 외국어 통역은 상담 7일 전까지 알려 주세요."),
        widget=forms.CheckboxSelectMultiple,
    )
    need_language = forms.CharField(label=_("어느 말로 통역할까요?"), required=False, max_length=20)

    def __init__(self, *args: Any, kind: BookingKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        over = _("%(show_value)s자를 적으셨습니다. %(limit_value)s자까지 적으실 수 있습니다. 조금 줄여 주세요.")
        for validator in self.fields["question"].validators:
            if getattr(validator, "code", "") == "max_length":
                validator.message = over  # type: ignore[attr-defined]
        if kind == BookingKind.TAX:
            del self.fields["other_party"], self.fields["has_lawsuit"]

    def clean_question(self) -> str:
        return clean_free_text(self.cleaned_data["question"])


class ConsentsForm(forms.Form):
    """Four consents, each on its own; the two required ones must be given on the web (F19)."""

    CHOICES = [("yes", _("동의합니다")), ("no", _("동의하지 않습니다"))]

    def __init__(self, *args: Any, words: Mapping[ConsentKind, ConsentWords], has_needs: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = {kind: one for kind, one in words.items() if has_needs or kind != ConsentKind.HEALTH}
        for kind, one in self.words.items():
            self.fields[kind.value] = forms.ChoiceField(
                label=one.title,
                choices=self.CHOICES,
                widget=RadioCards,
                required=one.is_required,
                error_messages={"required": _("동의하시는지 아직 고르지 않으셨습니다. 하나를 골라 주세요.")},
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for number, kind in enumerate(ConsentKind.REQUIRED, start=1):
            if data.get(kind) == "no":
                self.add_error(kind, self._refused(number))
        return data

    @staticmethod
    def _refused(number: int) -> str:
        why = {
            1: _("이름과 연락처가 있어야 자리를 맡아 둘 수 있습니다."),
            2: _("세무사·변호사에게 알려야 상담을 맡길 수 있습니다."),
        }[number]
        return str(
            _(
                "%(number)s번에 동의하지 않으시면 누리집에서는 예약할 수 없습니다. %(why)s "
                "마음이 바뀌시면 '동의합니다'를 고르시고, 아니면 전화로 물어보세요: %(phone)s"
            )
            % {"number": number, "why": why, "phone": settings.CONSULTATION_PHONE}
        )

    @property
    def asked(self) -> list[tuple[forms.BoundField, ConsentWords]]:
        return [(self[kind.value], one) for kind, one in self.words.items()]

    def given(self) -> dict[str, bool]:
        """Every consent that was answered, yes or no."""
        return {kind: answer == "yes" for kind, answer in self.cleaned_data.items() if answer}
