"""Pure arithmetic and dates of slate-roof subsidies; each rule cites its id.

Money is in whole won, areas are in square metres as Decimal; fractions of a won are cut off.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from services.rules.lots import Lot, parse_lot, within_city
from services.rules.refusal import Refused
from services.rules.text import unified
from slate.enums import Fund, Household, Mode, Priority, RateHousehold, RefusalReason

ROOF_SLOPE = Decimal("1.2")  # rules 5: roof area = width x length x 1.2 (Muan 2019)
IMPLAUSIBLE_M2 = Decimal(500)  # F23 asks again above this: a usual house has about 100 m2


@dataclass(frozen=True, slots=True)
class Rate:
    """One year's rule for one kind of work and household (SL-07); `cap_won` and `full_area_m2` as the mode needs."""

    mode: Mode
    cap_won: int | None = None
    full_area_m2: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Shares:
    """A sum by fund; the remainder of the division goes to the city, so that the parts are the whole."""

    national_won: int
    province_won: int
    city_won: int

    @property
    def total_won(self) -> int:
        return self.national_won + self.province_won + self.city_won

    def by_fund(self) -> dict[Fund, int]:
        return {Fund.NATIONAL: self.national_won, Fund.PROVINCE: self.province_won, Fund.CITY: self.city_won}

    def __add__(self, other: "Shares") -> "Shares":
        return Shares(
            self.national_won + other.national_won,
            self.province_won + other.province_won,
            self.city_won + other.city_won,
        )


@dataclass(frozen=True, slots=True)
class Estimate:
    """What removing one thing would cost and who pays; `support_won` is None when the year's rule is not known."""

    area_m2: Decimal
    won_per_m2: int
    cost_won: int
    support_won: int | None

    @property
    def own_share_won(self) -> int | None:
        return None if self.support_won is None else self.cost_won - self.support_won


def roof_area_m2(width_m: Decimal, length_m: Decimal) -> Decimal:
    """Width x length x 1.2, to a tenth of a square metre: a roof slopes and is larger than the floor (rules 5)."""
    return (width_m * length_m * ROOF_SLOPE).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def cost_won(area_m2: Decimal, won_per_m2: int) -> int:
    """Estimated cost: area x price."""
    return int(area_m2 * won_per_m2)


def support_won(rate: Rate, cost: int, area_m2: Decimal) -> int | None:
    """What the city pays of `cost` (SL-07); None when the year's rule is not known: ask, never guess."""
    if rate.mode == Mode.UNKNOWN:
        return None
    if rate.mode == Mode.NONE:
        return 0
    support = cost
    limit = rate.full_area_m2
    if rate.mode == Mode.FULL_TO_AREA and limit is not None and area_m2 > limit:
        support = int(cost * limit / area_m2)
    if rate.mode != Mode.FULL and rate.cap_won is not None:
        support = min(support, rate.cap_won)
    return support


def estimate(rate: Rate, area_m2: Decimal, won_per_m2: int) -> Estimate:
    """Cost, support and own share of one thing."""
    cost = cost_won(area_m2, won_per_m2)
    return Estimate(area_m2, won_per_m2, cost, support_won(rate, cost, area_m2))


def split(amount_won: int, *, national_bp: int, province_bp: int) -> Shares:
    """Split a sum by fund; shares in ten-thousandths, what is left belongs to the city (rules 1)."""
    national = amount_won * national_bp // 10_000
    province = amount_won * province_bp // 10_000
    return Shares(national, province, amount_won - national - province)


def rate_households(household: Household, vulnerable: Iterable[str]) -> tuple[RateHousehold, RateHousehold]:
    """Which rate rows fit a household, the more exact one first; `vulnerable` is the year's list."""
    exact = RateHousehold.VULNERABLE if household in set(vulnerable) else RateHousehold.GENERAL
    return exact, RateHousehold.ALL


def priority_of(household: Household, *, is_linked: bool = False) -> Priority:
    """Order of support (SL-08): recipients, near-poor, other vulnerable, linked programmes, the rest."""
    if household in _PRIORITIES:
        return _PRIORITIES[household]
    return Priority.LINKED if is_linked else Priority.GENERAL


_PRIORITIES = {
    Household.BASIC_LIVELIHOOD: Priority.BASIC_LIVELIHOOD,
    Household.NEAR_POOR: Priority.NEAR_POOR,
    Household.OTHER_PRIORITY: Priority.OTHER_PRIORITY,
}


PROGRESS_DAYS = 30


def progress_day(received_on: date, today: date) -> int:
    """Which notice of progress is the last one due: 30, 60, ... days after receipt; 0 before the first (MW-11)."""
    return (today - received_on).days // PROGRESS_DAYS * PROGRESS_DAYS


def lot_of(address: str) -> Lot | None:
    """The piece of land that an address names; None for a road name, a room or words: staff find it."""
    try:
        return parse_lot(address)
    except Refused:
        return None


def lot_key(township_code: str, lot: Lot) -> str:
    """One text for one piece of land: two 리 of one name lie in different 읍 or 면, a 동 is once in the city."""
    return lot.key if lot.village.endswith("동") else f"{township_code}|{lot.key}"


def block_key(township_code: str, lot: Lot, step: int = 0) -> str:
    """What neighbours share: the main number without its parts; `step` 1 is the next one."""
    return lot_key(township_code, Lot(lot.village, lot.is_hill, lot.main + step, 0))


def place_key(township_code: str, address: str) -> str:
    """The lot; where none can be read the words of the address, until staff have found it."""
    if lot := lot_of(address):
        return lot_key(township_code, lot)
    words = within_city(unified(address))
    return f"{township_code}|" + "".join(letter for letter in words if letter.isalnum() or letter == "-")


