"""Where and when: facts of a place wherever it is named, places with room when a day is full, both advisers' time."""

from datetime import date, timedelta
from html import unescape
from typing import cast

import pytest
from icalendar import Calendar

from consultations.actions import waiting
from consultations.enums import BookingKind, ClinicDayState, JointOrder, WaitingState
from consultations.models import Booking, ClinicDay, Venue, Waiting
from consultations.reports.calendars import calendar_file
from consultations.reports.offers import nearest, offers, with_elsewhere
from services.models import Draft, Notice, Resident
from tests.consultations.factories import BY, EVE, MONDAY, at, booked, clinic_day, url, venue
from tests.consultations.test_race import people
from tests.consultations.test_waiting import STARTS, full_day, in_line

pytestmark = pytest.mark.django_db
FACTS = {
    "address": "전북특별자치도 김제시 만경읍 만경로 1",
    "room": "2층 회의실",
    "map_url": "https://map.example.kr/mangyeong",
    "wheelchair": "현관 왼쪽에 경사로가 있습니다.",
    "parking": "앞마당에 10대. 무료입니다.",
    "phone": "063-540-4321",
}


@pytest.fixture(autouse=True)
def _friday(clock):
    clock(EVE)


@pytest.fixture
def place() -> Venue:
    return venue(**FACTS)


class TestFactsOfAPlace:
    @pytest.fixture
    def mine(self, place, make_resident) -> Booking:
        return booked(make_resident(), clinic_day(where=place))

    def test_on_the_booking_and_on_the_last_page(self, place, walk, mine, resident_client):
        pages = [resident_client(mine.resident).get(url("booking", mine.reference)).content.decode()]
        client = walk(
            clinic_day(where=place, on=MONDAY + timedelta(days=28)), booking_contact={"name": "시연 다른 분"}
        )
        pages.append(client.post(url("booking_check"), follow=True).content.decode())
        for page in pages:
            assert [fact for fact in FACTS.values() if fact not in page] == []

    def test_in_the_line(self, place, resident_client):
        day, _taken = full_day()
        assert day.venue == place
        row = in_line(people(1)[0], day)
        page = resident_client(row.resident).get(url("waiting", row.reference)).content.decode()
        assert [fact for fact in FACTS.values() if fact not in page] == []

    def test_on_paper_everything_but_the_link(self, mine, resident_client):
        """Print keeps what is not `no-print`: a link cannot be pressed on paper, the words can be read."""
        page = resident_client(mine.resident).get(url("booking", mine.reference)).content.decode()
        (facts,) = [part for part in page.split("<dd>") if FACTS["address"] in part]
        link = facts[facts.index("<a ") : facts.index("</a>")]
        assert 'class="no-print"' in link
        assert FACTS["map_url"] in link
        rest = facts.replace(link, "")
        assert [fact for name, fact in FACTS.items() if name != "map_url" and fact not in rest] == []
        assert "no-print" not in rest

    def test_in_the_calendar_file(self, mine):
        (event,) = Calendar.from_ical(calendar_file(mine)).walk("VEVENT")
        assert str(event["LOCATION"]) == f"만경읍 행정복지센터 {FACTS['room']}, {FACTS['address']}"
        assert str(event["URL"]) == FACTS["map_url"]
        assert f"휠체어: {FACTS['wheelchair']}" in str(event["DESCRIPTION"])
        assert f"주차: {FACTS['parking']}" in str(event["DESCRIPTION"])

    def test_a_place_without_facts_has_no_empty_words(self, make_resident, resident_client):
        mine = booked(make_resident(), clinic_day(where=venue("죽산면 행정복지센터")))
        page = resident_client(mine.resident).get(url("booking", mine.reference)).content.decode()
        for word in ("휠체어:", "주차:", "지도에서 보기"):
            assert word not in page


