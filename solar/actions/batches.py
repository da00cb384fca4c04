"""Files of readings come in as batches: stored whole, looked at, taken or laid aside, and taken back.

Order of locks: the device, then the batch, so that two people, or a file and a push, come one after the other.
"""

import hashlib
import zlib
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from services.actions.history import record
from services.actions.moves import lock, move, refuse_unless
from services.actions.turns import in_turn
from services.rules.history import Actor
from services.rules.refusal import Refused
from solar.actions.storing import cover, mark, merge, take
from solar.enums import BatchMove, BatchState
from solar.models import ImportBatch, Reading, Source
from solar.reports.contents import rows_of
from solar.rules.files import MAX_BYTES, Mapping, Unreadable, decode, detect

NOTHING_TO_TAKE = "받을 수 있는 줄이 없습니다. '살펴볼 것'을 보고 읽는 방법을 고치거나 이 자료를 버려 주세요."
TOO_BIG = "파일이 너무 큽니다. 10MB까지 올릴 수 있습니다."


@dataclass(frozen=True, slots=True)
class Upload:
    """A stored file; `is_new` is false when the same file was there already."""

    batch: ImportBatch
    is_new: bool


@dataclass(frozen=True, slots=True)
class Undone:
    """A file that was taken back, and how many readings went with it."""

    batch: ImportBatch
    gone: int


@in_turn
def upload(source: Source, *, file_name: str, content: bytes, by: Actor) -> Upload:
    """Keep a file as it is and guess how to read it. The same file twice gives the first batch back.

    Raises Refused when it is too big, empty or no table.
    """
    if len(content) > MAX_BYTES:
        raise Refused(TOO_BIG, field="file")
    try:
        mapping = detect(decode(content), rated_w=source.rated_w, longitude=source.place[1])
    except Unreadable as error:
        raise Refused(str(error), field="file") from error
    batch, is_new = ImportBatch.objects.get_or_create(
        source=source,
        sha256=hashlib.sha256(content).hexdigest(),
        state__in=sorted(BatchState.LIVE),
        defaults={
            "state": BatchState.PREVIEW,
            "file_name": file_name[-120:],
            "content": zlib.compress(content),
            "size": len(content),
            "mapping": mapping.as_dict(),
            "uploaded_by_id": by.user_id,
        },
    )
    if is_new:
        record(batch, BatchMove.UPLOADED, by=by, after=batch.state)
    return Upload(batch, is_new)


@in_turn
def accept(batch_id: int, mapping: Mapping, *, by: Actor) -> ImportBatch:
    """Take every readable row of a looked-at file. Raises Refused: taken already, or no row can be taken."""
    batch, source = _locked(batch_id)
    refuse_unless(BatchMove.ACCEPTED, batch, by=by)
    batch.mapping, batch.settled_at = mapping.as_dict(), timezone.now()
    try:
        parsed = rows_of(batch)
    except Unreadable as error:  # taken in by an older release, or no table after all
        raise Refused(str(error), conflict=True) from error
    if not parsed.starts:
        raise Refused(NOTHING_TO_TAKE)
    take(batch, parsed, source)
    name = BatchMove.ACCEPTED_PARTLY if batch.rejected_count else BatchMove.ACCEPTED
    return move(batch, name, by=by, settled_at=batch.settled_at)


@in_turn
def discard(batch_id: int, *, by: Actor) -> ImportBatch:
    """Lay a looked-at file aside without taking anything; it may be uploaded again."""
    batch, _ = _locked(batch_id)
    return move(batch, BatchMove.DISCARDED, by=by)


@in_turn
def undo(batch_id: int, *, by: Actor) -> Undone:
    """Take back everything of one batch.

    Batches that came later and said the same, or something else, about these hours are read again: what only the
    undone batch had kept away comes in now. Raises Refused when nothing of it was taken.
    """
    batch, source = _locked(batch_id)
    refuse_unless(BatchMove.UNDONE, batch, by=by)
    first, last = _period(batch)
    move(batch, BatchMove.UNDONE, by=by)
    gone, _ = Reading.objects.filter(source=source, batch=batch, start_at__range=(first, last)).delete()
    for other in source.batches.filter(
        state__in=sorted(BatchState.IN_USE), first_at__lte=last, last_at__gte=first
    ).order_by("settled_at", "pk"):
        merge(other, rows_of(other), source)
    mark(source, timezone.localdate(first), timezone.localdate(last))
    cover(source)
    return Undone(batch, gone)


def _locked(batch_id: int) -> tuple[ImportBatch, Source]:
    sources = Source.objects.select_for_update(of=("self",)).select_related("plant")
    source = sources.get(batches=batch_id)
    batch = lock(ImportBatch.objects, batch_id)
    batch.source = source
    return batch, source


def _period(batch: ImportBatch) -> tuple[datetime, datetime]:
    if batch.first_at is None or batch.last_at is None:
        raise Refused("이 자료에는 받은 줄이 없습니다.", conflict=True)
    return batch.first_at, batch.last_at
