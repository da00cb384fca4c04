"""A whole date at once: all places open or close together, and what citizens read about a holiday is what happens."""

from datetime import date, time

import pytest

from consultations.actions import bookings, clinic_days, disruptions, holidays
from consultations.enums import AffectedState, ClinicDayState, DisruptionKind
from consultations.models import Affected, Booking, ClinicDay, Disruption, TimetableRule, Waiting
from consultations.reports.bookings import timeline
from consultations.reports.offers import open_holidays, skipped_days
from services.enums.calendar import HolidayKind
from services.enums.people import Role
from services.models import CallTask, Holiday, Notice, Resident
from services.rules.refusal import Refused
from tests.consultations.factories import BY, adviser, at, booked, clinic_day, rule, url, venue
from tests.consultations.test_waiting import in_line
from tests.races import at_once

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY, JANUARY = date(2027, 12, 27), date(2027, 12, 28), date(2028, 1, 24)
DAY_WORDS = "12월 27일 월요일"


@pytest.fixture(autouse=True)
def _autumn(clock):
    clock("2027-11-29 10:00")


@pytest.fixture
def officer(make_staff):
    return make_staff(Role.CONSULTATION_OFFICER)


@pytest.fixture
def places():
    """Two places with a lawyer each; their fourth Mondays of December and January, no holidays yet."""
    found = [venue("만경읍 행정복지센터", order=1), venue("죽산면 행정복지센터", order=2)]
    for place in found:
        adviser("LAW", f"시연 {place.name}", venue=place)
    rule("LAW", venues=tuple(found))
    Holiday.objects.create(day=MONDAY, name="대체공휴일 취소", kind=HolidayKind.SUBSTITUTE, is_cancelled=True)
    clinic_days.make_clinic_days(date(2028, 1, 31), by=BY)
    return found


@pytest.fixture
def declared(places) -> list[ClinicDay]:
    """The Monday has become a holiday after its days were made."""
    Holiday.objects.all().delete()
    return list(ClinicDay.objects.filter(on=MONDAY).order_by("pk"))


def people(count: int) -> list[Resident]:
    return [Resident.objects.create(name=f"시연 {n}", phone=f"+8210777000{n:02d}") for n in range(count)]


