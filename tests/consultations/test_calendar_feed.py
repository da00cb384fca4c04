"""An adviser's calendar address: secret, without anybody's data, and cheap to ask again."""

import re
from datetime import time, timedelta
from typing import Any
from uuid import uuid5

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from consultations.actions import bookings
from consultations.actions.calendars import renew_feed, revoke_feed
from consultations.enums import AdviserKind, ClinicDayState, JointOrder
from consultations.models import Booking, CalendarFeed, Sitting
from consultations.reports.calendars import UIDS
from gimje_portal.logs import hide_secrets
from services.enums.people import Role
from services.models import HistoryEntry
from services.rules.refusal import Refused
from tests.consultations.factories import BY, EVE, MONDAY, adviser, at, booked, clinic_day, url, venue

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(days=28)


@pytest.fixture(autouse=True)
def _friday(clock):
    clock(EVE)


@pytest.fixture
def day():
    return clinic_day()


@pytest.fixture
def lawyer(day):
    return day.sittings.get(adviser__kind="LAW").adviser


@pytest.fixture
def token(lawyer):
    return renew_feed(lawyer.pk, by=BY)


@pytest.fixture
def read(client, token):
    def go(**headers):
        return client.get(
            url("calendar_feed", token), headers={key.replace("_", "-"): value for key, value in headers.items()}
        )

    return go


def uid_of(booking: Booking) -> str:
    """The same on every host and after a restore: neither a serial nor a name of a machine is in it."""
    return str(uuid5(UIDS, f"booking {booking.reference}"))


def events(response):
    return {str(one["UID"]): one for one in Calendar.from_ical(response.content).walk("VEVENT")}


def words(event):
    return re.split(" · ", str(event["SUMMARY"]))


