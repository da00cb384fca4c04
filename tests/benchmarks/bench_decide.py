"""What deciding costs: the whole verb (locks, record, ledger, history, message) against the bare SQL of its money."""

import datetime as dt
import time
from collections.abc import Iterable

from django.db import connection, transaction

from services.actions.history import acting
from services.enums.people import Role
from services.rules.history import Actor
from slate.actions import decisions
from slate.enums import Work
from slate.models import Application
from tests.benchmarks import Row, bench, sized
from tests.slate import factories as make

DECISIONS = sized(60, 2)
BARE = (
    "SELECT id FROM slate_budgetline WHERE work = 'house' ORDER BY id FOR UPDATE",
    "SELECT id, version FROM slate_application WHERE id = {pk} FOR UPDATE",
    "UPDATE bench_line SET committed = committed + 1 WHERE id = 1 AND committed + 1 <= allotted",
    "INSERT INTO bench_ledger (line, won) VALUES (1, 1720000), (1, 344000), (1, 1376000)",
    "UPDATE bench_state SET version = version + 1 WHERE id = 1",
)


def bare(pk: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in BARE:
            cursor.execute(statement.format(pk=pk))


def taken(applications: list[Application], work) -> tuple[float, float]:
    """Seconds by the clock and CPU milliseconds for each, in this process."""
    clock, cpu = time.perf_counter(), time.process_time()
    for application in applications:
        work(application)
    count = len(applications)
    return (time.perf_counter() - clock) / count, (time.process_time() - cpu) / count * 1000


@bench("decide")
def measure() -> Iterable[Row]:
    """Sixty approvals one after another, then rolled back."""
    with acting(Actor.system("bench")), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE bench_line (id int PRIMARY KEY, committed int, allotted int)")
        cursor.execute("CREATE TEMP TABLE bench_ledger (line int, won bigint)")
        cursor.execute("CREATE TEMP TABLE bench_state (id int PRIMARY KEY, version int)")
        cursor.execute("INSERT INTO bench_line VALUES (1, 0, 100000)")
        cursor.execute("INSERT INTO bench_state VALUES (1, 1)")
        programme = make.programme_of_2020(year=2098, opens_on=dt.date(2020, 1, 2))
        programme.year = 2020  # the rates of 2020 without the demonstration's own programme
        type(programme).objects.filter(year=2020).update(year=2099)
        programme.save()
        officer, approver = make.staff(Role.SLATE_OFFICER), make.staff(Role.SLATE_APPROVER)
        make.with_money(programme, Work.HOUSE, 3_440_000 * DECISIONS * 2)
        applications = [make.proposed(programme, officer) for _ in range(DECISIONS)]
        plain, plain_cpu = taken(applications, lambda row: bare(row.pk))
        ours, ours_cpu = taken(
            applications, lambda row: decisions.approve(row.pk, by=approver.actor, version=row.version)
        )
        yield Row("bare SQL: lock, three ledger rows, state", plain * 1000, "ms")
        yield Row("approve", ours * 1000, "ms")
        yield Row("approve, CPU of the process", ours_cpu, "ms")
        yield Row("decisions a second, one worker", 1 / ours, "")
        yield Row("approve / bare SQL, CPU", ours_cpu / max(plain_cpu, 0.01), "times", 60)
        transaction.set_rollback(True)
