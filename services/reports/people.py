"""What a resident has with the city, gathered from every app that settings name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string

from services.models import Resident


@dataclass(frozen=True, slots=True)
class Case:
    """One thing a resident asked for, as a row of 내 신청 확인."""

    what: str  # "세금·법률 무료 상담"
    reference: str
    asked_at: datetime
    state: str  # citizen label
    tone: str  # badge tone: info, progress, warn, good, idle, danger
    todo: str  # "지금 하실 일은 없습니다." or one sentence
    url: str
    is_open: bool


def cases_of(residents: Sequence[Resident]) -> list[Case]:
    """Everything of these residents in all apps, newest first (RESIDENT_CASE_SOURCES)."""
    sources: list[Callable[[Sequence[Resident]], list[Case]]] = [
        import_string(path) for path in settings.RESIDENT_CASE_SOURCES
    ]
    cases = [case for source in sources for case in source(residents)]
    return sorted(cases, key=lambda case: case.asked_at, reverse=True)
