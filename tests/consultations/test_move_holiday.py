"""A fourth Monday on a holiday: no consultation by itself, one click moves it, once (TA-12, HD-05)."""

from datetime import date, time

import pytest
from django.db import IntegrityError
from django.urls import reverse

from consultations.actions import bookings, clinic_days, disruptions, holidays
from consultations.enums import ClinicDayState
from consultations.models import ClinicDay, Sitting
from consultations.reports.bookings import staff_todos
from consultations.reports.offers import skipped_days
from services.actions.calendar import add_holiday
from services.enums.calendar import HolidayKind
from services.enums.people import Role
from services.models import HistoryEntry, Holiday
from services.reports.calendar import holidays_between
from services.rules.calendar import nth_weekday
from services.rules.refusal import Refused
from tests.consultations.factories import BY, adviser, booked, clinic_day, rule, url, venue
from tests.races import at_once

pytestmark = pytest.mark.django_db
DECEMBER = date(2027, 12, 27)  # the substitute for Christmas, a Saturday
TUESDAY = date(2027, 12, 28)
HD_05 = [
    "2020-01-27",
    "2023-01-23",
    "2023-12-25",
    "2025-01-27",
    "2026-05-25",
    "2027-12-27",
    "2028-12-25",
    "2029-09-24",
]


@pytest.fixture(autouse=True)
def _november(clock):
    clock("2027-11-29 10:00")


@pytest.fixture
def places():
    made = tuple(venue(f"{name} 행정복지센터", order=n) for n, name in enumerate(["만경읍", "죽산면"], start=1))
    for place in made:
        adviser(name=f"시연 {place}", venue=place)
    adviser("TAX", "시연 세무사")
    rule(venues=made)
    rule("TAX", venues=made)
    return made


def test_the_fourth_mondays_on_holidays_are_those_of_hd_05(db):
    found = []
    for year in range(2019, 2031):
        closed = holidays_between(date(year, 1, 1), date(year, 12, 31))
        found += [day for month in range(1, 13) if (day := nth_weekday(year, month, 0, 4)) in closed]
    assert [f"{day}" for day in found] == HD_05


@pytest.mark.parametrize("on", HD_05)
def test_each_of_them_makes_none_and_is_moved(places, clock, on):
    holiday = date.fromisoformat(on)
    clock(f"{holiday.replace(day=1)} 10:00")
    made = clinic_days.make_clinic_days(holiday, by=BY)
    assert (made.days, made.holidays) == ([], {holiday})
    to = holidays.suggested(holiday)
    assert to > holiday
    days = holidays.move_holiday(holiday, to, by=BY)
    assert {(day.on, day.moved_from) for day in days} == {(to, holiday)}
    assert len(days) == 2
    assert {day.state for day in days} == {ClinicDayState.OPEN}
    assert [(one.on, one.moved_on) for one in skipped_days(holiday)] == [(holiday, to)]


