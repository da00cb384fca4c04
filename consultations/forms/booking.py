"""The booking in steps: one question a page."""

from collections.abc import Mapping
from datetime import date, datetime, time
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consultations.enums import BookingKind, ConsentKind, JointOrder, Need, Topic, WaitingHour
from consultations.models import ClinicDay, Venue
from consultations.reports.consents import booking_consents
from consultations.reports.offers import (
    WAIT,
    Offer,
    Place,
    hours_of,
    offers,
    places,
    skipped_days,
    with_elsewhere,
)
from consultations.rules.ages import AGE_ALONE, age_on
from consultations.rules.deadlines import QUESTION_CHARACTERS
from consultations.rules.scope import (
    ADVICE_INCOME_WON,
    ADVICE_PROPERTY_WON,
    AGENT_PROPERTY_WON,
    APPEAL_LIMIT_WON,
    COMPANY_SALES_WON,
    Scope,
    tax_scope,
)
from services.forms.fields import Form, NameField, PhoneField
from services.forms.offers import offer_choices
from services.forms.people import PersonForm, name_field, phone_field
from services.forms.steps import ConsentsForm, Stale, Step, StepForm
from services.forms.widgets import RadioCards
from services.models import Township
from services.rules.consents import ConsentWords
from services.rules.korean import date_long, time_ko, won_big
from services.rules.phones import is_mobile

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def is_waiting(answers: Mapping[str, Any]) -> bool:
    """Whether this person chose to wait for a full day instead of a time."""
    return str(answers.get("slot") or "").endswith(WAIT)


class KindForm(StepForm):
    short: ClassVar = {"kind": _("상담")}
    kind = forms.ChoiceField(
        label=_("어떤 상담을 받으시겠어요?"),
        choices=BookingKind.choices,
        widget=RadioCards(hints={kind.value: kind.hint for kind in BookingKind}),
        error_messages={"required": _("상담 종류를 아직 고르지 않으셨습니다. 하나를 골라 주세요.")},
    )


