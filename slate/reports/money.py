"""What support comes to, what is left of the year's money, and whether the ledger agrees."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Sum
from django.utils import timezone

from services.rules.korean import won
from slate import rules
from slate.enums import ApplicationState, Household, Mode, Work
from slate.models import (
    Application,
    BudgetLine,
    BuildingPart,
    LedgerEntry,
    Programme,
    SupportRate,
    UnitPrice,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing to pay for: `part_id` is None before there is an application."""

    label: str
    work: Work
    area_m2: Decimal
    part_id: int | None = None


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """What one thing costs and who pays, with the year's rule it follows."""

    wanted: Wanted
    estimate: rules.Estimate
    rate: SupportRate | None
    price: UnitPrice
    shares: rules.Shares

    @property
    def is_known(self) -> bool:
        return self.estimate.support_won is not None

    @property
    def is_supported(self) -> bool:
        """The city does not pay for everything people want: a new roof of an ordinary household, for one."""
        return self.rate is not None and self.rate.mode != Mode.NONE

    @property
    def formula(self) -> str:
        """The sum in words: 면적 170m² × 1m²에 22,900원 = 3,893,000원."""
        area = f"{self.wanted.area_m2.normalize():f}"
        return f"면적 {area}m² × 1m²에 {won(self.price.won_per_m2)} = {won(self.estimate.cost_won)}"

    @property
    def rule_sentence(self) -> str:
        """What the year's rule says, in one sentence."""
        if self.rate is None or self.rate.mode == Mode.UNKNOWN:
            return "지원 기준을 담당자가 확인해서 알려드립니다."
        cap = f"{won(self.rate.cap_won)}까지" if self.rate.cap_won else ""
        if self.rate.mode == Mode.NONE:
            return f"{self.rate.year}년에는 지원하지 않습니다."
        if self.rate.mode == Mode.CAP:
            return f"{cap} 시가 냅니다."
        if self.rate.mode == Mode.FULL:
            return "시가 모두 냅니다."
        area = f"{self.rate.full_area_m2.normalize():f}" if self.rate.full_area_m2 else ""
        return f"{area}m²까지 시가 모두 냅니다." + (f" 다만 {cap}입니다." if cap else "")


@dataclass(frozen=True, slots=True)
class Quote:
    """Everything of one application; things the year does not support stand in the lines, not in the sums."""

    lines: tuple[QuoteLine, ...]

    @property
    def counted(self) -> tuple[QuoteLine, ...]:
        return tuple(line for line in self.lines if line.is_supported and line.is_known)

    @property
    def is_known(self) -> bool:
        return all(line.is_known for line in self.lines)

    @property
    def cost_won(self) -> int:
        return sum(line.estimate.cost_won for line in self.counted)

    @property
    def support_won(self) -> int:
        return sum(line.shares.total_won for line in self.counted)

    @property
    def own_share_won(self) -> int:
        return self.cost_won - self.support_won

    @property
    def shares(self) -> rules.Shares:
        return sum((line.shares for line in self.counted), rules.Shares(0, 0, 0))


def quote(programme: Programme, household: Household, wanted: Iterable[Wanted], *, day: date) -> Quote:
    """What the year's rules give for these things; prices of `day`. Two queries."""
    rates = {(rate.work, rate.household): rate for rate in SupportRate.objects.filter(year=programme.year)}
    prices: dict[str, UnitPrice] = {}
    for price in UnitPrice.objects.filter(from_on__lte=day).order_by("from_on"):
        prices[price.work] = price
    households = rules.rate_households(household, programme.vulnerable_households)
    lines = []
    for thing in wanted:
        found = [rates[key] for key in ((thing.work, name) for name in households) if key in rates]
        rate = found[0] if found else None
        price = prices[thing.work]
        rule = rate.rule if rate else rules.Rate(Mode.UNKNOWN)
        estimate = rules.estimate(rule, thing.area_m2, price.won_per_m2)
        shares = programme.split(estimate.support_won or 0)
        lines.append(QuoteLine(thing, estimate, rate, price, shares))
    return Quote(tuple(lines))


