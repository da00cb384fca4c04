"""Two people, one after the other, at one screen: nothing of the first is left, whatever they had open.

The half-filled forms and their done pages are walked in tests/portal/test_journeys.py; here is all that is opened by a
proved phone, by a number, by a code that is on its way, and by a member of staff.
"""

import datetime as dt
from collections.abc import Callable

import pytest
from django.urls import reverse

from consultations.actions import bookings
from consultations.actions.links import make_link
from services.enums.access import Held
from services.enums.people import Role
from services.models import Resident, User
from slate.models import Application
from tests.conftest import StrictClient
from tests.consultations.factories import BY, EVE, at, booked, clinic_day, code, url
from tests.consultations.test_enquiries import asked
from tests.consultations.test_waiting import full_day, in_line
from tests.portal.test_journeys import OTHER, verify
from tests.services.test_puzzles import use
from tests.slate import factories as slate

FIRST = "010-8765-4321"
PASSWORD = "Jipyeongseon-2026"
ENDS = ["idle", "leave", "another phone", "staff"]


@pytest.fixture(autouse=True)
def _friday(db, clock, settings) -> None:
    clock(EVE)
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def application() -> Application:
    return slate.submitted(slate.programme_of_2020(year=2026, opens_on=dt.date(2026, 1, 2)), phone="+821087654321")


@pytest.fixture
def first(application) -> Resident:
    return application.resident


@pytest.fixture
def officer(make_staff) -> User:
    user = make_staff(Role.SLATE_OFFICER, username="oh")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def end(client, clock, officer) -> Callable[[str], None]:
    """How the first person's visit ends."""

    def make(how: str) -> None:
        if how == "idle":
            clock("2026-11-20 10:31")
        elif how == "leave":
            client.post(reverse("services:my_leave"))
        elif how == "another phone":
            verify(client, OTHER)
        else:
            client.post("/staff/account/login/", {"login": "oh", "password": PASSWORD})
            assert client.get("/staff/").status_code == 200

    return make


def opened(client: StrictClient, first: Resident, application: Application, clock) -> list[str]:
    """Everything of the first person, opened by their phone, and one case by its number as well."""
    past = booked(first, clinic_day("LAW"))
    clock("2026-11-23 16:20")
    bookings.complete(past.pk, by=BY)
    clock(EVE)
    booking = booked(first, clinic_day(on=dt.date(2026, 12, 7)), at(15, 20, dt.date(2026, 12, 7)))
    question = asked(first)
    pages = {
        "consultations:booking_survey": past.reference,
        "consultations:booking": booking.reference,
        "consultations:booking_cancel": booking.reference,
        "consultations:booking_move": booking.reference,
        "consultations:booking_calendar": booking.reference,
        "consultations:enquiry": question.reference,
        "slate:application": application.reference,
        "slate:application_withdraw": application.reference,
    }
    mine = ("services:my", "services:my_data", "services:my_readings", "services:my_consents")
    verify(client, FIRST)
    client.post(reverse("services:my_reference"), {"reference": booking.reference, "last4": "4321"})
    addresses = [reverse(name, args=[reference]) for name, reference in pages.items()]
    addresses += [reverse(name) for name in (*mine, "services:my_case")]
    for address in addresses:
        assert client.get(address).status_code == 200, address
    assert set(Held.OPENS) - {Held.SENT, Held.WAITING, Held.PUZZLE, Held.DRAFTS} <= set(client.session.keys())
    return addresses


@pytest.mark.parametrize("how", ENDS)
def test_nothing_of_the_first_person_opens_for_the_second(client, clock, end, first, application, how):
    addresses = opened(client, first, application, clock)
    marks = [first.name, "87654321", "8765-4321", "옆집 담"]
    end(how)
    for address in addresses:
        text = client.get(address, follow=True).content.decode()
        assert [mark for mark in marks if mark in text] == [], (how, address)
        if address not in (reverse("services:my"), reverse("services:my_data")):
            assert client.get(address).status_code != 200 or how == "another phone", (how, address)


