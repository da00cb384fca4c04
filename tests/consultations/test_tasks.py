"""Tasks: a rerun changes nothing, and what was missed is caught up."""

from datetime import date

import pytest

from consultations import tasks
from consultations.actions import bookings
from consultations.models import ClinicDay
from consultations.notices import reminders_of
from services.models import HistoryEntry, Notice
from tests.consultations.factories import BY, EVE, booked, clinic_day, rule, venue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _friday(clock):
    clock(EVE)


def test_days_are_made_three_months_ahead_once():
    rule(venues=(venue(),))
    assert tasks.make_clinic_days() == 3
    assert tasks.make_clinic_days() == 0
    assert ClinicDay.objects.order_by("-on").first().on == date(2027, 1, 25)


def test_reminders_that_were_lost_are_posted_once(make_resident):
    booking = booked(make_resident(), clinic_day())
    Notice.objects.filter(kind__in=["consultations/notices/reminder", "consultations/notices/today"]).delete()
    tasks.remind()  # Friday: two and a half days before
    assert reminders_of(booking).count() == 0


def test_the_sweep_of_the_day_before(make_resident, clock):
    booking = booked(make_resident(), clinic_day())
    Notice.objects.exclude(kind="consultations/notices/booked").delete()
    clock("2026-11-22 09:00")
    tasks.remind()
    tasks.remind()
    assert sorted(one.kind.rsplit("/")[-1] for one in reminders_of(booking)) == ["reminder", "today"]
    entries = HistoryEntry.objects.filter(subject_kind="consultations.booking").count()
    tasks.remind()
    assert HistoryEntry.objects.filter(subject_kind="consultations.booking").count() == entries


def test_cancelled_bookings_are_not_reminded(make_resident, clock):
    booking = booked(make_resident(), clinic_day())
    bookings.cancel(booking.pk, by=BY)
    Notice.objects.all().delete()
    clock("2026-11-22 09:00")
    assert tasks.remind() == 0
    assert not Notice.objects.exists()


def test_a_sweep_costs_no_more_queries_for_a_booking_that_has_its_reminders(
    make_resident, clock, django_assert_max_num_queries
):
    booked(make_resident(), clinic_day())
    clock("2026-11-22 09:00")
    with django_assert_max_num_queries(4):
        tasks.remind()
