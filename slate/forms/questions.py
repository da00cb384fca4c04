"""The questions citizens answer: the three of the check, and the steps of an application (COPY 3.5, 3.6)."""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from services.forms.fields import AreaField, Form, NameField, NumberField, PhoneField, YearField
from services.forms.people import PersonForm, name_field
from services.forms.steps import Answers, ConsentsForm, FilesForm, Step, StepForm
from services.forms.widgets import RadioCards
from services.models import Township
from services.rules.amounts import Area
from services.rules.consents import ConsentWords
from services.rules.lots import named_township, within_city
from slate import rules
from slate.enums import (
    BuildingKind,
    ConsentKind,
    ContactWay,
    Household,
    InUse,
    Mode,
    Ownership,
    PhotoKind,
    SlatePlace,
    WithdrawReason,
    YesNoUnknown,
)
from slate.models import Programme
from slate.models.applications import fingerprint
from slate.reports import current_programme, roof_rate
from slate.reports.consents import application_consents
from slate.reports.lookalikes import at_same_lot, taken_by, taken_sentence


def choice(label: Any, choices: Any, missing: Any, **kwargs: Any) -> forms.ChoiceField:
    """A question with radio cards; `missing` is the full sentence of F01."""
    hints = kwargs.pop("hints", None)
    return forms.ChoiceField(
        label=label,
        choices=choices,
        widget=RadioCards(hints=hints),
        error_messages={"required": missing, "invalid_choice": missing} if missing else None,
        **kwargs,
    )


class AreaForm(StepForm):
    """An area, or width and length, or 잘 모르겠습니다."""

    short: ClassVar = {"area_m2": _("슬레이트 면적")}
    not_shown = frozenset({"width_m", "length_m", "is_area_guessed", "area_is_right"})
    area_m2 = AreaField(label=_("슬레이트 면적(m²)"), required=False)
    width_m = NumberField(label=_("가로(m)"), unit="m", required=False, min_value=0, max_value=999)
    length_m = NumberField(label=_("세로(m)"), unit="m", required=False, min_value=0, max_value=999)
    is_area_guessed = forms.BooleanField(label=_("면적을 잘 모르겠습니다"), required=False)
    area_is_right = forms.BooleanField(label=_("이 면적이 맞습니다"), required=False)

    def clean(self) -> Answers:
        data = super().clean()
        if data.get("is_area_guessed"):
            return data | {"area_m2": None}
        typed: Area | None = data.get("area_m2")
        area, width, length = typed.m2 if typed else None, data.get("width_m"), data.get("length_m")
        if not area and width and length:
            area = rules.roof_area_m2(width, length)
        if not area:
            if "area_m2" not in self.errors:
                self.add_error(
                    "area_m2", _("슬레이트 면적이 0입니다. 가로와 세로를 적거나 '잘 모르겠습니다'를 골라 주세요.")
                )
        elif typed and typed.repaired and not data.get("area_is_right"):
            self.add_error(
                "area_m2",
                _("%(made)s 맞으면 '맞습니다'를 고르고, 아니면 다시 적어 주세요.") % {"made": typed.repaired},
            )
        elif area > rules.IMPLAUSIBLE_M2 and not data.get("area_is_right"):
            self.add_error(
                "area_m2",
                _(
                    "면적이 %(area)sm²로 매우 큽니다. 보통 집은 100m²쯤입니다. "
                    "맞으면 '맞습니다'를 고르고, 아니면 다시 적어 주세요."
                )
                % {"area": f"{area:f}"},
            )
        return data | {"area_m2": area}

    def shown(self, name: str) -> list[Any]:
        if name != "area_m2":
            return super().shown(name)
        area = self.initial.get("area_m2")
        return [f"{Decimal(area).normalize():f}m²" if area else _("담당자가 찾아가서 잽니다.")]

    @property
    def asks_again(self) -> bool:
        """F23: show the box 맞습니다."""
        return bool(self.is_bound and "area_m2" in self.errors and self.data.get("area_m2"))


CHECK_KINDS = [
    ("house", _("사람이 사는 집(주택)")),
    ("outbuilding", _("창고·축사 등 집이 아닌 건물")),
    ("stored", _("땅이나 집 둘레에 버려진 슬레이트")),
    ("removed", _("이미 걷어낸 지붕")),
]