class TestWhatIsInIt:
    def test_a_booking_is_time_place_and_kind(self, read, day, make_resident):
        booking = booked(make_resident(), day, question="보증금", other_party="박상대")
        (event,) = events(read()).values()
        assert str(event["UID"]) == uid_of(booking)
        assert words(event) == ["상담 1건", "생활 법률", "만경읍 행정복지센터"]
        assert event["DTSTART"].dt == booking.starts_at
        assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(minutes=20)
        assert (event["STATUS"], event["SEQUENCE"]) == ("CONFIRMED", 0)

    @pytest.mark.parametrize(
        ("kind", "said"), [("BOTH", "세금과 생활 법률"), ("UNSURE", "분야는 아직 정하지 않음"), ("TAX", None)]
    )
    def test_only_what_takes_the_own_time(self, read, day, make_resident, kind, said):
        booked(make_resident(), day, kind=kind, topic="UNSURE")
        found = [words(event)[1] for event in events(read()).values()]
        assert found == ([said] if said else ["아직 예약 없음"])

    def test_who_comes_second_sees_the_own_turn(self, read, day, make_resident):
        booking = booked(make_resident(), day, kind="BOTH", order=JointOrder.TAX_FIRST)
        event = events(read())[uid_of(booking)]
        assert (event["DTSTART"].dt, event["DTEND"].dt) == (at(15, 40), at(16))

    def test_nothing_personal_is_in_it(self, read, day, make_resident):
        needs: dict[str, Any] = {
            "question": "보증금을 못 받았습니다",
            "other_party": "박상대",
            "needs": ["WHEELCHAIR"],
        }
        booking = booked(make_resident(), day, **needs)
        gone = booked(make_resident(name="시연 이웃", phone="+821098765432"), day, at(16), **needs)
        bookings.cancel(gone.pk, by=BY, reason="SOLVED")
        text = read().content.decode().replace("\r\n ", "")
        for secret in (
            "김만경", "이웃", "5678", "5432", "보증금", "박상대", "휠체어", "WHEELCHAIR", "SOLVED", "LEASE", "전세",
            booking.reference, booking.shown_reference, gone.reference,
        ):  # fmt: skip
            assert secret not in text
        allowed = {"BEGIN", "END", "STATUS", "PRODID", "VERSION", "METHOD", "X-WR-CALNAME", "X-WR-TIMEZONE"}
        allowed |= {
            "X-PUBLISHED-TTL",
            "REFRESH-INTERVAL",
            "UID",
            "DTSTAMP",
            "DTSTART",
            "DTEND",
            "SEQUENCE",
            "SUMMARY",
            "LOCATION",
            "STATUS",
        }
        assert {re.split("[:;]", line)[0] for line in text.split("\r\n") if line} <= allowed

    def test_a_move_raises_the_sequence_under_the_same_number(self, read, day, make_resident):
        booking = booked(make_resident(), day)
        bookings.move(booking.pk, day.pk, at(16), by=BY)
        event = events(read())[uid_of(booking)]
        assert (event["SEQUENCE"], event["DTSTART"].dt) == (1, at(16))

    def test_a_cancelled_one_stays_thirty_days(self, read, day, make_resident, clock):
        booking = booked(make_resident(), day)
        bookings.cancel(booking.pk, by=BY)
        event = events(read())[uid_of(booking)]
        assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 1)
        clock("2026-12-20 09:59")
        assert uid_of(booking) in events(read())
        clock("2026-12-20 10:01")
        assert uid_of(booking) not in events(read())

    def test_a_cancelled_one_of_the_other_kind_is_none_of_theirs(self, read, day, make_resident):
        booking = booked(make_resident(), day, kind="TAX", topic="LOCAL_TAX")
        bookings.cancel(booking.pk, by=BY)
        assert uid_of(booking) not in events(read())

    def test_a_sitting_without_bookings_is_a_free_block(self, read, day, lawyer):
        far = clinic_day("TAX", on=LATER, state=ClinicDayState.REVIEW)
        Sitting.objects.create(clinic_day=far, adviser=lawyer, opens_at=time(15), closes_at=time(17), slot_minutes=20)
        first, second = sorted(events(read()).values(), key=lambda event: event["DTSTART"].dt)
        assert words(first) == ["무료 상담일", "아직 예약 없음", "만경읍 행정복지센터"]
        assert (first["TRANSP"], first["STATUS"]) == ("TRANSPARENT", "TENTATIVE")
        assert (first["DTSTART"].dt, first["DTEND"].dt) == (at(15), at(17))
        assert words(second)[1] == "선거 확인 중"

    def test_a_cancelled_day_and_a_missed_turn_are_no_block(self, read, day, lawyer):
        lawyer.sittings.update(is_absent=True)
        assert not events(read())
        lawyer.sittings.update(is_absent=False)
        day.state = ClinicDayState.CANCELLED
        day.save()
        assert not events(read())

    def test_twenty_bookings_cost_no_more_queries_than_one(self, read, day, lawyer, make_resident):
        booked(make_resident(), day)
        read()
        one = _queries(read)
        for number in range(19):
            later = clinic_day("TAX", on=LATER + timedelta(days=number), where=venue(f"시연 {number}번 장소"))
            Sitting.objects.create(
                clinic_day=later, adviser=lawyer, opens_at=time(15), closes_at=time(17), slot_minutes=20
            )
            if number % 2:
                booked(make_resident(name=f"시연 {number}", phone=f"+8210000000{number:02d}"), later)
        read()
        assert _queries(read) == one
        assert len(events(read())) == 20


def _queries(read):
    with CaptureQueriesContext(connection) as found:
        read()
    return len(found)


