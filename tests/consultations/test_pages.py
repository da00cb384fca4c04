"""The citizen's pages: from the first question to the number, back without loss, and nothing for strangers."""

from datetime import time, timedelta
from html import unescape

import pytest
from django.urls import reverse
from icalendar import Calendar

from consultations.actions import bookings
from consultations.enums import BookingState, ClinicDayState
from consultations.forms.booking import STEPS
from consultations.models import Booking
from services.models import Consent, Draft, Notice, Resident
from services.reports.people import cases_of
from tests.consultations.factories import ANSWERS, BY, EVE, MONDAY, at, booked, clinic_day, rule, url, venue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _friday(clock):
    clock(EVE)


class TestBookingJourney:
    def test_from_first_question_to_number(self, walk):
        client = walk(clinic_day())
        check = client.get(url("booking_check"))
        text = check.content.decode()
        for expected in (
            "생활 법률",
            "전세·월세·임대차",
            "만경읍 행정복지센터",
            "11월 23일 월요일 오후 3시 20분",
            "시연 김만경",
        ):
            assert expected in text
        assert "010-****-5678" in text
        done = client.post(url("booking_check"), follow=True)
        booking = Booking.objects.get()
        assert booking.shown_reference in done.content.decode()
        assert (booking.question, booking.other_party, booking.has_lawsuit) == (
            "보증금을 돌려받지 못했습니다.",
            "박상대",
            False,
        )
        assert booking.needs == ["WHEELCHAIR"]
        assert booking.resident.born_on == "1945-03-09"
        assert {one.kind: one.is_given for one in Consent.objects.of(booking).all()} == {
            "COLLECTION": True,
            "ADVISER": True,
            "HEALTH": True,
            "NEWS": False,
        }
        assert not Draft.objects.exists()

    def test_sent_twice_is_booked_once(self, walk):
        client = walk(clinic_day())
        client.post(url("booking_check"))
        again = client.post(url("booking_check"), follow=True)
        assert Booking.objects.count() == 1
        assert "예약했습니다" in again.content.decode()

    def test_the_lost_slot_leads_back_with_everything_kept(self, walk, make_resident):
        day = clinic_day()
        client = walk(day)
        booked(make_resident("시연 빠름", "+821077776666"), day)
        lost = client.post(url("booking_check"))
        text = lost.content.decode()
        assert lost.status_code == 409
        assert "방금 다른 분이 이 시간을 예약했습니다. 적으신 내용은 그대로 있습니다." in text
        assert "오후 3시 20분 · 마감" in text
        picked = client.post(url("booking_time"), {"slot": f"{day.pk}-1540"})
        assert picked.url == url("booking_check")
        client.post(picked.url)
        assert Booking.objects.get(resident__phone_index=Resident.objects.get(name_index=booked_name()).phone_index)

    def test_a_helper_books_and_both_are_told(self, walk):
        helper = {"who": "other", "relation": "딸", "helper_name": "시연 김딸", "helper_phone": "010 2222 3333"}
        client = walk(clinic_day(), booking_contact=helper)
        client.post(url("booking_check"))
        booking = Booking.objects.get()
        assert booking.helper
        assert (booking.source, booking.helper.name, booking.helper_relation) == ("HELPER", "시연 김딸", "딸")
        assert Notice.objects.filter(once_key__contains=":booked:").count() == 2
        assert booking.helper_consent == ""  # the person's own phone was proved
        assert not cases_of([booking.helper])

    @pytest.mark.parametrize(
        ("topic", "claim", "where"),
        [
            ("LOCAL_TAX", "above", "지방세는 '선정대리인'이 무료로 대신 다투어 줄 수 있습니다."),
            ("CAPITAL_GAINS", "below", "국세를 다투는 일은 국세상담센터 126에서 도와드립니다."),
        ],
    )
    def test_an_appeal_that_belongs_elsewhere_is_told_so_and_may_go_on(self, client, topic, claim, where):
        clinic_day()
        client.post(url("booking_kind"), {"kind": "TAX"})
        answers = {"topic": topic, "is_appeal": "yes", "claim": claim}
        text = unescape(client.post(url("booking_topic"), answers, follow=True).content.decode())
        assert where in text
        assert "300만원" in text
        assert "그래도 일반 세금 상담 예약하기" in text
        assert f'href="{url("booking_place")}"' in text
        assert client.get(url("booking_place")).status_code == 200

    @pytest.mark.parametrize(
        "answers",
        [
            {"topic": "LOCAL_TAX", "is_appeal": "yes", "claim": "below"},
            {"topic": "LOCAL_TAX", "is_appeal": "unsure"},
            {"topic": "CAPITAL_GAINS", "is_appeal": "no"},
        ],
    )
    def test_what_a_tax_accountant_may_take_goes_straight_on(self, client, answers):
        clinic_day()
        client.post(url("booking_kind"), {"kind": "TAX"})
        assert client.post(url("booking_topic"), answers).url == url("booking_place")

    def test_at_most_eight_pages_before_the_check_page(self):
        """Seven questions and the page of the code; who waits for a full day is asked for an hour too."""
        assert len([step for step in STEPS if step.applies({})]) + 1 <= 8


