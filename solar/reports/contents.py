"""What stands in a stored batch: its bytes, and its rows as far as they may be taken."""

import json
import zlib
from collections.abc import Iterator

from django.utils import timezone

from solar.enums import BatchOrigin
from solar.models import ImportBatch
from solar.reports.rulebook import first_day_of
from solar.rules.files import Mapping, Parsed, decode, header_of, parse, parse_rows
from solar.rules.stamps import Span


def rows_of(batch: ImportBatch, mapping: Mapping | None = None) -> Parsed:
    """The rows of a stored batch, read as `mapping` says or as it was read; what it may not say is refused.

    Read again after others were taken back, a batch says what it said when it was taken: "now" is that moment.
    """
    content, mapping = bytes_of(batch), mapping or Mapping(**batch.mapping)
    span = Span.of(first_day_of(batch.source), batch.settled_at or timezone.now(), mapping.interval_s)
    if batch.origin == BatchOrigin.API:
        return parse_rows(rows_of_push(content), mapping, rated_w=batch.source.rated_w, span=span)
    return parse(decode(content), mapping, rated_w=batch.source.rated_w, span=span)


def header_of_batch(batch: ImportBatch) -> list[str]:
    """Names of the columns of a stored file. Raises Unreadable."""
    return header_of(decode(bytes_of(batch)))


def bytes_of(batch: ImportBatch) -> bytes:
    """The batch as it came."""
    return zlib.decompress(batch.content)


def rows_of_push(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Numbered rows of what a device sent: numbers stay as they were written, never floats."""
    body = json.loads(content, parse_float=str, parse_int=str)
    for number, row in enumerate(body["readings"]):
        yield number, [str(cell) for cell in row] if isinstance(row, list) else []
