"""Staff: plants, devices and the tariff, kept without code."""

from services.enums.people import Role
from services.staff_views.tables import Column, Table
from solar.actions import tariffs
from solar.forms import tables as forms
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

PLANTS = Table(
    page="solar:staff_table_plants",
    title="태양광 설비",
    intro="시민이 보는 설비와 그 건물의 전기요금 계약종별입니다.",
    form=forms.PlantForm,
    columns=("name", "capacity_w", "group", "year", "tariff_class", "tariff_is_assumed"),
    rows=Plant.objects.shown,
    change=tariffs.change_plant,
)
GROUPS = Table(
    page="solar:staff_table_groups",
    title="설비 묶음",
    intro="곳마다의 크기는 모르고 합한 크기만 아는 설비들입니다.",
    form=forms.PlantGroupForm,
    columns=("name", "capacity_w", "year", "note"),
    rows=lambda: PlantGroup.objects.order_by("year", "name"),
)
SOURCES = Table(
    page="solar:staff_table_sources",
    title="계측 장치",
    intro="설비마다 자료를 재는 장치와, 그 장치가 적는 방법입니다.",
    form=forms.SourceForm,
    columns=(
        "plant",
        "code",
        "name",
        "kind",
        "unit",
        Column("간격", lambda one: f"{one.interval_s // 60}분"),
        "last_on",
    ),
    rows=lambda: Source.objects.select_related("plant").order_by("plant__order", "code"),
    links=(("장치 열쇠 만들기", "solar:staff_keys", Role.ENERGY_MANAGER),),
)
RATES = Table(
    page="solar:staff_table_rates",
    title="전력량요금",
    intro="계약종별로 1kWh에 몇 원인지입니다. 바뀐 요금은 적용하는 날부터 새로 적습니다.",
    form=forms.TariffRateForm,
    columns=("tariff_class", "valid_from", "valid_to", "summer_peak", "springfall_peak", "winter_peak", "confidence"),
    rows=lambda: TariffRate.objects.select_related("tariff_class").order_by("-valid_from", "tariff_class", "pk"),
    add=tariffs.begin,
    remove=tariffs.withdraw,
)
BANDS = Table(
    page="solar:staff_table_bands",
    title="요금 시간대",
    intro="하루 가운데 어느 시간이 경부하, 중간부하, 최대부하인지입니다.",
    form=forms.TimeBandsForm,
    columns=("valid_from", "valid_to", "summer", "springfall", "winter"),
    rows=lambda: TimeBands.objects.order_by("-valid_from"),
    add=tariffs.begin,
    remove=tariffs.withdraw,
)
CHARGES = Table(
    page="solar:staff_table_charges",
    title="그 밖의 요금",
    intro="기후환경요금, 연료비조정요금, 기금과 부가가치세입니다.",
    form=forms.ChargeRateForm,
    columns=("kind", "valid_from", "valid_to", "value", "source"),
    rows=lambda: ChargeRate.objects.order_by("-valid_from", "kind"),
    add=tariffs.begin,
    remove=tariffs.withdraw,
)
CLASSES = Table(
    page="solar:staff_table_classes",
    title="계약종별",
    intro="한전과 맺은 계약의 종류입니다.",
    form=forms.TariffClassForm,
    columns=("name", "option", "voltage"),
    rows=lambda: TariffClass.objects.order_by("name", "voltage", "option"),
)
FACTORS = Table(
    page="solar:staff_table_factors",
    title="배출계수",
    intro="줄인 온실가스를 셈하는 값입니다. 공공부문 기준은 하나입니다.",
    form=forms.EmissionFactorForm,
    columns=("years", "basis", "t_per_mwh", "is_public_rule", "confidence"),
    rows=lambda: EmissionFactor.objects.order_by("-years", "pk"),
)
TABLES = (PLANTS, GROUPS, SOURCES, RATES, BANDS, CHARGES, CLASSES, FACTORS)