class TestClosing:
    def test_all_places_in_one_step_with_a_list_each(self, places):
        first, second = ClinicDay.objects.filter(on=MONDAY).order_by("pk")
        one, two = people(2)
        booked(one, first, first.moment(time(15)))
        booked(two, second, second.moment(time(15)))
        made = holidays.close_date(MONDAY, reason="폭설", by=BY)
        assert {row.kind for row in made} == {DisruptionKind.DAY_CLOSED}
        assert {row.venue_id for row in made} == {place.pk for place in places}
        assert Affected.objects.filter(state=AffectedState.OPEN).count() == 2
        assert set(ClinicDay.objects.filter(on=MONDAY).values_list("state", flat=True)) == {"CLOSED"}
        assert set(ClinicDay.objects.filter(on=JANUARY).values_list("state", flat=True)) == {"OPEN"}
        assert Booking.objects.live().count() == 2

    def test_days_in_review_are_cancelled_and_those_closed_before_stay(self, places):
        for day in ClinicDay.objects.filter(on=MONDAY).order_by("pk"):
            disruptions.close_day(day.pk, reason="정전", by=BY)
        third = clinic_day(
            "LAW", on=MONDAY, where=venue("백산면 행정복지센터"), state=ClinicDayState.REVIEW, election="선거"
        )
        assert holidays.close_date(MONDAY, reason="폭설", by=BY) == []
        third.refresh_from_db()
        assert third.state == ClinicDayState.CANCELLED
        with pytest.raises(Refused, match="이미 닫은") as refused:
            holidays.close_date(MONDAY, reason="폭설", by=BY)
        assert refused.value.conflict
        assert Disruption.objects.count() == 2

    @pytest.mark.parametrize(
        ("on", "reason", "why"),
        [
            (MONDAY, "  ", "이유가 비어"),
            (date(2027, 12, 1), "폭설", "이미 지났거나"),
            (date(2027, 10, 25), "폭설", "지났"),
        ],
    )
    def test_not_without_a_reason_and_not_where_nothing_is(self, places, on, reason, why):
        with pytest.raises(Refused, match=why):
            holidays.close_date(on, reason=reason, by=BY)
        assert not Disruption.objects.exists()

    def test_a_holiday_moves_in_the_same_step_and_takes_its_people_along(self, declared, officer, staff_client):
        one, two = people(2)
        first = booked(one, declared[0], declared[0].moment(time(15, 40)))
        second = booked(two, declared[1], declared[1].moment(time(16)))
        client, page = staff_client(user=officer), url("staff_date_close", declared[0].pk)
        listed = client.get(url("staff_clinic_days")).content.decode()
        assert page in listed
        asks = client.get(page).content.decode()
        for said in (
            "2027. 12. 27.(월) 상담을 모두 닫을까요?",
            "만경읍 행정복지센터",
            "예약 1건",
            "2027. 12. 28.(화)",
        ):
            assert said in asks
        assert ClinicDay.objects.filter(on=MONDAY, state="OPEN").count() == 2
        typed = {"reason": "임시공휴일", "to": "2027-12-28", "way": "next", "confirmed": "1"}
        done = client.post(page, typed, follow=True).content.decode()
        assert "2027. 12. 28.(화)에 같은 장소의 상담일을 만들었습니다." in done
        for booking, hour, minute in ((first, 15, 40), (second, 16, 0)):
            before = booking.clinic_day.venue_id
            booking.refresh_from_db()
            assert (booking.on, booking.clinic_day.venue_id) == (TUESDAY, before)
            assert booking.starts_at == at(hour, minute, TUESDAY)
        assert Notice.objects.filter(kind="consultations/notices/moved").count() == 2
        assert [(row.on, row.moved_on) for row in skipped_days(MONDAY)] == [(MONDAY, TUESDAY)]
        assert open_holidays(MONDAY) == []

    def test_a_day_that_does_not_fit_closes_nothing(self, declared, officer, staff_client):
        client, page = staff_client(user=officer), url("staff_date_close", declared[0].pk)
        typed = {"reason": "임시공휴일", "to": "2028-01-01", "way": "each", "confirmed": "1"}
        answer = client.post(page, typed)
        assert "일하는 날을 골라 주세요" in answer.content.decode()
        assert "임시공휴일" in answer.content.decode()
        assert ClinicDay.objects.filter(on=MONDAY, state="OPEN").count() == 2
        assert not Disruption.objects.exists()

    def test_the_call_list_for_everybody_of_the_date(self, declared, officer, staff_client):
        one, two = people(2)
        booked(one, declared[0], declared[0].moment(time(15)))
        booked(two, declared[1], declared[1].moment(time(15)))
        typed = {"reason": "폭설", "way": "call", "confirmed": "1"}
        staff_client(user=officer).post(url("staff_date_close", declared[1].pk), typed)
        assert CallTask.objects.filter(notice__kind="consultations/notices/affected").count() == 2

    def test_who_waits_is_told_and_the_page_says_so_before(self, places, officer, staff_client):
        day = ClinicDay.objects.filter(on=MONDAY).order_by("pk")[0]
        day.sittings.update(closes_at=time(15, 20))
        one, two = people(2)
        booked(one, day, day.moment(time(15)))
        row = in_line(two, day)
        client, page = staff_client(user=officer), url("staff_date_close", day.pk)
        asks = client.get(page).content.decode()
        assert "대기를 마칩니다" in asks
        assert two.name not in asks
        assert "옮길 날" not in asks  # no holiday
        client.post(page, {"reason": "폭설", "way": "each", "confirmed": "1"})
        assert Waiting.objects.get(pk=row.pk).state == "ENDED"

    def test_only_officers(self, declared, staff_client):
        for role in (Role.TOWNSHIP_CLERK, Role.AUDITOR, Role.ADVISER):
            client = staff_client(role)
            for page in ("staff_date_close", "staff_day_open"):
                assert client.get(url(page, declared[0].pk)).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_officers_close_a_date_once(transactional_db, places):
    first = ClinicDay.objects.filter(on=MONDAY).order_by("pk")[0]
    (one,) = people(1)
    booked(one, first, first.moment(time(15)))
    answers = at_once(*[lambda: len(holidays.close_date(MONDAY, reason="폭설", by=BY))] * 3)
    assert answers.count(2) == 1, answers
    assert all("이미 닫은" in answer for answer in answers if answer != 2), answers
    assert Disruption.objects.count() == 2
    assert Affected.objects.count() == 1