def booked_name() -> str:
    from services.models import blind_index

    return blind_index("시연김만경", purpose="name")


class TestBackAndForth:
    def test_going_back_keeps_every_answer(self, walk):
        client = walk(clinic_day())
        assert 'value="LAW"' in client.get(url("booking_kind")).content.decode()
        assert "박상대" in client.get(url("booking_question")).content.decode()
        assert "보증금을" in client.get(url("booking_question")).content.decode()
        again = client.post(url("booking_topic"), {"topic": "DEBT"})
        assert again.url == url("booking_check")
        assert "빌려준 돈·보증" in client.get(again.url).content.decode()

    def test_another_kind_asks_topic_and_time_again(self, walk):
        client = walk(clinic_day())
        assert client.post(url("booking_kind"), {"kind": "BOTH"}).url == url("booking_topic")
        assert client.get(url("booking_check")).url == url("booking_topic")

    def test_another_place_asks_the_time_again(self, walk):
        day, other = clinic_day(), clinic_day(where=venue("죽산면 행정복지센터"))
        client = walk(day)
        assert client.post(url("booking_place"), {"township": "0", "venue": other.venue_id}).url == url("booking_time")

    @pytest.mark.parametrize("page", [*list(ANSWERS)[1:], "booking_check"])
    def test_jumping_ahead_leads_to_the_first_open_question(self, client, page):
        assert client.get(url(page)).url == url("booking_kind")

    def test_optional_pages_may_be_skipped(self, walk):
        skip = {"skip": "1"}
        client = walk(clinic_day(), booking_question=skip, booking_consents={"HEALTH": ""})
        client.post(url("booking_check"))
        booking = Booking.objects.get()
        assert (booking.question, booking.needs) == ("", [])

    def test_another_phone_must_be_verified_first(self, walk):
        client = walk(clinic_day())
        other = {**ANSWERS["booking_contact"], "phone": "010-9999-0000"}
        assert client.post(url("booking_contact"), other).url == reverse("services:verify_code")
        assert client.get(url("booking_check")).url == url("booking_contact")
        assert client.post(url("booking_check")).url == url("booking_contact")
        assert not Booking.objects.exists()

    def test_nothing_personal_is_in_the_session(self, walk):
        client = walk(clinic_day())
        stored = str(dict(client.session))
        for secret in ("김만경", "12345678", "박상대", "보증금", "1945"):
            assert secret not in stored


