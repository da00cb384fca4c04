"""`manage.py bench race`: 20 clients on one slot, 500 on one clinic day, joint and single mixed, and the control."""

import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from typing import NamedTuple
from unittest import mock

from django.db import connection, connections, transaction
from django.utils import timezone

from consultations.actions import bookings
from consultations.actions.wishes import Wish
from consultations.enums import BookingKind, ClinicDayState, ConsentKind, Source
from consultations.models import Adviser, ClinicDay, Hold, Sitting, Venue
from services.actions.history import acting
from services.models import Resident
from services.rules.history import Actor
from services.rules.refusal import Refused
from tests.benchmarks import Row, bench, sized

BY = Actor.system("bench")
CONSENTS = dict.fromkeys(ConsentKind.REQUIRED, True)
CLIENTS = sized(500, 60)  # more than there are places
PROCESSES, THREADS = 2, 4  # as gunicorn runs in production
ADVISERS = 5
SLOTS = 6  # 15:00 to 17:00 by 20 minutes
FEW = 20


class Work(NamedTuple):
    """One client: rows by their keys, for another process."""

    day: int
    resident: int
    kind: str
    times: int


def open_day(on: date, venue: Venue, sitting: list[Adviser]) -> ClinicDay:
    day = ClinicDay.objects.create(on=on, venue=venue, state=ClinicDayState.OPEN)
    hours = {"opens_at": "15:00", "closes_at": "17:00", "slot_minutes": 20}
    Sitting.objects.bulk_create([Sitting(clinic_day=day, adviser=one, **hours) for one in sitting])
    return ClinicDay.objects.get(pk=day.pk)


def advisers(kind: str, count: int) -> list[Adviser]:
    term = {"term_from": date(2020, 1, 1), "term_until": date(2040, 1, 1)}
    return [Adviser.objects.create(kind=kind, name=f"시연 {kind} {number}", **term) for number in range(count)]


def resident_of(number: int) -> Resident:
    return Resident.objects.create(name=f"시연 {number}", phone=f"+8210{number:08d}")


def starts(day: ClinicDay) -> list[datetime]:
    """The times of such a day."""
    return [day.moment(time_of_day(15)) + timedelta(minutes=20 * number) for number in range(SLOTS)]


def _client(work: Work) -> Counter[str]:
    """One person: tries the first `times` times in random order until one is theirs or all are taken."""
    day, resident = ClinicDay.objects.get(pk=work.day), Resident.objects.get(pk=work.resident)
    wanted = starts(day)[: work.times]
    random.Random(work.resident).shuffle(wanted)  # noqa: S311
    wish = Wish(BookingKind(work.kind), consents=CONSENTS)
    answers: Counter[str] = Counter()
    for start in wanted:
        try:
            with acting(BY):
                bookings.book(day.pk, start, wish, resident=resident, by=BY, source=Source.API)
        except Refused as refused:
            answers["calm" if refused.conflict else refused.sentence] += 1
        except Exception as error:  # noqa: BLE001
            answers[type(error).__name__] += 1
        else:
            answers["booked"] += 1
            break
    return answers


def _process(works: list[Work]) -> Counter[str]:
    with ThreadPoolExecutor(THREADS, initializer=connections.close_all) as pool:
        return sum(pool.map(_client, works), Counter())


def _race(day: ClinicDay, first: int, kinds: Sequence[str], times: int) -> tuple[Counter[str], float]:
    """Clients in two processes of four threads; what they were answered, and the seconds it took."""
    works = [Work(day.pk, resident_of(first + number).pk, kind, times) for number, kind in enumerate(kinds)]
    connections.close_all()
    with multiprocessing.get_context("fork").Pool(PROCESSES) as pool:
        pool.map(_warm_up, range(PROCESSES), chunksize=1)
        start = time.perf_counter()
        parts = pool.map(_process, [works[number::PROCESSES] for number in range(PROCESSES)], chunksize=1)
        return sum(parts, Counter()), time.perf_counter() - start


