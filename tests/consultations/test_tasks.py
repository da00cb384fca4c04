"""Tasks: a rerun changes nothing, and what was missed is caught up."""

from datetime import date

import pytest

from consultations import tasks
from consultations.actions import bookings
from consultations.models import ClinicDay
from consultations.notices import reminders_of
from services.models import CallTask, HistoryEntry, Notice
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
    reminders_of(booking).delete()
    assert tasks.remind() == 3  # Friday, three days before
    tasks.remind()
    assert reminders_of(booking).count() == 3
    assert Notice.objects.filter(kind="consultations/notices/ahead").count() == 1


def test_a_sweep_of_the_week_before_finds_lost_calls(make_resident, clock):
    clock("2026-11-16 09:00")
    booking = booked(make_resident(phone="+82635403114"), clinic_day())
    reminders_of(booking).delete()
    tasks.remind()
    assert [str(task.due_on) for task in CallTask.objects.filter(notice__in=reminders_of(booking))] == [
        "2026-11-18",
        "2026-11-20",
    ]


def test_the_sweep_of_the_day_before(make_resident, clock):
    booking = booked(make_resident(), clinic_day())
    reminders_of(booking).delete()
    clock("2026-11-22 09:00")
    tasks.remind()
    tasks.remind()
    assert [(one.once_key.split(":")[2], one.state) for one in reminders_of(booking).order_by("pk")] == [
        ("ahead3", "skipped"),
        ("reminder", "queued"),
        ("today", "queued"),
    ]
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
    with django_assert_max_num_queries(6):  # one asks what was bad
        tasks.remind()
