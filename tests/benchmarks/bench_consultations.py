"""Booking under contention: 500 clients on one clinic day, and what one booking and the page of times cost."""

import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consultations.actions.bookings import Wish, book
from consultations.enums import BookingKind, ClinicDayState, ConsentKind, Source
from consultations.models import Adviser, Booking, ClinicDay, Hold, Sitting, Venue
from consultations.reports.offers import offers
from services.actions.history import acting
from services.models import Resident
from services.rules.history import Actor
from services.rules.refusal import Refused
from tests.benchmarks import Row, bench

BY = Actor.system("bench")
CONSENTS = dict.fromkeys(ConsentKind.REQUIRED, True)
CLIENTS = 500
PROCESSES, THREADS = 2, 4  # as gunicorn runs in production
ADVISERS = 5
SLOTS = 6  # 15:00 to 17:00 by 20 minutes
ROUNDS = 100


def _day(on: date, venue: Venue, advisers: list[Adviser]) -> ClinicDay:
    day = ClinicDay.objects.create(on=on, venue=venue, state=ClinicDayState.OPEN)
    hours = {"opens_at": "15:00", "closes_at": "17:00", "slot_minutes": 20}
    Sitting.objects.bulk_create([Sitting(clinic_day=day, adviser=one, **hours) for one in advisers])
    return ClinicDay.objects.get(pk=day.pk)


def _advisers(kind: str, count: int) -> list[Adviser]:
    term = {"term_from": date(2020, 1, 1), "term_until": date(2040, 1, 1)}
    return [Adviser.objects.create(kind=kind, name=f"시연 {kind} {number}", **term) for number in range(count)]


def _resident(number: int) -> Resident:
    return Resident.objects.create(name=f"시연 {number}", phone=f"+8210{number:08d}")


def _client(work: tuple[int, int, int]) -> Counter[str]:
    """One person: tries times in random order until one is theirs or the day is full."""
    day_id, resident_id, seed = work
    day, resident = ClinicDay.objects.get(pk=day_id), Resident.objects.get(pk=resident_id)
    starts = [day.moment(timezone.datetime(2020, 1, 1, 15).time()) + timedelta(minutes=20 * n) for n in range(SLOTS)]  # type: ignore[attr-defined]
    random.Random(seed).shuffle(starts)  # noqa: S311
    answers: Counter[str] = Counter()
    for start in starts:
        try:
            with acting(BY):
                book(
                    day_id,
                    start,
                    Wish(BookingKind.LAW, consents=CONSENTS),
                    resident=resident,
                    by=BY,
                    source=Source.API,
                )
        except Refused as refused:
            answers["calm" if refused.conflict else refused.sentence] += 1
        except Exception as error:  # noqa: BLE001
            answers[type(error).__name__] += 1
        else:
            answers["booked"] += 1
            break
    return answers


def _process(works: list[tuple[int, int, int]]) -> Counter[str]:
    with ThreadPoolExecutor(THREADS, initializer=connections.close_all) as pool:
        return sum(pool.map(_client, works), Counter())


def _race(day: ClinicDay) -> tuple[Counter[str], float]:
    """500 clients in two processes of four threads; what they were answered, and the seconds it took."""
    works = [(day.pk, _resident(number).pk, number) for number in range(CLIENTS)]
    connections.close_all()
    with multiprocessing.get_context("fork").Pool(PROCESSES) as pool:
        start = time.perf_counter()
        parts = pool.map(_process, [works[number::PROCESSES] for number in range(PROCESSES)])
        return sum(parts, Counter()), time.perf_counter() - start


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


def _cpu_ms(work: object, rounds: int) -> float:
    start = time.process_time()
    for number in range(rounds):
        work(number)  # type: ignore[operator]
    return (time.process_time() - start) * 1000 / rounds


@bench("consultations")
def measure() -> Iterable[Row]:
    """The race, then the costs of one booking and of the page with a hundred times."""
    monday = timezone.localdate() + timedelta(days=30)
    with acting(BY):
        venue = Venue.objects.create(name="시연 상담 장소")
        day = _day(monday, venue, _advisers("LAW", ADVISERS))
        answers, seconds = _race(day)
        places = ADVISERS * SLOTS
        yield Row("places given of 30", answers["booked"], "", places)
        yield Row("places given of 30, at least", answers["booked"], "", places, at_least=True)
        yield Row("double-booked", Booking.objects.count() - Hold.objects.count(), "")
        others = sum(count for answer, count in answers.items() if answer not in ("booked", "calm"))
        yield Row("answers that were not calm", others, "", 0.5)
        yield Row("decisions a second", sum(answers.values()) / seconds, "1/s", 150, at_least=True)
        yield from _one_booking(monday, venue)
        yield from _page(monday)


def _one_booking(monday: date, venue: Venue) -> Iterable[Row]:
    advisers = _advisers("LAW", ROUNDS // SLOTS + 1)
    day = _day(monday + timedelta(days=1), venue, advisers)
    residents = [_resident(10_000 + number) for number in range(ROUNDS)]
    start = day.moment(timezone.datetime(2020, 1, 1, 15).time())  # type: ignore[attr-defined]
    wish = Wish(BookingKind.LAW, question="보증금을 돌려받지 못했습니다.", consents=CONSENTS)

    def one(number: int) -> None:
        at = start + timedelta(minutes=20 * (number % SLOTS))
        book(day.pk, at, wish, resident=residents[number], by=BY, source=Source.WEB)

    ours = _cpu_ms(one, ROUNDS)
    other = _day(monday + timedelta(days=2), venue, [])
    bare = _cpu_ms(lambda number: _bare_insert(other, _advisers("TAX", 1)[0], number), 20)
    bare -= _cpu_ms(lambda _: _advisers("TAX", 1), 20)
    yield Row("one booking with history and notices, CPU", ours, "ms", 8)
    yield Row("one booking / bare lock and insert, CPU", ours / max(bare, 0.05), "times")


def _page(monday: date) -> Iterable[Row]:
    """A place with 17 days of six times."""
    venue = Venue.objects.create(name="시연 백 자리")
    lawyers = _advisers("LAW", 1)
    for number in range(17):
        _day(monday + timedelta(days=10 + number), venue, lawyers)
    client = Client()
    for page, answers in {
        "kind": {"kind": "LAW"},
        "topic": {"topic": "LEASE"},
        "township": {"township": "0"},
        "place": {"venue": venue.pk},
    }.items():
        client.post(reverse(f"consultations:booking_{page}"), answers)
    url = reverse("consultations:booking_time")
    html = client.get(url).content
    slots = sum(len(offer.slots) for offer in offers(BookingKind.LAW, venue=venue))
    yield Row(f"page with {slots} times, CPU", _cpu_ms(lambda _: client.get(url), 50), "ms", 10)
    yield Row(f"page with {slots} times, HTML", len(html) / 1000, "kB", 30)
