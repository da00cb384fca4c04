"""Each promise of the tables, broken on purpose."""

from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from consultations.enums import BookingState, ClinicDayState
from consultations.models import Adviser, Booking, ClinicDay, Hold, Sitting, TimetableRule
from consultations.reports.consents import booking_consents
from services.actions.consents import write_consents
from services.enums.consents import ConsentHow
from tests.consultations.factories import EVE, MONDAY, adviser, at, booked, clinic_day, rule, venue

pytestmark = pytest.mark.django_db


def breaks(name: str):
    return pytest.raises(IntegrityError, match=name)


@pytest.fixture
def booking(clock, make_resident) -> Booking:
    clock(EVE)
    return booked(make_resident(), clinic_day())


@pytest.mark.parametrize("minutes_later", [0, 10, 19])
def test_hold_adviser_is_free(booking, minutes_later):
    hold = booking.holds.get()
    period = DateTimeTZRange(
        *(moment + timedelta(minutes=minutes_later) for moment in (hold.period.lower, hold.period.upper))
    )
    with breaks("hold_adviser_is_free"):
        Hold.objects.create(clinic_day=hold.clinic_day, adviser=hold.adviser, booking=booking, period=period)


def test_hold_of_the_next_slot_and_of_the_colleague_is_allowed(booking):
    hold = booking.holds.get()
    later = DateTimeTZRange(at(15, 40), at(16))
    Hold.objects.create(clinic_day=hold.clinic_day, adviser=hold.adviser, booking=booking, period=later)
    other = Adviser.objects.exclude(pk=hold.adviser_id).get()
    Hold.objects.create(clinic_day=hold.clinic_day, adviser=other, booking=booking, period=hold.period)
    assert booking.holds.count() == 3


def test_booking_reference_is_unique(booking):
    copy = {
        field: getattr(booking, field)
        for field in ("reference", "resident", "clinic_day", "starts_at", "minutes", "kind")
    }
    with breaks("booking_reference_is_unique"):
        Booking.objects.create(**copy, on=date(2026, 12, 28))


def test_booking_order_is_of_two_advisers(booking):
    with pytest.raises(IntegrityError, match="booking_order_is_of_two_advisers"), transaction.atomic():
        Booking.objects.filter(pk=booking.pk).update(joint_order="TAX")


def test_booking_once_a_day(booking):
    copy = {
        field: getattr(booking, field) for field in ("resident", "clinic_day", "on", "starts_at", "minutes", "kind")
    }
    with breaks("booking_once_a_day"):
        Booking.objects.create(**copy, reference="000001")


def test_consent_once_per_kind(booking):
    with breaks("consent_once_per_kind"):
        write_consents(booking, {"ADVISER": False}, booking_consents(), resident=booking.resident, how=ConsentHow.WEB)


def test_clinic_day_once_per_venue():
    day = clinic_day()
    with breaks("clinic_day_once_per_venue"):
        ClinicDay.objects.create(on=day.on, venue=day.venue)


@pytest.mark.parametrize("state", [ClinicDayState.OPEN, ClinicDayState.CLOSED])
def test_clinic_day_in_election_window_has_a_basis(state):
    with breaks("clinic_day_in_election_window_has_a_basis"):
        ClinicDay.objects.create(
            on=MONDAY, venue=venue(), state=state, election="제23대 국회의원선거", legal_basis="조례"
        )


def test_a_day_in_review_needs_no_basis_yet():
    assert ClinicDay.objects.create(on=MONDAY, venue=venue(), state=ClinicDayState.REVIEW, election="선거").pk


def test_adviser_sits_once_a_clinic_day():
    sitting = Sitting.objects.filter(clinic_day=clinic_day()).order_by("pk").first()
    with breaks("adviser_sits_once_a_clinic_day"):
        Sitting.objects.create(
            clinic_day=sitting.clinic_day,
            adviser=sitting.adviser,
            opens_at=time(9),
            closes_at=time(10),
            slot_minutes=20,
        )


def test_adviser_term_has_a_length():
    with breaks("adviser_term_has_a_length"):
        adviser(term_from=date(2026, 1, 1), term_until=date(2026, 1, 1))


def test_rule_closes_after_it_opens():
    with breaks("rule_closes_after_it_opens"):
        rule(opens_at=time(17), closes_at=time(15))


@pytest.mark.parametrize("minutes", [4, 121])
def test_rule_slot_is_5_to_120_minutes(minutes):
    with breaks("rule_slot_is_5_to_120_minutes"):
        rule(slot_minutes=minutes)


def test_rules_of_a_period_are_found_by_both_ends():
    old = rule(valid_from=date(2015, 10, 1), valid_until=date(2016, 8, 31))
    new = rule(valid_from=date(2016, 9, 1))
    assert list(TimetableRule.objects.touching(date(2016, 8, 31), date(2016, 8, 31))) == [old]
    assert list(TimetableRule.objects.touching(date(2016, 8, 1), date(2016, 9, 30))) == [old, new]


def test_the_database_refuses_a_move_that_the_table_of_moves_lacks(booking):
    Booking.objects.filter(pk=booking.pk).update(state=BookingState.CANCELLED)
    with pytest.raises(InternalError, match="Invalid transition"), transaction.atomic():
        Booking.objects.filter(pk=booking.pk).update(state=BookingState.CONFIRMED)


def test_question_and_other_party_are_unreadable_in_the_database(clock, make_resident):
    """LA-05, LA-06: neither the table nor the event table holds them in the clear."""
    clock(EVE)
    booking = booked(
        make_resident(),
        clinic_day(),
        question="옆집과 담 때문에 다툽니다.",
        other_party="박상대",
        needs=["WHEELCHAIR"],
    )
    with connection.cursor() as cursor:
        for table in ("consultations_booking", "consultations_bookingevent"):
            cursor.execute(f"SELECT row_to_json(t)::text FROM {table} t")  # noqa: S608
            rows = " ".join(row[0] for row in cursor.fetchall())
            assert "옆집" not in rows
            assert "박상대" not in rows
            assert booking.resident.name not in rows
    booking.refresh_from_db()
    assert (booking.question, booking.other_party) == ("옆집과 담 때문에 다툽니다.", "박상대")
