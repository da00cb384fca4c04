"""Many at once on real PostgreSQL with real threads; with the guards off the same test double-books."""

import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection

from consultations.actions import bookings
from consultations.enums import BookingKind, JointOrder
from consultations.models import Booking, ClinicDay, Hold
from services.actions.history import acting
from services.models import Resident
from services.rules.refusal import Refused
from tests.consultations.factories import BY, EVE, at, booked, clinic_day

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 20


@pytest.fixture(autouse=True)
def _friday(clock):
    clock(EVE)


def people(count: int) -> list[Resident]:
    return [Resident.objects.create(name=f"시연 {number}", phone=f"+8210{number:08d}") for number in range(count)]


def at_once(jobs: Sequence[Callable[[], object]]) -> Counter[str]:
    """Run the jobs in as many threads, started together; count what came back."""
    start = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> str:
        start.wait()
        try:
            with acting(BY):
                job()
        except Refused as refused:
            return "refused" if refused.conflict else f"refused: {refused.sentence}"
        except Exception as error:  # noqa: BLE001
            return repr(error)
        else:
            return "booked"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return Counter(pool.map(run, jobs))


def test_one_slot_goes_to_exactly_one(transactional_db):
    day, residents = clinic_day("LAW"), people(THREADS)
    for minutes in (0, 20, 40):
        start = at(15) + timedelta(minutes=minutes)
        result = at_once([partial(booked, one, day, start) for one in residents[: THREADS - minutes // 20]])
        residents = [one for one in residents if not one.bookings.exists()]
        assert result == {"booked": 1, "refused": THREADS - minutes // 20 - 1}
    assert Hold.objects.count() == Booking.objects.count() == 3


def test_joint_and_single_in_any_order_never_deadlock(transactional_db):
    """Twenty people want six times of two advisers, jointly or not; what fits is given, the rest is told calmly."""
    day, residents = clinic_day(), people(THREADS)
    dice = random.Random(7)  # noqa: S311
    wishes = [
        (dice.choice(["TAX", "LAW", "BOTH", "BOTH"]), at(15) + timedelta(minutes=20 * dice.randrange(6)))
        for _ in residents
    ]
    jobs = [partial(booked, one, day, start, kind=kind) for one, (kind, start) in zip(residents, wishes, strict=True)]
    result = at_once(jobs)
    assert result["booked"] + result["refused"] == THREADS, result
    for booking in Booking.objects.order_by("pk"):
        assert booking.holds.count() == len(BookingKind(booking.kind).kinds)
    wanted = {start for _, start in wishes}
    assert {booking.starts_at for booking in Booking.objects.order_by("pk")} == wanted  # no wanted time is left empty


def test_together_or_in_turns_takes_both_or_none(transactional_db):
    """Joint wishes at once or one adviser after the other, beside single ones: no half of a visit is ever held."""
    day, residents = clinic_day(), people(THREADS)
    dice = random.Random(11)  # noqa: S311
    jobs = []
    for one in residents:
        kind, order = dice.choice(
            [("BOTH", "SAME"), ("BOTH", "TAX"), ("BOTH", "LAW"), ("TAX", "SAME"), ("LAW", "SAME")]
        )
        start = at(15) + timedelta(minutes=20 * dice.randrange(5))
        jobs.append(partial(booked, one, day, start, kind=kind, order=JointOrder(order)))
    result = at_once(jobs)
    assert result["booked"] + result["refused"] == THREADS, result
    assert result["booked"] >= 3
    for booking in Booking.objects.order_by("pk"):
        begins = list(booking.holds.order_by("period").values_list("period__startswith", flat=True))
        assert len(begins) == len(BookingKind(booking.kind).kinds)
        assert begins[0] == booking.starts_at
        assert (begins[-1] > begins[0]) == booking.is_in_turns


def test_cancel_move_and_book_together_keep_every_promise(transactional_db):
    day, other = clinic_day(), clinic_day(on=at(9).date() + timedelta(days=35))
    residents = people(THREADS)
    live = [booked(one, day, at(15) + timedelta(minutes=20 * number)) for number, one in enumerate(residents[:6])]
    jobs: list[Callable[[], object]] = [partial(bookings.cancel, one.pk, by=BY) for one in live[:2]]
    jobs += [partial(bookings.move, one.pk, other.pk, at(16, on=other.on), by=BY) for one in live[2:6]]
    jobs += [partial(booked, one, day, at(15), kind="BOTH") for one in residents[6:12]]
    jobs += [partial(booked, one, other, at(16, on=other.on)) for one in residents[12:]]
    result = at_once(jobs)
    assert not [key for key in result if key not in ("booked", "refused")], result
    for booking in Booking.objects.order_by("pk"):
        assert booking.holds.count() == (len(BookingKind(booking.kind).kinds) if booking.is_live else 0)
    assert Booking.objects.live().filter(clinic_day=other).count() == 1


def test_the_same_person_twice_at_once_is_booked_once(transactional_db):
    day, (resident,) = clinic_day(), people(1)
    result = at_once([partial(booked, resident, day, at(15) + timedelta(minutes=20 * n)) for n in range(6)])
    assert result == {"booked": 1, "refused": 5}


@pytest.fixture
def _guards_off(monkeypatch, transactional_db):
    """Lock and constraint off: what is left is check then insert."""
    monkeypatch.setattr(bookings, "lock_day", lambda pk, **_: ClinicDay.objects.get(pk=pk))
    constraint = next(one for one in Hold._meta.constraints if one.name == "hold_adviser_is_free")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Hold, constraint)
    yield
    Hold.objects.all().delete()
    with connection.schema_editor() as editor:
        editor.add_constraint(Hold, constraint)


@pytest.mark.usefixtures("_guards_off")
def test_negative_control_without_guards_double_books():
    """If this stops double-booking, the races above prove nothing."""
    day, residents = clinic_day("LAW"), people(THREADS)
    result = at_once([partial(booked, one, day, at(15)) for one in residents])
    assert result["booked"] > 1, result


def test_the_constraint_alone_still_refuses_calmly(monkeypatch, transactional_db):
    """The backstop: with the lock off the database's own judge speaks the same sentence."""
    monkeypatch.setattr(bookings, "lock_day", lambda pk, **_: ClinicDay.objects.get(pk=pk))
    day, residents = clinic_day("LAW"), people(THREADS)
    result = at_once([partial(booked, one, day, at(15)) for one in residents])
    assert result == {"booked": 1, "refused": THREADS - 1}
