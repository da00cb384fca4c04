"""Election windows (EL-A, EL-F): days on which an event of the city needs a person's decision on its basis."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

WINDOW_DAYS = 60  # 공직선거법 86조 2항: from 60 days before election day to election day


@dataclass(frozen=True, slots=True)
class Election:
    """One election day; `scope` is "Y", "N" or "UNKNOWN" (unknown means review, never allowed)."""

    on: date
    name: str
    scope: str
    reason_fixed_on: date | None = None

    @property
    def window_from(self) -> date:
        """EL-A: 60 days before; a vacancy that was fixed later counts from the day it was fixed."""
        regular = self.on - timedelta(days=WINDOW_DAYS)
        return max(regular, self.reason_fixed_on) if self.reason_fixed_on else regular


def window_on(day: date, elections: Iterable[Election]) -> Election | None:
    """The election in whose window `day` lies, both ends included, or None. Not elections elsewhere (EL-F)."""
    for election in elections:
        if election.scope != "N" and election.window_from <= day <= election.on:
            return election
    return None
