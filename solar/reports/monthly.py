"""The monthly report's figures: one value from which page, CSV and PDF are made, cell by cell the same."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from services.reports.papers import Cell, Paper, Table, sha256_of
from services.reports.sheets import as_csv
from services.rules.korean import won, won_big
from services.rules.months import month_end
from solar.models import Plant
from solar.reports.figures import Figures, add_up, days_of, factors, months_of
from solar.reports.pages import tonnes

CHECKING = "확인 중"
HEADS = (
    "설비",
    "크기(kW)",
    "만든 전기(kWh)",
    "아낀 전기요금(원)",
    "줄인 온실가스(kg)",
    "자료(%)",
    "근거",
    "믿음 정도",
)


@dataclass(frozen=True, slots=True)
class MonthReport:
    """A month in texts as they are printed; `rows` are plants in the order of HEADS, `foot` is their sum."""

    month: str
    title: str
    rows: list[list[str]]
    foot: list[str]
    days: list[list[str]]  # day, kWh
    kwh: str
    saved: str
    tonnes: str
    measured: str
    factor: str
    notes: list[str]

    @property
    def as_json(self) -> dict[str, Any]:
        """What is frozen."""
        return asdict(self)

    @property
    def sha256(self) -> str:
        """Hash of the figures, printed on the report so that anybody can compare."""
        return sha256_of(self.as_json)


def month_report(month: date) -> MonthReport:
    """The figures of a month that begins on `month`, from rollups only."""
    both = factors()
    factor = both.public.t_per_mwh
    plants = list(Plant.objects.shown())
    found = months_of(month, month, factor)
    days = days_of(month, month_end(month), factor)
    total = add_up(found.values(), factor)
    return MonthReport(
        month=f"{month:%Y-%m}",
        title=f"{month.year}년 {month.month}월 태양광 발전 월보",
        rows=[_cells(plant.name, _size(plant), found.get((plant.pk, month), Figures())) for plant in plants],
        foot=_cells("모두", _whole(plants), total),
        days=[[f"{day.day}일", str(figures.kwh)] for day, figures in days.items()],
        kwh=f"{total.kwh:,}",
        saved=CHECKING if total.saved_won is None else f"약 {won_big(total.saved_won)}",
        tonnes=tonnes(total.avoided_kg),
        measured=str(total.measured_percent),
        factor=f"{both.public.t_per_mwh:f}(톤/MWh), {both.public.basis}, {both.public.years}",
        notes=_notes(total),
    )


def paper_of(report: MonthReport) -> Paper:
    """The same cells for the spreadsheet, where numbers are numbers."""
    days = tuple(tuple(_cell(cell) for cell in row) for row in report.days)
    return Paper(
        title="태양광 발전 월보",
        period=report.title.removesuffix(" 태양광 발전 월보"),
        facts=(
            ("만든 전기(kWh)", _cell(report.kwh)),
            ("아낀 전기요금", report.saved),
            ("줄인 온실가스(톤)", report.tonnes),
            ("잰 값(%)", _cell(report.measured)),
            ("배출계수", report.factor),
        ),
        tables=(
            Table(
                "설비별",
                HEADS,
                tuple(tuple(_cell(cell) for cell in row) for row in report.rows),
                tuple(_cell(cell) for cell in report.foot),
            ),
            Table("날마다 만든 전기", ("날", "만든 전기(kWh)"), days, ("모두", _cell(report.kwh))),
        ),
        notes=tuple(report.notes),
    )


def _cell(text: str) -> Cell:
    digits = text.replace(",", "")
    return int(digits) if digits.isdecimal() else text


def report_csv(figures: Mapping[str, Any]) -> bytes:
    """The plants' table of `MonthReport.as_json`; thousands without commas, so that programs count with them."""
    return as_csv(HEADS, ([cell.replace(",", "") for cell in row] for row in (*figures["rows"], figures["foot"])))


def _cells(name: str, size: str, figures: Figures) -> list[str]:
    return [
        name,
        size,
        f"{figures.kwh:,}",
        CHECKING if figures.saved_won is None else won(figures.saved_won).removesuffix("원"),
        f"{figures.avoided_kg:,}",
        str(figures.completeness) if figures.n_expected else "–",
        figures.kind if figures.joules else "자료 없음",
        str(figures.quality.label) if figures.n_expected else "–",
    ]


def _size(plant: Plant) -> str:
    return kilowatts(plant.capacity_w) if plant.capacity_w else "묶음"


def _whole(plants: Sequence[Plant]) -> str:
    groups = {plant.group_id: plant.group.capacity_w for plant in plants if plant.group and not plant.capacity_w}
    return kilowatts(sum(groups.values()) + sum(plant.capacity_w or 0 for plant in plants))


def kilowatts(watts: int) -> str:
    """110000 -> 110; 27600 -> 27.6."""
    return f"{watts / 1000:,.1f}".removesuffix(".0")


def _notes(total: Figures) -> list[str]:
    notes = ["아낀 전기요금은 만든 전기를 건물에서 모두 썼다고 보고 전력량에 따라 어림한 금액입니다."]
    if total.money_words:
        notes.append(total.money_words)
    if total.is_simulated:
        notes.append("시뮬레이션 값이 들어 있습니다. 실제로 잰 값이 아닙니다.")
    if total.is_demo:
        notes.append("시연 자료가 들어 있습니다.")
    return notes
