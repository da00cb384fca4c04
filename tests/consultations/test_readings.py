"""Whatever staff page shows who somebody is leaves a line in the reading log; a new page cannot forget it (PD-10)."""

from datetime import date
from itertools import product

import pytest
from django.urls import get_resolver

from consultations.actions import disruptions, enquiries, statistics
from services.enums.people import Role
from services.models import ReadingLogEntry
from tests.consultations.factories import BY, EVE, at, booked, clinic_day, rule, url, venue
from tests.consultations.test_enquiries import asked

pytestmark = pytest.mark.django_db
FIGURES = {"staff_report_pdf", "staff_report_xlsx", "staff_my_report_pdf", "staff_my_report_xlsx"}  # nobody is in them
NAME, PHONE = "홍길동", "010-1234-5678"


def staff_pages() -> dict[str, list[str]]:
    """Every staff page of this app with the names of its arguments."""
    names = get_resolver().namespace_dict["consultations"][1].reverse_dict
    pages = [name for name in names if isinstance(name, str) and name.startswith("staff_") and name not in FIGURES]
    return {page: names[page][0][0][1] for page in sorted(pages)}


@pytest.fixture
def world(clock, make_resident, make_staff):
    """One of everything, all of one person, and somebody with every role of this app."""
    clock(EVE)
    everybody = make_staff(Role.CONSULTATION_OFFICER, Role.ADVISER)
    person, day = make_resident(NAME), clinic_day("LAW")
    booking = booked(person, day)
    lawyer = booking.holds.get().adviser
    lawyer.user = everybody
    lawyer.save()
    enquiry = asked(person)
    enquiries.assign(enquiry.pk, lawyer.pk, by=BY)
    later = clinic_day("LAW", on=day.on.replace(month=12, day=28))
    booked(person, later, at(15, on=later.on))
    absence = disruptions.report_absence(later.sittings.get().pk, reason="몸살", by=everybody.actor)
    timetable = rule()
    values = {
        "reference": [booking.reference, enquiry.reference],
        "day_id": [day.pk],
        "pk": [lawyer.pk, day.venue_id, timetable.pk],
        "report_id": [statistics.issue_month(date(2026, 10, 1), by=BY).pk],
        "adviser_id": [lawyer.pk],
        "sitting_id": [day.sittings.get().pk],
        "disruption_id": [absence.pk],
        "affected_id": [absence.affected.get().pk],
    }
    return {"user": everybody, "person": person, "day": day, "values": values}


@pytest.mark.parametrize("page", staff_pages())
def test_a_page_that_shows_a_person_logs_the_look(staff_client, world, page):
    client, names = staff_client(user=world["user"]), staff_pages()[page]
    assert set(names) <= world["values"].keys(), f"{page}: say in this test which {names} opens it"
    answers = []
    for arguments in product(*(world["values"][name] for name in names)):
        response = client.get(url(page, *arguments))
        answers.append(response.status_code)
        text = response.content.decode() if not response.streaming else ""
        shows = NAME in text or PHONE in text
        logged = ReadingLogEntry.objects.filter(user=world["user"], resident=world["person"])
        assert logged.exists() or not shows, f"{page} shows {NAME} and logs nothing"
        logged.delete()
    asks_which = page.endswith("_act")  # without the name of an act there is no page
    assert asks_which or set(answers) & {200, 302, 405}, f"{page} opened with none of {names}"


def test_the_warning_of_a_second_booking_logs_whose_bookings_it_shows(staff_client, world):
    other = clinic_day("LAW", on=world["day"].on.replace(month=12, day=28), where=venue("죽산면 행정복지센터"))
    typed = {"source": "PHONE", "name": NAME, "phone": PHONE, "kind": "LAW", "topic": "UNSURE", "has_consent": "on"}
    page = staff_client(user=world["user"]).post(url("staff_counter"), {**typed, "slot": f"{other.pk}-1520"})
    assert world["values"]["reference"][0][:3] in page.content.decode()
    entries = ReadingLogEntry.objects.order_by("pk")
    assert [(one.resident, one.action) for one in entries] == [(world["person"], "이미 있는 예약 보기")] * 2


def test_the_day_board_logs_each_name_in_one_statement(
    staff_client, world, make_resident, django_assert_max_num_queries
):
    client, page = staff_client(user=world["user"]), url("staff_day_board", world["day"].pk)
    client.get(page)
    for number in range(4):
        booked(
            make_resident(f"시연 {number}", f"+82101111000{number}"),
            world["day"],
            at(15 + number // 2, 40 * (number % 2)),
        )
    ReadingLogEntry.objects.all().delete()
    with django_assert_max_num_queries(14):
        client.get(page)
    assert ReadingLogEntry.objects.count() == 5
