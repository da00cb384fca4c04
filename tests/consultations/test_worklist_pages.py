"""Staff report, arrange and see who is told; who may do it, and what is written down of it."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consultations.actions import disruptions
from consultations.enums import AffectedState, ClinicDayState
from consultations.models import Affected, ClinicDay, Disruption
from services.actions.notices import dispatch_due
from services.enums.notices import CallOutcome
from services.enums.people import Role
from services.models import CallTask, ReadingLogEntry, Township
from tests.consultations.factories import EVE, adviser, at, booked, clinic_day, url, venue
from tests.consultations.test_worklist import DECEMBER, LANDLINE, absent, seat
from tests.tokens import forms_without_token

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _friday(clock):
    clock(EVE)


@pytest.fixture
def officer(make_staff):
    return make_staff(Role.CONSULTATION_OFFICER)


@pytest.fixture
def desk(staff_client, officer):
    return staff_client(user=officer)


@pytest.fixture
def day():
    return clinic_day("LAW")


def sitting(day):
    return day.sittings.order_by("pk").first()


def act(desk, disruption, what) -> str:
    return desk.post(
        url("staff_worklist_act", disruption.pk), {"act": what, "confirmed": "1"}, follow=True
    ).content.decode()


def test_from_the_absence_to_zero(desk, day, make_resident):
    """The whole way: three people, three ways, one of them with a landline."""
    clinic_day("LAW", on=DECEMBER)
    seat(day)
    people = [
        booked(make_resident("홍길동"), day, at(15)),
        booked(make_resident("김갑순", "+821022223333"), day, at(15, 20)),
        booked(make_resident("이을순", LANDLINE), day, at(15, 40)),
    ]
    assert "못 옴 알리기" in desk.get(url("staff_clinic_day", day.pk)).content.decode()
    confirm = desk.get(url("staff_absence_new", sitting(day).pk)).content.decode()
    assert "예약 3건을 어떻게 할까요?" in confirm
    assert "같은 날 다른 사람에게 맡기기" in confirm
    empty = desk.post(url("staff_absence_new", sitting(day).pk), {"reason": "", "way": "each"})
    assert "이유가 비어 있습니다." in empty.content.decode()
    answer = desk.post(url("staff_absence_new", sitting(day).pk), {"reason": "몸살", "way": "each"}, follow=True)
    disruption = Disruption.objects.get()
    page = answer.content.decode()
    assert "홍*동" in page
    assert "홍길동" not in page
    rows = {row.booking_id: row.pk for row in disruption.affected.order_by("pk")}
    assert "다른 분께 맡겼습니다." in act(desk, disruption, f"colleague-{rows[people[0].pk]}")
    assert "다른 날로 옮겼습니다." in act(desk, disruption, f"next-{rows[people[1].pk]}")
    page = act(desk, disruption, f"call-{rows[people[2].pk]}")
    assert "전화할 분" in page
    today = desk.get(reverse("services:staff_today")).content.decode()
    assert "아직 알리지 못한 분" in today
    dispatch_due()
    for task in CallTask.objects.open().filter(notice__kind="consultations/notices/affected"):
        desk.post(reverse("services:staff_call", args=[task.pk]), {"outcome": CallOutcome.TOLD})
    act(desk, disruption, f"next-{rows[people[2].pk]}")
    page = desk.get(url("staff_worklist", disruption.pk)).content.decode()
    assert "모두 알렸습니다." in page
    disruption.refresh_from_db()
    assert disruption.closed_at
    assert "지금 알릴 분이 없습니다." in desk.get(url("staff_worklists")).content.decode()
    assert "세무사·변호사 못 옴" in desk.get(url("staff_worklists") + "?all=1").content.decode()
    assert "아직 알리지 못한 분" not in desk.get(reverse("services:staff_today")).content.decode()


def test_all_at_once_from_the_first_page(desk, day, make_resident):
    seat(day)
    booked(make_resident("홍길동"), day, at(15))
    booked(make_resident("김갑순", "+821022223333"), day, at(15, 20))
    answer = desk.post(url("staff_absence_new", sitting(day).pk), {"reason": "몸살", "way": "colleague"}, follow=True)
    assert "2분을 정했습니다." in answer.content.decode()
    assert set(Affected.objects.order_by("pk").values_list("state", flat=True)) == {AffectedState.COLLEAGUE}


def test_who_does_not_fit_stays_with_the_reason(desk, officer, day, make_resident):
    booking = booked(make_resident("홍길동"), day, at(15))
    disruption = absent(day, officer)
    page = act(desk, disruption, "colleague-all")
    assert f"1분은 그대로 남았습니다({booking.shown_reference}). 그날은 맡을 분이 없습니다." in page
    assert "다음 상담일에 빈자리가 없습니다" in act(desk, disruption, "next-all")
    assert "1분을 정했습니다." in act(desk, disruption, "call-all")
    assert "정할 분이 없습니다." in act(desk, disruption, "call-all")


def test_one_person_by_name_with_every_other_time_and_the_look_is_logged(desk, officer, day, make_resident):
    clinic_day("LAW", on=DECEMBER)
    booking = booked(make_resident("홍길동"), day, at(15), question="아주 비밀스러운 일")
    disruption = absent(day, officer)
    row = disruption.affected.get()
    page = desk.get(url("staff_affected", row.pk)).content.decode()
    assert "홍길동" in page
    assert "비밀스러운" not in page
    entry = ReadingLogEntry.objects.get()
    assert (entry.user, entry.resident, entry.action) == (officer, booking.resident, "알릴 분 보기")
    late = f"{clinic_day_of(DECEMBER)}-1640"
    assert late in page
    assert desk.post(url("staff_affected", row.pk), {"place": "1-9999"}).status_code == 200
    answer = desk.post(url("staff_affected", row.pk), {"place": late, "confirmed": "1"}, follow=True)
    assert "시간을 바꾸었습니다." in answer.content.decode()
    booking.refresh_from_db()
    assert booking.starts_at == at(16, 40, DECEMBER)
    again = desk.post(url("staff_affected", row.pk), {"place": late, "confirmed": "1"})
    assert again.status_code == 200


def clinic_day_of(on: date) -> int:
    return ClinicDay.objects.get(on=on).pk


def test_a_list_that_is_not_told_yet_can_be_told_in_person(desk, officer, day, make_resident):
    seat(day)
    booked(make_resident("이을순", LANDLINE), day, at(15))
    disruption = absent(day, officer)
    row = disruption.affected.get()
    act(desk, disruption, f"colleague-{row.pk}")
    assert "직접 알림" in desk.get(url("staff_worklist", disruption.pk)).content.decode()
    assert "모두 알렸습니다." in act(desk, disruption, f"told-{row.pk}")
    assert "이미 알린 분입니다." in act(desk, disruption, f"told-{row.pk}")


def test_naming_who_comes_instead(desk, officer, day, make_resident):
    booked(make_resident(), day)
    disruption = absent(day, officer)
    page = url("staff_worklist", disruption.pk)
    assert "대신 올 사람" not in desk.get(page).content.decode()
    who = adviser(name="시연 대신")
    assert "대신 올 사람 정하기" in desk.get(page).content.decode()
    for typed in ({}, {"adviser": "x"}):
        answer = desk.post(url("staff_stand_in", disruption.pk), typed, follow=True).content.decode()
        assert "다른 분을 골라 주세요." in answer
    answer = desk.post(url("staff_stand_in", disruption.pk), {"adviser": who.pk}, follow=True).content.decode()
    assert "대신 오기로 적었습니다." in answer
    assert "다른 분께 맡겼습니다." in act(desk, disruption, f"colleague-{disruption.affected.get().pk}")


def test_withdrawing(desk, officer, day, make_resident):
    booked(make_resident(), day)
    disruption = absent(day, officer)
    assert "거두었습니다. 예약은 모두 그대로입니다." in act(desk, disruption, "withdraw")
    assert "이미 거두었습니다." in act(desk, disruption, "withdraw")


def test_closing_a_day_and_a_venue(desk, day, make_resident):
    booked(make_resident(), day)
    page = desk.get(url("staff_day_close", day.pk)).content.decode()
    assert "예약 1건을 어떻게 할까요?" in page
    desk.post(url("staff_day_close", day.pk), {"reason": "정전", "way": "call"})
    day.refresh_from_db()
    assert day.state == ClinicDayState.CLOSED
    assert CallTask.objects.filter(notice__kind="consultations/notices/affected").count() == 1
    december = clinic_day("LAW", on=DECEMBER)
    typed = {"venue": day.venue_id, "first": "2026-12-01", "last": "2026-12-31", "reason": "공사", "way": "each"}
    assert "장소를 닫을까요?" in desk.get(url("staff_venue_close")).content.decode()
    desk.post(url("staff_venue_close"), typed)
    december.refresh_from_db()
    assert december.state == ClinicDayState.CLOSED
    assert "이미 닫았습니다" in desk.post(url("staff_venue_close"), typed).content.decode()
    assert "앞섭니다" in desk.post(url("staff_venue_close"), {**typed, "last": "2026-11-01"}).content.decode()


@pytest.mark.parametrize("what", ["", "nonsense-1", "cancel-all", "told-all", "next-x", "next-999999"])
def test_an_unknown_button_is_not_found(desk, officer, day, make_resident, what):
    booked(make_resident(), day)
    answer = desk.post(url("staff_worklist_act", absent(day, officer).pk), {"act": what})
    assert answer.status_code == 404


def test_a_row_of_another_list_is_not_found(desk, officer, day, make_resident):
    booked(make_resident(), day)
    other = clinic_day("LAW", on=DECEMBER)
    disruption = absent(day, officer)
    foreign = absent(other, officer)
    assert (
        desk.post(url("staff_worklist_act", foreign.pk), {"act": f"call-{disruption.affected.get().pk}"}).status_code
        == 404
    )


def test_a_clerk_reads_the_own_venue_and_the_auditor_all_but_they_have_no_buttons(
    staff_client, make_staff, officer, day, make_resident
):
    there = clinic_day("LAW", where=venue("죽산면 행정복지센터"))
    booked(make_resident("홍길동"), day)
    booked(make_resident("김갑순", "+821022223333"), there)
    here, other = absent(day, officer), absent(there, officer)
    clerk = staff_client(user=make_staff(Role.TOWNSHIP_CLERK, township=Township.objects.get(name="만경읍")))
    text = clerk.get(url("staff_worklist", here.pk)).content.decode()
    assert "홍*동" in text
    assert 'name="act"' not in text
    assert clerk.get(url("staff_worklist", other.pk)).status_code == 404
    assert "죽산면" not in clerk.get(url("staff_worklists")).content.decode()
    auditor = staff_client(Role.AUDITOR)
    text = auditor.get(url("staff_worklist", other.pk)).content.decode()
    assert "김*순" in text
    assert 'name="act"' not in text
    for client in (clerk, auditor):
        assert client.post(url("staff_worklist_act", here.pk), {"act": "call-all"}).status_code == 403


def test_one_row_and_twenty_cost_the_same(desk, officer, day, make_resident):
    clinic_day("LAW", on=DECEMBER)
    for number in range(4):
        seat(day, name=f"시연 {number}")
    booked(make_resident(), day)
    disruption = absent(day, officer)
    pages = [url("staff_worklist", disruption.pk), url("staff_worklists")]

    def count(page: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            desk.get(page)
        return len(queries)

    for page in pages:
        count(page)
    with_one = [count(page) for page in pages]
    for number in range(20):
        where = at(15 + number % 6 // 3, 20 * (number % 3))
        booking = booked(make_resident(f"시연 손님 {number}"), day, where)
        Affected.objects.create(disruption=disruption, booking=booking, clinic_day=day, starts_at=booking.starts_at)
    others = [clinic_day("LAW", where=venue(f"{name} 행정복지센터")) for name in ("죽산면", "백산면", "용지면")]
    for number, one in enumerate(others):
        booked(make_resident(f"시연 다른 {number}"), one)
        disruptions.report_absence(sitting(one).pk, reason="몸살", by=officer.actor)
    assert [count(page) for page in pages] == with_one


def test_every_form_carries_its_token(desk, officer, day, make_resident):
    booked(make_resident(), day)
    disruption = absent(day, officer)
    pages = [
        url("staff_worklist", disruption.pk),
        url("staff_affected", disruption.affected.get().pk),
        url("staff_absence_new", sitting(day).pk),
        url("staff_day_close", day.pk),
        url("staff_venue_close"),
        url("staff_clinic_days"),
    ]
    for page in pages:
        text = desk.get(page).content.decode()
        assert not forms_without_token(text), page