def roof_rate(household: Household) -> rules.Rate:
    """The rule of this year's new roofs for a household; unknown where there is none. Two queries."""
    programme = current_programme()
    if programme is None:
        return rules.Rate(Mode.UNKNOWN)
    households = rules.rate_households(household, programme.vulnerable_households)
    found = {rate.household: rate for rate in SupportRate.objects.filter(year=programme.year, work=Work.REROOFING)}
    return next((found[name].rule for name in households if name in found), rules.Rate(Mode.UNKNOWN))


def price_day(programme: Programme) -> date:
    """The day whose prices hold: a past year's programme keeps the prices of its last day."""
    return min(timezone.localdate(), date(programme.year, 12, 31))


def quote_of(application: Application) -> Quote:
    """The estimate of one application. Three queries."""
    wanted = [
        Wanted(label=work.label, work=work, area_m2=area, part_id=part.pk)
        for part in application.parts.all()
        for work, area in part.works
    ]
    programme = application.programme
    return quote(programme, Household(application.household), wanted, day=price_day(programme))


# Money


@dataclass(frozen=True, slots=True)
class Balance:
    """One line of the budget page: allotted, reserved, spent and left, in won."""

    label: str
    allotted_won: int
    committed_won: int
    spent_won: int

    @property
    def left_won(self) -> int:
        return self.allotted_won - self.committed_won

    @property
    def used_percent(self) -> int:
        return round(100 * self.committed_won / self.allotted_won) if self.allotted_won else 0


def balances(programme: Programme) -> list[tuple[str, list[Balance]]]:
    """The budget by kind of work, a line a fund and their sum. One query."""
    groups: list[tuple[str, list[Balance]]] = []
    lines = list(programme.lines.order_by("pk"))
    for work in Work:
        mine = [line for line in lines if line.work == work]
        rows = [_balance(str(line.get_fund_display()), [line]) for line in mine]
        if rows:
            groups.append((str(work.label), [*rows, _balance("합계", mine)]))
    return groups


def total(programme: Programme) -> Balance:
    """The whole year."""
    return _balance("모두", list(programme.lines.order_by("pk")))


def _balance(label: str, lines: Sequence[BudgetLine]) -> Balance:
    return Balance(
        label,
        sum(line.allotted_won for line in lines),
        sum(line.committed_won for line in lines),
        sum(line.spent_won for line in lines),
    )


def lines_off_their_ledger() -> list[BudgetLine]:
    """Lines whose balance is not the sum of their ledger: none, as long as nobody switches triggers off."""
    summed = BudgetLine.objects.annotate(
        ledger_allotted=Sum("entries__allotted_won", default=0),
        ledger_committed=Sum("entries__committed_won", default=0),
        ledger_spent=Sum("entries__spent_won", default=0),
    )
    return list(
        summed.exclude(
            allotted_won=F("ledger_allotted"), committed_won=F("ledger_committed"), spent_won=F("ledger_spent")
        ).order_by("pk")
    )


def reserved_by_line(application_id: int) -> dict[tuple[int, int | None], int]:
    """What this application holds on each line, by (line, part); released money is taken off."""
    rows = (
        LedgerEntry.objects.filter(application=application_id)
        .values_list("line_id", "part_id")
        .annotate(won=Sum("committed_won"))
        .order_by("line_id", "part_id")
    )
    return {(line, part): won_ for line, part, won_ in rows if won_}


def current_programme(day: date | None = None) -> Programme | None:
    """The programme that takes applications today, else the newest one that has begun."""
    today = day or timezone.localdate()
    begun = Programme.objects.filter(opens_on__lte=today)
    return Programme.objects.open_on(today).first() or begun.first()


def takes_applications() -> bool:
    """Whether a programme takes applications today (SERVICE_OPEN_SOURCES)."""
    return Programme.objects.open_on(timezone.localdate()).exists()


def supported_before(fingerprints: Iterable[str], programme: Programme) -> int | None:
    """The earlier year in which one of these buildings was supported, if there is one."""
    earlier = BuildingPart.objects.filter(
        application__state=ApplicationState.APPROVED, fingerprint__in=list(fingerprints)
    ).exclude(programme=programme)
    return earlier.values_list("programme__year", flat=True).order_by("-programme__year").first()
