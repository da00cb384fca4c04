"""Tables of slate-roof subsidies: the year's rules and money, and the applications."""

from slate.models.applications import Application, BuildingPart, Decision, InfoRequest
from slate.models.programmes import BudgetLine, LedgerEntry, PastFigure, Programme, SupportRate, UnitPrice

__all__ = [
    "Application",
    "BudgetLine",
    "BuildingPart",
    "Decision",
    "InfoRequest",
    "LedgerEntry",
    "PastFigure",
    "Programme",
    "SupportRate",
    "UnitPrice",
]
