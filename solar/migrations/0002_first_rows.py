"""The announcement's plants, and the dated rules that value what they make."""

import csv
from datetime import date
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import pghistory
from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data"
CHARGE_KINDS = {"climate": 1, "fuel": 2, "fund": 3, "vat": 4}
CHECKED_ON = date(2026, 11, 22)
TERMS = "한전 기본공급약관과 요금 조정 발표"
EUP_GROUP = "만경읍 행정복지센터 외 6개소"


def read(name):
    with (DATA / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def until_next(rows):
    """Each row with the day the next one begins, or None."""
    days = [date.fromisoformat(row["effective_from"]) for row in rows]
    return zip(rows, days, [*days[1:], None], strict=True)


def add_rates(apps):
    tariff_class, rate = apps.get_model("solar", "TariffClass"), apps.get_model("solar", "TariffRate")
    rows = sorted(read("kepco_general_rates.csv"), key=key_of_class)
    for (name, option, voltage), group in groupby(rows, key=lambda row: key_of_class(row)[:3]):
        contract = tariff_class.objects.create(name=name, option=option, voltage=voltage)
        for row, start, end in until_next(list(group)):
            prices = {field: Decimal(value) for field, value in row.items() if field.startswith(("summer_", "spring", "winter_"))}
            rate.objects.create(
                tariff_class=contract, valid_from=start, valid_to=end, source=TERMS, checked_on=CHECKED_ON, confidence=row["confidence"],
                base_won_per_kw=int(row["base_won_per_kw"]), **prices,
            )


def key_of_class(row):
    return row["class"], row["option"], row["voltage"], row["effective_from"]


def add_bands(apps):
    bands = apps.get_model("solar", "TimeBands")
    rows = read("kepco_time_bands.csv")
    sets = [
        {"effective_from": day, "rows": list(group)} for day, group in groupby(rows, key=lambda row: row["effective_from"])
    ]
    for one, start, end in until_next(sets):
        seasons = {
            season: letters(list(group)) for season, group in groupby(one["rows"], key=lambda row: row["season"])
        }
        bands.objects.create(
            valid_from=start, valid_to=end, source=TERMS, checked_on=CHECKED_ON, confidence=one["rows"][0]["confidence"], **seasons
        )


def letters(rows):
    """Rows of one season -> 24 letters. Old bands left an hour out (winter 22-23 is peak): the table is complete."""
    day = [""] * 24
    for row in rows:
        for span in row["hours"].split():
            first, last = (int(part) for part in span.split("-"))
            for hour in range(first, last if last > first else last + 24):
                day[hour % 24] = row["band"][0].upper()
    if not all(day):
        raise ValueError(rows)
    return "".join(day)


def add_charges(apps):
    charge = apps.get_model("solar", "ChargeRate")
    rows = sorted(read("kepco_charges.csv"), key=lambda row: (row["charge"], row["effective_from"]))
    for kind, group in groupby(rows, key=lambda row: row["charge"]):
        for row, start, end in until_next(list(group)):
            charge.objects.create(
                kind=CHARGE_KINDS[kind], valid_from=start, valid_to=end, value=Decimal(row["value"]), source=TERMS, checked_on=CHECKED_ON,
                confidence=row["confidence"],
            )


def add_factors(apps):
    factor = apps.get_model("solar", "EmissionFactor")
    for row in read("grid_emission_factors.csv"):
        is_rule = row["basis"].startswith("public-sector")
        factor.objects.create(
            basis="환경부고시 제2020-304호 별표 7" if is_rule else "전력배출계수(소비단)", years=row["years"].replace("-", "~"),
            published_on=row["published_on"], t_per_mwh=Decimal(row["t_co2eq_per_mwh"]), is_public_rule=is_rule,
            note=row["note"], confidence=row["confidence"],
        )


def add_plants(apps):
    plant, group = apps.get_model("solar", "Plant"), apps.get_model("solar", "PlantGroup")
    contract = apps.get_model("solar", "TariffClass").objects
    big = contract.get(name="을", option="II", voltage="고압A")
    small = contract.get(name="갑II", option="II", voltage="고압A")
    plant.objects.create(
        slug="council", name="시의회 주차장", order=1, capacity_w=110_000, year=2018, tariff_class=big
    )
    sites = group.objects.create(
        name=EUP_GROUP, capacity_w=108_000, year=2019,
        note="발표에는 7곳을 합한 크기(108kW)만 있습니다. 곳마다의 크기는 확인하지 못했습니다.",
    )
    names = ["만경읍 행정복지센터", *(f"2019년 설치 설비 {number}" for number in range(2, 8))]
    for number, name in enumerate(names, 1):
        plant.objects.create(
            slug=f"site-2019-{number}", name=name, group=sites, order=1 + number, capacity_w=None,
            assumed_capacity_w=round(108_000 / 7), year=2019, tariff_class=small,
        )
    plant.objects.create(
        slug="city-hall", name="시청사 남측 경사로 옆 주차장", order=9, capacity_w=100_000, year=2020,
        opens_on=date(2020, 12, 1), cost_national_won=109_000_000, cost_city_won=133_000_000,
        planned_saving_won=20_000_000, tariff_class=big,
    )


def add(apps, schema_editor):
    with pghistory.context(actor_kind="system", actor_key="solar.0002"):
        add_rates(apps)
        add_bands(apps)
        add_charges(apps)
        add_factors(apps)
        add_plants(apps)


class Migration(migrations.Migration):
    dependencies = [("solar", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
