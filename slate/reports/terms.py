"""What the year's programme rests on, each with its source, the day it holds from and how sure it is (staff only)."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from services.rules.korean import won
from slate import rules
from slate.enums import Confidence
from slate.models import Programme, UnitPrice


@dataclass(frozen=True, slots=True)
class Term:
    """One figure, period or office that the city may set otherwise; `confidence` is the label."""

    what: str
    value: str
    since: date
    source: str
    confidence: str
    is_assumed: bool


def terms_of(programme: Programme) -> list[Term]:
    """Shares, periods, offices and retention of the year, then every unit price. One query."""
    return [*_of_the_year(programme), *(_price(price) for price in UnitPrice.objects.order_by("work", "-from_on"))]


def _of_the_year(programme: Programme) -> list[Term]:
    national, province = programme.national_bp / 100, programme.province_bp / 100
    shares = f"국비 {national:g}% · 도비 {province:g}% · 시비 {100 - national - province:g}%"
    source, sure = programme.terms_source, programme.terms_confidence
    terms = {
        "첫 답까지": f"근무일 {programme.first_answer_days}일",
        "보완 기간": f"{programme.supply_days}일",
        "이의신청 기간": f"{programme.objection_days}일",
        "이의신청 답": f"{programme.objection_answer_days}일, 한 번 {programme.objection_extend_days}일 늦춤",
        "행정심판": programme.tribunal_on(timezone.localdate()),
        "행정소송": programme.court,
        "보관하는 기간": programme.retention,
        "업체가 보관하는 기간": programme.contractor_retention,
        "면적을 모를 때": f"{programme.default_area_m2:g}m²",
        "지붕 기울기": f"바닥의 {rules.ROOF_SLOPE:g}배",
    }
    first = _term("국비·도비·시비", shares, programme.opens_on, programme.shares_source, programme.shares_confidence)
    return [first, *(_term(what, value, programme.opens_on, source, sure) for what, value in terms.items())]


def _price(price: UnitPrice) -> Term:
    what = f"{price.get_work_display()} 단가"
    return _term(what, f"1m²에 {won(price.won_per_m2)}", price.from_on, price.source, price.confidence)


def _term(what: str, value: str, since: date, source: str, confidence: str) -> Term:
    return Term(what, value, since, source, Confidence(confidence).label, confidence == Confidence.ASSUMPTION)