class TestWhatCitizensRead:
    def page(self, client) -> str:
        return client.get(url("start")).content.decode()

    def test_held_on_a_holiday_it_says_so(self, declared, client):
        assert f"{DAY_WORDS}: 공휴일이지만 상담을 엽니다." in self.page(client)
        assert "공휴일이라 상담이 없습니다" not in self.page(client)

    def test_closed_by_a_report_it_is_not_held_although_somebody_is_still_booked(self, declared, client):
        (one,) = people(1)
        booked(one, declared[0], declared[0].moment(time(15)))
        holidays.close_date(MONDAY, reason="임시공휴일", by=BY)
        text = self.page(client)
        assert "공휴일이지만 상담을 엽니다" not in text
        assert f"{DAY_WORDS}은 공휴일이라 상담이 없습니다." in text
        assert "다음 상담은 2028년 1월 24일 월요일입니다." in text

    def test_closed_to_new_bookings_only_it_is_held(self, declared, client):
        (one,) = people(1)
        booked(one, declared[0], declared[0].moment(time(15)))
        for day in declared:
            clinic_days.close_booking(day.pk, by=BY)
        assert f"{DAY_WORDS}: 공휴일이지만 상담을 엽니다." in self.page(client)

    def test_never_a_rule_for_all_holidays(self, declared, client):
        assert "그날이 공휴일이면" not in self.page(client)

    def test_how_many_places_take_bookings(self, places, client):
        assert "지금 2곳의 예약을 받습니다." in self.page(client)
        ClinicDay.objects.filter(venue=places[0]).update(state=ClinicDayState.CLOSED)
        assert "지금 1곳의 예약을 받습니다." in self.page(client)

    def test_the_home_page_names_the_hours_of_every_place(self, client):
        clinic_day("LAW", on=MONDAY)
        early = clinic_day("LAW", on=MONDAY, where=venue("죽산면 행정복지센터"))
        early.sittings.update(opens_at=time(10), closes_at=time(11))
        assert "오전 10시부터 오후 5시까지입니다. 남은 자리는 9개입니다." in client.get("/").content.decode()

    def test_the_intro_of_the_timetable_says_how_far_days_are_made(self, officer, staff_client, settings):
        text = staff_client(user=officer).get(url("staff_table_timetable")).content.decode()
        assert f"{settings.CONSULTATION_MONTHS_AHEAD}달 앞까지" in text
        assert TimetableRule.objects.count() == 0


class TestTimeline:
    @pytest.fixture
    def mine(self, clock, make_resident) -> Booking:
        day = clinic_day("LAW", on=MONDAY)
        made = booked(make_resident(), day, at(15, on=MONDAY))
        clock("2027-12-27 15:10")
        return made

    def labels(self, mine: Booking) -> list[tuple[str, str]]:
        mine.refresh_from_db()
        return [(step.label, step.state) for step in timeline(mine)]

    def test_what_was_taken_back_has_no_tick(self, mine):
        begun = [("예약했습니다", "done"), ("상담하신 것을 담당자가 적습니다", "current")]
        for verb, said in ((bookings.complete, "상담을 마쳤습니다"), (bookings.mark_missed, "오지 않으셨습니다")):
            verb(mine.pk, by=BY)
            assert self.labels(mine)[1][0] == said
            bookings.take_back(mine.pk, reason="잘못 누름", by=BY)
            assert self.labels(mine) == begun

    def test_coming_stays_when_only_the_end_is_taken_back(self, mine):
        bookings.check_in(mine.pk, by=BY)
        bookings.complete(mine.pk, by=BY)
        bookings.take_back(mine.pk, reason="잘못 누름", by=BY)
        assert [label for label, _ in self.labels(mine)][:2] == ["예약했습니다", "오셨습니다"]
        bookings.take_back(mine.pk, reason="다른 분", by=BY)
        assert "오셨습니다" not in [label for label, _ in self.labels(mine)]

    def test_noted_again_after_that_it_stands_once(self, mine):
        for _ in range(2):
            bookings.complete(mine.pk, by=BY)
            bookings.take_back(mine.pk, reason="잘못 누름", by=BY)
        bookings.complete(mine.pk, by=BY)
        assert [label for label, _ in self.labels(mine)].count("상담을 마쳤습니다") == 1


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("2027-12-01 10:00", "문자를 보냅니다. 예약번호를 종이에"),
        ("2027-12-01 22:00", "12월 2일 목요일 오전 8시에 문자를 보냅니다."),
    ],
)
def test_the_last_page_says_when_the_text_really_goes(walk, clock, settings, now, said):
    settings.NOTICE_HOURS = (8, 20)
    day = clinic_day(on=MONDAY)
    clock(now)
    text = walk(day).post(url("booking_check"), {}, follow=True).content.decode()
    assert said in text
    assert "문자를 보냈습니다" not in text


@pytest.mark.parametrize(
    ("now", "said", "unsaid"),
    [
        ("2027-12-27 13:30", "상담이 곧 시작되어", "상담 시간이 되었거나"),
        ("2027-12-27 15:00", "상담 시간이 되었거나 지났습니다", "곧 시작되어"),
        ("2027-12-28 09:00", "상담 시간이 되었거나 지났습니다", "신분증과 관련 서류"),
    ],
)
def test_a_booking_says_why_it_cannot_be_changed_here(clock, make_resident, resident_client, now, said, unsaid):
    mine = booked(make_resident(), clinic_day("LAW", on=MONDAY), at(15, on=MONDAY))
    clock(now)
    text = resident_client(mine.resident).get(url("booking", mine.reference)).content.decode()
    assert said in text
    assert unsaid not in text