class TestAlarms:
    @pytest.mark.parametrize("setting", [["3d 10:00", "1d 10:00", "2h"], ["1d 18:30"], ["5h"], []])
    def test_the_calendar_rings_when_the_texts_go_out(self, make_resident, settings, clock, setting):
        clock("2026-11-01 10:00")
        settings.CONSULTATION_REMINDERS = setting
        mine = booked(make_resident(), clinic_day())
        texts = Notice.objects.filter(
            kind__in=[f"consultations/notices/{name}" for name in ("ahead", "reminder", "today")]
        )
        alarms = [
            mine.starts_at + cast(timedelta, one["TRIGGER"].dt)
            for one in Calendar.from_ical(calendar_file(mine)).walk("VALARM")
        ]
        assert sorted(alarms) == sorted(texts.values_list("due_at", flat=True))
        assert len(alarms) == len(setting)


class TestAFullDay:
    @pytest.fixture
    def world(self):
        """One full day; room at three places, some days nearer than others."""
        day, _taken = full_day()
        near = clinic_day("LAW", on=MONDAY + timedelta(days=2), where=venue("죽산면 행정복지센터", order=9))
        far = clinic_day("LAW", on=MONDAY + timedelta(days=28), where=venue("백산면 행정복지센터", order=2))
        same = clinic_day("LAW", on=MONDAY, where=venue("성덕면 행정복지센터", order=8))
        clinic_day("LAW", on=MONDAY + timedelta(days=30), where=near.venue)  # the same place again
        clinic_day("TAX", on=MONDAY + timedelta(days=1), where=venue("용지면 행정복지센터"))
        clinic_day(
            "LAW", on=MONDAY - timedelta(days=3), where=venue("공덕면 행정복지센터", order=1)
        )  # earlier, not nearer
        return day, near, far, same

    def test_the_nearest_days_elsewhere_first_and_each_place_once(self, world):
        day, near, _far, same = world
        found = offers(BookingKind.LAW)
        full = next(one for one in found if one.day.pk == day.pk)
        assert [one.day.pk for one in nearest(full, [one for one in found if one.free])] == [
            same.pk,
            near.pk,
            ClinicDay.objects.get(on=MONDAY - timedelta(days=3)).pk,
        ]

    def test_no_query_for_it_while_no_day_is_full(self, django_assert_num_queries):
        clinic_day("LAW")
        found = offers(BookingKind.LAW)
        with django_assert_num_queries(0):
            assert with_elsewhere(found, BookingKind.LAW) == found

    def test_booking_leads_there_in_one_press(self, world, walk):
        day, near, _far, _same = world
        client = walk(day, until="booking_time")
        page = client.get(url("booking_time")).content.decode()
        assert "가까운 날 다른 곳에는 빈자리가 있습니다." in page
        assert f'formaction="{url("booking_place")}" name="venue" value="{near.venue_id}"' in page
        assert "이날 대기 신청하기" in page
        there = client.post(url("booking_place"), {"township": "0", "venue": str(near.venue_id)}, follow=True)
        assert f'value="{near.pk}-1500"' in there.content.decode()

    def test_moving_leads_there_and_into_the_line(self, world, make_resident, resident_client):
        day, near, _far, same = world
        mine = booked(make_resident(born_on="1945-03-09"), near, at(15, on=near.on), question="보증금")
        client = resident_client(mine.resident)
        page = client.get(url("booking_move", mine.reference), {"venue": day.venue_id}).content.decode()
        assert f'href="?venue={same.venue_id}"' in page
        assert "이날 대기 신청하기" in page
        answer = client.post(url("booking_move", mine.reference), {"wait": f"{day.pk}-wait"}, follow=True)
        text = unescape(answer.content.decode())
        assert "대기를 신청하시겠어요?" in text
        assert "지금 예약은 그대로 있습니다." in text
        assert answer.redirect_chain[-1][0] == url("booking_wait")
        client.post(url("booking_wait"), {"hour": "ANY"})
        contact = client.get(url("booking_contact")).content.decode()
        for known in (mine.resident.name, "1945", "010-1234-5678"):
            assert known in contact
        draft = Draft.objects.get()
        assert draft.answers["booking_kind"] == {"kind": "LAW"}
        mine.refresh_from_db()
        assert mine.is_live

    def test_nobody_waits_for_the_day_they_are_booked_on(self, world, resident_client):
        day, *_others = world
        mine = Booking.objects.filter(clinic_day=day).order_by("pk").first()
        client = resident_client(mine.resident)
        page = client.get(url("booking_move", mine.reference), {"venue": day.venue_id}).content.decode()
        assert "이날은 모두 마감되었습니다." in page
        assert "이날 대기 신청하기" not in page
        client.post(url("booking_move", mine.reference), {"wait": f"{day.pk}-wait"})
        assert not Draft.objects.exists()

    def test_a_lost_time_shows_the_times_that_are_left(self, world, make_resident, resident_client):
        _day, near, _far, same = world
        mine = booked(make_resident(), near, at(15, on=near.on))
        booked(Resident.objects.create(name="시연 빠름", phone="+821077776666"), same, at(16))
        answer = resident_client(mine.resident).post(
            url("booking_move", mine.reference) + f"?venue={same.venue_id}", {"slot": f"{same.pk}-1600"}
        )
        assert f"{same.pk}-1620" in answer.content.decode()
        mine.refresh_from_db()
        assert mine.clinic_day_id == near.pk

    def test_an_unknown_place_is_asked_for_again(self, world, make_resident, resident_client):
        _day, near, *_others = world
        mine = booked(make_resident(), near, at(15, on=near.on))
        for venue_id in ("", "99999", "abc"):
            page = resident_client(mine.resident).get(url("booking_move", mine.reference), {"venue": venue_id})
            assert page.status_code == 200
            assert 'name="venue"' in page.content.decode()