class TestFaults:
    @pytest.mark.parametrize(
        ("page", "answers", "sentence"),
        [
            ("booking_kind", {}, "상담 종류를 아직 고르지 않으셨습니다."),
            ("booking_kind", {"kind": "MAGIC"}, "올바르게"),
            ("booking_topic", {}, "상담 분야를 아직 고르지 않으셨습니다."),
            ("booking_topic", {"topic": "INHERITANCE_TAX"}, "올바르게"),
            ("booking_topic", {"kind": "TAX"}, "다투는 상담인지 아직 고르지 않으셨습니다."),
            ("booking_place", {"township": ""}, "사시는 읍·면·동을 아직 고르지 않으셨습니다."),
            ("booking_place", {}, "상담 장소를 아직 고르지 않으셨습니다."),
            ("booking_time", {}, "상담 시간을 아직 고르지 않으셨습니다."),
            ("booking_time", {"slot": "1-0300"}, "고르신 상담 시간이 없거나 마감되었습니다."),
            ("booking_contact", {"who": ""}, "누가 상담을 받는지 아직 고르지 않으셨습니다."),
            ("booking_contact", {"who": "other"}, "예약하는 분의 이름이 비어 있습니다."),
            ("booking_contact", {"name": ""}, "이름이 비어 있습니다."),
            ("booking_contact", {"name": "홍길동2"}, "이름에 숫자가 들어 있습니다."),
            ("booking_contact", {"phone": "063-540-3114"}, "집 전화로는 문자를 받을 수 없습니다."),
            ("booking_contact", {"phone": "010-12"}, "전화번호의 숫자 개수가 맞지 않습니다."),
            ("booking_contact", {"phone": "모름"}, "전화번호에 글자가 들어 있습니다."),
            ("booking_contact", {"born_on_year": "2050"}, "태어난 날이 오늘보다 뒤입니다."),
            ("booking_contact", {"born_on_year": "2020"}, "14세가 되지 않은 분은"),
            ("booking_contact", {"born_on_month": "2", "born_on_day": "30"}, "달력에 없습니다."),
            ("booking_question", {"question": "가" * 2001}, "2000자까지 적으실 수 있습니다."),
            (
                "booking_question",
                {"question": "제 번호는 800101-1234567입니다"},
                "주민등록번호로 보이는 숫자가 있습니다.",
            ),
            (
                "booking_question",
                {"question": "제 번호는 ８００１０１·１２３４５６７입니다"},
                "주민등록번호로 보이는 숫자가 있습니다.",
            ),
            ("booking_consents", {"COLLECTION": "no"}, "1번에 동의하지 않으시면"),
            ("booking_consents", {"ADVISER": "no"}, "2번에 동의하지 않으시면"),
            ("booking_consents", {"COLLECTION": ""}, "동의하시는지 아직 고르지 않으셨습니다."),
        ],
    )
    def test_a_fault_is_named_and_what_was_typed_stays(self, walk, page, answers, sentence):
        kind = {"booking_kind": {"kind": answers["kind"]}} if page == "booking_topic" and "kind" in answers else {}
        client = walk(clinic_day(), until=page, **kind)
        sent = {**({} if not answers or page in ("booking_time", "booking_place") else ANSWERS[page]), **answers}
        response = client.post(url(page), sent)
        text = response.content.decode()
        assert response.status_code == 200
        assert "<title>오류:" in text
        if sentence != "올바르게":
            assert sentence in text
        if sent.get("name"):
            assert sent["name"] in text

    def test_nul_and_ten_thousand_letters_are_calm(self, walk):
        client = walk(clinic_day(), until="booking_question")
        assert client.post(url("booking_question"), {"question": "가" * 10_000}).status_code == 200
        assert client.post(url("booking_question"), {"question": "가\x00나"}).status_code == 302
        assert not Booking.objects.exists()