class TestMoving:
    def test_same_places_advisers_and_hours(self, places):
        days = holidays.move_holiday(DECEMBER, TUESDAY, by=BY)
        assert {day.venue for day in days} == set(places)
        sittings = Sitting.objects.filter(clinic_day__in=days).select_related("adviser")
        assert sorted(one.adviser.kind for one in sittings) == ["LAW", "LAW", "TAX"]
        assert {(one.opens_at, one.closes_at) for one in sittings} == {(time(15), time(17))}
        entry = HistoryEntry.objects.filter(subject_kind="consultations.clinicday", move="moved_here")
        assert entry.count() == 2

    def test_a_second_click_and_a_second_officer_get_a_calm_answer(self, places):
        holidays.move_holiday(DECEMBER, TUESDAY, by=BY)
        for to in (TUESDAY, date(2027, 12, 29)):
            with pytest.raises(Refused, match=r"이미 옮겼습니다\. 옮긴 날: 12월 28일 화요일") as refused:
                holidays.move_holiday(DECEMBER, to, by=BY)
            assert refused.value.conflict
        assert ClinicDay.objects.count() == 2

    @pytest.mark.parametrize(
        ("to", "why"),
        [
            (date(2027, 11, 29), "이미 지난 날"),
            (date(2027, 11, 1), "이미 지난 날"),
            (DECEMBER, "공휴일"),
            (date(2028, 1, 1), "공휴일"),
            (date(2028, 1, 8), "토요일"),
            (date(2028, 1, 9), "일요일"),
            (date(2028, 3, 2), "너무 먼"),
        ],
    )
    def test_not_to_such_a_day(self, places, to, why):
        with pytest.raises(Refused, match=why) as refused:
            holidays.move_holiday(DECEMBER, to, by=BY)
        assert refused.value.field == "to"
        assert not ClinicDay.objects.exists()

    @pytest.mark.parametrize("on", [date(2027, 12, 20), date(2028, 1, 1), date(2028, 1, 24), date(2026, 5, 25)])
    def test_not_from_such_a_day(self, places, on):
        with pytest.raises(Refused, match="공휴일 상담일이 아닙니다"):
            holidays.move_holiday(on, TUESDAY, by=BY)

    def test_not_onto_another_clinic_day_and_not_when_an_adviser_sits_elsewhere(self, places):
        clinic_day("LAW", on=TUESDAY, where=places[0])
        with pytest.raises(Refused, match="이미 상담일이 있는 장소"):
            holidays.move_holiday(DECEMBER, TUESDAY, by=BY)
        wednesday = date(2027, 12, 29)
        elsewhere = ClinicDay.objects.create(on=wednesday, venue=venue("백산면 행정복지센터"))
        Sitting.objects.create(
            clinic_day=elsewhere,
            adviser=places[1].advisers.get(),
            opens_at=time(9),
            closes_at=time(11),
            slot_minutes=20,
        )
        with pytest.raises(Refused, match="다른 곳에서 상담하는"):
            holidays.move_holiday(DECEMBER, wednesday, by=BY)
        assert holidays.suggested(DECEMBER) == date(2027, 12, 30)
        assert len(holidays.move_holiday(DECEMBER, date(2027, 12, 30), by=BY)) == 2

    def test_inside_an_election_window_the_days_wait_for_a_basis_and_are_not_suggested(self, places, clock):
        clock("2026-05-01 10:00")  # local elections on 3 June 2026
        assert holidays.suggested(date(2026, 5, 25)) == date(2026, 6, 4)
        days = holidays.move_holiday(date(2026, 5, 25), date(2026, 5, 26), by=BY)
        assert {day.state for day in days} == {ClinicDayState.REVIEW}
        assert all(day.election for day in days)

    def test_an_adviser_whose_term_is_over_by_then_does_not_sit(self, places):
        who = places[0].advisers.get()
        who.term_until = DECEMBER
        who.save()
        days = holidays.move_holiday(DECEMBER, TUESDAY, by=BY)
        assert not Sitting.objects.filter(clinic_day__in=days, adviser=who).exists()

    def test_when_the_holiday_is_called_off_its_consultations_stay_where_they_went(self, places, make_staff, clock):
        clock("2027-12-01 10:00")
        monday = date(2028, 1, 24)
        user = make_staff(Role.CONSULTATION_OFFICER)
        add_holiday(
            monday,
            name="임시공휴일",
            kind=HolidayKind.TEMPORARY,
            is_cancelled=False,
            counts_for_power_tariff=False,
            source="관보",
            by=user.actor,
        )
        holidays.move_holiday(monday, date(2028, 1, 25), by=BY)
        Holiday.objects.all().delete()
        made = clinic_days.make_clinic_days(date(2028, 1, 31), by=BY)
        assert not made.days
        assert ClinicDay.objects.filter(on=monday).count() == 0

    def test_cancelled_it_may_move_again(self, places, make_staff):
        for day in holidays.move_holiday(DECEMBER, TUESDAY, by=BY):
            clinic_days.cancel_day(day.pk, reason="눈", by=make_staff(username=f"u{day.pk}").actor)
        assert skipped_days(DECEMBER)[0].moved_on is None
        assert len(holidays.move_holiday(DECEMBER, date(2027, 12, 30), by=BY)) == 2


def test_holiday_moves_once(places):
    facts = {"venue": places[0], "moved_from": DECEMBER}
    ClinicDay.objects.create(on=TUESDAY, **facts)
    with pytest.raises(IntegrityError, match="holiday_moves_once"):
        ClinicDay.objects.create(on=date(2027, 12, 29), **facts)


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_move_it_once(transactional_db, places):
    answers = at_once(
        lambda: len(holidays.move_holiday(DECEMBER, TUESDAY, by=BY)),
        lambda: len(holidays.move_holiday(DECEMBER, date(2027, 12, 29), by=BY)),
        lambda: len(holidays.move_holiday(DECEMBER, date(2027, 12, 30), by=BY)),
    )
    assert answers.count(2) == 1, answers
    assert all("이미" in answer and "옮겼습니다" in answer for answer in answers if answer != 2)
    assert ClinicDay.objects.values("on").distinct().count() == 1


