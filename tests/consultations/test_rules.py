"""The timetable's arithmetic, checked against the press and the law sheet."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from consultations import rules
from services.reports.elections import elections
from services.rules.elections import window_on

SEOUL = ZoneInfo("Asia/Seoul")


def test_fourth_mondays_fit_the_press():
    """TA-09: 2015-10-26, 2015-11-23 and 2026-01-26 were held."""
    days = list(rules.nth_weekdays(4, 0, date(2015, 10, 1), date(2026, 2, 1)))
    assert {date(2015, 10, 26), date(2015, 11, 23), date(2026, 1, 26)} <= set(days)
    assert len(days) == 124
    assert all(day.weekday() == 0 and 22 <= day.day <= 28 for day in days)


def test_a_month_without_a_fifth_monday_is_left_out():
    assert list(rules.nth_weekdays(5, 0, date(2026, 10, 1), date(2026, 12, 31))) == [date(2026, 11, 30)]


@pytest.mark.parametrize(("first", "expected"), [(date(2026, 11, 23), 1), (date(2026, 11, 24), 0)])
def test_both_ends_count(first, expected):
    assert len(list(rules.nth_weekdays(4, 0, first, date(2026, 11, 23 if expected else 30)))) == expected


@pytest.mark.parametrize(
    ("minutes", "count", "last"),
    [(20, 6, time(16, 40)), (30, 4, time(16, 30)), (50, 2, time(15, 50)), (121, 0, None)],
)
def test_slots_are_whole(minutes, count, last):
    starts = rules.slot_starts(time(15), time(17), minutes)
    assert len(starts) == count
    assert (starts[-1] if starts else None) == last


def test_every_place_has_its_turn_and_none_two_advisers():
    places, advisers = list(range(17)), list("abcd")
    seen: set[int] = set()
    for turn in range(17):
        posted = rules.rota(places, advisers, turn)
        assert len(posted) == 4 == len(set(posted.values()))
        seen |= posted.keys()
    assert seen == set(places)


def test_more_advisers_than_places_leaves_some_at_home():
    assert rules.rota(["city hall"], ["a", "b"], 7) == {"city hall": "a"}


def test_reminders_go_the_day_before_at_ten_and_the_day_itself_at_nine():
    before, today = rules.reminder_times(datetime(2026, 11, 23, 15, 20, tzinfo=SEOUL))
    assert (before.kind, before.at, before.until) == (
        "reminder",
        datetime(2026, 11, 22, 10, tzinfo=SEOUL),
        datetime(2026, 11, 22, 20, tzinfo=SEOUL),
    )
    assert (today.at, today.until) == (
        datetime(2026, 11, 23, 9, tzinfo=SEOUL),
        datetime(2026, 11, 23, 15, 20, tzinfo=SEOUL),
    )


@pytest.mark.parametrize(("hours_left", "may"), [(4, True), (3, True), (2.99, False), (-1, False)])
def test_changing_online_ends_three_hours_before(hours_left, may):
    start = datetime(2026, 11, 23, 15, 20, tzinfo=SEOUL)
    assert rules.can_still_change(start, start - timedelta(hours=hours_left), hours=3) is may


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ({"is_appeal": False}, "in"),
        ({"is_appeal": False, "claim_won": 90_000_000}, "in"),
        ({"is_appeal": True, "claim_won": 2_999_999}, "in"),
        ({"is_appeal": True, "claim_won": 3_000_000}, "agent"),
        ({"is_appeal": True, "claim_won": 20_000_000}, "agent"),
        ({"is_appeal": True, "claim_won": 20_000_001}, "out"),
        ({"is_appeal": True, "claim_won": 5_000_000, "is_company": True}, "out"),
        ({"is_appeal": True, "claim_won": 5_000_000, "property_won": 300_000_000}, "agent"),
        ({"is_appeal": True, "claim_won": 5_000_000, "property_won": 300_000_001}, "out"),
        ({"is_appeal": True, "claim_won": 5_000_000, "income_won": 50_000_001}, "out"),
        ({"is_appeal": True, "is_local_tax": False, "claim_won": 1_000}, "out"),
    ],
)
def test_tax_scope(facts, outcome):
    assert rules.tax_scope(**facts).outcome == outcome


@pytest.mark.parametrize(
    "day",
    [
        "2020-02-24",
        "2020-03-23",
        "2021-02-22",
        "2021-03-22",
        "2022-01-24",
        "2022-02-28",
        "2022-04-25",
        "2022-05-23",
        "2024-02-26",
        "2024-03-25",
        "2025-04-28",
        "2025-05-26",
        "2026-04-27",
        "2026-05-25",
        "2028-02-28",
        "2028-03-27",
        "2030-01-28",
        "2030-02-25",
        "2030-03-25",
        "2030-04-22",
        "2030-05-27",
        "2027-02-22",
    ],
)
def test_fourth_mondays_inside_an_election_window(day):
    """HD-05, and 2027-02-22 because an unknown scope means review (law.md 0.7)."""
    assert window_on(date.fromisoformat(day), elections())


@pytest.mark.parametrize("day", ["2020-01-27", "2020-04-27", "2023-03-27", "2026-11-23", "2025-03-24"])
def test_fourth_mondays_outside_every_window(day):
    assert window_on(date.fromisoformat(day), elections()) is None


def test_a_vacancy_counts_from_the_day_it_was_fixed():
    """The 2025 presidential election: window from 2025-04-04, 60 days before, which is also the day it was fixed."""
    assert window_on(date(2025, 4, 3), elections()) is None
    assert window_on(date(2025, 4, 4), elections()).name.startswith("제21대 대통령선거")
