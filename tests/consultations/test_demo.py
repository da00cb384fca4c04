"""The demonstration: real figures of the timetable, people marked 시연, loaded twice without doubles."""

from datetime import date

import pytest

from consultations.enums import BookingKind
from consultations.models import (
    Adviser,
    Booking,
    ClinicDay,
    Enquiry,
    Result,
    SeatOffer,
    StatisticsReport,
    Survey,
    TimetableRule,
    Venue,
    Waiting,
)
from consultations.reports.advisers import bookings_without_result
from consultations.reports.offers import offers
from gimje_portal.demo import consultations as demo
from services.enums.people import Role
from services.models import Resident
from tests.consultations.factories import EVE

pytestmark = pytest.mark.django_db


def counts() -> list[int]:
    kept = (Adviser, Booking, ClinicDay, Enquiry, TimetableRule, Venue, Resident, Result, Survey, StatisticsReport)
    models = (*kept, Waiting, SeatOffer)
    return [model.objects.count() for model in models]


def test_loading_twice_adds_nothing(clock):
    clock(EVE)
    demo.load()
    first = counts()
    demo.load()
    assert counts() == first == [21, 27, 54, 3, 2, 17, 29, 14, 8, 2, 2, 1]
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


def test_one_day_is_full_and_two_people_wait_one_with_a_place_held(clock):
    clock(EVE)
    demo.load()
    first, second = Waiting.objects.select_related("resident", "clinic_day").order_by("pk")
    assert (first.state, second.state) == ("OFFERED", "WAITING")
    assert first.clinic_day == second.clinic_day
    assert first.open_offer.holds.count() == 1
    (offer,) = [one for one in offers(BookingKind.LAW) if one.day.pk == first.clinic_day_id]
    assert offer.is_full
    assert Booking.objects.live().filter(clinic_day=first.clinic_day).count() == 5


def test_a_day_that_is_too_near_is_left_alone(clock):
    """On the Sunday before, the line stands at the month after."""
    clock("2026-11-22 10:00")
    demo.load()
    assert set(Waiting.objects.values_list("clinic_day__on", flat=True).order_by("pk")) == {date(2026, 12, 28)}