class TopicForm(StepForm):
    short: ClassVar = {"topic": _("분야")}
    topic = forms.ChoiceField(
        label=_("무엇에 관한 상담인가요?"),
        widget=RadioCards,
        error_messages={"required": _("상담 분야를 아직 고르지 않으셨습니다. 하나를 골라 주세요.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        topics = Topic.for_kind(BookingKind(self.said["kind"]))
        offer_choices(self, "topic", [(topic.value, topic.label) for topic in topics])


class TopicAndAppealForm(TopicForm):
    """For tax also whether it is an appeal, which may belong elsewhere (TA-01, COPY B1a)."""

    only_if: ClassVar = {"claim": ("is_appeal", ("yes",))}

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

    company = forms.ChoiceField(
        label=_("회사(법인)의 세금인가요?"),
        choices=[("no", _("아니요")), ("yes", _("예"))],
        widget=RadioCards,
        required=False,
    )
    property = forms.ChoiceField(
        label=_("재산은 모두 얼마쯤인가요?"),
        choices=[
            ("0", _("3억 원까지")),
            (str(AGENT_PROPERTY_WON + 1), _("3억 원보다 많고 5억 원보다 적음")),
            (str(ADVICE_PROPERTY_WON), _("5억 원")),
            (str(ADVICE_PROPERTY_WON + 1), _("5억 원보다 많음")),
            ("", _("잘 모르겠습니다")),
        ],
        widget=RadioCards,
        required=False,
    )
    income = forms.ChoiceField(
        label=_("한 해 매출이나 소득은 얼마쯤인가요?"),
        choices=[
            ("0", _("5천만 원보다 적음")),
            (str(ADVICE_INCOME_WON), _("5천만 원")),
            (str(ADVICE_INCOME_WON + 1), _("5천만 원보다 많고 3억 원까지")),
            (str(COMPANY_SALES_WON + 1), _("3억 원보다 많음")),
            ("", _("잘 모르겠습니다")),
        ],
        widget=RadioCards,
        required=False,
    )
    OF_TAX = ("is_appeal", "claim", "company", "property", "income")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.said["kind"] != BookingKind.TAX:
            for name in self.OF_TAX:
                del self.fields[name]

    def detour(self) -> str:
        """An appeal that belongs elsewhere is told so; the client may go on."""
        return "" if scope_of(self.said | self.cleaned_data).outcome == "in" else "booking_elsewhere"


def scope_of(said: Mapping[str, Any]) -> Scope:
    """Whether a tax accountant may take it, by what the page of topics asks; a client who is unsure is in scope."""
    is_tax = said.get("kind") == BookingKind.TAX
    return tax_scope(
        is_appeal=is_tax and said.get("is_appeal") == "yes",
        is_local_tax=said.get("topic") not in Topic.NATIONAL_TAX,
        claim_won=APPEAL_LIMIT_WON if said.get("claim") == "above" else 0,
        is_company=is_tax and said.get("company") == "yes",
        property_won=int(said.get("property") or 0) if is_tax else 0,
        income_won=int(said.get("income") or 0) if is_tax else 0,
    )


class PlaceForm(StepForm):
    """Where the person lives ("elsewhere" is an answer) and where to meet, the own township first."""

    title = _("사시는 곳과 상담 장소를 골라 주세요")
    redraws = "sort"  # 사시는 곳 먼저 보기
    short: ClassVar = {"township": _("사시는 곳"), "venue": _("장소")}
    ELSEWHERE = "0"
    township = forms.ChoiceField(
        label=_("어느 읍·면·동에 사시나요?"),
        help_text=_("사시는 곳의 상담 장소를 맨 앞에 보여드립니다."),
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_choices(self, "township", township_choices(_("골라 주세요")))
        lives_in = str((self.data if self.is_bound else self.initial).get("township") or "")
        near = Township.objects.filter(pk=lives_in).first() if lives_in.isascii() and lives_in.isdecimal() else None
        kind = BookingKind(self.said.get("kind") or BookingKind.LAW)
        offered = [place for place in places(kind, near=near) if place.next]
        self.is_far = near is not None and not any(place.is_near for place in offered)
        hints = {str(place.venue.pk): place_hint(place) for place in offered}
        self.fields["venue"].widget = RadioCards(hints=hints)
        offer_choices(self, "venue", [(str(place.venue.pk), place.venue.name) for place in offered])

    def page(self) -> dict[str, Any]:
        is_empty = not self.fields["venue"].choices  # type: ignore[attr-defined]
        return {"is_empty": is_empty, "is_far": self.is_far}

    def shown(self, name: str) -> list[Any]:
        """A place stays what was chosen when its days are full by now."""
        if name != "venue":
            return super().shown(name)
        venue = Venue.objects.filter(pk=self.initial["venue"]).first()
        if venue is None:
            raise Stale
        return [venue.name]


def place_hint(place: Place, mine: "StrOrPromise" = "") -> str:
    """What a place says of itself where one is chosen: its next day, and how many times are left."""
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
    words = [str(mine), near, place.venue.address, str(_("다음 상담 %(on)s") % {"on": on}), left]
    return " · ".join(filter(None, words))


class MovePlaceForm(Form):
    """Where an existing booking moves, asked before the time; its own place first."""

    venue = forms.ChoiceField(
        label=_("어디에서 상담을 받으시겠어요?"),
        error_messages={
            "required": _("상담 장소를 아직 고르지 않으셨습니다. 하나를 골라 주세요."),
            "invalid_choice": _("이 장소에는 정해진 상담일이 아직 없습니다. 다른 장소를 골라 주세요."),
        },
    )

    def __init__(self, *args: Any, kind: BookingKind, own: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = sorted((one for one in places(kind) if one.next), key=lambda one: one.venue.pk != own)
        mine = {own: _("지금 예약하신 곳")}
        hints = {str(one.venue.pk): place_hint(one, mine.get(one.venue.pk, "")) for one in found}
        self.fields["venue"].widget = RadioCards(hints=hints)
        offer_choices(self, "venue", [(str(one.venue.pk), one.venue.name) for one in found])


def township_choices(empty: "StrOrPromise") -> "list[tuple[str, StrOrPromise]]":
    """The nineteen, and elsewhere."""
    known = [(str(pk), name) for pk, name in Township.objects.values_list("pk", "name")]
    return [("", empty), *known, (PlaceForm.ELSEWHERE, _("김제시가 아닌 곳"))]


class SlotForm(Form):
    """One time of what is offered."""

    slot = forms.ChoiceField(
        label=_("언제 상담을 받으시겠어요?"),
        widget=RadioCards,
        error_messages={
            "required": _("상담 시간을 아직 고르지 않으셨습니다. 하나를 골라 주세요."),
            "invalid_choice": _("고르신 상담 시간이 없거나 마감되었습니다. 목록에 있는 시간을 골라 주세요."),
        },
    )

    def __init__(self, *args: Any, offers: list[Offer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offers = offers
        offer_choices(self, "slot", self.choices)

    def choices(self) -> list[tuple[str, str]]:
        """Asked for only when an answer is checked: the template shows the offers themselves."""
        return [(slot.value, slot.value) for offer in self.offers for slot in offer.slots if slot.is_free]


class TimeForm(StepForm):
    """A time, or the line of a day that is full: the button 이날 대기 신청하기 is an answer too."""

    short: ClassVar = {"slot": _("날짜와 시간")}
    slot = SlotForm.base_fields["slot"]

    def __init__(self, data: Mapping[str, Any] | None = None, *args: Any, **kwargs: Any) -> None:
        if data and data.get("wait"):
            data = {"slot": data["wait"]}
        super().__init__(data, *args, **kwargs)
        offer_choices(self, "slot", self.choices)

    @cached_property
    def offers(self) -> list[Offer]:
        return offers(BookingKind(self.said["kind"]), venue=int(self.said["venue"]))

    def choices(self) -> list[tuple[str, str]]:
        """Asked for only when an answer is checked: the template shows the offers themselves."""
        free = [slot.value for offer in self.offers for slot in offer.slots if slot.is_free]
        return [(value, value) for value in [*free, *(offer.wait_value for offer in self.offers if offer.is_full)]]

    def page(self) -> dict[str, Any]:
        last = max((offer.day.on for offer in self.offers), default=timezone.localdate())
        return {
            "offers": with_elsewhere(self.offers, BookingKind(self.said["kind"])),
            "length": self._length(),
            "skipped": skipped_days(last),
            "chosen": self.data.get("slot") or self.initial.get("slot") or "",
        }

    def _length(self) -> str:
        """How long it takes; where both are met, each time says it for itself."""
        if self.said["kind"] == BookingKind.BOTH:
            return str(_("두 분을 함께 만나는지, 이어서 만나는지와 걸리는 시간을 시간마다 적었습니다."))
        lengths = sorted({offer.minutes for offer in self.offers})
        return str(_("한 번에 %(n)s분입니다.") % {"n": "분이나 ".join(map(str, lengths))}) if lengths else ""

    def shown(self, name: str) -> list[Any]:
        day, starts_at, order = slot_of(self.initial)
        on = date_long(day.on, this_year=timezone.localdate().year)
        if starts_at is None:
            return [_("%(on)s 대기") % {"on": on}]
        return [f"{on} {time_ko(starts_at)}", *self._of_both(self.initial["slot"], order)]

    def _of_both(self, value: str, order: JointOrder) -> list[Any]:
        """Together or in turn, and how long; nothing where one adviser is met."""
        if self.said["kind"] != BookingKind.BOTH:
            return []
        slots = [slot for offer in self.offers for slot in offer.slots if slot.is_free]
        return [next((slot.more for slot in slots if slot.value == value), order.label)]


def slot_of(said: Mapping[str, Any]) -> tuple[ClinicDay, datetime | None, JointOrder]:
    """The clinic day, start and order of "17-1520" or "17-1520-TAX"; of "17-wait" no start. Raises Stale."""
    key, clock, *turn = said["slot"].split("-")
    day = ClinicDay.objects.select_related("venue").filter(pk=key).first()
    if day is None:
        raise Stale
    order = JointOrder(turn[0]) if turn else JointOrder.SAME
    return day, day.moment(time(int(clock[:2]), int(clock[2:]))) if f"-{clock}" != WAIT else None, order


class HourForm(StepForm):
    """대기를 신청하시겠어요? For who chose a full day."""

    title = _("대기를 신청하시겠어요?")
    hour = forms.ChoiceField(
        label=_("어떤 시간이 괜찮으세요?"),
        choices=WaitingHour.choices,
        widget=RadioCards,
        error_messages={"required": _("어떤 시간이 괜찮으신지 아직 고르지 않으셨습니다. 하나를 골라 주세요.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_choices(self, "hour", self._hours)

    @cached_property
    def day(self) -> ClinicDay | None:
        key = str(self.said.get("slot") or "").split("-")[0]
        return ClinicDay.objects.select_related("venue").filter(pk=key).first() if key.isdecimal() else None

    def _hours(self) -> list[tuple[str, Any]]:
        """Only hours in which somebody sits that day."""
        sits = hours_of([self.day])[self.day.pk] if self.day else []
        starts = {f"{start:%H}" for one in sits for start in one.starts()}
        return [(one.value, one.label) for one in WaitingHour if one == WaitingHour.ANY or one.value in starts]

    def page(self) -> dict[str, Any]:
        day = self.day
        return {
            "day": day,
            "ahead": day.waitings.live().count() if day else 0,
            "hold_hours": settings.CONSULTATION_HOLD_HOURS,
            "last_hours": settings.CONSULTATION_CHANGE_HOURS,
            "is_joint": self.said["kind"] == BookingKind.BOTH,
        }


def clean_age(born_on: date) -> date:
    """The birthday, or a ValidationError for who needs a parent's consent (PD-05)."""
    if age_on(born_on, timezone.localdate()) < AGE_ALONE:
        raise forms.ValidationError(
            _("14세가 되지 않은 분은 보호자 동의가 필요합니다. 보호자께서 전화로 예약해 주세요: %(phone)s")
            % {"phone": settings.CONSULTATION_PHONE}
        )
    return born_on


class ContactForm(StepForm, PersonForm):
    """Somebody of fourteen or older with a mobile phone."""

    title = _("물어보시는 분을 알려 주세요")
    button = _("인증번호 받기")
    name = name_field(_("이름이 비어 있습니다. 상담받는 분의 이름을 적어 주세요."))
    phone = phone_field(_("예: 010-1234-5678. 이 번호로 인증번호와 상담 안내를 보냅니다."))

    def clean_born_on(self) -> str:
        return clean_age(date.fromisoformat(super().clean_born_on())).isoformat()

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"]
        if not is_mobile(phone):
            raise forms.ValidationError(
                _("집 전화로는 문자를 받을 수 없습니다. 휴대전화 번호를 적거나 전화로 신청해 주세요: %(phone)s")
                % {"phone": settings.CONSULTATION_PHONE}
            )
        return phone


class WhoForm(ContactForm):
    """For oneself, or for family and neighbours: then the helper's own name and number are needed too."""

    title = _("누가 상담을 받으시나요?")
    short: ClassVar = {
        "who": _("누가"),
        "name": _("상담받는 분"),
        "relation": _("관계"),
        "helper_name": _("예약하는 분"),
    }
    who = forms.ChoiceField(
        label=_("누가 상담을 받으시나요?"),
        choices=[("self", _("제가 받습니다")), ("other", _("가족이나 이웃을 대신해 예약합니다"))],
        widget=RadioCards,
        error_messages={"required": _("누가 상담을 받는지 아직 고르지 않으셨습니다. 하나를 골라 주세요.")},
    )
    relation = forms.CharField(label=_("상담받는 분과의 관계"), max_length=20, required=False)
    helper_name = NameField(label=_("예약하는 분 이름"), required=False)
    helper_phone = PhoneField(
        label=_("예약하는 분 휴대전화 번호"),
        required=False,
        help_text=_("상담받는 분께 예약 사실을 알려 주세요. 확인 문자는 두 분 모두에게 보냅니다."),
    )
    field_order = ["who", "relation", "helper_name", "helper_phone", "name", "born_on", "phone"]
    needed: ClassVar = {
        "relation": _("상담받는 분과의 관계가 비어 있습니다. 예를 들어 딸, 이웃, 이장이라고 적어 주세요."),
        "helper_name": _("예약하는 분의 이름이 비어 있습니다. 이름을 적어 주세요."),
        "helper_phone": _("예약하는 분의 휴대전화 번호가 비어 있습니다. 010-1234-5678처럼 적어 주세요."),
    }
    only_if: ClassVar = dict.fromkeys(needed, ("who", ("other",)))

    @property
    def helper_fields(self) -> list[forms.BoundField]:
        """Shown only to who books for somebody else."""
        return [self[name] for name in self.needed]

    @property
    def person_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("name", "born_on", "phone")]


class QuestionForm(StepForm):
    """What it is about and what help is needed: all of it optional, so that one button skips the page."""

    title = _("미리 알려 주실 것이 있나요?")
    lead = _("모두 적지 않으셔도 됩니다. 아래 '건너뛰기'를 누르시면 됩니다.")
    may_skip = True
    short: ClassVar = {"question": _("상담 내용"), "needs": _("필요한 도움"), "need_language": _("통역할 말")}
    only_if: ClassVar = {"need_language": ("needs", (Need.INTERPRETER,))}
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.said.get("kind") == BookingKind.TAX:
            del self.fields["other_party"], self.fields["has_lawsuit"]


class BookingConsents(ConsentsForm):
    """Two are needed on the web (F19); of health is asked only who wants help."""

    lead = _("하나씩 읽고 골라 주세요. '(선택)'은 동의하지 않으셔도 예약할 수 있습니다.")

    def words(self) -> dict[ConsentKind, ConsentWords]:
        asked = booking_consents()
        return {kind: one for kind, one in asked.items() if self.said.get("needs") or kind != ConsentKind.HEALTH}


STEPS = (
    Step("booking_kind", _("어떤 상담"), KindForm),
    Step("booking_topic", _("상담 분야"), TopicAndAppealForm, rests_on=("kind",)),
    Step("booking_place", _("사는 곳과 상담 장소"), PlaceForm),
    Step("booking_time", _("날짜와 시간"), TimeForm, rests_on=("kind", "venue")),
    Step("booking_wait", _("대기"), HourForm, applies=is_waiting, rests_on=("slot",)),
    Step("booking_contact", _("상담받는 분"), WhoForm, proves="phone"),
    Step("booking_question", _("상담 내용과 필요한 도움"), QuestionForm),
    Step("booking_consents", _("개인정보 동의"), BookingConsents, rests_on=("needs",)),
)
