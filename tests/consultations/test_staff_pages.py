"""Staff: lists, the day board, counter bookings, clinic days; every look at a person is logged."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consultations.actions import bookings
from consultations.enums import ClinicDayState
from consultations.models import Booking, ClinicDay
from services.enums.notices import Channel
from services.enums.people import Role
from services.models import CallTask, Consent, HistoryEntry, Notice, ReadingLogEntry, Township
from tests.consultations.factories import BY, EVE, MONDAY, at, booked, clinic_day, rule, venue
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


def url(page: str, *args: object) -> str:
    return reverse(f"consultations:{page}", args=args)


class TestList:
    def test_names_and_numbers_are_masked(self, desk, make_resident):
        booked(make_resident("홍길동"), clinic_day())
        text = desk.get(url("staff_bookings")).content.decode()
        assert "홍*동" in text
        assert "010-****-5678" in text
        assert "홍길동" not in text
        assert not ReadingLogEntry.objects.exists()

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", True),
            ("?on=2026-11-23", True),
            ("?on=2026-11-24", False),
            ("?q=5678", True),
            ("?q=0000", False),
            ("?state=CANCELLED", False),
            ("?state=open", True),
            ("?on=nonsense&venue=x&state=y", False),
            ("?page=99", True),
        ],
    )
    def test_filters(self, desk, make_resident, query, found):
        booked(make_resident("홍길동"), clinic_day())
        assert ("홍*동" in desk.get(url("staff_bookings") + query).content.decode()) is found

    @pytest.mark.parametrize(
        ("term", "found"),
        [
            ("홍길동", True),
            (" 홍길동 ", True),
            ("홍길", False),
            ("010-1234-5678", True),
            ("01012345678", True),
            ("5678", True),
            ("만경읍", True),
            ("죽산면", False),
            ("12", False),
            ("!!", False),
        ],
    )
    def test_one_search_over_name_phone_and_township(self, desk, make_resident, term, found):
        booked(make_resident("홍길동"), clinic_day())
        text = desk.get(url("staff_bookings"), {"q": term}).content.decode()
        assert ("홍*동" in text) is found
        assert ("찾은 예약이 없습니다" in text) is not found

    def test_by_the_village_of_the_client(self, desk, make_resident):
        booked(make_resident("홍길동", address="만경읍 만경리 12-3"), clinic_day())
        assert "홍*동" in desk.get(url("staff_bookings"), {"q": "만경리"}).content.decode()
        assert "홍*동" not in desk.get(url("staff_bookings"), {"q": "대동리"}).content.decode()

    def test_by_the_end_of_the_number(self, desk, make_resident):
        one = booked(make_resident("홍길동"), clinic_day())
        for end in (one.reference[-3:], one.reference[-4:], one.reference[1:]):
            assert "홍*동" in desk.get(url("staff_bookings"), {"q": end}).content.decode()

    def test_by_reference(self, desk, make_resident):
        day = clinic_day()
        one, two = booked(make_resident("홍길동"), day), booked(make_resident("김갑순"), day, at(16))
        text = desk.get(f"{url('staff_bookings')}?q={one.shown_reference}").content.decode()
        assert "홍*동" in text
        assert "김*순" not in text
        assert two.is_live

    def test_one_row_and_twenty_cost_the_same(self, desk, make_resident):
        days = [clinic_day(where=venue(f"{name} 행정복지센터")) for name in ("만경읍", "죽산면", "백산면", "용지면")]
        booked(make_resident(), days[0])
        desk.get(url("staff_bookings"))

        def count() -> int:
            with CaptureQueriesContext(connection) as queries:
                desk.get(url("staff_bookings"))
            return len(queries)

        with_one = count()
        for number in range(20):
            start = at(15 + (number // 4) // 3, 20 * ((number // 4) % 3))
            booked(make_resident(f"시연 {number}"), days[number % 4], start, kind="TAX")
        assert count() == with_one

    def test_a_clerk_sees_the_own_township_and_own_bookings_only(self, staff_client, make_staff, make_resident):
        here, there = clinic_day(), clinic_day(where=venue("죽산면 행정복지센터"))
        clerk = make_staff(Role.TOWNSHIP_CLERK, township=Township.objects.get(name="만경읍"))
        client = staff_client(user=clerk)
        mine, other = booked(make_resident("홍길동"), here), booked(make_resident("김갑순"), there)
        text = client.get(url("staff_bookings")).content.decode()
        assert "홍*동" in text
        assert "김*순" not in text
        assert client.get(url("staff_booking", mine.reference)).status_code == 200
        assert client.get(url("staff_booking", other.reference)).status_code == 404
        assert client.post(url("staff_booking_act", other.reference), {"act": "cancel"}).status_code == 404
        assert client.get(url("staff_day_board", there.pk)).status_code == 404
        Booking.objects.filter(pk=other.pk).update(taken_by=clerk)
        assert client.get(url("staff_booking", other.reference)).status_code == 200


class TestOneBooking:
    def test_the_officer_does_not_see_the_question_and_the_look_is_logged(self, desk, officer, make_resident):
        booking = booked(make_resident("홍길동"), clinic_day(), question="아주 비밀스러운 일", other_party="박상대")
        text = desk.get(url("staff_booking", booking.reference)).content.decode()
        assert "홍길동" in text
        assert "비밀스러운" not in text
        assert "박상대" not in text
        entry = ReadingLogEntry.objects.get()
        assert (entry.user, entry.resident, entry.action) == (officer, booking.resident, "보기")

    def test_the_day_board_logs_each_name(self, desk, make_resident):
        day = clinic_day()
        booked(make_resident("홍길동"), day)
        booked(make_resident("김갑순"), day, at(16))
        text = desk.get(url("staff_day_board", day.pk)).content.decode()
        assert "홍길동" in text
        assert "빈자리: 세무사" in text
        assert ReadingLogEntry.objects.count() == 2

    @pytest.mark.parametrize(
        ("act", "state"),
        [("complete", "VISIT_DONE"), ("missed", "MISSED"), ("arrive", "CONFIRMED")],
    )
    def test_the_buttons_of_the_day(self, staff_client, make_resident, clock, officer, act, state):
        booking = booked(make_resident(), clinic_day())
        clock("2026-11-23 15:40")
        response = staff_client(user=officer).post(
            url("staff_booking_act", booking.reference), {"act": act, "back": "board", "confirmed": "1"}
        )
        assert response.url == url("staff_day_board", booking.clinic_day_id)
        booking.refresh_from_db()
        assert booking.state == state
        assert HistoryEntry.objects.filter(actor_key=str(officer.pk)).count() == 1

    def test_the_second_click_is_calm(self, staff_client, officer, make_resident, clock):
        booking = booked(make_resident(), clinic_day())
        clock("2026-11-23 15:40")
        desk = staff_client(user=officer)
        desk.post(url("staff_booking_act", booking.reference), {"act": "complete"})
        late = {"act": "missed", "confirmed": "1"}
        response = desk.post(url("staff_booking_act", booking.reference), late, follow=True)
        assert "먼저 고쳤습니다(상담 마침)." in response.content.decode()

    def test_an_unknown_button(self, desk, make_resident):
        booking = booked(make_resident(), clinic_day())
        assert desk.post(url("staff_booking_act", booking.reference), {"act": "burn"}).status_code == 404

    def test_the_auditor_looks_and_touches_nothing(self, staff_client, make_resident):
        booking = booked(make_resident(), clinic_day())
        auditor = staff_client(Role.AUDITOR)
        text = auditor.get(url("staff_booking", booking.reference)).content.decode()
        assert "예약 취소하기" not in text
        assert auditor.post(url("staff_booking_act", booking.reference), {"act": "cancel"}).status_code == 403


class TestCounter:
    def typed(self, day: ClinicDay, **other: object) -> dict[str, object]:
        return {
            "source": "PHONE",
            "name": "시연 박집전화",
            "phone": "063-540-3114",
            "township": "",
            "kind": "LAW",
            "topic": "UNSURE",
            "slot": f"{day.pk}-1540",
            "has_consent": "on",
            **other,
        }

    def test_somebody_with_a_landline_is_booked_and_goes_on_the_call_list(self, desk, officer):
        response = desk.post(url("staff_counter"), self.typed(clinic_day()))
        booking = Booking.objects.get()
        assert response.url == url("staff_booking", booking.reference)
        assert (booking.source, booking.taken_by, booking.starts_at) == ("PHONE", officer, at(15, 40))
        assert {notice.channel for notice in Notice.objects.order_by("pk")} == {Channel.CALL}
        assert Consent.objects.of(booking).filter(is_given=True).count() == 2

    def test_a_second_booking_needs_a_word(self, desk):
        first, second = clinic_day(), clinic_day(on=MONDAY.replace(month=12, day=28))
        desk.post(url("staff_counter"), self.typed(first))
        warned = desk.post(url("staff_counter"), self.typed(second))
        assert "이미 예약이 있습니다." in warned.content.decode()
        assert Booking.objects.count() == 1
        desk.post(url("staff_counter"), self.typed(second, is_second="on"))
        assert Booking.objects.count() == 2

    @pytest.mark.parametrize(
        ("fault", "field"),
        [
            ({"phone": "12"}, "phone"),
            ({"slot": "1-1"}, "slot"),
            ({"has_consent": ""}, "has_consent"),
            ({"name": ""}, "name"),
        ],
    )
    def test_faults_keep_what_was_typed(self, desk, fault, field):
        response = desk.post(url("staff_counter"), self.typed(clinic_day(), **fault))
        assert field in response.context["form"].errors
        assert not Booking.objects.exists()

    def test_a_taken_slot_is_calm(self, desk, make_resident):
        day = clinic_day("LAW")
        page = self.typed(day)
        booked(make_resident(), day, at(15, 40))
        assert "slot" in desk.post(url("staff_counter"), page).context["form"].errors

    def test_the_first_box_has_the_cursor(self, desk):
        clinic_day()
        assert b"autofocus" in desk.get(url("staff_counter")).content


class TestClinicDays:
    def test_make_them_and_see_what_was_left_out(self, desk, clock):
        clock("2026-05-01 10:00")
        rule(venues=(venue(),))
        response = desk.post(url("staff_clinic_days_make"), {"until": "2026-06-30"}, follow=True)
        text = response.content.decode()
        assert "상담일 1개를 만들었습니다. 공휴일이라 만들지 않은 날: 2026. 5. 25.(월)" in text
        assert "2026. 6. 22.(월)" in text

    def test_open_a_day_in_an_election_window(self, desk, officer):
        days = [
            clinic_day(state=ClinicDayState.REVIEW, election="선거", where=venue(f"{name} 행정복지센터"))
            for name in ("만경읍", "죽산면")
        ]
        page = url("staff_day_open", days[0].pk)
        assert page in desk.get(url("staff_clinic_day", days[0].pk)).content.decode()
        typed = {"which": "all", "basis": "조례 1311호", "document": "기획-7", "confirmed": "1"}
        for missing in typed.keys() - {"confirmed"}:
            assert desk.post(page, {**typed, missing: ""}).context["form"].errors
        assert not ClinicDay.objects.filter(state=ClinicDayState.OPEN).exists()
        assert "2곳의 예약을 열었습니다." in desk.post(page, typed, follow=True).content.decode()
        assert set(ClinicDay.objects.values_list("state", "decided_by").order_by("pk")) == {("OPEN", officer.pk)}

    def test_close_and_reopen(self, desk):
        day = clinic_day()
        for act, state in (("close", "CLOSED"), ("reopen", "OPEN")):
            desk.post(url("staff_clinic_day_act", day.pk), {"act": act})
            day.refresh_from_db()
            assert day.state == state

    def test_lists_cost_the_same_for_one_and_twenty(self, desk):
        clinic_day()

        def count() -> int:
            with CaptureQueriesContext(connection) as queries:
                desk.get(url("staff_clinic_days"))
            return len(queries)

        count()
        with_one = count()
        for number in range(20):
            clinic_day(where=venue(f"시연 장소 {number}"))
        assert count() == with_one


def test_today_names_what_waits(staff_client, officer, make_resident, clock):
    booked(make_resident(), clinic_day())
    clinic_day(state=ClinicDayState.REVIEW, election="선거", where=venue("죽산면 행정복지센터"))
    clock("2026-11-23 09:00")
    text = staff_client(user=officer).get(reverse("services:staff_today")).content.decode()
    assert "오늘 무료 상담" in text
    assert "선거 기간 확인" in text
    clock("2026-11-24 09:00")
    text = staff_client(user=officer).get(reverse("services:staff_today")).content.decode()
    assert "결과를 적지 않은 상담" in text
    assert "오늘 무료 상담" not in text


def test_a_cancelled_booking_has_no_buttons(desk, make_resident):
    booking = booked(make_resident(), clinic_day())
    bookings.cancel(booking.pk, by=BY)
    assert "예약 취소하기" not in desk.get(url("staff_booking", booking.reference)).content.decode()


class TestCancellingADay:
    def test_everybody_is_told_and_called_and_the_count_ends_at_zero(self, desk, make_resident):
        day = clinic_day()
        people = [make_resident(), make_resident("시연 집전화", "+82635403114")]
        for number, person in enumerate(people):
            booked(person, day, at(15 + number))
        gone = booked(make_resident("시연 취소"), day, at(16, 20))
        bookings.cancel(gone.pk, by=BY)
        confirm = desk.get(url("staff_clinic_day_cancel", day.pk)).content.decode()
        assert "예약 2건이 있습니다. 2분께 모두 알리고" in confirm
        done = desk.post(
            url("staff_clinic_day_cancel", day.pk), {"reason": "변호사가 다쳤습니다.", "confirmed": "1"}, follow=True
        )
        text = done.content.decode()
        assert "예약하신 2분 가운데 아직 알리지 못한 분: 2명" in text
        told = Notice.objects.filter(kind="consultations/notices/city_cancelled")
        texts = {(notice.resident_id, notice.channel) for notice in told.order_by("pk")}
        assert {(people[0].pk, Channel.SMS), (people[0].pk, Channel.CALL), (people[1].pk, Channel.CALL)} <= texts
        sms = told.get(channel=Channel.SMS)
        assert sms.short == "[김제시] 11월 23일(월) 상담을 열지 못합니다. 새 날짜를 정하려고 곧 전화드립니다."
        assert "담당자가 11월 23일 월요일까지 전화드려 새 날짜를 함께 정하겠습니다." in sms.body
        assert {one.state for one in Booking.objects.order_by("pk")} == {"CANCELLED"}
        assert not day.holds.exists()
        CallTask.objects.filter(notice__in=told).update(outcome="told")
        assert "알리지 못한 분: 0명" in desk.get(url("staff_clinic_day", day.pk)).content.decode()

    def test_not_without_a_reason_and_not_twice(self, desk):
        day = clinic_day()
        page = desk.post(url("staff_clinic_day_cancel", day.pk), {"reason": "", "confirmed": "1"})
        assert "이유가 비어 있습니다." in page.content.decode()
        desk.post(url("staff_clinic_day_cancel", day.pk), {"reason": "눈이 많이 왔습니다.", "confirmed": "1"})
        again = desk.post(url("staff_clinic_day_cancel", day.pk), {"reason": "눈이 많이 왔습니다.", "confirmed": "1"})
        assert "먼저 고쳤습니다(상담일 취소)." in again.content.decode()


def test_every_form_carries_its_token(desk, make_resident):
    """A form without the token is refused by the real server, and only there: the test client does not check."""
    day = clinic_day()
    booking = booked(make_resident(), day)
    pages = [
        url("staff_day_board", day.pk),
        url("staff_booking", booking.reference),
        url("staff_counter"),
        url("staff_clinic_days"),
        url("staff_clinic_day", day.pk),
        url("staff_clinic_day_cancel", day.pk),
    ]
    for page in pages:
        text = desk.get(page).content.decode()
        assert not forms_without_token(text), page
