"""The demonstration: real figures of the timetable, people marked 시연, loaded twice without doubles."""

from datetime import date

import pytest

from consultations.models import Adviser, Booking, ClinicDay, Enquiry, TimetableRule, Venue
from gimje_portal.demo import consultations as demo
from services.enums.people import Role
from services.models import Resident
from tests.consultations.factories import EVE

pytestmark = pytest.mark.django_db


def counts() -> list[int]:
    return [model.objects.count() for model in (Adviser, Booking, ClinicDay, Enquiry, TimetableRule, Venue, Resident)]


def test_loading_twice_adds_nothing(clock):
    clock(EVE)
    demo.load()
    first = counts()
    demo.load()
    assert counts() == first == [21, 6, 51, 3, 2, 17, 6]
    assert set(ClinicDay.objects.values_list("on", flat=True).order_by("on")) == {
        date(2026, 11, 23),
        date(2026, 12, 28),
        date(2027, 1, 25),
    }
    assert all(
        one.name.startswith("시연") for one in (*Resident.objects.order_by("pk"), *Adviser.objects.order_by("pk"))
    )
    assert Booking.objects.filter(kind="BOTH").exists()


def test_the_adviser_with_an_account_has_questions(clock, make_staff):
    clock(EVE)
    make_staff(Role.ADVISER, username=Role.ADVISER.value)
    demo.load()
    assert sorted(Enquiry.objects.values_list("state", flat=True)) == ["ANSWERED", "ASSIGNED", "RECEIVED"]