@pytest.mark.parametrize("how", ENDS)
def test_a_place_in_line_does_not_either(client, end, first, how):
    day, _ = full_day()
    address = reverse("consultations:waiting", args=[in_line(first, day).reference])
    verify(client, FIRST)
    assert "대기" in client.get(address).content.decode()
    end(how)
    assert client.get(address).status_code in (302, 404)


@pytest.mark.parametrize("how", ENDS)
def test_a_code_on_its_way_names_no_phone_to_the_next(client, end, how):
    client.post(reverse("services:my_start"), {"phone": FIRST})
    assert "010-****-4321" in client.get(reverse("services:verify_code")).content.decode()
    end(how)
    assert client.get(reverse("services:code_fate")).status_code == 404
    assert "4321" not in client.get(reverse("services:verify_code"), follow=True).content.decode()


@pytest.mark.parametrize("how", ENDS)
def test_a_sum_before_a_code_names_no_phone_to_the_next(client, end, settings, how):
    settings.VERIFICATION_PER_DAY = 10
    use(9)
    client.post(reverse("services:my_start"), {"phone": FIRST})
    assert "010-****-4321" in client.get(reverse("services:code_puzzle")).content.decode()
    settings.VERIFICATION_PER_DAY = 2000
    end(how)
    assert "4321" not in client.get(reverse("services:code_puzzle"), follow=True).content.decode()


def test_a_case_opened_by_its_number_alone_is_closed_by_the_idle_limit_too(client, end, first):
    """Nobody proved a phone here: the number alone starts the clock."""
    booking = booked(first, clinic_day())
    client.post(reverse("services:my_reference"), {"reference": booking.reference, "last4": "4321"})
    text = client.get(reverse("services:my_case")).content.decode()
    assert booking.clinic_day.venue.name in text
    assert "오후 3시 20분" in text
    assert first.name not in text
    assert client.get(reverse("consultations:booking", args=[booking.reference])).status_code == 302
    end("idle")
    assert client.get(reverse("services:my_case")).status_code == 302


@pytest.mark.parametrize("how", ["idle", "logout"])
def test_the_receipt_at_the_counter_goes_with_the_member_of_staff(client, clock, officer, application, first, how):
    client.post("/staff/account/login/", {"login": "oh", "password": PASSWORD})
    address = reverse("slate:staff_receipt", args=[application.reference])
    assert first.name in client.get(address).content.decode()
    if how == "logout":
        client.post("/staff/account/logout/")
    else:
        clock("2026-11-20 11:31")
    assert first.name not in client.get(address, follow=True).content.decode()


def test_what_a_page_may_put_into_the_session_later_goes_too(client, end, first):
    """Not a list of what is dropped, but of what stays."""
    verify(client, FIRST)
    session = client.session
    session["a_key_of_tomorrow"] = first.pk
    session.save()
    end("another phone")
    assert "a_key_of_tomorrow" not in client.session


def test_the_member_of_staff_who_logs_in_keeps_being_logged_in(client, end, first):
    """A resident's idle time or code takes nothing from them."""
    end("staff")
    verify(client, FIRST)
    assert client.get("/staff/").status_code == 200


def test_an_advisers_desk_and_a_residents_case_end_each_other(client, first, make_staff):
    """Each is another phone's code: neither leaves what the other confided."""
    day = clinic_day("LAW")
    booking = booked(first, day, question="담 때문에 다툽니다.")
    lawyer = booking.holds.get().adviser
    lawyer.phone = "010-0000-0111"
    lawyer.save()
    _, token = make_link(day.pk, lawyer.pk, by=make_staff(Role.CONSULTATION_OFFICER).actor)
    own, desk = reverse("consultations:booking", args=[booking.reference]), url("desk_booking", booking.reference)
    verify(client, FIRST)
    assert client.get(own).status_code == 200
    client.get(url("desk_open", token))
    client.post(url("desk_code"), {"send": "yes"})
    assert client.post(url("desk_code"), {"code": code()}).url == url("desk")
    assert client.get(own).status_code == 302
    assert "담 때문에 다툽니다." in client.get(desk).content.decode()
    verify(client, OTHER)
    assert "담 때문에 다툽니다." not in client.get(desk, follow=True).content.decode()
