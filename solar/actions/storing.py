"""How a batch's rows are stored: inside a verb that has locked the batch's source."""

import hashlib
import io
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from solar.enums import BatchOrigin, BatchState, ReadingFlag, SourceKind
from solar.models import ImportBatch, Reading, ReadingConflict, RejectedRow, Source
from solar.rules.files import Parsed

_TALLY = "solar_incoming"


def new_batch(source: Source, *, origin: BatchOrigin, content: bytes, **fields: Any) -> ImportBatch:
    """A batch that needs no preview, not saved yet, of a locked source: what a device pushed or a model computed."""
    return ImportBatch(
        source=source,
        origin=origin,
        state=BatchState.ACCEPTED,
        sha256=hashlib.sha256(content).hexdigest(),
        content=zlib.compress(content),
        size=len(content),
        settled_at=timezone.now(),
        **fields,
    )


def take(batch: ImportBatch, parsed: Parsed, source: Source) -> list[str]:
    """Store rows, refusals and contradictions of a batch whose source is locked; fills its counts.

    Returns what became of each stored slot, in the order of `parsed`: new, same or conflict.
    """
    batch.line_count = parsed.line_count
    batch.rejected_count = len(parsed.refusals)
    batch.flagged_count = sum(1 for flags in parsed.flags if flags)
    batch.total_j = parsed.total_j
    if parsed.starts:
        batch.first_at, batch.last_at = _moment(min(parsed.starts)), _moment(max(parsed.starts))
    batch.save()
    RejectedRow.objects.bulk_create(
        (RejectedRow(batch=batch, line=row.line, text=row.text, reason=row.reason) for row in parsed.refusals),
        batch_size=5000,
    )
    outcome = merge(batch, parsed, source)
    batch.new_count = outcome.count("new")
    batch.conflict_count = outcome.count("conflict") + len(parsed.clashes)
    batch.same_count = outcome.count("same") + len(parsed.repeats) - len(parsed.clashes)
    batch.save(update_fields=["new_count", "conflict_count", "same_count"])
    ReadingConflict.objects.bulk_create(
        (
            ReadingConflict(batch=batch, start_at=_moment(row.start), kept_j=row.kept_j, offered_j=row.joules)
            for row in parsed.clashes
        ),
        batch_size=5000,
    )
    if parsed.starts:
        mark(source, timezone.localdate(batch.first_at), timezone.localdate(batch.last_at))
        cover(source)
    return outcome


def merge(batch: ImportBatch, parsed: Parsed, source: Source) -> list[str]:
    """COPY into a temporary table, insert what is new, keep what contradicts as conflicts."""
    if not parsed.starts:
        return []
    base = int(ReadingFlag.SIMULATED) * (source.kind == SourceKind.MODEL) | int(ReadingFlag.DEMO) * source.is_demo
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {_TALLY} (start bigint, joules bigint, flags int)")
        cursor.execute(f"TRUNCATE {_TALLY}")
        lines = zip(parsed.starts, parsed.joules, parsed.flags, strict=True)
        cursor.copy_expert(f"COPY {_TALLY} FROM STDIN", CopyText(lines, base))
        cursor.execute(
            f"""
            INSERT INTO solar_reading (source_id, start_at, joules, flags, batch_id)
            SELECT %s, to_timestamp(start), joules, flags, %s FROM {_TALLY}
            ON CONFLICT (source_id, start_at) DO NOTHING
            """,  # noqa: S608 - a constant name
            [source.pk, batch.pk],
        )
        if cursor.rowcount == len(parsed.starts):
            outcome = ["new"] * len(parsed.starts)
        else:
            outcome = _compare(cursor, batch, source, parsed.starts)
    return outcome


def _compare(cursor: Any, batch: ImportBatch, source: Source, starts: Sequence[int]) -> list[str]:
    """Which slots were new, which had the same value, which another one (kept as conflicts)."""
    cursor.execute(
        f"""
        SELECT i.start,
               CASE WHEN r.batch_id = %s THEN 'new' WHEN r.joules = i.joules THEN 'same' ELSE 'conflict' END
        FROM {_TALLY} i JOIN solar_reading r ON r.source_id = %s AND r.start_at = to_timestamp(i.start)
        """,  # noqa: S608 - a constant name
        [batch.pk, source.pk],
    )
    outcome = dict(cursor.fetchall())
    cursor.execute(
        f"""
        INSERT INTO solar_readingconflict (batch_id, start_at, kept_j, offered_j)
        SELECT %s, r.start_at, r.joules, i.joules
        FROM {_TALLY} i JOIN solar_reading r ON r.source_id = %s AND r.start_at = to_timestamp(i.start)
        WHERE r.joules <> i.joules
          AND NOT EXISTS (SELECT FROM solar_readingconflict c WHERE c.batch_id = %s AND c.start_at = r.start_at)
        """,  # noqa: S608 - a constant name
        [batch.pk, source.pk, batch.pk],
    )
    return [outcome[start] for start in starts]


class CopyText(io.TextIOBase):
    """Rows as COPY text, made while psycopg reads: no second copy of a large file in memory."""

    def __init__(self, rows: Iterator[tuple[int, int, int]], base: int) -> None:
        self.rows, self.base, self.rest = rows, base, ""

    def read(self, size: int | None = -1) -> str:
        least = size or -1
        parts, length = [self.rest], len(self.rest)
        for start, joules, flags in self.rows:
            parts.append(f"{start}\t{joules}\t{flags | self.base}\n")
            length += len(parts[-1])
            if 0 < least <= length:
                break
        text = "".join(parts)
        cut = len(text) if least < 0 else least
        self.rest = text[cut:]
        return text[:cut]


def mark(source: Source, first: date, last: date) -> None:
    """Korean days from first to last must be rolled up again; gaps inside are days too.

    DO UPDATE, not DO NOTHING: it locks the row until our commit, so that no worker takes the mark before our rows
    can be seen. In order of days, so that two writers cannot lock each other out.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO solar_dirtyday (plant_id, day, marked_at)
            SELECT %s, day::date, now() FROM generate_series(%s::date, %s::date, interval '1 day') AS day ORDER BY day
            ON CONFLICT (plant_id, day) DO UPDATE SET marked_at = excluded.marked_at, retry_at = NULL
            """,
            [source.plant_id, first, last],
        )


def cover(source: Source) -> None:
    """The Korean days that the source's readings cover, from the ends of its primary key."""
    readings = Reading.objects.filter(source=source)
    first = readings.order_by("start_at").values_list("start_at", flat=True).first()
    last = readings.order_by("-start_at").values_list("start_at", flat=True).first()
    covered = (timezone.localdate(first) if first else None, timezone.localdate(last) if last else None)
    if covered == (source.first_on, source.last_on):
        return
    grown = [day for day in (source.first_on, source.last_on, *covered) if day]
    source.first_on, source.last_on = covered
    source.save(update_fields=["first_on", "last_on"])
    if grown and source.plant.sources.count() > 1:  # which source counts may have changed on days without its rows
        mark(source, min(grown), max(grown))


def _moment(start: int) -> datetime:
    return datetime.fromtimestamp(start, UTC)
