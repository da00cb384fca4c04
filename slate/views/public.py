"""Pages without a name: what the subsidy is, and whether I can get it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from services.views.requests import PortalRequest
from services.views.shared import shared_page
from services.views.steps import unfinished
from slate.enums import BuildingKind, Household, Work
from slate.forms.questions import CheckForm
from slate.models import PastFigure, Programme
from slate.reports import Quote, Wanted, current_programme, price_day, quote, total
from slate.reports.money import takes_applications
from slate.views.application import APPLICATION, begin_with

ALREADY_REMOVED = "removed"
KINDS = {"house": BuildingKind.HOUSE, "outbuilding": BuildingKind.WAREHOUSE, "stored": BuildingKind.STORED}


@shared_page
def start(request: PortalRequest) -> HttpResponse:
    """COPY A0: what is needed, and what to know before the first question."""
    programme = current_programme()
    page = {
        "programme": programme,
        "is_open": takes_applications(),
        "figures": PastFigure.objects.all(),
        "unfinished": unfinished(request, APPLICATION) if programme else None,
    }
    return render(request, "slate/start.html", page)


@dataclass(frozen=True, slots=True)
class Result:
    """What the three answers come to; `kind` is the letter of COPY 3.5."""

    kind: str
    quote: Quote | None = None
    roof: Quote | None = None


def check(request: PortalRequest) -> HttpResponse:
    """Three questions, no name; the answer stands on the same page and in no address."""
    programme = current_programme()
    form = CheckForm(request.POST or None)
    result = _result(programme, form.cleaned_data) if programme and form.is_valid() else None
    if result and "apply" in request.POST:
        return _apply(request, form)
    page: dict[str, Any] = {"programme": programme, "form": form, "result": result, "is_open": takes_applications()}
    if result and programme:
        page["left_won"] = total(programme).left_won
    return render(request, "slate/check.html", page)


def _apply(request: PortalRequest, form: CheckForm) -> HttpResponse:
    """지원 신청하기: the answers go along. Which outbuilding it is, and what is left of a removed roof, is asked."""
    told = form.answers()
    known = {"house": BuildingKind.HOUSE, "stored": BuildingKind.STORED}.get(told["kind"])
    part = {name: told[name] for name in ("area_m2", "is_area_guessed") if told[name]}
    return begin_with(request, household=told["household"], part=part | ({"kind": known.value} if known else {}))


def _result(programme: Programme, answers: dict[str, Any]) -> Result:
    if answers["kind"] == ALREADY_REMOVED:
        return Result("N1")
    kind = KINDS[answers["kind"]]
    area: Decimal = answers["area_m2"] or programme.default_area_m2
    household, day = Household(answers["household"]), price_day(programme)
    removal = quote(programme, household, [Wanted(str(kind.work.label), kind.work, area)], day=day)
    line = removal.lines[0]
    if not line.is_known:
        return Result("ASK", removal)
    if not line.is_supported:
        return Result("N2", removal)
    roof = None
    if kind == BuildingKind.HOUSE:
        roof = quote(programme, household, [Wanted(str(Work.REROOFING.label), Work.REROOFING, area)], day=day)
    paid_roof = roof if roof and roof.counted else None
    return Result("B" if removal.own_share_won else "A", removal, paid_roof)
