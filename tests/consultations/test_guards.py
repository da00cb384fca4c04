"""What cannot be undone: each verb has its hour, asks once, says what it sends; the day's notes can be taken back."""

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from consultations.actions import bookings, clinic_days, results, statistics, waiting
from consultations.enums import BookingState, ClinicDayState, FollowUp, Outcome, Source, Topic, WaitingHour
from consultations.models import Booking, Result, Waiting
from services.enums.notices import NoticeState
from services.enums.people import Role
from services.models import CallTask, HistoryEntry, Notice, Resident
from services.rules.refusal import Refused
from tests.consultations.factories import BY, EVE, MONDAY, adviser, at, booked, clinic_day, url, wish_for

pytestmark = pytest.mark.django_db
DECEMBER = date(2026, 12, 28)
LANDLINE = "+82635401234"
FACTS: dict[str, Any] = {
    "topic": Topic.LEASE,
    "outcome": Outcome.SOLVED,
    "follow_up": FollowUp.NONE,
    "minutes": 20,
    "note": "요지",
}


@pytest.fixture(autouse=True)
def _friday(clock):
    clock(EVE)


@pytest.fixture
def officer(make_staff):
    return make_staff(Role.CONSULTATION_OFFICER)


def last_move(booking: Booking) -> HistoryEntry:
    rows = HistoryEntry.objects.filter(subject_kind="consultations.booking", subject_id=str(booking.pk))
    return rows.latest("seq")


VERBS = {
    "check_in": lambda booking: bookings.check_in(booking.pk, by=BY),
    "complete": lambda booking: bookings.complete(booking.pk, by=BY),
    "mark_missed": lambda booking: bookings.mark_missed(booking.pk, by=BY),
    "take_back": lambda booking: bookings.take_back(booking.pk, reason="잘못 누름", by=BY),
    "cancel": lambda booking: bookings.cancel(booking.pk, by=BY),
    "set_out_of_scope": lambda booking: bookings.set_out_of_scope(booking.pk, FollowUp.TAX_CENTRE, by=BY),
    "move": lambda booking: bookings.move(booking.pk, clinic_day(on=DECEMBER).pk, at(16, on=DECEMBER), by=BY),
}


class TestHours:
    @pytest.mark.parametrize(
        ("moment", "allowed"),
        [
            ("2026-11-22 15:30", {"cancel", "set_out_of_scope", "move"}),  # the day before
            ("2026-11-23 15:19", {"check_in", "cancel", "set_out_of_scope", "move"}),
            ("2026-11-23 15:20", {"check_in", "complete", "mark_missed"}),
            ("2026-11-23 23:59", {"check_in", "complete", "mark_missed"}),
            ("2026-11-24 00:00", {"complete", "mark_missed"}),
        ],
    )
    @pytest.mark.parametrize("verb", VERBS)
    def test_each_verb_has_its_hours(self, make_resident, clock, verb, moment, allowed):
        booking = booked(make_resident(), clinic_day())
        clock(moment)
        if verb in allowed:
            VERBS[verb](booking)
            return
        with pytest.raises(Refused):
            VERBS[verb](booking)
        booking.refresh_from_db()
        assert (booking.state, booking.arrived_at, booking.starts_at) == (BookingState.CONFIRMED, None, at(15, 20))

    def test_seen_early_after_coming_early(self, make_resident, clock):
        booking = booked(make_resident(), clinic_day())
        clock("2026-11-23 15:05")
        bookings.check_in(booking.pk, by=BY)
        assert bookings.complete(booking.pk, by=BY).state == BookingState.VISIT_DONE

    @pytest.mark.parametrize(
        "verb",
        [
            lambda day: clinic_days.cancel_day(day.pk, reason="눈", by=BY),
            lambda day: clinic_days.close_booking(day.pk, by=BY),
            lambda day: clinic_days.reopen_booking(day.pk, by=BY),
            lambda day: clinic_days.record_basis([day.pk], basis="조례", document="1", by=BY),
        ],
    )
    @pytest.mark.parametrize("state", [ClinicDayState.OPEN, ClinicDayState.CLOSED, ClinicDayState.REVIEW])
    def test_nothing_changes_a_day_that_is_past(self, clock, verb, state):
        day = clinic_day(state=state)
        clock("2026-11-24 00:00")
        with pytest.raises(Refused):
            verb(day)
        day.refresh_from_db()
        assert day.state == state


