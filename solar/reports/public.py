"""The public page's sentences, chart and table, all from one period's figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from services.reports.catalogue import HomeNote
from services.rules.korean import date_letter, won_big
from solar.models import Plant
from solar.reports.figures import newest_year_saving
from solar.reports.monthly import CHECKING, kilowatts
from solar.reports.pages import Page, tonnes
from solar.reports.rulebook import rates_in_force


@dataclass(frozen=True, slots=True)
class Plan:
    """What was promised for one plant, and what this year made of it."""

    plant: Plant
    is_ahead: bool
    saved_won: int
    year: int

    @property
    def percent_of_plan(self) -> int:
        return self.saved_won * 100 // (self.plant.planned_saving_won or 1)

    @property
    def percent_of_city_cost(self) -> int:
        return self.saved_won * 100 // (self.plant.cost_city_won or 1)


@dataclass(frozen=True, slots=True)
class Method:
    """How one figure was worked out."""

    name: str
    text: str


def words_of(page: Page) -> dict[str, Any]:
    """The big figures in words (won to three digits with 약, tonnes to a tenth), and the whole table."""
    plan = plan_of(page)
    heads, rows = table_of(page)
    return {
        "table_caption": f"{page.title}(kWh), 아낀 전기요금(원), 줄인 온실가스(kg)",
        "columns": [{"label": head, "number": 0 < place < len(heads) - 1} for place, head in enumerate(heads)],
        "table_rows": [[f"{int(cell):,}" if cell.isdecimal() else cell for cell in row] for row in rows],
        "saved_words": saved_words(page.total.saved_won),
        "avoided_words": tonnes(page.total.avoided_kg),
        "plan_saved_won": won_big(three_digits(plan.saved_won)) if plan else "",
    }


def saved_words(saved_won: int | None) -> str:
    """What stands large on the page; before there is a tariff no number at all."""
    return CHECKING if saved_won is None else f"약 {won_big(three_digits(saved_won))}"


def three_digits(number: int) -> int:
    """21,800,130 -> 21,800,000: never more than three significant digits after 약 (COPY 1.3)."""
    step = int(10 ** max(0, len(str(abs(number))) - 3))
    return (number + step // 2) // step * step


def table_of(page: Page) -> tuple[list[str], list[list[str]]]:
    """Heads and rows of the table, as page and CSV print them."""
    heads = [page.head, "만든 전기(kWh)", "아낀 전기요금(원)", "줄인 온실가스(kg)", "자료(%)", "근거"]
    rows = []
    for row in page.rows:
        found = row.figures
        saved = CHECKING if found.saved_won is None else str(found.saved_won)
        cells = (str(found.kwh), saved, str(found.avoided_kg), str(found.completeness))
        rows.append([row.label, *cells, found.kind])
    return heads, rows


def chart_of(page: Page, query: Mapping[str, str]) -> dict[str, Any]:
    """What components/chart.html wants."""
    best, worst = page.best, page.worst
    finding = (
        f"{best.label}에 가장 많이 만들었습니다({best.figures.kwh:,}kWh). "
        f"가장 적은 때는 {worst.label}입니다({worst.figures.kwh:,}kWh)."
    )
    wish = {name: query[name] for name in ("period", "on", "year", "month") if query.get(name)}
    if len(page.plants) == 1:
        wish["plant"] = page.plants[0].plant.slug
    return {
        "title": page.title,
        "finding": finding,
        "labels": [row.label for row in page.rows],
        "series": [
            {
                "label": "만든 전기",
                "values": [row.figures.kwh for row in page.rows],
                "notes": [row.figures.kind for row in page.rows],
            }
        ],
        "head": page.head,
        "csv_url": reverse("solar:public_csv") + (f"?{urlencode(wish)}" if wish else ""),
    }


def plants_chart(page: Page) -> dict[str, Any] | None:
    """Every plant by the energy of each kW of its size; None where none has made any, as every night."""
    rows = [row for row in page.plants if row.figures.joules]
    if not rows:
        return None
    best = max(rows, key=lambda row: row.kwh_per_kw)
    return {
        "finding": f"1kW마다 가장 많이 만든 곳은 {best.plant}입니다({best.kwh_per_kw:,}kWh).",
        "labels": [row.plant.name for row in rows],
        "series": [{"label": "1kW마다 만든 전기", "values": [row.kwh_per_kw for row in rows]}],
    }


def plan_of(page: Page) -> Plan | None:
    """The plant with a promise (20 million won a year) against the year on the page."""
    promised = next((row for row in page.plants if row.plant.planned_saving_won), None)
    if promised is None:
        return None
    saved = promised.figures.saved_won or 0
    return Plan(promised.plant, promised.plant.is_planned(timezone.localdate()), saved, page.first.year)


def methods_of(page: Page) -> list[Method]:
    """어떻게 계산했나요?"""
    total, both = page.total, page.factors
    made = "설비마다 달린 계량기나 인버터가 보낸 값을 더했습니다. 자료가 빠진 시간은 채우지 않았습니다."
    if total.is_simulated:
        made += " 시뮬레이션 값은 실제 날씨 자료와 설비 크기로 계산한 것이며, 잰 값이 아닙니다."
    saved = (
        "만든 전기를 건물에서 모두 썼다고 보고, 쓰지 않게 된 전기의 요금을 시간대별로 어림했습니다. "
        f"{_tariffs(page)} 기후환경요금, 연료비조정요금, 전력산업기반기금을 넣었습니다. "
        "부가가치세도 넣었습니다. 기본요금이 줄어든 몫은 넣지 않았습니다. 계약종별은 확인 전이라 가정한 것입니다."
    )
    avoided = (
        f"만든 전기(MWh)에 배출계수 {both.public.t_per_mwh:f}(톤/MWh)만큼 곱했습니다. "
        f"공공부문 기준({both.public.basis}, {both.public.years})입니다. "
        f"가장 최근 배출계수 {both.newest.t_per_mwh:f}(톤/MWh)에 맞추면 {page.newest_t}톤입니다."
    )
    size = "2019년에 설치한 7곳은 합한 크기(108kW)만 알려져 있습니다. 곳마다의 크기는 똑같이 나누어 가정했습니다."
    return [
        Method("만든 전기", made),
        Method("아낀 전기요금", saved),
        Method("줄인 온실가스", avoided),
        Method("1kW마다 만든 전기", size),
    ]


def _tariffs(page: Page) -> str:
    classes = {row.plant.tariff_class_id: row.plant.tariff_class for row in page.plants}
    sentences = []
    for class_id, contract in sorted(classes.items()):
        if rate := rates_in_force(class_id, page.last):
            sentences.append(f"{contract}({date_letter(rate.valid_from)}부터)")
    return f"한전 요금표 {', '.join(sentences)}에 맞췄습니다." if sentences else ""


def plant_facts(plant: Plant) -> list[dict[str, str]]:
    """What is known of one plant, and what is assumed."""
    facts = [{"label": "크기", "value": _size_words(plant)}, {"label": "설치한 해", "value": f"{plant.year}년"}]
    if plant.opens_on:
        facts.append({"label": "완공", "value": f"{plant.opens_on.year}년 {plant.opens_on.month}월 완공 계획"})
    if plant.cost_won:
        parts = f"국비 {won_big(plant.cost_national_won or 0)}, 시비 {won_big(plant.cost_city_won or 0)}"
        facts.append({"label": "든 돈", "value": f"{won_big(plant.cost_won)}({parts})"})
    if plant.planned_saving_won:
        facts.append({"label": "계획", "value": f"한 해 약 {won_big(plant.planned_saving_won)}을 아끼는 것"})
    assumed = " (확인 전이라 가정한 것)" if plant.tariff_is_assumed else ""
    facts.append({"label": "전기요금 계약종별", "value": f"{plant.tariff_class}{assumed}"})
    return facts


def _size_words(plant: Plant) -> str:
    if plant.capacity_w:
        return f"{kilowatts(plant.capacity_w)}kW"
    group = plant.group
    share = f"시뮬레이션에는 {kilowatts(plant.assumed_capacity_w or 0)}kW로 가정했습니다."
    return (
        f"{group} 합해서 {kilowatts(group.capacity_w)}kW. 이곳의 크기는 알려지지 않았습니다. {share}"
        if group
        else share
    )


def home_notes() -> list[HomeNote]:
    """One sentence for the home page's solar card: this year's saving, or the newest year's that has figures."""
    newest = newest_year_saving()
    if newest is None or newest.saved_won <= 0:
        return []
    saved = won_big(three_digits(newest.saved_won))
    if newest.year == timezone.localdate().year:
        text = f"올해 햇빛으로 만든 전기로 전기요금 {saved}쯤을 아꼈습니다."
    else:
        text = f"{newest.year}년에 햇빛으로 만든 전기로 전기요금 약 {saved}을 아꼈습니다."
    return [HomeNote("solar", text + " (시뮬레이션 값)" * newest.is_simulated)]
