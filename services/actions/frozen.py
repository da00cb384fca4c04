"""Freezing a report: its number, figures, files and hashes, once; a later mistake is mended by another report."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet
from django.utils import timezone

from services.actions.history import record
from services.actions.limits import take_turn
from services.actions.moves import lock
from services.actions.references import next_number
from services.enums.reports import ReportMove
from services.models.frozen import FrozenReport
from services.reports.papers import sha256_of
from services.rules.history import Actor
from services.rules.refusal import Refused

R = TypeVar("R", bound=FrozenReport)
WHOLE_LIFE = 0  # numbered through, not by year


@dataclass(frozen=True, slots=True)
class Printed(Generic[R]):
    """What a report is made of; the files are made when it has its number, and say what it corrects."""

    figures: Mapping[str, Any]
    pdf: Callable[[R], bytes]
    xlsx: Callable[[R], bytes]


def freeze(report: R, printed_of: Callable[[], Printed[R]], *, series: str, by: Actor) -> R:
    """Inside a verb: issue `report`, or give back the newest one that there is for its IDENTITY."""
    take_turn(f"report {series}")  # a second caller waits here and finds the report of the first
    identity = {field: getattr(report, field) for field in report.IDENTITY}
    made = type(report)._base_manager.filter(**identity).order_by("-number").first()
    return made or _issue(report, printed_of(), series=series, by=by)


def correct(
    rows: QuerySet[R], report_id: int, printed_of: Callable[[R], Printed[R]], *, series: str, reason: str, by: Actor
) -> R:
    """Inside a verb: the next number with the figures of today, which names `report_id` and says why.

    Raises Refused: no reason, corrected already (conflict), nothing has changed.
    """
    if not reason.strip():
        raise Refused("고친 까닭이 비어 있습니다. 무엇이 왜 달라졌는지 적어 주세요.", field="reason")
    report = lock(rows, report_id)
    if type(report)._base_manager.filter(corrects=report).exists():
        raise Refused("이 보고서에는 정정본이 이미 있습니다. 가장 새 정정본을 고쳐 주세요.", conflict=True)
    printed = printed_of(report)
    if sha256_of(printed.figures) == report.figures_sha256:
        raise Refused("지금 숫자가 이 보고서와 똑같습니다. 고칠 것이 없습니다.")
    take_turn(f"report {series}")
    identity = {field: getattr(report, field) for field in report.IDENTITY}
    mended = type(report)(**identity, corrects=report, correction=reason.strip())
    record(report, ReportMove.CORRECTED, by=by, before="frozen", after="frozen", reason=reason.strip())
    return _issue(mended, printed, series=series, by=by)


def _issue(report: R, printed: Printed[R], *, series: str, by: Actor) -> R:
    report.number, report.made_at = next_number(series, WHOLE_LIFE), timezone.localtime()
    report.figures, report.figures_sha256 = dict(printed.figures), sha256_of(printed.figures)
    report.pdf, report.xlsx = printed.pdf(report), printed.xlsx(report)
    report.pdf_sha256, report.xlsx_sha256 = (hashlib.sha256(file).hexdigest() for file in (report.pdf, report.xlsx))
    report.save(force_insert=True)
    record(report, ReportMove.ISSUED, by=by, after="frozen")
    return report