class CheckForm(AreaForm):
    """The three questions; no name."""

    kind = choice(
        _("어떤 건물인가요?"),
        CHECK_KINDS,
        _("건물을 아직 고르지 않으셨습니다. 하나를 골라 주세요."),
        hints={"house": _("비어 있는 집도 됩니다.")},
    )
    household = choice(
        _("어느 가구에 해당하나요?"),
        Household.choices,
        _("가구를 아직 고르지 않으셨습니다. 하나를 골라 주세요."),
        hints={Household.UNKNOWN.value: _("신청하실 때 담당자가 확인해드립니다.")},
    )
    field_order = ["kind", "area_m2", "width_m", "length_m", "is_area_guessed", "area_is_right", "household"]


class AddressForm(StepForm):
    """COPY A1: where the building is."""

    title = _("건물은 어디에 있나요?")
    lead = _("찾지 못하시면 마을 이름과 가까운 건물을 적어 주세요. 담당자가 찾아드립니다.")
    short: ClassVar = {"address": _("건물 주소")}
    not_shown = frozenset({"goes_on"})

    township = forms.ModelChoiceField(
        Township.objects.order_by("order"),
        label=_("읍·면·동"),
        empty_label=_("골라 주세요"),
        error_messages={"required": _("읍·면·동을 아직 고르지 않으셨습니다. 하나를 골라 주세요.")},
    )
    address = forms.CharField(
        label=_("주소"),
        max_length=120,
        help_text=_("도로명 주소나 땅 번지(지번) 모두 됩니다. 예: 만경읍 ○○리 12-3, 산 12-3"),
        error_messages={"required": _("주소가 비어 있습니다. 마을 이름과 번지를 적어 주세요.")},
    )

    goes_on = forms.BooleanField(
        label=_("같은 땅의 다른 건물이거나, 제가 낸 신청이 아닙니다"), required=False, widget=forms.HiddenInput
    )

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"]
        if rules.is_outside_gimje(address):
            raise forms.ValidationError(
                _(
                    "김제시 밖의 건물입니다. 이 사업은 김제시에 있는 건물만 지원합니다. "
                    "건물이 있는 시청이나 군청에 물어보세요."
                )
            )
        return address

    def clean(self) -> Answers:
        """The township is said once; where somebody has applied for this lot, it is said before the next question."""
        data = super().clean()
        township, address = data.get("township"), data.get("address")
        if not township or not address:
            return data
        named = named_township(address)
        if named != township.name and Township.objects.filter(name=named).exists():
            sentence = _("주소에는 %(named)s이라고 적으셨습니다. 읍·면·동과 주소 가운데 하나를 고쳐 주세요.")
            self.add_error("township", sentence % {"named": named})
            return data
        data["address"] = within_city(address)
        programme = current_programme()
        found = at_same_lot(township, address, programme) if programme else None
        if found and not data.get("goes_on"):
            self.fields["goes_on"].widget = forms.CheckboxInput()
            sentence = _(
                "이 지번에 이미 신청이 있습니다(접수번호 %(reference)s). 내신 신청이면 '내 신청 확인'에서 보세요. "
                "아니면 아래 상자를 고르고 이어서 적어 주세요. 한 건물을 두 분이 신청하시면 "
                "누가 주인인지 확인한 뒤에 정합니다. 잘 모르시면 전화해 주세요: %(phone)s"
            )
            self.add_error("address", sentence % {"reference": found.reference, "phone": found.programme.phone})
        return data


