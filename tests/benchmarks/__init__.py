"""The frame of `manage.py bench [name]`: figures against budgets, as ratios that mean the same on any machine."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass

IS_SMALLEST = bool(os.environ.get("BENCH_SMALLEST"))  # a test runs every benchmark so, to see that it runs at all
QUICKER = ("--no-demo",) if IS_SMALLEST else ()  # options of `manage.py up`


def sized(usual: int, smallest: int) -> int:
    """How much is measured; figures of the smallest size mean nothing."""
    return smallest if IS_SMALLEST else usual


@dataclass(frozen=True)
class Row:
    """One figure: what was measured, in which unit, and what it may be at most (or at least, for rates)."""

    label: str
    value: float
    unit: str
    budget: float | None = None
    at_least: bool = False

    @property
    def ratio(self) -> float | None:
        """1.0 is exactly the budget; above it is too much (or too little, where more is better)."""
        if not self.budget or not self.value:
            return None if not self.budget else 0.0
        return self.budget / self.value if self.at_least else self.value / self.budget

    @property
    def is_kept(self) -> bool:
        return self.ratio is None or self.ratio <= 1


@dataclass(frozen=True)
class Bench:
    """A benchmark by its name on the command line."""

    name: str
    measure: Callable[[], Iterable[Row]]
    needs_tables: bool


BENCHES: dict[str, Bench] = {}


def bench(name: str, *, needs_tables: bool = True) -> Callable[[Callable[[], Iterable[Row]]], Bench]:
    """Register a function that measures and yields rows, e.g. `@bench("race")`; with empty tables of its own."""

    def register(measure: Callable[[], Iterable[Row]]) -> Bench:
        BENCHES[name] = Bench(name, measure, needs_tables)
        return BENCHES[name]

    return register