class TestBothAdvisers:
    def test_each_time_says_together_or_in_turn_and_how_long(self, walk, make_resident):
        day = clinic_day()
        booked(make_resident("시연 하나"), day)  # the lawyer at 15:20
        page = walk(day, until="booking_time", booking_kind={"kind": "BOTH"}).get(url("booking_time"))
        words = {slot.value: slot.more for slot in page.context["offers"][0].slots if slot.is_free}
        assert words[f"{day.pk}-1500"] == "같은 시간에 함께, 20분"
        assert words[f"{day.pk}-1520-TAX"] == "세무사 먼저, 이어서 변호사, 40분"
        text = page.content.decode()
        for said in words.values():
            assert said in text
        assert "한 번에 20분입니다." not in text

    @pytest.mark.parametrize(
        ("clock_words", "said"), [("1500", "같은 시간에 함께, 20분"), ("1520-TAX", "세무사 먼저, 이어서 변호사, 40분")]
    )
    def test_the_check_page_says_it_too(self, walk, make_resident, clock_words, said):
        day = clinic_day()
        booked(make_resident("시연 하나"), day)
        client = walk(day, clock=clock_words, booking_kind={"kind": "BOTH"})
        assert said in client.get(url("booking_check")).content.decode()

    def test_one_adviser_says_the_length_once(self, walk):
        day = clinic_day("LAW")
        late = clinic_day("LAW", on=MONDAY + timedelta(days=28))
        late.sittings.update(slot_minutes=30)
        text = walk(day, until="booking_time").get(url("booking_time")).content.decode()
        assert "한 번에 20분이나 30분입니다." in text

    def test_a_booking_of_both_is_held_in_turn_after_a_move(self, make_resident):
        day = clinic_day()
        mine = booked(make_resident(), day, at(16), kind="BOTH", order=JointOrder.TAX_FIRST)
        assert mine.minutes == 40


class TestWhereOneLives:
    def test_it_says_when_the_own_township_has_no_day(self, walk, township):
        clinic_day(where=venue("검산동 행정복지센터"))
        client = walk(clinic_day(where=venue("죽산면 행정복지센터")), until="booking_place")
        text = client.post(url("booking_place"), {"township": str(township.pk), "sort": "1"}).content.decode()
        assert "고르신 상담은 사시는 곳에 정해진 날이 없습니다." in text

    def test_it_does_not_say_so_when_it_has_one(self, walk, township):
        day = clinic_day()
        client = walk(day, until="booking_place")
        text = client.post(url("booking_place"), {"township": str(township.pk), "sort": "1"}).content.decode()
        assert "고르신 상담은 사시는 곳에 정해진 날이 없습니다." not in text
        assert "사시는 곳 · " in text