class TestAskingAgain:
    def test_who_has_it_already_gets_304(self, read, clock):
        first = read()
        assert first["Content-Type"] == "text/calendar; charset=utf-8"
        clock("2026-11-20 10:40")
        by_tag, by_time = read(If_None_Match=first["ETag"]), read(If_Modified_Since=first["Last-Modified"])
        assert [(one.status_code, one.content) for one in (by_tag, by_time)] == [(304, b""), (304, b"")]
        assert by_tag["ETag"] == by_time["ETag"] == first["ETag"]
        assert read().content == first.content

    def test_a_change_is_sent(self, read, day, make_resident, clock):
        first = read()
        clock("2026-11-20 10:40")
        booked(make_resident(), day)
        for header in ({"If_None_Match": first["ETag"]}, {"If_Modified_Since": first["Last-Modified"]}):
            answer = read(**header)
            assert answer.status_code == 200
            assert "상담 1건" in answer.content.decode()
        assert answer["Last-Modified"] == "Fri, 20 Nov 2026 01:40:00 GMT"

    def test_when_it_was_read_is_noted_once_an_hour(self, read, lawyer, clock):
        for moment, noted in (("10:05", "10:05"), ("10:55", "10:05"), ("11:06", "11:06")):
            clock(f"2026-11-20 {moment}")
            read()
            assert f"{timezone.localtime(CalendarFeed.objects.get().last_read_at):%H:%M}" == noted


class TestTheAddress:
    def test_only_a_hash_of_it_is_kept(self, token, lawyer):
        feed = CalendarFeed.objects.get()
        assert len(token) == 43
        assert token not in str(vars(feed))
        assert len(feed.token_hash) == 64

    def test_a_new_one_ends_the_old_one(self, read, lawyer, client):
        assert read().status_code == 200
        fresh = renew_feed(lawyer.pk, by=BY)
        assert read().status_code == 404
        assert client.get(url("calendar_feed", fresh)).status_code == 200
        assert CalendarFeed.objects.count() == 1

    def test_an_ended_one_and_an_unknown_one_look_the_same(self, read, lawyer, client):
        revoke_feed(lawyer.pk, by=BY)
        ended = read()
        assert (ended.status_code, ended["Content-Type"]) == (404, "text/plain; charset=utf-8")
        assert "쓰지 않습니다" in ended.content.decode()
        for token in ("x", "가", "\ud800", "a" * 500):
            assert (
                client.get(f"/consultations/calendar/{token.encode('utf-8', 'surrogatepass').hex()}.ics").content
                == ended.content
            )
        assert client.post(url("calendar_feed", "x")).status_code == 405

    def test_ending_twice_is_refused(self, token, lawyer):
        revoke_feed(lawyer.pk, by=BY)
        with pytest.raises(Refused, match="달력 주소가 없습니다"):
            revoke_feed(lawyer.pk, by=BY)

    def test_each_change_is_in_the_history(self, token, lawyer):
        renew_feed(lawyer.pk, by=BY)
        revoke_feed(lawyer.pk, by=BY)
        entries = HistoryEntry.objects.filter(subject_kind="consultations.calendarfeed").order_by("seq")
        assert [entry.move for entry in entries] == ["made", "renewed", "revoked"]

    def test_two_addresses_are_never_the_same(self, token, lawyer):
        other = adviser(name="시연 둘째")
        with pytest.raises(IntegrityError, match="calendar_feed_address_is_unique"), transaction.atomic():
            CalendarFeed.objects.create(adviser=other, token_hash=CalendarFeed.objects.get().token_hash)

    def test_logs_do_not_keep_it(self):
        event = {
            "request": f"GET /consultations/calendar/{'s' * 43}.ics?x=1",
            "event": "POST /a/verifications/k:1/check",
        }
        assert hide_secrets(None, "info", event) == {
            "request": "GET /consultations/calendar/***?x=1",
            "event": "POST /a/verifications/***/check",
        }


