"""Working days and deadlines: the rule sheet's worked examples, and what must hold for every day."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enums.calendar import ExtensionReason, HolidayKind
from services.models import Holiday
from services.reports.calendar import holiday_lines, holidays_between, tariff_holidays_between
from services.rules.calendar import (
    Pause,
    add_working_days,
    add_working_hours,
    at_once_by,
    due_after_months,
    due_after_weeks,
    due_at,
    due_on,
    is_working_day,
    longest_extension,
    nth_weekday,
    objection_until,
    on_or_after,
    receive_by,
    working_days_between,
)
from services.rules.elections import Election, window_on
from services.rules.refusal import Refused

SEOUL = ZoneInfo("Asia/Seoul")
FIRST, LAST = date(2019, 1, 1), date(2031, 12, 31)


@pytest.fixture
def holidays(db):
    return holidays_between(FIRST, LAST)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SEOUL)


def on(text):
    return date.fromisoformat(text)


# Holidays (HD-01 to HD-05)
@pytest.mark.parametrize(
    ("day", "is_holiday"),
    [
        ("2026-05-25", True),  # T21: Buddha's birthday, substitute
        ("2026-01-26", False),  # T22
        ("2026-05-01", True),  # T24
        ("2025-05-01", False),  # T25
        ("2026-07-17", True),  # T26
        ("2025-07-17", False),
        ("2027-05-03", True),  # T28: substitute for labour day
        ("2020-08-17", True),  # HD-03
        ("2023-10-02", True),
        ("2024-10-01", True),
        ("2025-01-27", True),
        ("2025-06-03", True),
        ("2030-03-27", True),  # HD-04: what 0.108 lacked
        ("2020-04-15", True),
        ("2021-04-07", False),  # a by-election is no holiday
    ],
)
def test_holidays_of_the_rule_sheet(holidays, day, is_holiday):
    assert (on(day) in holidays) is is_holiday


def test_fourth_mondays_on_holidays_are_exactly_those_of_the_rule_sheet(holidays):
    mondays = [nth_weekday(year, month, 0, 4) for year in range(2019, 2031) for month in range(1, 13)]
    assert [str(day) for day in mondays if day in holidays] == [
        "2020-01-27",
        "2023-01-23",
        "2023-12-25",
        "2025-01-27",
        "2026-05-25",
        "2027-12-27",
        "2028-12-25",
        "2029-09-24",
    ]


@pytest.mark.parametrize(
    ("year", "month", "nth", "day"),
    [(2015, 10, 4, "2015-10-26"), (2015, 11, 4, "2015-11-23"), (2026, 1, 4, "2026-01-26"), (2023, 2, 1, "2023-02-06")],
)
def test_nth_monday(year, month, nth, day):  # TA-08, TA-09
    assert nth_weekday(year, month, 0, nth) == on(day)


@pytest.mark.parametrize("nth", [0, 5, 6, -1])
def test_a_month_without_that_weekday_is_refused(nth):
    with pytest.raises(ValueError, match="no weekday"):
        nth_weekday(2026, 2, 0, nth)


def test_staff_add_a_holiday_at_short_notice_and_take_one_away(db):
    before = holidays_between(on("2026-11-01"), on("2026-12-31"))
    Holiday.objects.create(day=on("2026-11-20"), name="임시공휴일", source="대통령령")
    Holiday.objects.create(day=on("2026-12-25"), name="성탄절", kind=HolidayKind.PUBLIC, is_cancelled=True)
    after = holidays_between(on("2026-11-01"), on("2026-12-31"))
    assert before == {on("2026-12-25")}
    assert after == {on("2026-11-20")}


def test_temporary_holidays_are_working_days_of_the_power_tariff(db):  # KT-08
    year = tariff_holidays_between(on("2025-01-01"), on("2025-12-31"))
    assert on("2025-01-28") in year
    assert not {on("2025-01-27"), on("2025-06-03")} & year


def test_holidays_cost_one_query(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        holidays_between(FIRST, LAST)
    with django_assert_num_queries(1):
        assert [line.name for line in holiday_lines(on("2026-09-20"), on("2026-09-30"))] == [
            "추석 전날",
            "추석",
            "추석 다음날",
        ]


# Periods (MW-01 to MW-08, MW-15)
@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        ("2020-02-21 10:00", 3, "2020-02-26 10:00"),  # T29
        ("2026-04-29 16:30", 2, "2026-05-04 16:30"),  # T31
        ("2020-02-24 09:00", 1, "2020-02-24 18:00"),  # ends the same day at 18:00, not next morning
        ("2020-02-22 11:00", 1, "2020-02-24 18:00"),  # received on a Saturday
        ("2020-02-24 23:10", 1, "2020-02-25 18:00"),  # at night
        ("2020-02-24 12:30", 1, "2020-02-25 12:00"),  # in the lunch hour
        ("2020-02-24 09:00", 7, "2020-03-03 18:00"),  # from six days on: due_on
    ],
)
def test_short_periods_run_in_hours(holidays, received, days, due):
    assert due_at(at(received), days, holidays) == at(due)


def test_moments_of_another_zone_are_korean_working_hours(holidays):
    received = datetime(2020, 2, 21, 1, 0, tzinfo=ZoneInfo("UTC"))
    assert due_at(received, 3, holidays) == at("2020-02-26 10:00")


@pytest.mark.parametrize(
    ("received", "due"),
    [("2020-02-24 11:30", "2020-02-24 15:30"), ("2020-02-24 17:00", "2020-02-25 11:00")],  # T33
)
def test_at_once_is_three_working_hours(holidays, received, due):
    assert at_once_by(at(received), holidays) == at(due)


def test_an_online_petition_is_received_within_eight_working_hours(holidays):  # MW-02
    assert receive_by(at("2020-02-21 20:00"), holidays) == at("2020-02-24 18:00")


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        ("2020-02-24", 7, "2020-03-03"),  # T35
        ("2026-09-21", 10, "2026-10-07"),  # T38
        ("2020-01-17", 10, "2020-02-03"),
        ("2020-02-25", 14, "2020-03-13"),
        ("2020-04-27", 10, "2020-05-12"),
        ("2020-08-13", 10, "2020-08-27"),
        ("2025-05-30", 7, "2025-06-11"),
        ("2025-10-01", 10, "2025-10-21"),
        ("2026-09-21", 14, "2026-10-14"),
        ("2020-02-22", 6, "2020-03-02"),  # received on a Saturday: Monday is the first day
    ],
)
def test_long_periods_count_the_first_day(holidays, received, days, due):
    assert due_on(on(received), days, holidays) == on(due)


def test_a_period_of_five_days_is_no_matter_of_days(holidays):
    with pytest.raises(ValueError, match="hours"):
        due_on(on("2020-02-24"), 5, holidays)


@pytest.mark.parametrize(
    ("received", "weeks", "due"),
    [("2026-05-11", 2, "2026-05-26"), ("2020-02-24", 1, "2020-03-02")],  # T40
)
def test_weeks_run_by_the_calendar(holidays, received, weeks, due):
    assert due_after_weeks(on(received), weeks, holidays) == on(due)


@pytest.mark.parametrize(
    ("received", "months", "due"),
    [
        ("2026-06-01", 1, "2026-06-30"),  # T42
        ("2026-01-31", 1, "2026-03-03"),  # ends on 28 February, a Saturday; 1 and 2 March are holidays
        ("2020-01-31", 1, "2020-03-02"),  # ends on 29 February, a Saturday
        ("2025-12-15", 12, "2026-12-14"),
        ("2020-11-10", 3, "2021-02-09"),
    ],
)
def test_months_run_by_the_calendar(holidays, received, months, due):
    assert due_after_months(on(received), months, holidays) == on(due)


@pytest.mark.parametrize(
    ("told", "days", "until"),
    [("2020-02-25", 60, "2020-04-27"), ("2020-03-27", 30, "2020-04-27")],  # T44; COPY T11
)
def test_objections_run_from_the_day_after(holidays, told, days, until):
    assert objection_until(on(told), days, holidays) == on(until)


def test_a_correction_stops_the_clock_on_both_its_days(holidays):  # MW-07
    pause = Pause(on("2020-02-26"), on("2020-03-03"))  # five working days
    assert due_on(on("2020-02-24"), 7, holidays) == on("2020-03-03")
    assert due_on(on("2020-02-24"), 7, holidays, pauses=[pause]) == on("2020-03-10")
    assert due_at(at("2020-02-25 10:00"), 1, holidays, pauses=[pause]) == at("2020-03-04 10:00")
    assert due_after_weeks(on("2020-02-24"), 2, holidays, pauses=[pause]) == on("2020-03-16")


def test_a_deadline_moves_once_and_by_itself_at_most():  # MW-08
    reason = ExtensionReason.SITE_CHECK
    assert longest_extension(14, extensions_before=0, has_consent=False, reason=reason) == 14
    assert longest_extension(14, extensions_before=1, has_consent=True, reason=reason) == 14
    for before, consent in [(1, False), (2, True)]:
        with pytest.raises(Refused, match="한 번만"):
            longest_extension(14, extensions_before=before, has_consent=consent, reason=reason)
    with pytest.raises(Refused, match="일이 많거나"):
        longest_extension(14, extensions_before=0, has_consent=True, reason="workload")


# What holds for every day
days = st.dates(min_value=date(2019, 1, 1), max_value=date(2030, 6, 30))
closed = st.frozensets(days, max_size=40)
moments = st.datetimes(min_value=datetime(2019, 1, 1), max_value=datetime(2030, 6, 30)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=SEOUL)
)


@st.composite
def pauses_of(draw):
    found = []
    for _ in range(draw(st.integers(0, 3))):
        sent = draw(days)
        found.append(Pause(sent, sent + timedelta(days=draw(st.integers(0, 30)))))
    return found


@given(days, st.integers(6, 60), closed, pauses_of())
def test_exactly_so_many_counted_days(first, number, closed, pauses):
    """Never on a day that does not count, and pauses add exactly their working days."""
    due = due_on(first, number, closed, pauses=pauses)
    counted = [
        day
        for day in (first + timedelta(days=n) for n in range((due - first).days + 1))
        if is_working_day(day, closed) and not any(day in pause for pause in pauses)
    ]
    assert (len(counted), counted[-1]) == (number, due)


@given(days, st.integers(1, 30), st.integers(6, 60), closed)
def test_later_receipt_is_never_due_earlier(first, later, number, closed):
    second = first + timedelta(days=later)
    assert due_on(first, number, closed) <= due_on(second, number, closed)
    assert due_after_months(first, 1, closed) <= due_after_months(second, 1, closed)
    assert due_after_weeks(first, 2, closed) <= due_after_weeks(second, 2, closed)


@given(moments, st.integers(1, 60), st.integers(1, 60), closed)
def test_working_hours_add_up(moment, first, second, closed):
    """a hours and then b hours are a + b hours: nothing is lost at lunch, at night or on a holiday."""
    middle = add_working_hours(moment, first, closed)
    assert add_working_hours(middle, second, closed) == add_working_hours(moment, first + second, closed)
    assert is_working_day(middle.date(), closed)
    assert middle >= moment


@given(days, st.integers(1, 80), closed)
def test_working_days_forth_and_back(day, number, closed):
    start = on_or_after(day, closed)
    there = add_working_days(start, number, closed)
    assert add_working_days(there, -number, closed) == start
    assert working_days_between(start, there, closed) == number + 1


@given(days, closed, pauses_of(), st.integers(1, 13))
def test_calendar_periods_end_on_a_working_day(day, closed, pauses, number):
    for due in (
        due_after_weeks(day, number, closed, pauses=pauses),
        due_after_months(day, number, closed, pauses=pauses),
        objection_until(day, number, closed),
    ):
        assert is_working_day(due, closed)
        assert due >= day


@pytest.mark.parametrize(
    ("day", "is_inside"),
    [(date(2026, 4, 3), False), (date(2026, 4, 4), True), (date(2026, 6, 3), True), (date(2026, 6, 4), False)],
)
@pytest.mark.parametrize(("scope", "counts"), [("Y", True), ("UNKNOWN", True), ("N", False)])
def test_sixty_days_before_an_election_until_its_day(day, is_inside, scope, counts):  # EL-A, EL-F
    assert bool(window_on(day, [Election(date(2026, 6, 3), "지방선거", scope)])) is (is_inside and counts)
