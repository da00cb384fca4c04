"""The demonstration: real figures of the timetable, people marked 시연, loaded twice without doubles."""

from datetime import date

import pytest

from consultations.models import (
    Adviser,
    Booking,
    ClinicDay,
    Enquiry,
    Result,
    StatisticsReport,
    Survey,
    TimetableRule,
    Venue,
)
from consultations.reports.advisers import bookings_without_result
from gimje_portal.demo import consultations as demo
from services.enums.people import Role
from services.models import Resident
from tests.consultations.factories import EVE

pytestmark = pytest.mark.django_db


def counts() -> list[int]:
    models = (Adviser, Booking, ClinicDay, Enquiry, TimetableRule, Venue, Resident, Result, Survey, StatisticsReport)
    return [model.objects.count() for model in models]


def test_loading_twice_adds_nothing(clock):
    clock(EVE)
    demo.load()
    first = counts()
    demo.load()
    assert counts() == first == [21, 21, 54, 3, 2, 17, 21, 14, 8, 2]
    assert set(ClinicDay.objects.values_list("on", flat=True).order_by("on")) == {
        date(2026, 6, 22),
        date(2026, 10, 26),
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


def test_last_month_and_the_last_half_year_have_reports(clock, make_staff):
    clock(EVE)
    adviser = make_staff(Role.ADVISER, username=Role.ADVISER.value)
    demo.load()
    month, half = StatisticsReport.objects.order_by("-starts_on")
    assert (month.period, half.period, half.adviser.user) == ("2026년 10월", "2026년 상반기", adviser)
    assert ["예약", 12] in month.figures["facts"]
    assert ["상담", 3] in half.figures["facts"]
    assert not bookings_without_result(Adviser.objects.get(user=adviser)).exists()