class TestNothingIsLeftOver:
    @pytest.mark.parametrize(
        "end", ["complete", "mark_missed", "result", "cancel", "set_out_of_scope", "cancel_for_city"]
    )
    @pytest.mark.parametrize("phone", ["+821012345678", LANDLINE])
    def test_reminders_and_calls_end_with_the_booking(self, make_resident, clock, end, phone):
        day = clinic_day("LAW", on=DECEMBER)
        booking = booked(make_resident(phone=phone), day, at(15, 20, DECEMBER), kind="UNSURE")
        clock("2026-12-28 12:00" if end in {"cancel", "set_out_of_scope", "cancel_for_city"} else "2026-12-28 15:20")
        waits = [NoticeState.QUEUED, NoticeState.HELD, NoticeState.RETRY, NoticeState.CALL]
        about = Notice.objects.filter(subject_id=str(booking.pk), subject_kind="consultations.booking")
        earlier = set(about.values_list("pk", flat=True))
        if end == "result":
            who = booking.holds.get().adviser
            results.record_result(booking.pk, adviser=who, by=BY, **FACTS)
        elif end == "cancel_for_city":
            clinic_days.cancel_day(day.pk, reason="눈", by=BY)
        else:
            VERBS[end](booking)
        left = about.filter(pk__in=earlier, state__in=waits).exclude(
            kind="consultations/notices/booked", channel="sms"
        )
        assert not list(left.exclude(channel="lms").values_list("kind", "channel"))
        open_calls = CallTask.objects.open().exclude(
            notice__kind__in=[
                "consultations/notices/cancelled",
                "consultations/notices/city_cancelled",
                "consultations/notices/missed",
                "consultations/notices/out_of_scope",
            ]
        )
        assert not open_calls.exists()

    def test_coming_ends_the_reminders_of_that_day(self, make_resident, clock):
        booking = booked(make_resident(), clinic_day())
        clock("2026-11-23 12:55")
        bookings.check_in(booking.pk, by=BY)
        assert Notice.objects.get(kind="consultations/notices/today").state == NoticeState.SKIPPED


class TestTakingBack:
    def noted(self, resident, clock, *names: str) -> Booking:
        booking = booked(resident, clinic_day())
        clock("2026-11-23 15:40")
        for name in names:
            VERBS[name](booking)
        return booking

    @pytest.mark.parametrize(
        ("names", "move"),
        [
            (("check_in",), "arrival_taken_back"),
            (("complete",), "taken_back"),
            (("mark_missed",), "taken_back"),
            (("check_in", "complete"), "taken_back"),
        ],
    )
    def test_the_same_day_with_a_reason(self, make_resident, clock, names, move):
        booking = self.noted(make_resident(), clock, *names)
        clock("2026-11-23 23:59")
        back = bookings.take_back(booking.pk, reason=" 옆 사람을 누름 ", by=BY)
        assert (back.state, back.ended_at) == (BookingState.CONFIRMED, None)
        assert (back.arrived_at is None) == (names != ("check_in", "complete"))
        assert (last_move(booking).move, last_move(booking).reason) == (move, "옆 사람을 누름")

    @pytest.mark.parametrize("name", ["check_in", "complete", "mark_missed"])
    def test_not_the_next_day_and_not_without_a_reason(self, make_resident, clock, name):
        booking = self.noted(make_resident(), clock, name)
        with pytest.raises(Refused, match="이유"):
            bookings.take_back(booking.pk, reason="  ", by=BY)
        clock("2026-11-24 00:00")
        with pytest.raises(Refused, match="적은 날에만"):
            VERBS["take_back"](booking)

    def test_the_text_about_staying_away_goes_only_if_it_stays_so(self, make_resident, clock):
        booking = self.noted(make_resident(), clock, "mark_missed")
        missed = Notice.objects.filter(kind="consultations/notices/missed")
        VERBS["take_back"](booking)
        assert missed.get().state == NoticeState.SKIPPED
        VERBS["mark_missed"](booking)
        assert missed.get().state == NoticeState.QUEUED
        VERBS["take_back"](booking)
        VERBS["complete"](booking)
        assert missed.get().state == NoticeState.SKIPPED

    def test_somebody_who_was_noted_as_absent_and_came_after_all_gets_no_text(self, make_resident, clock):
        booking = self.noted(make_resident(), clock, "mark_missed", "complete")
        assert Notice.objects.get(kind="consultations/notices/missed").state == NoticeState.SKIPPED
        booking.refresh_from_db()
        assert booking.state == BookingState.VISIT_DONE

    def test_a_result_holds_it(self, make_resident, clock):
        booking = self.noted(make_resident(), clock)
        results.record_result(booking.pk, adviser=booking.holds.get().adviser, by=BY, **FACTS)
        with pytest.raises(Refused, match="이미 상담 결과"):
            VERBS["take_back"](booking)

    def test_nothing_to_take_back(self, make_resident, clock):
        booking = self.noted(make_resident(), clock)
        with pytest.raises(Refused, match="되돌릴 것이 없습니다"):
            VERBS["take_back"](booking)
        Booking.objects.filter(pk=booking.pk).update(state=BookingState.CANCELLED, ended_at=timezone.now())
        with pytest.raises(Refused, match="되돌릴 것이 없습니다"):
            VERBS["take_back"](booking)


