"""What stands in a stored batch: its bytes and its rows, as they came."""

import json
import zlib
from collections.abc import Iterator

from solar.enums import BatchOrigin
from solar.models import ImportBatch
from solar.rules.files import Mapping, Parsed, decode, parse, parse_rows


def rows_of(batch: ImportBatch, mapping: Mapping | None = None) -> Parsed:
    """The rows of a stored batch, read as `mapping` says or as it was read."""
    content, mapping = bytes_of(batch), mapping or Mapping(**batch.mapping)
    if batch.origin == BatchOrigin.API:
        return parse_rows(rows_of_push(content), mapping, rated_w=batch.source.rated_w)
    return parse(decode(content), mapping, rated_w=batch.source.rated_w)


def bytes_of(batch: ImportBatch) -> bytes:
    """The batch as it came."""
    return zlib.decompress(batch.content)


def rows_of_push(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Numbered rows of what a device sent: numbers stay as they were written, never floats."""
    body = json.loads(content, parse_float=str, parse_int=str)
    for number, row in enumerate(body["readings"]):
        yield number, [str(cell) for cell in row] if isinstance(row, list) else []
