"""The steps of an always-on enquiry, and what residents, officers and advisers type about one (COPY 3.4)."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter

from consultations.enums import (
    AnswerBy,
    AnsweredBy,
    BookingKind,
    CallTime,
    ConsentKind,
    EnquiryState,
    FollowUp,
    Source,
    Topic,
)
from consultations.forms.booking import ContactForm, TopicForm
from consultations.models import Adviser
from consultations.models.enquiries import EnquiryQuerySet
from consultations.reports.consents import enquiry_consents
from consultations.reports.enquiries import advisers_for
from consultations.rules.deadlines import QUESTION_CHARACTERS
from services.enums.calendar import ExtensionReason
from services.forms.fields import Form, NameField, PhoneField, WholeField
from services.forms.filters import ListFilter, words
from services.forms.offers import offer_rows
from services.forms.steps import ConsentsForm, FilesForm, Step, StepForm
from services.forms.widgets import DatePartsField, RadioCards
from services.rules.consents import ConsentWords
from services.rules.references import normalise_reference


def _text(label: Any, *, rows: int = 8, help_text: Any = "", empty: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=QUESTION_CHARACTERS,
        help_text=help_text,
        error_messages={"required": empty},
        widget=forms.Textarea(attrs={"rows": rows, "data-counter": str(QUESTION_CHARACTERS)}),
    )


class KindForm(StepForm):
    short: ClassVar = {"kind": _("상담")}
    kind = forms.ChoiceField(
        label=_("어떤 질문인가요?"),
        choices=BookingKind.choices,
        widget=RadioCards(hints={kind.value: kind.hint for kind in BookingKind if kind != BookingKind.BOTH}),
        error_messages={"required": _("질문 종류를 아직 고르지 않으셨습니다. 하나를 골라 주세요.")},
    )


class QuestionForm(StepForm):
    short: ClassVar = {"question": _("질문"), "urgent_on": _("급한 날")}
    question = _text(
        _("무엇이 궁금하신가요?"),
        help_text=_("언제, 누구와, 무슨 일이 있었는지 적어 주세요. 짧게 적어도 됩니다."),
        empty=_("질문이 비어 있습니다. 무엇이 궁금하신지 적어 주세요."),
    )
    urgent_on = DatePartsField(label=_("급한 날이 있나요?"), required=False, help_text=_("예: 재판 날짜, 신고 마감일"))

    def clean_urgent_on(self) -> str:
        urgent_on: date | None = self.cleaned_data["urgent_on"]
        if urgent_on and urgent_on < timezone.localdate():
            raise forms.ValidationError(_("급한 날이 이미 지났습니다. 오늘이나 오늘 뒤의 날짜를 적어 주세요."))
        return urgent_on.isoformat() if urgent_on else ""


class PapersForm(FilesForm):
    title = _("서류 사진이 있나요?")
    MOST = 5
    at_most: ClassVar = {"enquiry_paper": MOST}
    enquiry_paper = forms.FileField(
        label=_("서류 사진"),
        required=False,
        help_text=_("%(most)s장까지 올릴 수 있습니다. 주민등록번호 뒷자리는 가려 주세요.") % {"most": MOST},
    )


class AnswerByForm(StepForm):
    short: ClassVar = {
        "answer_by": _("답을 받는 방법"),
        "call_time": _("전화받을 때"),
        "address": _("받을 주소"),
    }
    only_if: ClassVar = {"call_time": ("answer_by", (AnswerBy.CALL,)), "address": ("answer_by", (AnswerBy.LETTER,))}
    needed: ClassVar = {"address": _("주소가 비어 있습니다. 우편을 받을 주소를 적어 주세요.")}
    answer_by = forms.ChoiceField(
        label=_("답을 어떻게 받으시겠어요?"),
        choices=AnswerBy.choices,
        widget=RadioCards,
        error_messages={"required": _("답을 받는 방법을 아직 고르지 않으셨습니다. 하나를 골라 주세요.")},
    )
    call_time = forms.ChoiceField(
        label=_("전화로 받으시면 언제 전화드릴까요?"), choices=CallTime.choices, required=False, widget=RadioCards
    )
    address = forms.CharField(
        label=_("우편으로 받으시면 받을 주소를 적어 주세요"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )


class EnquiryConsents(ConsentsForm):
    lead = _("하나씩 읽고 골라 주세요.")

    def words(self) -> dict[ConsentKind, ConsentWords]:
        return enquiry_consents()


STEPS = (
    Step("enquiry_kind", _("어떤 질문"), KindForm),
    Step("enquiry_topic", _("분야"), TopicForm, rests_on=("kind",)),
    Step("enquiry_question", _("질문"), QuestionForm),
    Step("enquiry_papers", _("서류 사진"), PapersForm),
    Step("enquiry_answer_by", _("답을 받는 방법"), AnswerByForm),
    Step("enquiry_contact", _("이름과 휴대전화"), ContactForm, proves="phone"),
    Step("enquiry_consents", _("개인정보 동의"), EnquiryConsents),
)


class FeedbackForm(Form):
    """도움이 되었나요? Asking again needs words."""

    HELPED, AGAIN, MEET = "helped", "again", "meet"
    feedback = forms.ChoiceField(
        label=_("도움이 되었나요?"),
        choices=[
            (HELPED, _("도움이 되었습니다")),
            (AGAIN, _("더 묻고 싶습니다")),
            (MEET, _("만나서 상담받고 싶습니다")),
        ],
        widget=RadioCards,
        error_messages={"required": _("하나를 골라 주세요.")},
    )
    text = forms.CharField(
        label=_("더 묻고 싶으시면 여기에 적어 주세요"),
        required=False,
        max_length=QUESTION_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if self.cleaned_data.get("feedback") == self.AGAIN and not text:
            raise forms.ValidationError(_("질문이 비어 있습니다. 무엇이 더 궁금하신지 적어 주세요."))
        return text


class ReplyForm(Form):
    text = _text(_("여쭤본 것에 답해 주세요"), rows=5, empty=_("내용이 비어 있습니다. 적어 주세요."))


# Officers


class EnquiryFilter(ListFilter):
    """The list of questions; without a condition those that wait for an answer. A number finds it in any state."""

    empty = "답을 기다리는 질문이 없습니다."
    finds = "접수번호를 빠짐없이 적어 주세요. 예: Q-482-157"
    state = ChoiceFilter(
        label="상태",
        choices=[("late", "기한 지남"), ("all", "모두"), *EnquiryState.choices],
        empty_label="답을 기다림",
        method="in_state",
    )
    reference = words("접수번호", 20, method="with_reference")

    def filter_queryset(self, queryset: Any) -> Any:
        asked = self.form.cleaned_data
        if asked.get("reference"):
            return self.with_reference(queryset, "reference", asked["reference"])
        return self.in_state(queryset, "state", asked.get("state") or "")

    def in_state(self, rows: EnquiryQuerySet, name: str, state: str) -> EnquiryQuerySet:
        if state in EnquiryState.values:
            return rows.filter(state=state)
        if state == "late":
            return rows.waiting().filter(due_on__lt=timezone.localdate())
        return rows if state == "all" else rows.waiting()

    def with_reference(self, rows: EnquiryQuerySet, name: str, typed: str) -> EnquiryQuerySet:
        return rows.filter(reference=normalise_reference(typed))


class CounterEnquiryForm(Form):
    """A question on the phone or at the counter: typed once, not readable for staff afterwards."""

    source = forms.ChoiceField(
        label="어떻게 오셨나요?", choices=[(one.value, one.label) for one in (Source.PHONE, Source.COUNTER)]
    )
    name = NameField(label="이름")
    phone = PhoneField(label="전화번호", help_text="집 전화면 문자 대신 '전화할 분' 목록에 올라갑니다.")
    kind = forms.ChoiceField(label="상담", choices=BookingKind.choices, initial=BookingKind.LAW)
    topic = forms.ChoiceField(label="분야", choices=Topic.choices, initial=Topic.UNSURE)
    question = _text("질문", help_text="저장하면 맡은 세무사·변호사만 볼 수 있습니다.", empty="질문이 비어 있습니다.")
    urgent_on = forms.DateField(label="급한 날", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    answer_by = forms.ChoiceField(label="답하는 방법", choices=AnswerBy.choices, initial=AnswerBy.CALL)
    call_time = forms.ChoiceField(label="전화할 때", choices=CallTime.choices, initial=CallTime.ANY)
    address = forms.CharField(label="편지 받을 주소", required=False, max_length=120)
    has_consent = forms.BooleanField(
        label="개인정보 받기와 쓰기, 세무사·변호사에게 알려 주기를 설명했고 동의하셨습니다."
    )


class AssignForm(Form):
    adviser: "forms.ModelChoiceField[Adviser]" = forms.ModelChoiceField(
        Adviser.objects.none(), label="맡을 세무사·변호사", empty_label="골라 주세요"
    )

    def __init__(self, *args: Any, kinds: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "adviser", advisers_for(kinds))


class ExtendForm(Form):
    days = WholeField(label="며칠", unit="일", min_value=1, max_value=366)
    reason = forms.ChoiceField(label="이유", choices=ExtensionReason.choices, widget=RadioCards)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        most = settings.CONSULTATION_ANSWER_DAYS
        self.fields["days"].help_text = f"한 번만, {most}일까지 늦출 수 있습니다. 일이 많다는 이유는 쓸 수 없습니다."


class ReferForm(Form):
    where = forms.ChoiceField(
        label="어디가 더 알맞나요?",
        choices=[(one, FollowUp(one).label) for one in FollowUp.ELSEWHERE],
        widget=RadioCards,
    )


# Advisers


class AnswerForm(Form):
    """An answer, the record of a call, a question back, or words kept for later."""

    text = _text("답변", rows=12, empty="내용이 비어 있습니다. 적어 주세요.")
    given = forms.ChoiceField(
        label="어떻게 답하시나요?",
        choices=AnsweredBy.choices,
        help_text="물어보신 분이 고르신 방법입니다. 다르게 답하시면 아래에 이유를 적어 주세요.",
    )
    why = forms.CharField(
        label="다르게 답하는 이유", required=False, max_length=100, help_text="예: 여러 번 전화했지만 받지 않으십니다."
    )