class TestAskingOnce:
    @pytest.fixture
    def on_the_day(self, make_resident, clock, staff_client, officer):
        booking = booked(make_resident("홍길동"), clinic_day())
        clock("2026-11-23 15:40")
        return booking, staff_client(user=officer)

    @pytest.mark.parametrize(
        ("act", "said", "form", "state"),
        [
            ("missed", "11월 23일(월) 상담에 오지 않으셨습니다", {}, BookingState.MISSED),
            ("back", "보내는 알림은 없습니다", {"reason": "잘못 누름"}, BookingState.CONFIRMED),
        ],
    )
    def test_the_page_says_what_goes_out_and_changes_nothing(self, on_the_day, act, said, form, state):
        booking, desk = on_the_day
        if act == "back":
            bookings.complete(booking.pk, by=BY)
        before = Booking.objects.get(pk=booking.pk).state
        address = url("staff_booking_act", booking.reference)
        for page in (desk.get(address, {"act": act}), desk.post(address, {"act": act})):
            assert said in page.content.decode()
            assert Booking.objects.get(pk=booking.pk).state == before
        desk.post(address, {"act": act, "confirmed": "1", **form})
        assert Booking.objects.get(pk=booking.pk).state == state

    def test_cancelling_shows_the_text_and_to_whom_and_takes_a_reason(self, make_resident, staff_client, officer):
        booking, desk = booked(make_resident("홍길동"), clinic_day()), staff_client(user=officer)
        address = url("staff_booking_act", booking.reference)
        text = desk.get(address, {"act": "cancel"}).content.decode()
        for sentence in ("이 예약을 취소할까요?", "홍길동 010-****-5678", "[김제시] 상담 예약을 취소했습니다."):
            assert sentence in text
        assert "이유를 아직 고르지" in desk.post(address, {"act": "cancel", "confirmed": "1"}).content.decode()
        assert Booking.objects.live().exists()
        desk.post(address, {"act": "cancel", "confirmed": "1", "reason": "DATE"})
        booking.refresh_from_db()
        assert (booking.state, booking.cancel_reason) == (BookingState.CANCELLED, "DATE")
        assert "날짜가 맞지 않습니다" in desk.get(url("staff_booking", booking.reference)).content.decode()

    def test_people_on_a_landline_are_said_to_be_phoned(self, make_resident, staff_client, officer):
        booking, desk = booked(make_resident(phone=LANDLINE), clinic_day()), staff_client(user=officer)
        text = desk.get(url("staff_booking_act", booking.reference), {"act": "cancel"}).content.decode()
        assert "목록에 올립니다" in text

    @pytest.mark.parametrize("act", ["arrive", "complete", "burn", ""])
    def test_a_look_never_acts(self, on_the_day, act):
        booking, desk = on_the_day
        assert desk.get(url("staff_booking_act", booking.reference), {"act": act}).status_code == 404

    @pytest.mark.parametrize(
        ("moment", "seen", "unseen"),
        [
            ("2026-11-22 15:00", ["예약 취소하기", "시간 바꾸기"], ["오심", "상담 마침", "오지 않음", "되돌리기"]),
            ("2026-11-23 09:00", ["예약 취소하기", "오심"], ["상담 마침", "오지 않음"]),
            ("2026-11-23 15:20", ["오심", "상담 마침", "오지 않음"], ["예약 취소하기", "시간 바꾸기"]),
        ],
    )
    def test_buttons_stand_there_only_in_their_hours(
        self, make_resident, clock, staff_client, officer, moment, seen, unseen
    ):
        booking = booked(make_resident(), clinic_day())
        clock(moment)
        text = staff_client(user=officer).get(url("staff_booking", booking.reference)).content.decode()
        acts = text.split("</dl>")[1].split("<h2>이력")[0]
        assert [word for word in seen if f"{word}<span" not in acts] == []
        assert [word for word in unseen if f"{word}<span" in acts] == []