class TestWaitingWords:
    def test_only_hours_in_which_somebody_sits_are_offered(self, walk):
        day, _taken = full_day()
        client = walk(day, until="booking_wait", booking_time={"wait": f"{day.pk}-wait", "slot": ""})
        assert 'value="16"' in client.get(url("booking_wait")).content.decode()
        day.sittings.update(closes_at="16:00")
        text = client.get(url("booking_wait")).content.decode()
        assert 'value="15"' in text
        assert 'value="16"' not in text

    def lapsed(self, clock, kind: str, *, others: int) -> tuple[Waiting, list[Resident]]:
        """Somebody in line whose held place has lapsed; `others` waited behind them."""
        from consultations import tasks
        from consultations.actions import bookings

        day, taken = full_day()
        first, *rest = people(1 + others)
        row = in_line(first, day)
        for one in rest:
            in_line(one, day)
        bookings.cancel(taken[0].pk, by=BY)
        clock("2026-11-21 10:01")
        tasks.expire_offers()
        row.refresh_from_db()
        assert row.state == WaitingState.WAITING
        return row, rest

    @pytest.mark.parametrize(("others", "is_said"), [(0, False), (1, True)])
    def test_the_next_is_named_only_if_somebody_waited(self, clock, resident_client, others, is_said):
        row, _rest = self.lapsed(clock, "LAW", others=others)
        text = resident_client(row.resident).get(url("waiting", row.reference)).content.decode()
        assert "맡아 둔 시간이 지났습니다" in text
        assert ("이 자리는 다음 분께 드렸습니다." in text) == is_said

    def test_who_let_it_pass_before_is_not_the_next(self, clock, resident_client):
        from consultations import tasks
        from consultations.actions import bookings

        day, taken = full_day()
        first, second = (in_line(one, day) for one in people(2))
        bookings.cancel(taken[0].pk, by=BY)
        clock("2026-11-20 11:00")
        waiting.decline(first.pk, by=BY)
        clock("2026-11-21 11:01")
        tasks.expire_offers()
        text = resident_client(second.resident).get(url("waiting", second.reference)).content.decode()
        assert "맡아 둔 시간이 지났습니다" in text
        assert "다음 분께" not in text

    def test_who_just_books_it_is_not_the_next_in_line(self, clock, resident_client):
        row, _rest = self.lapsed(clock, "LAW", others=0)
        booked(Resident.objects.create(name="시연 지나감", phone="+821077770009"), row.clinic_day, STARTS[0])
        text = resident_client(row.resident).get(url("waiting", row.reference)).content.decode()
        assert "다음 분께" not in text

    def test_a_place_whose_time_is_over_is_not_shown_as_held_before_the_sweep(self, clock, resident_client):
        from consultations.actions import bookings

        day, taken = full_day()
        row = in_line(people(1)[0], day)
        bookings.cancel(taken[0].pk, by=BY)
        clock("2026-11-21 10:00")
        client = resident_client(row.resident)
        text = client.get(url("waiting", row.reference)).content.decode()
        assert "맡아 둔 시간이 지났습니다" in text
        assert "이 자리 받기" not in text
        assert "까지 답해 주세요" not in client.get("/my/").content.decode()

    def test_leaving_asks_once(self, resident_client):
        day, _taken = full_day()
        row = in_line(people(1)[0], day)
        client, page = resident_client(row.resident), url("waiting_act", row.reference)
        assert f"{page}?act=leave" in client.get(url("waiting", row.reference)).content.decode()
        assert "대기를 취소하시겠어요?" in client.get(page, {"act": "leave"}).content.decode()
        row.refresh_from_db()
        assert row.is_live
        waiting.leave(row.pk, by=BY)
        assert client.get(page, {"act": "leave"}).url == url("waiting", row.reference)


def test_a_day_in_review_is_no_place_to_move_to(make_resident, resident_client):
    mine = booked(make_resident(), clinic_day("LAW"))
    later = date(2026, 12, 28)
    review = clinic_day(
        "LAW", on=later, where=venue("죽산면 행정복지센터"), state=ClinicDayState.REVIEW, election="선거"
    )
    answer = resident_client(mine.resident).post(url("booking_move", mine.reference), {"slot": f"{review.pk}-1500"})
    assert answer.status_code == 200
    mine.refresh_from_db()
    assert mine.on == MONDAY
