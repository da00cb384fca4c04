"""The election days that matter to the city, from a dated table with its sources."""

import csv
from datetime import date
from functools import cache
from pathlib import Path

from services.rules.elections import Election

TABLE = Path(__file__).resolve().parent.parent / "data" / "election_days.csv"


@cache
def elections() -> tuple[Election, ...]:
    """All rows of the table, oldest first; the file changes only with a release."""
    with TABLE.open(encoding="utf-8") as file:
        return tuple(
            Election(
                on=date.fromisoformat(row["election_date"]),
                name=row["name_ko"],
                scope=row["gimje_in_scope"],
                reason_fixed_on=date.fromisoformat(row["reason_fixed_on"]) if row["reason_fixed_on"] else None,
            )
            for row in csv.DictReader(file)
        )