class TestLeavingTheLine:
    @pytest.fixture
    def row(self, make_resident) -> Waiting:
        day = clinic_day("LAW")
        for number, start in enumerate([at(15), at(15, 20), at(15, 40), at(16), at(16, 20), at(16, 40)]):
            other = Resident.objects.create(name=f"시연 {number}", phone=f"+82102222000{number}")
            booked(other, day, start)
        resident = make_resident()
        return waiting.join(day.pk, wish_for(), hour=WaitingHour.ANY, resident=resident, by=BY, source=Source.WEB)

    @pytest.mark.parametrize("page", ["waiting_act", "staff_waiting_act"])
    def test_it_asks_once(self, row, page, resident_client, staff_client, officer):
        visitor = staff_client(user=officer) if page.startswith("staff") else resident_client(row.resident)
        address = url(page, row.reference)
        for answer in (visitor.get(address, {"act": "leave"}), visitor.post(address, {"act": "leave"})):
            assert "되돌릴 수 없습니다" in answer.content.decode()
            row.refresh_from_db()
            assert row.is_live
        visitor.post(address, {"act": "leave", "confirmed": "1", "reason": "DATE"})
        row.refresh_from_db()
        assert row.state == "LEFT"
        if page == "waiting_act":  # a resident takes a place by its own button; staff are asked before they write it
            assert visitor.get(address, {"act": "accept"}).status_code == 404


class TestCorrectingAResult:
    @pytest.fixture
    def lawyer(self, make_staff):
        return adviser("LAW", user=make_staff(Role.ADVISER, username="lawyer"))

    @pytest.fixture
    def written(self, make_resident, clock, lawyer) -> Result:
        day = clinic_day("LAW")
        day.sittings.update(adviser=lawyer)
        booking = booked(make_resident(), day)
        clock("2026-11-23 15:45")
        return results.record_result(booking.pk, adviser=lawyer, by=BY, **FACTS)

    def test_the_form_states_nothing_beforehand(self, make_resident, clock, lawyer, staff_client):
        day = clinic_day("LAW")
        day.sittings.update(adviser=lawyer)
        booking = booked(make_resident(), day, topic=Topic.UNSURE)
        clock("2026-11-23 15:45")
        client, address = staff_client(user=lawyer.user), url("staff_result", booking.reference)
        text = client.get(address).content.decode()
        assert " checked" not in text
        assert 'value="20"' not in text
        missing = client.post(address, {}).content.decode()
        for sentence in ("어떻게 끝났는지 아직", "다음에 할 일을 아직", "걸린 시간이 비어", "분야를 아직"):
            assert sentence in missing
        assert not Result.objects.exists()

    def test_the_new_one_counts_and_the_old_one_stays(self, written, lawyer, staff_client):
        client, booking = staff_client(user=lawyer.user), written.booking
        assert "상담 결과 고치기" in client.get(url("staff_my_booking", booking.reference)).content.decode()
        address = url("staff_result", booking.reference)
        assert 'value="SOLVED"' in client.get(address).content.decode()
        typed = {"topic": "DEBT", "outcome": "NEEDS_MORE", "follow_up": "CALL", "minutes": "35"}
        assert "고치는 이유가 비어" in client.post(address, typed | {"reason": ""}).content.decode()
        client.post(address, typed | {"reason": "다른 칸을 눌렀습니다."})
        new = Result.objects.current().get()
        assert (new.outcome, new.topic, new.minutes) == (Outcome.NEEDS_MORE, Topic.DEBT, 35)
        written.refresh_from_db()
        assert (written.outcome, written.replaced_at is not None) == (Outcome.SOLVED, True)
        entry = last_move(booking)
        assert (entry.move, entry.reason) == (
            "result_corrected",
            "상담으로 풀림 → 더 상담해야 함. 다른 칸을 눌렀습니다.",
        )

    def test_only_the_author_and_only_what_holds(self, written, lawyer):
        facts = FACTS | {"reason": "잘못"}
        with pytest.raises(Refused, match="다른 세무사·변호사"):
            results.correct_result(written.pk, adviser=adviser("LAW", name="시연 박변호"), by=BY, **facts)
        results.correct_result(written.pk, adviser=lawyer, by=BY, **facts)
        with pytest.raises(Refused, match="그사이 결과를"):
            results.correct_result(written.pk, adviser=lawyer, by=BY, **facts)

    def test_the_issued_half_year_report_counts_it_once_and_closes_it(self, written, lawyer, clock, staff_client):
        results.correct_result(written.pk, adviser=lawyer, by=BY, reason="잘못", **FACTS | {"minutes": 35})
        clock("2027-01-05 07:00")
        report = statistics.issue_half_year(lawyer.pk, date(2026, 7, 1), by=BY)
        assert dict(report.figures["facts"])["걸린 시간(분)"] == 35
        with pytest.raises(Refused, match="반기 보고를 이미"):
            results.correct_result(Result.objects.current().get().pk, adviser=lawyer, by=BY, reason="잘못", **FACTS)
        assert date(2027, 1, 1) > MONDAY
