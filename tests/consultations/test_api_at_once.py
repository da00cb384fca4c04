"""The same request at the same moment is done once: real threads, real PostgreSQL."""

import json
from functools import partial

import pytest
from django.db import connection

from consultations.models import Booking
from services.models import ApiRequest, Resident
from tests.conftest import StrictClient
from tests.consultations.factories import EVE, clinic_day
from tests.consultations.test_api import ROOT, Program, wish
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8


@pytest.fixture(autouse=True)
def _friday(clock):
    clock(EVE)


def send(token, path, body, key):
    """One request with a client of its own."""
    headers = {"Authorization": f"Phone {token}", "Idempotency-Key": key}
    client = StrictClient()
    return client.post(f"{ROOT}/{path}", json.dumps(body), content_type="application/json", headers=headers)


def test_one_key_at_the_same_moment_makes_one_booking():
    day, token = clinic_day("LAW"), Program(StrictClient()).prove().token
    answers = at_once(*[partial(send, token, "bookings", wish(day), "k")] * THREADS)
    assert sorted(answer.status_code for answer in answers) == [200] * (THREADS - 1) + [201]
    assert len({answer.content for answer in answers}) == 1
    assert (Booking.objects.count(), ApiRequest.objects.count(), Resident.objects.count()) == (1, 1, 1)


def test_many_keys_at_the_same_moment_still_make_one_booking_a_day():
    day, token = clinic_day("LAW"), Program(StrictClient()).prove().token
    jobs = [partial(send, token, "bookings", wish(day, f"1{5 + n // 3}{n % 3 * 2}0"), f"k-{n}") for n in range(6)]
    codes = sorted(answer.status_code for answer in at_once(*jobs))
    assert codes == [201, 409, 409, 409, 409, 409]
    assert Booking.objects.live().count() == ApiRequest.objects.count() == 1


def test_cancelling_twice_at_the_same_moment_cancels_once():
    day, program = clinic_day("LAW"), Program(StrictClient()).prove()
    reference = program.post("bookings", wish(day)).json()["reference"]
    jobs = [partial(send, program.token, f"bookings/{reference}/cancel", {}, "c")] * THREADS
    assert {answer.status_code for answer in at_once(*jobs)} == {200}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM services_historyentry WHERE move = 'cancelled'")
        assert cursor.fetchone() == (1,)
