"""`manage.py bench race`: 20 clients on one slot, and 500 on the 30 places of one clinic day."""

import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from datetime import time as time_of_day

from django.db import connections, transaction
from django.utils import timezone

from consultations.actions.bookings import book
from consultations.actions.seats import Wish
from consultations.enums import BookingKind, ClinicDayState, ConsentKind, Source
from consultations.models import Adviser, Booking, ClinicDay, Hold, Sitting, Venue
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
FEW = 20
WISH = Wish(BookingKind.LAW, consents=CONSENTS)


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


def _client(work: tuple[int, int, int, int]) -> Counter[str]:
    """One person: tries the first `times` times in random order until one is theirs or all are taken."""
    day_id, resident_id, seed, times = work
    day, resident = ClinicDay.objects.get(pk=day_id), Resident.objects.get(pk=resident_id)
    wanted = starts(day)[:times]
    random.Random(seed).shuffle(wanted)  # noqa: S311
    answers: Counter[str] = Counter()
    for start in wanted:
        try:
            with acting(BY):
                book(day_id, start, WISH, resident=resident, by=BY, source=Source.API)
        except Refused as refused:
            answers["calm" if refused.conflict else refused.sentence] += 1
        except Exception as error:  # noqa: BLE001
            answers[type(error).__name__] += 1
        else:
            answers["booked"] += 1
            break
    return answers


def _process(works: list[tuple[int, int, int, int]]) -> Counter[str]:
    with ThreadPoolExecutor(THREADS, initializer=connections.close_all) as pool:
        return sum(pool.map(_client, works), Counter())


def _race(day: ClinicDay, first: int, clients: int, times: int) -> tuple[Counter[str], float]:
    """Clients in two processes of four threads; what they were answered, and the seconds it took."""
    works = [(day.pk, resident_of(number).pk, number, times) for number in range(first, first + clients)]
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
    with transaction.atomic(), acting(BY):
        venue = Venue.objects.create(name=f"시연 연습 {time.monotonic_ns()}")
        day = open_day(timezone.localdate() + timedelta(days=20), venue, advisers("LAW", 1))
        book(day.pk, starts(day)[0], WISH, resident=resident_of(time.monotonic_ns() % 10**8), by=BY, source=Source.API)
        transaction.set_rollback(True)
    connections.close_all()


@bench("race")
def measure() -> Iterable[Row]:
    """Nothing double, nothing left empty, nobody answered with a fault."""
    monday = timezone.localdate() + timedelta(days=30)
    with acting(BY):
        venue = Venue.objects.create(name="시연 상담 장소")
        one = open_day(monday, venue, advisers("LAW", 1))
        answers, _seconds = _race(one, 1_000, FEW, 1)
        yield from _rows(f"{FEW} clients, one slot", one, answers, 1)
        many = open_day(monday + timedelta(days=1), venue, advisers("LAW", ADVISERS))
        answers, seconds = _race(many, 2_000, CLIENTS, SLOTS)
        yield from _rows(f"{CLIENTS} clients", many, answers, ADVISERS * SLOTS)
        yield Row("decisions a second", sum(answers.values()) / seconds, "1/s", 150, at_least=True)


def _rows(who: str, day: ClinicDay, answers: Counter[str], places: int) -> Iterable[Row]:
    yield Row(f"{who}: places given of {places}", answers["booked"], "", places)
    yield Row(f"{who}: places given of {places}, at least", answers["booked"], "", places, at_least=True)
    held = Hold.objects.filter(clinic_day=day).count()
    yield Row(
        f"{who}: bookings without their own time", Booking.objects.filter(clinic_day=day).count() - held, "", 0.5
    )
    others = sum(count for answer, count in answers.items() if answer not in ("booked", "calm"))
    yield Row(f"{who}: answers that were not calm", others, "", 0.5)