def _warm_up(_number: int) -> None:
    """A server that runs has its templates read."""
    time.sleep(0.2)  # so that each process gets one
    connections.close_all()
    wish = Wish(BookingKind.LAW, consents=CONSENTS)
    with transaction.atomic(), acting(BY):
        venue = Venue.objects.create(name=f"시연 연습 {time.monotonic_ns()}")
        day = open_day(timezone.localdate() + timedelta(days=20), venue, advisers("LAW", 1))
        resident = resident_of(time.monotonic_ns() % 10**8)
        bookings.book(day.pk, starts(day)[0], wish, resident=resident, by=BY, source=Source.API)
        transaction.set_rollback(True)
    connections.close_all()


@contextmanager
def _guards_off() -> Iterator[None]:
    """Lock and constraint off: what is left is check then insert."""
    no_lock = mock.patch.object(bookings, "lock_day", lambda pk, **_: ClinicDay.objects.get(pk=pk))
    guard = next(one for one in Hold._meta.constraints if one.name == "hold_adviser_is_free")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Hold, guard)
    try:
        with no_lock:
            yield
    finally:
        Hold.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Hold, guard)


@bench("race")
def measure() -> Iterable[Row]:
    """Nothing double, nothing left empty, no answer that is a fault; with the guards off the same race does harm."""
    monday = timezone.localdate() + timedelta(days=30)
    with acting(BY):
        venue = Venue.objects.create(name="시연 상담 장소")
        one = open_day(monday, venue, advisers("LAW", 1))
        answers, _seconds = _race(one, 1_000, ["LAW"] * FEW, 1)
        yield from _rows(f"{FEW} clients, one slot", one, answers, 1)
        many = open_day(monday + timedelta(days=1), venue, advisers("LAW", ADVISERS))
        answers, seconds = _race(many, 2_000, ["LAW"] * CLIENTS, SLOTS)
        yield from _rows(f"{CLIENTS} clients", many, answers, ADVISERS * SLOTS)
        yield Row("decisions a second", sum(answers.values()) / seconds, "1/s", 150, at_least=True)
        both = open_day(monday + timedelta(days=2), venue, advisers("LAW", ADVISERS) + advisers("TAX", ADVISERS))
        dice = random.Random(5)  # noqa: S311
        kinds = dice.choices(["BOTH", "TAX", "LAW"], k=CLIENTS)
        answers, _seconds = _race(both, 3_000, kinds, SLOTS)
        yield from _mixed_rows(f"{CLIENTS} joint and single", both, answers)
        with _guards_off():
            wild = open_day(monday + timedelta(days=3), venue, advisers("LAW", 1))
            answers, _seconds = _race(wild, 4_000, ["LAW"] * FEW, 1)
            doubles = Hold.objects.filter(clinic_day=wild).count() - 1
            yield Row("control, lock and constraint off: double bookings", doubles, "", 1, at_least=True)


def _rows(who: str, day: ClinicDay, answers: Counter[str], places: int) -> Iterable[Row]:
    yield Row(f"{who}: places given of {places}", answers["booked"], "", places)
    yield Row(f"{who}: places given of {places}, at least", answers["booked"], "", places, at_least=True)
    held = Hold.objects.filter(clinic_day=day).count()
    yield Row(f"{who}: bookings without their own time", day.bookings.count() - held, "", 0.5)
    yield _calm(who, answers)


def _mixed_rows(who: str, day: ClinicDay, answers: Counter[str]) -> Iterable[Row]:
    """Every adviser's every slot is held once, and each booking has exactly the advisers of its kind."""
    places = 2 * ADVISERS * SLOTS
    held = Hold.objects.filter(clinic_day=day).values("adviser", "period").distinct().count()
    yield Row(f"{who}: slots held of {places}, at least", held, "", places, at_least=True)
    yield Row(f"{who}: holds of {places}", Hold.objects.filter(clinic_day=day).count(), "", places)
    halves = sum(one.holds.count() != len(BookingKind(one.kind).kinds) for one in day.bookings.order_by("pk"))
    yield Row(f"{who}: bookings with half their advisers", halves, "", 0.5)
    yield _calm(who, answers)


def _calm(who: str, answers: Counter[str]) -> Row:
    others = sum(count for answer, count in answers.items() if answer not in ("booked", "calm"))
    return Row(f"{who}: answers that were not calm", others, "", 0.5)