class TestTimes:
    def test_days_in_review_and_holidays_are_explained(self, walk):
        place = venue()
        rule(venues=(place,))
        day = clinic_day(where=place)
        february = clinic_day(
            where=place, on=MONDAY + timedelta(days=91), state=ClinicDayState.REVIEW, election="보궐선거"
        )
        text = walk(day, until="booking_time").get(url("booking_time")).content.decode()
        assert "선거 기간에 상담을 열 수 있는지 확인하고 있습니다" in text
        assert f"{february.pk}-1500" not in text

    def test_a_holiday_is_named_with_the_next_day(self, client, clock):
        clock("2026-05-01 10:00")
        rule(venues=(venue(),))
        text = client.get(url("start")).content.decode()
        assert "5월 25일 월요일은 공휴일이라 상담이 없습니다." in text
        assert "다음 상담은 6월 22일 월요일입니다." in text

    def test_the_start_page_says_what_the_timetable_says(self, client):
        """TA-08: two rules of one time are one line; another time is another."""
        place = venue()
        rule("LAW", venues=(place,))
        rule("TAX", venues=(place,))
        rule("TAX", venues=(place,), nth=1, opens_at=time(11), closes_at=time(13), slot_minutes=30)
        text = client.get(url("start")).content.decode()
        assert "매월 넷째 월요일 오후 3시부터 5시까지. 세무사와 변호사, 한 분에 20분" in text
        assert "매월 첫째 월요일 오전 11시부터 오후 1시까지. 세무사, 한 분에 30분" in text

    def test_joint_wishes_see_only_places_with_both(self, walk):
        both, law_only = clinic_day(), clinic_day("LAW", where=venue("죽산면 행정복지센터"))
        client = walk(both, until="booking_place", booking_kind={"kind": "BOTH"})
        text = client.get(url("booking_place")).content.decode()
        assert both.venue.name in text
        assert law_only.venue.name not in text

    def test_joint_wishes_see_times_in_turns_and_book_them(self, walk, make_resident):
        day = clinic_day()
        booked(make_resident("시연 하나"), day)
        client = walk(day, until="booking_time", booking_kind={"kind": "BOTH"})
        text = client.get(url("booking_time")).content.decode()
        assert f'value="{day.pk}-1520-TAX"' in text
        assert "세무사 먼저, 이어서 변호사" in text
        client = walk(day, clock="1520-TAX", booking_kind={"kind": "BOTH"})
        assert "세무사 먼저, 이어서 변호사" in client.get(url("booking_check")).content.decode()
        done = client.post(url("booking_check"), follow=True).content.decode()
        assert "세무사 오후 3시 20분, 변호사 오후 3시 40분" in done
        assert Booking.objects.get(kind="BOTH").minutes == 40

    def test_the_own_township_comes_first(self, walk, township):
        clinic_day(where=venue("검산동 행정복지센터", order=0))
        mine = clinic_day(where=venue("만경읍 행정복지센터", order=9))
        client = walk(mine, until="booking_place")
        sorted_page = client.post(url("booking_place"), {"township": str(township.pk), "sort": "1"}, follow=True)
        text = sorted_page.content.decode()
        assert text.index("만경읍 행정복지센터") < text.index("검산동 행정복지센터")

    def test_one_day_and_twenty_days_cost_the_same_queries(self, walk, django_assert_num_queries):
        place = venue()
        day = clinic_day(where=place)
        client = walk(day, until="booking_time")
        client.get(url("booking_time"))

        def count() -> int:
            from django.db import connection
            from django.test.utils import CaptureQueriesContext

            with CaptureQueriesContext(connection) as queries:
                assert client.get(url("booking_time")).status_code == 200
            return len(queries)

        with_one = count()
        for number in range(1, 21):
            clinic_day(where=place, on=MONDAY + timedelta(days=number))
        assert count() == with_one


