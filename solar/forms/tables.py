"""What staff write about plants, their devices and keys, and the tariff."""

from typing import Any

from django import forms

from services.forms.fields import Form
from services.forms.tables import RowForm, ScaledField, staff_field
from solar.models import (
    ChargeRate,
    EmissionFactor,
    Plant,
    PlantGroup,
    Source,
    TariffClass,
    TariffRate,
    TimeBands,
)

RULE = ["source", "confidence", "checked_on"]
PRICES = [f"{season}_{band}" for season in ("summer", "springfall", "winter") for band in ("light", "mid", "peak")]
BANDS = "0시부터 24글자. L은 경부하, M은 중간부하, P는 최대부하. 예: LLLLLLLLMMMPMPPPPPMMMMLL"


def kilowatts(label: str, **kwargs: Any) -> ScaledField:
    return ScaledField(scale=1000, decimal_places=3, label=label, **kwargs)


class PlantGroupForm(RowForm[PlantGroup]):
    """Sites of which only the sum of the sizes is known."""

    capacity_w = kilowatts("합한 크기(kW)")

    class Meta:
        model = PlantGroup
        fields = ["name", "capacity_w", "year", "note"]
        formfield_callback = staff_field


class PlantForm(RowForm[Plant]):
    """A plant, where it stands and what its building pays for electricity."""

    capacity_w = kilowatts("크기(kW)", required=False, help_text="모르면 비우고, 합한 크기를 아는 묶음을 골라 주세요.")

    class Meta:
        model = Plant
        fields = [
            "name",
            "slug",
            "order",
            "capacity_w",
            "group",
            "year",
            "opens_on",
            "latitude",
            "longitude",
            "cost_national_won",
            "cost_city_won",
            "planned_saving_won",
            "tariff_class",
            "tariff_is_assumed",
            "counts_vat",
        ]
        formfield_callback = staff_field
        help_texts = {
            "slug": "누리집 주소에 쓰는 이름. 영문 소문자, 숫자와 줄표. 예: city-hall",
            "tariff_class": "건물의 전기요금 고지서에 적힌 것. 바꾸면 지난 아낀 돈도 다시 셈합니다.",
        }


class SourceForm(RowForm[Source]):
    """A device that measures a plant, and how it writes."""

    rated_w = kilowatts("장치 크기(kW)", required=False, help_text="이보다 큰 값은 튀는 값으로 표시합니다.")
    interval_s = forms.TypedChoiceField(
        label="간격",
        coerce=int,
        choices=[(60, "1분"), (300, "5분"), (600, "10분"), (900, "15분"), (1800, "30분"), (3600, "1시간")],
    )

    class Meta:
        model = Source
        fields = [
            "plant",
            "code",
            "name",
            "kind",
            "rated_w",
            "unit",
            "interval_s",
            "label",
            "zone",
            "latitude",
            "longitude",
            "begins_on",
            "credit",
        ]
        formfield_callback = staff_field
        help_texts = {
            "code": "장치가 자료를 보낼 때 쓰는 이름. 영문 소문자, 숫자와 줄표. 예: inverter-1",
            "begins_on": "이날보다 앞선 때의 값은 받지 않습니다. 비우면 요금표의 첫날부터 받습니다.",
            "latitude": "설비와 다른 곳에 있을 때만 적습니다.",
            "longitude": "설비와 다른 곳에 있을 때만 적습니다.",
        }


class TariffClassForm(RowForm[TariffClass]):
    """A contract class of the supply terms."""

    class Meta:
        model = TariffClass
        fields = ["name", "option", "voltage"]
        formfield_callback = staff_field


class TariffRateForm(RowForm[TariffRate]):
    """Prices of a class from a day on."""

    class Meta:
        model = TariffRate
        fields = ["tariff_class", "valid_from", "base_won_per_kw", *PRICES, *RULE]
        formfield_callback = staff_field


class TimeBandsForm(RowForm[TimeBands]):
    """The bands of a day from a day on."""

    class Meta:
        model = TimeBands
        fields = ["valid_from", "summer", "springfall", "winter", *RULE]
        formfield_callback = staff_field
        help_texts = dict.fromkeys(("summer", "springfall", "winter"), BANDS)


class ChargeRateForm(RowForm[ChargeRate]):
    """A charge beside the energy rate from a day on."""

    class Meta:
        model = ChargeRate
        fields = ["kind", "valid_from", "value", *RULE]
        formfield_callback = staff_field
        help_texts = {"value": "기후환경·연료비는 1kWh에 몇 원, 기금과 부가가치세는 몇 %."}


class EmissionFactorForm(RowForm[EmissionFactor]):
    """The grid's emission factor of some years."""

    class Meta:
        model = EmissionFactor
        fields = ["basis", "years", "published_on", "t_per_mwh", "is_public_rule", "note", "confidence"]
        formfield_callback = staff_field


class KeyForm(Form):
    """A new key for the loggers of one plant."""

    plant = forms.ModelChoiceField(Plant.objects.order_by("order"), label="설비", empty_label="골라 주세요")
    name = forms.CharField(label="이름", max_length=60, help_text="어느 장치의 열쇠인지. 예: 옥상 계측기")