class PartForm(AreaForm):
    """COPY A2 and A3: one building part."""

    title = _("건물 부분을 적어 주세요")
    short: ClassVar = {
        "in_use": _("지금"),
        "in_register": _("건축물대장"),
        "slate_place": _("슬레이트가 있는 곳"),
        "is_overlaid": _("덧댄 지붕"),
        "area_m2": _("슬레이트 면적"),
    }
    list_title = _("건물 부분이 더 있나요?")
    add_label = _("건물 부분 추가하기")
    lead = _("집과 창고처럼 지붕이 따로 있으면 따로 적어 주세요. 금액을 따로 계산합니다.")

    kind = choice(_("종류"), BuildingKind.choices, _("종류를 아직 고르지 않으셨습니다. 하나를 골라 주세요."))
    in_use = choice(
        _("지금 쓰고 있나요?"), InUse.choices, _("쓰고 있는지 아직 고르지 않으셨습니다. 하나를 골라 주세요.")
    )
    built_year = YearField(label=_("지은 해"), first=1900, required=False, help_text=_("예: 1972"))
    in_register = choice(
        _("건축물대장에 있나요?"),
        [("yes", _("있습니다")), ("no", _("없습니다")), ("unknown", _("잘 모르겠습니다"))],
        _("건축물대장에 있는지 아직 고르지 않으셨습니다. 하나를 골라 주세요."),
    )
    slate_place = choice(
        _("슬레이트가 어디에 있나요?"),
        SlatePlace.choices,
        _("슬레이트가 있는 곳을 아직 고르지 않으셨습니다. 하나를 골라 주세요."),
    )
    is_overlaid = choice(
        _("슬레이트 위에 함석 같은 다른 지붕을 덧대었나요?"),
        YesNoUnknown.choices,
        _("덧댄 지붕을 아직 고르지 않으셨습니다. 하나를 골라 주세요."),
    )
    field_order = ["kind", "in_use", "built_year", "in_register", "slate_place", "is_overlaid", "area_m2"]

    def clean(self) -> Answers:
        """A building whose owner is confirmed for another is said here, not at the end."""
        data = super().clean()
        where = self.said | {name: data[name] for name in ("township", "address") if data.get(name)}
        programme = current_programme()
        if programme and data.get("kind") and where.get("township") and where.get("address"):
            said: Any = where["township"]
            township = said if isinstance(said, Township) else Township.objects.get(pk=said)
            mark = fingerprint(township.code, where["address"], data["kind"], 1)
            if holder := taken_by([mark], programme):
                self.add_error("kind", taken_sentence(holder))
        return data


class RoofForm(StepForm):
    """COPY A4: a new roof or none."""

    short: ClassVar = {"wants_reroofing": _("새 지붕")}

    wants_reroofing = choice(
        _("철거 뒤에 새 지붕을 얹으시겠어요?"),
        [("yes", _("예, 지원을 신청합니다")), ("no", _("아니요"))],
        _("새 지붕을 얹을지 아직 고르지 않으셨습니다. 하나를 골라 주세요."),
    )

    def page(self) -> dict[str, Any]:
        """Up to how much it is supported for this household, where that is known."""
        household = Household(self.said["household"])
        return {"cap_won": None if household == Household.UNKNOWN else roof_rate(household).cap_won}


class HouseholdForm(StepForm):
    """A5; whether the city may look it up is asked once, among the consents."""

    short: ClassVar = {"household": _("가구")}
    household = choice(
        _("어느 가구에 해당하나요?"),
        Household.choices,
        _("가구를 아직 고르지 않으셨습니다. 하나를 골라 주세요."),
        hints={Household.UNKNOWN.value: _("담당자가 확인해드립니다.")},
    )