class TestMyBooking:
    @pytest.fixture
    def mine(self, make_resident):
        return booked(make_resident(), clinic_day())

    def test_it_stands_in_my_applications(self, mine, resident_client):
        client = resident_client(mine.resident)
        text = client.get(reverse("services:my")).content.decode()
        assert mine.shown_reference in text
        assert "예약됨" in text
        assert "11월 23일 월요일 오후 3시 20분까지 만경읍 행정복지센터에 와 주세요." in text

    def test_detail_with_timeline(self, mine, resident_client):
        text = resident_client(mine.resident).get(url("booking", mine.reference)).content.decode()
        assert "예약했습니다" in text
        assert "상담일을 기다립니다" in text
        assert "시간 바꾸기" in text

    def test_cancel(self, mine, resident_client):
        client = resident_client(mine.resident)
        assert "취소하면 되돌릴 수 없습니다." in client.get(url("booking_cancel", mine.reference)).content.decode()
        response = client.post(url("booking_cancel", mine.reference), {"reason": "DATE"}, follow=True)
        assert "예약을 취소했습니다." in response.content.decode()
        mine.refresh_from_db()
        assert mine.state == BookingState.CANCELLED

    def test_cancelling_again_is_calm(self, mine, resident_client):
        client = resident_client(mine.resident)
        bookings.cancel(mine.pk, by=BY)
        response = client.post(url("booking_cancel", mine.reference), {"reason": ""})
        assert response.status_code == 409
        assert "이미 취소된 예약입니다." in response.content.decode()

    def test_move_by_choosing_a_new_time(self, mine, resident_client):
        client = resident_client(mine.resident)
        page = client.get(url("booking_move", mine.reference)).content.decode()
        assert "지금 예약: 11월 23일 월요일 오후 3시 20분, 만경읍 행정복지센터" in page
        assert "지금 예약하신 곳" in page
        assert 'name="slot"' not in page  # the place first
        there = client.get(url("booking_move", mine.reference), {"venue": mine.clinic_day.venue_id}).content.decode()
        assert f'value="{mine.clinic_day_id}-1600"' in there
        response = client.post(
            url("booking_move", mine.reference), {"slot": f"{mine.clinic_day_id}-1600"}, follow=True
        )
        assert "상담 시간을 바꾸었습니다." in response.content.decode()
        mine.refresh_from_db()
        assert mine.starts_at == at(16)

    def test_too_late(self, mine, resident_client, clock):
        clock("2026-11-23 13:00")
        client = resident_client(mine.resident)
        assert "여기서는 바꿀 수 없습니다" in client.get(url("booking_move", mine.reference)).content.decode()
        response = client.post(url("booking_cancel", mine.reference))
        assert "여기서는 바꿀 수 없습니다" in response.content.decode()
        mine.refresh_from_db()
        assert mine.is_live

    @pytest.mark.parametrize("page", ["booking", "booking_cancel", "booking_move", "booking_calendar"])
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_strangers_learn_nothing(self, mine, client, resident_client, make_resident, page, method):
        known, unknown = url(page, mine.reference), url(page, "000000")
        for address in (known, unknown):
            response = getattr(client, method)(address)
            assert response.status_code == 302
            assert response.url.startswith(reverse("services:my_start"))
        other = resident_client(make_resident("시연 남", "+821088887777"))
        assert {getattr(other, method)(address).status_code for address in (known, unknown)} == {404}
        mine.refresh_from_db()
        assert mine.is_live

    def test_opened_by_number_and_last_four_digits(self, mine, client):
        """Its state and what is to be done. The booking itself, moving and cancelling ask for the code."""
        typed = {"reference": mine.shown_reference, "last4": "5678"}
        page = client.post(reverse("services:my_reference"), typed, follow=True).content.decode()
        assert mine.shown_reference in page
        assert mine.resident.name not in page
        for name in ("booking", "booking_cancel", "booking_move", "booking_calendar"):
            answer = client.post(url(name, mine.reference), {"reason": "WEB"})
            assert answer.status_code == 302
            assert answer.url.startswith(reverse("services:my_start"))
        mine.refresh_from_db()
        assert mine.is_live

    def test_calendar_file_is_updated_and_withdrawn(self, mine, resident_client):
        client = resident_client(mine.resident)

        def event():
            response = client.get(url("booking_calendar", mine.reference))
            assert response["Content-Type"].startswith("text/calendar")
            assert "임대차" not in response.content.decode()
            calendar = Calendar.from_ical(response.content)
            return calendar["METHOD"], next(iter(calendar.walk("VEVENT")))

        _, first = event()
        bookings.move(mine.pk, mine.clinic_day_id, at(16), by=BY)
        _, second = event()
        bookings.cancel(mine.pk, by=BY)
        method, third = event()
        assert first["UID"] == second["UID"] == third["UID"]
        assert [int(one["SEQUENCE"]) for one in (first, second, third)] == [0, 1, 2]
        assert first["DTSTART"].dt == at(15, 20)
        assert second["DTSTART"].dt == at(16)
        assert (method, third["STATUS"]) == ("CANCEL", "CANCELLED")


def test_the_first_page_names_the_next_day_and_its_places(client):
    clinic_day()
    text = client.get(reverse("services:home")).content.decode()
    assert "다음 무료 상담은 11월 23일 월요일 오후 3시부터 5시까지입니다. 남은 자리는 12개입니다." in text


@pytest.mark.parametrize(
    ("now", "sentence"),
    [
        ("2026-11-18 10:00", "상담 3일 전, 하루 전, 2시간 전에 문자로 다시 알려드립니다."),
        ("2026-11-21 10:00", "상담 하루 전, 2시간 전에 문자로 다시 알려드립니다."),
        ("2026-11-23 11:00", "상담 2시간 전에 문자로 다시 알려드립니다."),
        ("2026-11-23 14:00", ""),
    ],
)
def test_the_last_page_names_the_reminders_that_really_come(walk, clock, now, sentence):
    day = clinic_day()
    clock(now)
    text = walk(day).post(url("booking_check"), {}, follow=True).content.decode()
    assert "예약했습니다" in text
    assert sentence in text
    assert bool(sentence) == ("문자로 다시 알려드립니다" in text)
