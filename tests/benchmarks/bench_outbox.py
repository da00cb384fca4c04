"""How fast the outbox hands out, next to what the database alone needs for the same claims."""

import time
from collections.abc import Iterator, Sequence
from unittest import mock

from django.db import connection, transaction
from django.test import override_settings

from services.actions.history import acting
from services.actions.notices import dispatch, dispatch_due, doorbell, post
from services.actions.notices.senders import Outcome, Outgoing, SendResult
from services.models import Notice, Resident
from services.notices.messages import Message
from services.rules.history import Actor
from tests.benchmarks import Row, bench, sized

COUNT = sized(1000, 10)
MESSAGE = Message("consultations/notices/booked", "제목", "[김제시] 상담 예약 완료", "긴 글")
BARE = """
    UPDATE services_notice SET state = 'sent' WHERE id IN (
        SELECT id FROM services_notice WHERE state = 'queued' ORDER BY next_at LIMIT 50 FOR UPDATE SKIP LOCKED)
"""


class Instant:
    """A provider that costs nothing."""

    batch = 50

    def send(self, batch: Sequence[Outgoing]) -> dict[int, SendResult]:
        return {letter.pk: SendResult(Outcome.ACCEPTED, str(letter.pk)) for letter in batch}

    def outcomes(self, provider_ids: Sequence[str]) -> dict[str, SendResult]:
        return {}


@bench("outbox")
def measure() -> Iterator[Row]:
    """Notices a second, and the time a commit waits for the doorbell."""
    instant = mock.patch.object(dispatch, "sender_for", return_value=Instant())
    with acting(Actor.system("bench")), override_settings(NOTICE_HOURS=(0, 24), DOORBELL=False), instant:
        resident = Resident.objects.create(name="시연 김만경", phone="+821012345678")
        posting = _post_all(resident)
        begun = time.perf_counter()
        assert dispatch_due(limit=COUNT) == COUNT
        ours = COUNT / (time.perf_counter() - begun)
        Notice.objects.update(state="queued")
        bare = _bare()
    yield Row("notices posted a second", COUNT / posting, "/s")
    yield Row("notices handed out a second", ours, "/s", budget=200, at_least=True)
    yield Row("bare UPDATE ... SKIP LOCKED of the same rows", bare, "/s")
    yield Row("bare / ours", bare / ours, "x", budget=60)
    yield Row("a ring with no broker there", _ring(), "ms", budget=5)


def _post_all(resident: Resident) -> float:
    begun = time.perf_counter()
    with transaction.atomic():
        for number in range(COUNT):
            post(MESSAGE, once_key=f"bench:{number}", resident=resident)
    return time.perf_counter() - begun


def _bare() -> float:
    begun, rows = time.perf_counter(), 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(BARE)
            if not cursor.rowcount:
                return rows / (time.perf_counter() - begun)
            rows += cursor.rowcount


def _ring() -> float:
    begun = time.perf_counter()
    for _ in range(20):
        doorbell.ring()
    return (time.perf_counter() - begun) / 20 * 1000