class TestStaffPages:
    @pytest.fixture
    def desk(self, staff_client, make_staff, lawyer):
        lawyer.user = make_staff(Role.ADVISER, username="lawyer")
        lawyer.save()
        return staff_client(user=lawyer.user)

    @pytest.fixture
    def officer(self, staff_client):
        return staff_client(Role.CONSULTATION_OFFICER)

    @staticmethod
    def address(response):
        found = re.search(r"<code>(http[^<]*)</code>", response.content.decode())
        return found and found[1]

    def test_an_adviser_makes_the_own_address_and_sees_it_once(self, desk, client):
        assert url("staff_my_calendar") in desk.get(url("staff_my_days")).content.decode()
        made = desk.post(url("staff_my_calendar"), {"act": "renew"})
        address = self.address(made)
        assert "no-store" in made["Cache-Control"]
        path = "/consultations/" + address.split("/consultations/")[1]
        assert client.get(path).status_code == 200
        again = desk.get(url("staff_my_calendar"))
        assert self.address(again) is None
        assert "마지막으로 읽은 때" in again.content.decode()

    def test_an_adviser_ends_it(self, desk, token, read):
        answer = desk.post(url("staff_my_calendar"), {"act": "revoke", "confirmed": "1"}, follow=True)
        assert "주소를 끊었습니다" in answer.content.decode()
        assert read().status_code == 404
        twice = desk.post(url("staff_my_calendar"), {"act": "revoke", "confirmed": "1"}, follow=True)
        assert "달력 주소가 없습니다" in twice.content.decode()

    def test_other_acts_are_unknown(self, desk, officer, lawyer):
        assert desk.post(url("staff_my_calendar"), {"act": "steal"}).status_code == 404
        assert officer.post(url("staff_adviser_calendar", lawyer.pk), {"act": "renew"}).status_code == 404
        assert officer.get(url("staff_adviser_calendar", 0)).status_code == 404
        assert not CalendarFeed.objects.exists()

    def test_an_account_without_an_adviser_has_no_calendar(self, staff_client):
        assert staff_client(Role.ADVISER).get(url("staff_my_calendar")).status_code == 404

    def test_the_officer_makes_one_for_who_has_no_account(self, officer, lawyer, client):
        page = url("staff_adviser_calendar", lawyer.pk)
        made = officer.post(page, {"act": "renew"})
        assert client.get("/consultations/" + self.address(made).split("/consultations/")[1]).status_code == 200
        entry = HistoryEntry.objects.get(subject_kind="consultations.calendarfeed")
        assert entry.actor_kind == "staff"
        officer.post(page, {"act": "revoke", "confirmed": "1"})
        assert CalendarFeed.objects.get().revoked_at is not None

    def test_the_officer_ends_that_of_an_account_but_makes_none(self, officer, desk, lawyer):
        desk.post(url("staff_my_calendar"), {"act": "renew"})
        text = officer.get(url("staff_adviser_calendar", lawyer.pk)).content.decode()
        assert 'value="revoke"' in text
        assert 'value="renew"' not in text
        officer.post(url("staff_adviser_calendar", lawyer.pk), {"act": "revoke", "confirmed": "1"})
        assert not CalendarFeed.objects.filter(revoked_at=None).exists()

    def test_the_list_names_everybody_with_a_masked_phone(self, officer, lawyer):
        lawyer.phone, lawyer.office = "010-2222-3333", "만경 법률사무소"
        lawyer.save()
        adviser(AdviserKind.TAX, "시연 옛날", term_until=MONDAY - timedelta(days=30), phone="세 번 울림")
        text = officer.get(url("staff_advisers")).content.decode()
        for said in (
            "만경 법률사무소",
            "010-****-3333",
            "임기 끝남",
            "임기 중",
            "2020. 1. 1.(수)",
            "달력 주소 만들기",
        ):
            assert said in text
        assert "2222" not in text
        assert "세 번 울림" not in text

    def test_the_list_costs_the_same_for_one_and_for_twenty(self, officer, lawyer, make_staff):
        def cost():
            with CaptureQueriesContext(connection) as found:
                officer.get(url("staff_advisers"))
            return len(found)

        cost()
        one = cost()
        for number in range(20):
            account = make_staff(Role.ADVISER, username=f"adviser-{number}")
            one_more = adviser(name=f"시연 {number}", venue=venue(f"시연 {number}번 장소"), user=account)
            renew_feed(one_more.pk, by=BY)
        assert cost() == one
