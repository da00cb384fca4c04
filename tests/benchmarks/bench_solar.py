"""Readings: a file end to end against a bare COPY, rolling up again, one late reading, the year page's SQL."""

import io
import time
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from services.actions.history import acting
from services.models import User
from services.rules.history import Actor
from solar.actions import batches, storing
from solar.actions.rollups import roll_up_all
from solar.enums import BatchOrigin, Unit
from solar.models import Plant, Source
from solar.reports.pages import page_of
from solar.rules.files import Mapping, Parsed
from tests.benchmarks import Row, bench, sized

ROWS = sized(105_408, 288)  # a plant-year of five minutes
START = int(datetime(2023, 12, 31, 15, tzinfo=UTC).timestamp())  # midnight of 2024 in Korea
SPAN = (date(2024, 1, 1), date(2024, 12, 31))
FIVE_MINUTES = Mapping(0, 1, Unit.KW, 300, zone="UTC")


def seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def kilowatts(number: int) -> str:
    return f"{number % 288 % 97 / 10:.4f}"


def file_of(rows: int) -> bytes:
    """A logger's CSV file of so many rows."""
    begin = datetime.fromtimestamp(START, UTC)
    lines = (
        f"{(begin + timedelta(minutes=5 * number)).strftime('%Y-%m-%d %H:%M:%S')},{kilowatts(number)}"
        for number in range(rows)
    )
    return ("ts,ac_power_kw\n" + "\n".join(lines)).encode()


def bare_copy() -> float:
    """Seconds of COPY alone: the same rows as ready text into a table of the same shape with its primary key."""
    begin = datetime.fromtimestamp(START, UTC)
    lines = (f"{begin + timedelta(minutes=5 * number)}\t{1000 * number % 97}\t0\n" for number in range(ROWS))
    text = io.StringIO("".join(lines))
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE bare (start_at timestamptz, joules bigint, flags int, "
            "source_id bigint DEFAULT 1, batch_id bigint DEFAULT 1, PRIMARY KEY (source_id, start_at)) ON COMMIT DROP"
        )
        return seconds(lambda: cursor.copy_expert("COPY bare (start_at, joules, flags) FROM STDIN", text))


def fill(slug: str) -> Source:
    """A year of five-minute readings of one plant, without the parsing."""
    source = Source.objects.create(plant=Plant.objects.get(slug=slug), code="bench", name="bench")
    parsed = Parsed(
        starts=[START + 300 * number for number in range(ROWS)],
        joules=[number % 97 * 30_000 for number in range(ROWS)],
        flags=[0] * ROWS,
    )
    batch = storing.new_batch(source, origin=BatchOrigin.MODEL, content=slug.encode(), mapping=FIVE_MINUTES.as_dict())
    storing.take(batch, parsed, source)
    return source


def mark_all() -> None:
    for source in Source.objects.filter(code="bench"):
        storing.mark(source, *SPAN)


@bench("solar")
def measure() -> Iterable[Row]:
    """Everything in one transaction that is taken back."""
    with acting(Actor.system("bench")), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '120s'")
        yield from ingest()
        for plant in Plant.objects.exclude(slug="council"):
            fill(plant.slug)
        yield from rolling()
        transaction.set_rollback(True)


def ingest() -> Iterable[Row]:
    manager = User.objects.create(username="bench")
    source = Source.objects.create(plant=Plant.objects.get(slug="council"), code="bench", name="bench", rated_w=10_000)
    content = file_of(ROWS)
    bare = bare_copy()
    batch = batches.upload(source, file_name="bench.csv", content=content, by=manager.actor).batch
    ours = seconds(lambda: batches.accept(batch.pk, FIVE_MINUTES, by=manager.actor))
    other = content + b"\n"
    again = batches.upload(source, file_name="again.csv", content=other, by=manager.actor).batch
    same = seconds(lambda: batches.accept(again.pk, FIVE_MINUTES, by=manager.actor))
    yield Row("bare COPY into a primary key", ROWS / bare / 1000, "thousand rows/s")
    yield Row("file end to end", ROWS / ours / 1000, "thousand rows/s")
    yield Row("file end to end / bare COPY", bare / ours, "times", 0.30, at_least=True)
    yield Row("same values in another file", ROWS / same / 1000, "thousand rows/s")
    yield Row("rows that it changed", float(again.new_count), "rows")


def rolling() -> Iterable[Row]:
    mark_all()
    whole = seconds(roll_up_all)
    yield Row("roll up 9 plant-years, with completeness and won", whole, "s", 5 * 0.63)
    late = Source.objects.get(plant__slug="council", code="bench")
    storing.mark(late, date(2024, 6, 3), date(2024, 6, 3))
    yield Row("one late reading in hour, day, month and won", seconds(roll_up_all) * 1000, "ms", 100)
    with CaptureQueriesContext(connection) as queries:
        page_of("year", date(2024, 6, 1))
    spent = sum(float(query["time"]) for query in queries) * 1000
    yield Row("SQL of the year page", spent, "ms", 10)
    yield Row("statements that touch raw readings", float(sum("solar_reading" in q["sql"] for q in queries)), "")