class TestPages:
    def test_one_click_with_the_suggested_day(self, places, staff_client, client):
        desk = staff_client(Role.CONSULTATION_OFFICER)
        page = desk.get(url("staff_clinic_days")).content.decode()
        assert 'name="on" value="2027-12-27"' in page
        assert 'name="to" value="2027-12-28"' in page
        answer = desk.post(url("staff_holiday_move"), {"on": "2027-12-27", "to": "2027-12-28"}, follow=True)
        text = answer.content.decode()
        assert "상담을 옮겨 상담일 2개를 만들었습니다." in text
        assert "12월 27일 월요일은 공휴일이라 상담을 12월 28일 화요일로 옮겼습니다." in text
        assert "다른 날로 옮기기" not in text
        again = desk.post(url("staff_holiday_move"), {"on": "2027-12-27", "to": "2027-12-29"}, follow=True)
        assert "이미 옮겼습니다" in again.content.decode()
        day = ClinicDay.objects.order_by("pk").first()
        assert "공휴일의 상담을 옮겨 온 날입니다." in desk.get(url("staff_clinic_day", day.pk)).content.decode()
        citizen = client.get(reverse("consultations:start")).content.decode()
        assert "12월 27일 월요일은 공휴일이라 상담을 12월 28일 화요일로 옮겼습니다." in citizen

    def test_nonsense_is_answered_calmly(self, places, staff_client):
        desk = staff_client(Role.CONSULTATION_OFFICER)
        for typed in ({}, {"on": "x", "to": "y"}, {"on": "2027-12-27", "to": "2027-13-40"}):
            answer = desk.post(url("staff_holiday_move"), typed, follow=True)
            assert "날짜를 다시 확인해 주세요." in answer.content.decode()

    def test_who_only_reads_sees_no_button(self, places, staff_client):
        page = staff_client(Role.AUDITOR).get(url("staff_clinic_days")).content.decode()
        assert "공휴일이라 상담이 없습니다." in page
        assert "다른 날로 옮기기" not in page


class TestDeclaredLater:
    """A temporary holiday comes at short notice: its days exist already, and people are booked (HD-03)."""

    @pytest.fixture
    def day(self, places):
        rule_day = date(2027, 12, 27)
        Holiday.objects.create(
            day=rule_day, name="성탄절 대체공휴일 취소", kind=HolidayKind.SUBSTITUTE, is_cancelled=True
        )
        clinic_days.make_clinic_days(date(2028, 1, 1), by=BY)
        Holiday.objects.all().delete()
        return ClinicDay.objects.filter(on=rule_day).order_by("pk").first()

    def todo(self, officer) -> int:
        return next(one.count for one in staff_todos(officer) if one.label == "공휴일과 겹친 상담일")

    def test_the_officer_is_told_and_citizens_are_not_told_that_there_is_none(self, day, make_staff, staff_client):
        officer = make_staff(Role.CONSULTATION_OFFICER)
        assert self.todo(officer) == 1
        assert skipped_days(date(2027, 12, 31)) == []
        page = staff_client(user=officer).get(url("staff_clinic_days")).content.decode()
        assert "나중에 공휴일이 된 상담일이 있습니다" in page
        assert page.count("</i>공휴일<") == ClinicDay.objects.filter(on=day.on).count() == 2

    def test_it_moves_once_the_old_days_are_cancelled_or_closed_with_nobody_booked(
        self, day, make_resident, make_staff
    ):
        officer = make_staff(Role.CONSULTATION_OFFICER)
        first, second = ClinicDay.objects.filter(on=day.on).order_by("pk")
        booking = booked(make_resident(), first, first.moment(time(15)))
        with pytest.raises(Refused, match="그날 상담일이 아직 있습니다") as caught:
            holidays.move_holiday(day.on, TUESDAY, by=BY)
        assert caught.value.conflict
        disruptions.close_day(first.pk, reason="임시공휴일", by=officer.actor)
        clinic_days.cancel_day(second.pk, reason="임시공휴일", by=officer.actor)
        assert self.todo(officer) == 1  # somebody is still booked
        bookings.cancel(booking.pk, by=BY)
        assert self.todo(officer) == 0
        assert [one.on for one in skipped_days(date(2027, 12, 31))] == [day.on]
        assert len(holidays.move_holiday(day.on, TUESDAY, by=BY)) == 2
