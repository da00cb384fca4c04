"""Which missing report an officer wants to have made."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from consultations.enums import ReportKind
from services.forms.fields import Form
from services.forms.offers import offer_choices


def _value(kind: ReportKind, first: date) -> str:
    return f"{kind} {first}"


def _choice(value: str) -> tuple[ReportKind, date]:
    kind, first = value.split()
    return ReportKind(kind), date.fromisoformat(first)


class MissingReportForm(Form):
    """A month without statistics, or a half-year in which somebody worked and has no report yet."""

    what = forms.TypedChoiceField(label="만들 보고서", coerce=_choice)

    def __init__(self, *args: Any, months: Sequence[date], halves: Sequence[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        monthly = [(_value(ReportKind.MONTH, one), f"{one.year}년 {one.month}월 통계") for one in months]
        half_yearly = [
            (
                _value(ReportKind.HALF_YEAR, one),
                f"{one.year}년 {'상' if one.month == 1 else '하'}반기 보고, 아직 없는 분 모두",
            )
            for one in halves
        ]
        offer_choices(self, "what", [*half_yearly, *monthly])

    @property
    def words(self) -> str:
        """The report that was chosen, as the page names it."""
        return str(dict(self.fields["what"].choices)[self.data["what"]])  # type: ignore[attr-defined]
