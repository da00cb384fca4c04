"""Readings that a plant's logger sends: taken at once, each row answered, the same push twice answered the same."""

import hashlib
from dataclasses import dataclass
from typing import Any

from services.actions.turns import in_turn
from services.rules.refusal import Refused
from solar.actions.storing import new_batch, take
from solar.enums import BatchOrigin, BatchState
from solar.models import ApiKey, ImportBatch, Source
from solar.reports.contents import rows_of
from solar.rules.files import Mapping, Parsed

MAX_ROWS = 5000
STATUSES = {"new": "accepted", "same": "same", "conflict": "conflict"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the device is told; `is_replay` when it had asked before."""

    body: dict[str, Any]
    is_replay: bool


@in_turn
def push(key: ApiKey, *, source: str, content: bytes, unit: str, label: str, zone: str, once: str) -> Answer:
    """Take the readings in `content` (the JSON as it came).

    Raises Refused: unknown source, too many rows, or an Idempotency-Key that was used for something else.
    """
    device = _device(key, source)
    digest = hashlib.sha256(content).hexdigest()
    if before := _before(device, digest, once):
        return Answer(before.answer or {}, is_replay=True)
    mapping = Mapping(0, 1, unit or device.unit, device.interval_s, label or device.label, zone or device.zone)
    batch = new_batch(
        device, origin=BatchOrigin.API, content=content, mapping=mapping.as_dict(), api_key=key, idempotency_key=once
    )
    parsed = rows_of(batch, mapping)
    batch.state = BatchState.PARTLY if parsed.refusals else BatchState.ACCEPTED
    outcome = take(batch, parsed, device)
    batch.answer = _answer(batch, parsed, outcome)
    batch.save(update_fields=["answer"])
    return Answer(batch.answer, is_replay=False)


def _device(key: ApiKey, code: str) -> Source:
    """The key's plant's device, locked. A plant with one device needs no code."""
    devices = Source.objects.select_for_update(of=("self",)).select_related("plant").filter(plant=key.plant_id)
    found = list((devices.filter(code=code) if code else devices.exclude(kind="model")).order_by("pk")[:2])
    if len(found) != 1:
        raise Refused("device 값에 이 설비의 장치 이름을 적어 주세요.", field="device")
    return found[0]


def _before(device: Source, digest: str, once: str) -> ImportBatch | None:
    batches_of_device = ImportBatch.objects.defer("content").filter(source=device)
    if once and (used := batches_of_device.filter(idempotency_key=once).first()):
        if used.sha256 != digest:
            raise Refused("같은 Idempotency-Key로 다른 자료를 보냈습니다. 새 값을 써 주세요.", conflict=True)
        return used
    return batches_of_device.filter(sha256=digest, state__in=sorted(BatchState.LIVE)).first()


def _answer(batch: ImportBatch, parsed: Parsed, outcome: list[str]) -> dict[str, Any]:
    rows = [{"index": line, "status": STATUSES[what]} for line, what in zip(parsed.lines, outcome, strict=True)]
    rows += [{"index": row.line, "status": "rejected", "reason": row.reason} for row in parsed.refusals]
    rows += [{"index": row.line, "status": "same" if row.is_same else "conflict"} for row in parsed.repeats]
    return {
        "batch": batch.pk,
        "accepted": batch.new_count,
        "same": batch.same_count,
        "conflicts": batch.conflict_count,
        "rejected": batch.rejected_count,
        "rows": sorted(rows, key=lambda row: int(str(row["index"]))),
    }