def building_key(township_code: str, address: str, kind: str, number: int) -> str:
    """One text for one building part, made of the parts of its lot, however the address was typed.

    `number` counts parts of the same kind at the place. It is hashed before it is stored (PD-02).
    """
    return f"{place_key(township_code, address)}|{kind}|{number}"


REASON_SENTENCES: Mapping[RefusalReason, tuple[str, str]] = {
    RefusalReason.NOT_SLATE: (
        "현장에서 확인해 보니 지붕과 벽에 슬레이트가 없습니다.",
        "다른 건물에 슬레이트가 있으면 새로 신청하실 수 있습니다.",
    ),
    RefusalReason.REMOVED_BEFORE: (
        "지원을 결정하기 전에 슬레이트를 이미 걷어내셨습니다.",
        "걷어낸 슬레이트가 남아 있으면 '버려진 슬레이트'로 신청하실 수 있습니다.",
    ),
    RefusalReason.SUPPORTED_BEFORE: (
        "이 건물은 전에 같은 사업으로 지원받았습니다.",
        "기록이 사실과 다르면 이의신청을 해 주세요.",
    ),
    RefusalReason.NOT_OWNER: (
        "건물 주인의 동의를 확인하지 못했습니다.",
        "주인이 확인된 다른 신청이 없으면 동의서를 받아 다시 신청하실 수 있습니다.",
    ),
    RefusalReason.LAND_CONSENT: (
        "땅 주인의 동의를 확인하지 못했습니다.",
        "동의서를 받아 다시 신청하실 수 있습니다.",
    ),
    RefusalReason.NOT_ELIGIBLE_TYPE: (
        "올해는 이 종류의 건물을 지원하지 않습니다.",
        "기준이 바뀌면 다시 신청하실 수 있습니다.",
    ),
    RefusalReason.ROOF_NOT_RESIDENT: (
        "새 지붕은 실제로 살고 계신 집만 지원합니다.",
        "철거 지원은 따로 신청하실 수 있습니다.",
    ),
    RefusalReason.ROOF_CLASS: (
        "새 지붕은 올해 기초생활수급자와 차상위계층만 지원합니다.",
        "철거 지원은 따로 신청하실 수 있습니다.",
    ),
    RefusalReason.OUTSIDE: (
        "건물이 김제시 밖에 있습니다.",
        "건물이 있는 시·군에 신청해 주세요.",
    ),
    RefusalReason.DEMOLISHED: (
        "건물이 이미 헐려 없습니다.",
        "남은 슬레이트가 있으면 따로 신청하실 수 있습니다.",
    ),
    RefusalReason.FALSE_STATEMENT: (
        "신청하신 내용이 확인한 사실과 다릅니다.",
        "사실을 보여 줄 자료가 있으면 이의신청 때 내 주세요.",
    ),
    RefusalReason.NO_BUDGET: (
        "올해 예산을 먼저 정한 집에 모두 배정했습니다.",
        "내년에 다시 신청하실 수 있습니다.",
    ),
}
"""Code -> the sentence the applicant reads, what they can do (COPY 5.5 b)."""


@dataclass(frozen=True, slots=True)
class RemedyTerms:
    """Periods and offices that a decision's remedies name (COPY 10.3, 10.11): settings of the year."""

    objection_days: int
    answer_days: int
    extend_days: int
    tribunal: str
    court: str
    advice_phone: str


HOW_TO_COUNT = "받은 다음 날을 첫날로 세고, 마지막 날이 토요일이나 공휴일이면 그다음 근무일까지입니다."  # MW-15
NEW_PROVINCE_ON = date(2024, 1, 18)  # 전북특별자치도 설치 등에 관한 특별법: the province and its tribunal were renamed


def tribunal_on(day: date) -> str:
    """The administrative tribunal of the province, by its name on that day."""
    return "전북특별자치도행정심판위원회" if day >= NEW_PROVINCE_ON else "전라북도행정심판위원회"


def remedies(terms: RemedyTerms) -> str:
    """All remedies, as every decision prints them (MW-12, MW-16, MW-17; COPY 5.5)."""
    return (
        f"가. 이의신청: 이 편지를 받은 날부터 {terms.objection_days}일 안에 김제시에 하실 수 있습니다. {HOW_TO_COUNT} "
        "처음 결정한 사람이 아닌 담당자가 다시 살펴보고 "
        f"{terms.answer_days}일 안에 답해드립니다. 이유가 있으면 한 번, {terms.extend_days}일까지 늦출 수 있고 "
        "그때는 먼저 알려드립니다.\n"
        f"나. 행정심판: 이 결정을 아신 날부터 90일, 결정한 날부터 180일 안에 {terms.tribunal}에 청구하실 수 있습니다. "
        "돈은 들지 않습니다.\n"
        f"다. 행정소송: 이 결정을 아신 날부터 90일, 결정한 날부터 1년 안에 {terms.court}에 내실 수 있습니다.\n"
        "라. 이의신청을 하시면 행정심판과 행정소송의 90일은 이의신청 결과를 받은 날부터 셉니다.\n"
        f"혼자 하기 어려우시면 김제시 무료 상담({terms.advice_phone})이나 대한법률구조공단(132)에 물어보세요."
    )


OTHER_CITIES = ("전주시", "군산시", "익산시", "정읍시", "남원시", "완주군", "부안군", "고창군", "순창군", "임실군")


def is_outside_gimje(address: str) -> bool:
    """Whether an address names a neighbouring city or county (F21)."""
    return any(name in address for name in OTHER_CITIES)
