"""Finds the benchmarks in tests/benchmarks/bench_*.py, runs those named (or all) and prints one table each."""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection, connections

from tests.benchmarks import BENCHES, Bench, Row


def main(names: list[str]) -> int:
    """Exit with 1 when a budget was not kept, with 2 when a benchmark is not known."""
    django.setup()
    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        importlib.import_module(f"tests.benchmarks.{path.stem}")
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"No benchmark {', '.join(unknown)}; there are: {', '.join(sorted(BENCHES))}.", file=sys.stderr)  # noqa: T201
        return 2
    wanted = [BENCHES[name] for name in (names or sorted(BENCHES))]
    kept = []
    with database("bench") as made:
        if any(entry.needs_tables for entry in wanted):
            call_command("migrate", interactive=False, verbosity=0)
        for entry in wanted:
            if entry.needs_tables:
                with database(f"bench_{entry.name}", like=made):
                    kept.append(run(entry))
            else:
                kept.append(run(entry))
    return 0 if all(kept) else 1


@contextmanager
def database(name: str, *, like: str = "template0") -> Iterator[str]:
    """A database of its own, so that no benchmark meets the rows of another; gone afterwards."""
    usual = connection.settings_dict["NAME"]
    connections.close_all()  # PostgreSQL copies no database that somebody uses
    with connection._nodb_cursor() as cursor:  # as Django's own test runner does
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
    connection.settings_dict["NAME"] = name
    try:
        yield name
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = usual
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def run(entry: Bench) -> bool:
    """Print each row as soon as it is measured: some take half a minute."""
    print(f"\n{entry.name}", flush=True)  # noqa: T201
    kept = True
    for row in entry.measure():
        print(line_of(row), flush=True)  # noqa: T201
        kept = kept and row.is_kept
    return kept


def line_of(row: Row) -> str:
    text = f"  {row.label:<56}{row.value:>12,.2f} {row.unit:<6}"
    if row.budget is None or row.ratio is None:
        return text.rstrip()
    sign = ">=" if row.at_least else "<="
    verdict = "" if row.is_kept else "  NOT KEPT"
    return f"{text} {sign} {row.budget:>9,.2f}   ratio {row.ratio:.2f}{verdict}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
