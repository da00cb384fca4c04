"""`manage.py bench consultations`: what one booking and the page of a hundred times cost."""

import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from http import HTTPStatus
from pathlib import Path
from statistics import median
from typing import TextIO, cast

from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consultations.actions.bookings import book
from consultations.actions.wishes import Wish
from consultations.enums import BookingKind, Source
from consultations.models import Adviser, ClinicDay, Venue
from consultations.reports.offers import offers
from services.actions.history import acting
from tests.benchmarks import Row, bench, sized
from tests.benchmarks.bench_race import BY, CONSENTS, SLOTS, advisers, open_day, resident_of, starts
from tests.benchmarks.bench_race import measure as race

ROUNDS, BATCH = sized(300, 10), 10


def _bare_insert(day: ClinicDay, adviser: Adviser, number: int) -> None:
    """What the database alone needs: lock the day, insert one row."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT 1 FROM consultations_clinicday WHERE id = %s FOR UPDATE", [day.pk])
        cursor.execute(
            "INSERT INTO consultations_sitting"
            " (clinic_day_id, adviser_id, opens_at, closes_at, slot_minutes, is_absent)"
            " VALUES (%s, %s, '15:00', '17:00', 20, true)",
            [day.pk, adviser.pk],
        )
        cursor.execute("COMMIT")


def _cpu_ms(work: Callable[[int], object], rounds: int) -> tuple[float, float]:
    """CPU milliseconds of one round, all threads of this process: in batches of ten: the least, for noise only adds,
    and the middle one."""
    costs = []
    for first in range(0, rounds, BATCH):
        start = time.process_time()
        for number in range(first, first + BATCH):
            work(number)
        costs.append((time.process_time() - start) * 1000 / BATCH)
    return min(costs), median(costs)


@contextmanager
def _logs_to_nowhere() -> Iterator[None]:
    """Two lines a request are written as in production, but not between the figures."""
    logger = logging.getLogger()
    (handler,), level = logger.handlers, logger.level
    stream = cast(logging.StreamHandler[TextIO], handler)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        shown = stream.setStream(nowhere)
        logger.setLevel(logging.INFO)
        yield
        logger.setLevel(level)
        stream.setStream(cast(TextIO, shown))


@bench("consultations")
def measure() -> Iterable[Row]:
    """The costs of one booking and of the page with a hundred times, then the contention of `bench race`."""
    monday = timezone.localdate() + timedelta(days=30)
    with acting(BY):
        venue = Venue.objects.create(name="시연 상담 창구")
        yield from _one_booking(monday, venue)
        yield from _page(monday)
    yield from race.measure()


def _one_booking(monday: date, venue: Venue) -> Iterable[Row]:
    lawyers = advisers("LAW", ROUNDS // SLOTS + 1)
    day = open_day(monday + timedelta(days=1), venue, lawyers)
    residents = [resident_of(10_000 + number) for number in range(ROUNDS + 1)]
    times = starts(day)
    wish = Wish(BookingKind.LAW, question="보증금을 돌려받지 못했습니다.", consents=CONSENTS)

    def one(number: int) -> None:
        book(day.pk, times[number % SLOTS], wish, resident=residents[number], by=BY, source=Source.WEB)

    one(0)  # templates are read once
    ours, middle = _cpu_ms(lambda number: one(number + 1), ROUNDS)
    other = open_day(monday + timedelta(days=2), venue, [])
    bare, _ = _cpu_ms(lambda number: _bare_insert(other, advisers("TAX", 1)[0], number), 20)
    bare -= _cpu_ms(lambda _: advisers("TAX", 1), 20)[0]
    yield Row("one booking with history and notices, CPU", ours, "ms", 8)
    yield Row("one booking, the middle batch", middle, "ms")
    yield Row("one booking / bare lock and insert, CPU", ours / max(bare, 0.05), "times")


def _page(monday: date) -> Iterable[Row]:
    """A place with 17 days of six times."""
    venue = Venue.objects.create(name="시연 백 자리")
    lawyers = advisers("LAW", 1)
    for number in range(17):
        open_day(monday + timedelta(days=10 + number), venue, lawyers)
    client = Client(SERVER_NAME="localhost")
    for page, answers in {
        "kind": {"kind": "LAW"},
        "topic": {"topic": "LEASE"},
        "place": {"township": "0", "venue": venue.pk},
    }.items():
        client.post(reverse(f"consultations:booking_{page}"), answers)
    url = reverse("consultations:booking_time")
    answer = client.get(url)
    if answer.status_code != HTTPStatus.OK:
        msg = f"The page of times answered {answer.status_code}."
        raise RuntimeError(msg)
    with _logs_to_nowhere():
        cost, middle = _cpu_ms(lambda _: client.get(url), ROUNDS)
        empty, _ = _cpu_ms(lambda _: client.get(reverse("healthz")), ROUNDS)
    html = answer.content
    slots = sum(len(offer.slots) for offer in offers(BookingKind.LAW, venue=venue))
    yield Row(f"page with {slots} times, CPU", cost, "ms", 10)
    yield Row(f"page with {slots} times, the middle batch", middle, "ms")
    yield Row(f"page with {slots} times / empty view, CPU", cost / empty, "times")
    yield Row(f"page with {slots} times, HTML", len(html) / 1000, "kB", 30)