class PhotosForm(FilesForm):
    """COPY A6: a photo for each view; none is fine, the officer takes them."""

    title = _("사진을 올려 주세요")
    lead = _(
        "지붕에 올라가지 마세요. 땅에서 찍으면 됩니다. 사진이나 PDF를 올려 주세요. "
        "찍은 날짜와 장소가 사진에 남아 있으면 그대로 보관합니다."
    )
    none_text = _("사진이 없으면 그대로 '다음'을 눌러 주세요. 담당자가 찍습니다.")
    at_most: ClassVar = dict.fromkeys(PhotoKind.values, 1)
    whole = forms.FileField(label=_("1. 건물 전체"), required=False)
    close = forms.FileField(label=_("2. 슬레이트 지붕 가까이"), required=False)
    back = forms.FileField(label=_("3. 건물 뒤쪽"), required=False)
    road = forms.FileField(label=_("4. 건물로 들어오는 길"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in PhotoKind.values:
            self.fields[name].widget.attrs["accept"] = "image/jpeg,image/png,application/pdf"


NOT_OWNERS = tuple(value for value in Ownership.values if value != Ownership.OWNER)


class OwnerForm(StepForm):
    """COPY A7: the owner."""

    short: ClassVar = {"ownership": _("건물 주인"), "owner_agreed": _("주인으로서 철거에 동의")}
    only_if: ClassVar = {
        "owner_name": ("ownership", NOT_OWNERS),
        "owner_phone": ("ownership", NOT_OWNERS),
        "owner_agreed": ("ownership", (Ownership.OWNER,)),
    }
    needed: ClassVar = {"owner_agreed": _("주인의 동의가 비어 있습니다. 읽어 보시고 동의하시면 골라 주세요.")}

    ownership = choice(
        _("건물 주인이신가요?"),
        Ownership.choices,
        _("주인인지 아직 고르지 않으셨습니다. 하나를 골라 주세요."),
    )
    owner_name = NameField(label=_("주인 이름"), required=False)
    owner_phone = PhoneField(label=_("주인 휴대전화 번호"), required=False)
    owner_agreed = forms.BooleanField(
        label=_("건물 주인으로서 슬레이트 철거에 동의합니다. 철거하면 지붕이 없어진다는 것을 알고 있습니다."),
        required=False,
    )


class ContactForm(StepForm, PersonForm):
    """COPY A8: the applicant and how to reach them."""

    title = _("신청하시는 분을 알려 주세요")
    button = _("인증번호 받기")
    short: ClassVar = {"name": _("신청하시는 분")}

    name = name_field(_("이름이 비어 있습니다. 신청하시는 분의 이름을 적어 주세요."))
    postal_address = forms.CharField(
        label=_("편지 받으실 주소"),
        required=False,
        max_length=120,
        help_text=_("비워 두시면 건물 주소로 보냅니다."),
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    contact_way = choice(
        _("연락 방법"), ContactWay.choices, _("연락 방법을 아직 고르지 않으셨습니다. 하나를 골라 주세요.")
    )

    def shown(self, name: str) -> list[Any]:
        if name == "postal_address" and not self.initial.get(name):
            return [_("건물 주소와 같습니다.")]
        return super().shown(name)


class ConsentForm(ConsentsForm):
    """COPY A9: each on its own, nothing ticked beforehand."""

    lead = _("하나씩 읽고 골라 주세요. '(선택)'은 동의하지 않으셔도 신청할 수 있습니다.")
    field = "consent_%s"

    def words(self) -> dict[ConsentKind, ConsentWords]:
        return application_consents(current_programme() or Programme())


def lives_there(said: Answers) -> bool:
    """A new roof is only for a house in which people live (A4)."""
    parts = said.get("parts", [])
    return any(part["kind"] == BuildingKind.HOUSE and part["in_use"] == InUse.LIVED_IN for part in parts)


def may_get_a_roof(said: Answers) -> bool:
    """Whether this household in this house may have a new roof paid for; where nobody knows yet, it is asked."""
    if not lives_there(said) or "household" not in said:
        return False
    return said["household"] == Household.UNKNOWN or roof_rate(Household(said["household"])).mode != Mode.NONE


STEPS = (
    Step("application_address", _("건물 주소"), AddressForm),
    Step("application_parts", _("건물 부분"), PartForm, many="parts"),
    Step("application_household", _("가구"), HouseholdForm),
    Step("application_roof", _("새 지붕"), RoofForm, applies=may_get_a_roof),
    Step("application_photos", _("사진"), PhotosForm),
    Step("application_owner", _("건물 주인"), OwnerForm),
    Step("application_contact", _("연락처"), ContactForm, proves="phone"),
    Step("application_consents", _("동의"), ConsentForm),
)


class SupplyForm(Form):
    """What was asked for: up to three files and a word."""

    answer = forms.CharField(
        label=_("하고 싶은 말"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )
    paper1 = forms.FileField(label=_("서류 1"), required=False)
    paper2 = forms.FileField(label=_("서류 2"), required=False)
    paper3 = forms.FileField(label=_("서류 3"), required=False)

    @property
    def papers(self) -> list[Any]:
        return [self.cleaned_data[name] for name in ("paper1", "paper2", "paper3") if self.cleaned_data.get(name)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("answer") and not any(data.get(f"paper{n}") for n in (1, 2, 3)):
            raise forms.ValidationError(_("내실 것이 비어 있습니다. 서류를 올리거나 할 말을 적어 주세요."))
        return data


class OwnerConsentForm(Form):
    """The owner's consent on paper, photographed or scanned."""

    paper = forms.FileField(
        label=_("건물 주인의 동의서"),
        help_text=_("주인의 이름과 동의한다는 말을 적고 주인이 서명한 종이를 사진으로 찍거나 PDF로 올려 주세요."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"}),
        error_messages={"required": _("올린 동의서가 없습니다. 사진이나 PDF를 골라 주세요.")},
    )


class WithdrawForm(Form):
    """Why people give up: one question, and nobody has to answer it."""

    reason = choice(_("이유"), WithdrawReason.choices, "", required=False)
