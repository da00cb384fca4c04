"""What staff see: plants today, what a file holds before it is taken, what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from services.enums.people import Role
from services.models import User
from services.reports.people import Todo
from services.rules.months import first_of
from solar.enums import BatchState, PlantCondition, ReadingFlag, SourceKind
from solar.models import DirtyDay, ImportBatch, Plant, RollupDay, SavingMonth, Source
from solar.reports.figures import Figures, add_up, factors, months_of
from solar.rules.energy import shown_kwh, to_kwh
from solar.rules.files import Mapping, Parsed
from solar.rules.sun import sun_seconds

SHOWN_ROWS = 8


@dataclass(frozen=True, slots=True)
class PlantLine:
    """One plant in the staff list."""

    plant: Plant
    today_j: int
    month: Figures
    against_others: int | None  # per cent of the median kWh per kW of all plants this month
    condition: PlantCondition
    sources: list[Source]

    @property
    def today_kwh(self) -> int:
        return shown_kwh(self.today_j)


@dataclass(frozen=True, slots=True)
class Preview:
    """A file before it is taken."""

    parsed: Parsed
    rows: list[tuple[datetime, str, str]]  # start, kWh of the slot, flags in words
    first_at: datetime | None
    last_at: datetime | None
    problems: list[tuple[str, int]]
    clock_doubt: int

    @property
    def kwh(self) -> int:
        return shown_kwh(self.parsed.total_j)


def plant_lines(on: date) -> list[PlantLine]:
    """All plants as of a day. Five queries whatever their number."""
    plants = list(Plant.objects.shown().prefetch_related("sources"))
    today = dict(RollupDay.objects.filter(day=on).order_by("plant_id").values_list("plant_id", "joules"))
    month = first_of(on)
    both = factors()
    months = months_of(month, month, both.public.t_per_mwh)
    made = {plant.pk: months.get((plant.pk, month), Figures()) for plant in plants}
    middle = _median([_per_kw(plant, made[plant.pk]) for plant in plants if made[plant.pk].joules])
    return [
        PlantLine(
            plant,
            today.get(plant.pk, 0),
            made[plant.pk],
            int(_per_kw(plant, made[plant.pk]) * 100 / middle) if middle else None,
            condition_of(plant, list(plant.sources.all()), on, today.get(plant.pk)),
            list(plant.sources.all()),
        )
        for plant in plants
    ]


def condition_of(plant: Plant, sources: Sequence[Source], on: date, today_j: int | None) -> PlantCondition:
    """What the newest readings say. Night is no fault, silence is not zero, a simulation's end is none either."""
    if plant.is_planned(on):
        return PlantCondition.PLANNED
    told = [(source.last_on, source.kind) for source in sources if source.last_on]
    newest = max((day for day, _ in told), default=None)
    if newest is None or newest < on - timedelta(days=1):
        is_model = bool(told) and all(kind == SourceKind.MODEL for _, kind in told)
        return PlantCondition.SIMULATED if is_model else PlantCondition.NO_DATA
    if not sun_seconds(plant.latitude, plant.longitude, timezone.now().replace(minute=0, second=0, microsecond=0)):
        return PlantCondition.NIGHT
    if today_j == 0:
        return PlantCondition.STOPPED
    return PlantCondition.GENERATING if today_j else PlantCondition.NO_DATA


def preview_of(batch: ImportBatch, parsed: Parsed) -> Preview:
    """First rows, period, sum, and how many rows of each problem."""
    reasons: dict[str, int] = {}
    for row in parsed.refusals:
        reasons[f"버림: {row.reason}"] = reasons.get(f"버림: {row.reason}", 0) + 1
    flagged = [(flag.label, count) for flag, count in parsed.flag_counts().items()]
    same = len(parsed.repeats) - len(parsed.clashes)
    inside = [("파일 안에서 같은 값", same), ("파일 안에서 값이 서로 다름", len(parsed.clashes))]
    moved = [("간격에 맞춰 옮긴 시각", parsed.moved)]
    rows = [
        (_moment(start), f"{to_kwh(joules):.4f}", ", ".join(flag.label for flag in ReadingFlag if flag & flags))
        for start, joules, flags in zip(
            parsed.starts[:SHOWN_ROWS], parsed.joules[:SHOWN_ROWS], parsed.flags[:SHOWN_ROWS], strict=True
        )
    ]
    ends = (min(parsed.starts), max(parsed.starts)) if parsed.starts else None
    return Preview(
        parsed,
        rows,
        _moment(ends[0]) if ends else None,
        _moment(ends[1]) if ends else None,
        [(name, count) for name, count in [*reasons.items(), *flagged, *inside, *moved] if count],
        abs(parsed.clock_doubt_hours(batch.source.place[1])),
    )


def mapping_of(batch: ImportBatch) -> Mapping:
    """How a batch is, or was, read."""
    return Mapping(**batch.mapping)


def waiting_days() -> int:
    """Plant-days that wait to be rolled up."""
    return DirtyDay.objects.count()


def todos(user: User) -> list[Todo]:
    """What waits for the energy manager."""
    if Role.ENERGY_MANAGER not in user.roles:
        return []
    waiting = ImportBatch.objects.filter(state__in=sorted(BatchState.OPEN)).count()
    unpriced = SavingMonth.objects.aggregate(days=Sum("unpriced_days"))["days"] or 0
    silent = sum(line.condition == PlantCondition.NO_DATA for line in plant_lines(timezone.localdate()))
    return [
        Todo("미리보기 중인 태양광 자료", waiting, reverse("solar:staff_imports"), "progress"),
        Todo("요금표가 없어 금액을 셈하지 못한 날", unpriced, reverse("solar:staff_table_rates"), "warn"),
        Todo("자료가 끊긴 태양광 설비", silent, reverse("solar:staff_plants"), "warn"),
    ]


def undo_words(batch: ImportBatch) -> str:
    """What taking a batch back will do, as a question's second sentence."""
    first, last = batch.first_at, batch.last_at
    months = ""
    if first and last:
        begin, end = timezone.localdate(first), timezone.localdate(last)
        months = f"{begin.year}년 {begin.month}월부터 {end.year}년 {end.month}월까지"
    return f"{batch.new_count:,}줄이 빠지고 {months}의 값이 다시 계산됩니다."


def total_of_plants(lines: Sequence[PlantLine]) -> Figures:
    """The month of all plants."""
    return add_up((line.month for line in lines), factors().public.t_per_mwh)


def _per_kw(plant: Plant, figures: Figures) -> float:
    return figures.joules / plant.compared_w if plant.compared_w else 0.0


def _median(numbers: Sequence[float]) -> float:
    ordered = sorted(numbers)
    return ordered[len(ordered) // 2] if ordered else 0.0


def _moment(start: int) -> datetime:
    return datetime.fromtimestamp(start, UTC)
