"""The timetable's arithmetic, checked against the press and the law sheet."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from consultations.enums import JointOrder
from consultations.rules.deadlines import can_still_change, link_ends_on, offer_until
from consultations.rules.reminders import Reminder, reminder_calls, reminder_of, reminder_times
from consultations.rules.scope import tax_scope
from consultations.rules.seating import (
    Hours,
    Seating,
    best_seating,
    free_starts,
    seating,
    seatings,
    slot_starts,
    starts_of,
)
from consultations.rules.timetable import nth_weekdays, rota
from services.reports.elections import elections
from services.rules.elections import window_on
from tests.consultations.factories import at

SEOUL = ZoneInfo("Asia/Seoul")


def test_fourth_mondays_fit_the_press():
    """TA-09: 2015-10-26, 2015-11-23 and 2026-01-26 were held."""
    days = list(nth_weekdays(4, 0, date(2015, 10, 1), date(2026, 2, 1)))
    assert {date(2015, 10, 26), date(2015, 11, 23), date(2026, 1, 26)} <= set(days)
    assert len(days) == 124
    assert all(day.weekday() == 0 and 22 <= day.day <= 28 for day in days)


def test_a_month_without_a_fifth_monday_is_left_out():
    assert list(nth_weekdays(5, 0, date(2026, 10, 1), date(2026, 12, 31))) == [date(2026, 11, 30)]


@pytest.mark.parametrize(("first", "expected"), [(date(2026, 11, 23), 1), (date(2026, 11, 24), 0)])
def test_both_ends_count(first, expected):
    assert len(list(nth_weekdays(4, 0, first, date(2026, 11, 23 if expected else 30)))) == expected


@pytest.mark.parametrize(
    ("minutes", "count", "last"),
    [(20, 6, time(16, 40)), (30, 4, time(16, 30)), (50, 2, time(15, 50)), (121, 0, None)],
)
def test_slots_are_whole(minutes, count, last):
    starts = slot_starts(time(15), time(17), minutes)
    assert len(starts) == count
    assert (starts[-1] if starts else None) == last


def test_every_place_has_its_turn_and_none_two_advisers():
    places, advisers = list(range(17)), list("abcd")
    seen: set[int] = set()
    for turn in range(17):
        posted = rota(places, advisers, turn)
        assert len(posted) == 4 == len(set(posted.values()))
        seen |= posted.keys()
    assert seen == set(places)


def test_more_advisers_than_places_leaves_some_at_home():
    assert rota(["city hall"], ["a", "b"], 7) == {"city hall": "a"}


THREE = [reminder_of(text) for text in ("3d 10:00", "1d 10:00", "2h")]


def november(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SEOUL)


def test_reminders_go_three_days_one_day_and_two_hours_before():
    times = reminder_times(november(23, 15, 20), THREE, hours=(9, 20))
    assert [(one.reminder.name, one.kind, one.days, one.at, one.until) for one in times] == [
        ("ahead3", "ahead", 3, november(20, 10), november(20, 20)),
        ("reminder", "reminder", 1, november(22, 10), november(22, 20)),
        ("today", "today", 0, november(23, 13, 20), november(23, 15, 20)),
    ]


@pytest.mark.parametrize(
    ("start", "goes"),
    [
        (november(23, 15), november(23, 13)),
        (november(23, 11), november(23, 9)),
        (november(23, 10), november(23, 9)),  # never before nine
        (november(23, 23), november(23, 19, 50)),  # never after eight in the evening
    ],
)
def test_two_hours_before_stays_within_the_hours_of_texts(start, goes):
    (time_of_day,) = reminder_times(start, [reminder_of("2h")], hours=(9, 20))
    assert time_of_day.at == goes


def test_calls_count_working_days_and_leave_out_the_day_itself():
    """The fourth Monday's calls are due on the Wednesday and the Friday before; Chuseok moves them further."""
    calls = reminder_calls(november(23, 15), THREE, holidays=())
    assert [(one.reminder.name, one.at, one.until, one.days, one.kind) for one in calls] == [
        ("ahead3", november(18, 10), november(18, 18), 5, "ahead"),
        ("reminder", november(20, 10), november(20, 18), 3, "ahead"),
    ]
    chuseok = [date(2026, 9, 24), date(2026, 9, 25)]
    calls = reminder_calls(datetime(2026, 9, 28, 15, tzinfo=SEOUL), THREE, chuseok)
    assert [one.at.date() for one in calls] == [date(2026, 9, 21), date(2026, 9, 23)]


def test_a_tuesday_is_called_for_on_the_monday_and_that_is_tomorrow():
    _three, one = reminder_calls(november(24, 15), THREE, holidays=())
    assert (one.kind, one.days, one.at) == ("reminder", 1, november(23, 10))


@pytest.mark.parametrize(
    "text", ["", "3", "3d", "0h", "24h", "0d 10:00", "3d 25:00", "-1d 10:00", "3 d 10:00", "2h 10:00"]
)
def test_a_reminder_that_cannot_be_read_is_an_error(text):
    with pytest.raises(ValueError):  # noqa: PT011
        reminder_of(text)


def test_reminders_are_written_as_people_say_them():
    assert reminder_of("7d 9:30") == Reminder(7, time(9, 30))
    assert [one.words for one in THREE] == ["3일 전", "하루 전", "2시간 전"]


@pytest.mark.parametrize(("hours_left", "may"), [(4, True), (3, True), (2.99, False), (-1, False)])
def test_changing_online_ends_three_hours_before(hours_left, may):
    start = datetime(2026, 11, 23, 15, 20, tzinfo=SEOUL)
    assert can_still_change(start, start - timedelta(hours=hours_left), hours=3) is may


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ({"is_appeal": False}, "in"),
        ({"is_appeal": False, "claim_won": 90_000_000}, "in"),
        ({"is_appeal": True, "claim_won": 2_999_999}, "in"),
        ({"is_appeal": True, "claim_won": 3_000_000}, "agent"),
        ({"is_appeal": True, "claim_won": 20_000_000}, "agent"),
        ({"is_appeal": True, "claim_won": 20_000_001}, "out"),
        ({"is_appeal": True, "claim_won": 5_000_000, "is_company": True}, "agent"),  # DR-02
        ({"is_appeal": True, "claim_won": 1_000_000, "is_company": True}, "agent"),
        (
            {
                "is_appeal": True,
                "claim_won": 5_000_000,
                "is_company": True,
                "income_won": 300_000_000,
                "property_won": 500_000_000,
            },
            "agent",
        ),
        ({"is_appeal": True, "claim_won": 5_000_000, "is_company": True, "income_won": 300_000_001}, "out"),
        ({"is_appeal": True, "claim_won": 5_000_000, "is_company": True, "property_won": 500_000_001}, "out"),
        ({"is_appeal": False, "is_company": True}, "out"),  # TA-02
        ({"is_appeal": False, "property_won": 499_999_999, "income_won": 49_999_999}, "in"),
        ({"is_appeal": False, "property_won": 500_000_000}, "out"),
        ({"is_appeal": False, "income_won": 50_000_000}, "out"),
        ({"is_appeal": True, "claim_won": 1_000_000, "income_won": 50_000_000}, "agent"),
        ({"is_appeal": True, "claim_won": 1_000_000, "property_won": 400_000_000}, "in"),
        ({"is_appeal": True, "claim_won": 5_000_000, "property_won": 300_000_000}, "agent"),
        ({"is_appeal": True, "claim_won": 5_000_000, "property_won": 300_000_001}, "out"),
        ({"is_appeal": True, "claim_won": 5_000_000, "income_won": 50_000_001}, "out"),
        ({"is_appeal": True, "is_local_tax": False, "claim_won": 1_000}, "out"),
    ],
)
def test_tax_scope(facts, outcome):
    assert tax_scope(**facts).outcome == outcome


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
    """HD-05, and 2027-02-22 because an unknown scope means review, never allowed."""
    assert window_on(date.fromisoformat(day), elections())


@pytest.mark.parametrize("day", ["2020-01-27", "2020-04-27", "2023-03-27", "2026-11-23", "2025-03-24"])
def test_fourth_mondays_outside_every_window(day):
    assert window_on(date.fromisoformat(day), elections()) is None


def test_a_vacancy_counts_from_the_day_it_was_fixed():
    """The 2025 presidential election: window from 2025-04-04, 60 days before, which is also the day it was fixed."""
    assert window_on(date(2025, 4, 3), elections()) is None
    assert window_on(date(2025, 4, 4), elections()).name.startswith("제21대 대통령선거")


HALF_PAST = at(15, 30)
TAX = Hours(1, "TAX", at(15), at(17), 20)
LAW = Hours(2, "LAW", at(15), at(17), 20)
LATE_LAW = Hours(3, "LAW", at(16), at(17), 30)


def told(found: Seating | None) -> tuple[str, str, list[tuple[int, str]]] | None:
    if found is None:
        return None
    return (
        f"{found.starts_at:%H:%M}",
        found.order.value,
        [(one.adviser_id, f"{one.starts_at:%H:%M}") for one in found.seats],
    )


class TestSeating:
    def test_hours_are_cut_into_whole_slots(self):
        assert [f"{start:%H:%M}" for start in LATE_LAW.starts()] == ["16:00", "16:30"]
        assert [LATE_LAW.has(when) for when in (at(15, 30), at(16), at(16, 20), at(16, 30), at(17))] == [
            False,
            True,
            False,
            True,
            False,
        ]

    @pytest.mark.parametrize(
        ("busy", "start", "expected"),
        [
            ({}, at(15), ("15:00", "SAME", [(1, "15:00"), (2, "15:00")])),
            ({2: [(at(15), at(15, 20))]}, at(15), ("15:00", "TAX", [(1, "15:00"), (2, "15:20")])),
            ({1: [(at(15), at(15, 20))]}, at(15), ("15:00", "LAW", [(1, "15:20"), (2, "15:00")])),
            ({2: [(at(15), at(15, 40))]}, at(15), None),
            ({1: [(at(16, 40), at(17))]}, at(16, 40), None),  # nothing comes after the last slot
            ({2: [(at(15, 50), at(16, 10))]}, at(15, 40), None),  # a visit elsewhere in the middle of both slots
        ],
    )
    def test_both_advisers_together_or_one_after_the_other_or_not_at_all(self, busy, start, expected):
        assert told(best_seating(("TAX", "LAW"), [TAX, LAW], busy, start)) == expected

    def test_the_first_free_adviser_of_a_kind_is_taken(self):
        busy = {2: [(at(16), at(16, 20))]}
        assert told(best_seating(("LAW",), [TAX, LAW, LATE_LAW], busy, at(16))) == (
            "16:00",
            "SAME",
            [(3, "16:00")],
        )

    def test_an_order_means_nothing_for_one_adviser(self):
        found = seating(("TAX",), [TAX, LAW], {}, at(15), JointOrder.LAW_FIRST)
        assert found
        assert (found.order, [one.adviser_id for one in found.seats]) == (JointOrder.SAME, [1])

    def test_how_long_a_visit_takes(self):
        in_turn = seating(("TAX", "LAW"), [TAX, LAW], {}, at(15), JointOrder.TAX_FIRST)
        together = seating(("TAX", "LAW"), [TAX, LAW], {}, at(15))
        assert in_turn
        assert together
        assert (in_turn.minutes, together.minutes) == (40, 20)

    def test_every_start_of_a_day_with_its_best_seating(self):
        busy = {1: [(at(15), at(16, 20))], 2: [(at(16, 20), at(17))]}
        found = seatings(("TAX", "LAW"), [TAX, LAW], busy, HALF_PAST)
        assert [told(one) for one in found] == [("16:00", "LAW", [(1, "16:20"), (2, "16:00")])]


def test_an_address_ends_days_after_the_clinic_day():
    assert link_ends_on(date(2026, 12, 28), days=3) == date(2026, 12, 31)
    assert link_ends_on(date(2026, 12, 28), days=4) == date(2027, 1, 1)
    assert link_ends_on(date(2026, 12, 28), days=0) == date(2026, 12, 28)

    @pytest.mark.parametrize("kind", ["TAX", "LAW"])
    def test_free_starts_are_those_of_the_seatings(self, kind):
        busy = {1: [(at(15), at(16, 20))], 2: [(at(16, 20), at(17))], 3: [(at(16, 10), at(16, 20))]}
        hours = [TAX, LAW, LATE_LAW]
        found = {one.starts_at for one in seatings((kind,), hours, busy, HALF_PAST)}
        assert free_starts(kind, hours, busy, HALF_PAST) == found


@pytest.mark.parametrize(
    ("told", "starts", "until"),
    [
        (at(10), at(15) + timedelta(days=2), at(10) + timedelta(days=1)),  # the usual 24 hours
        (at(10), at(15), at(13)),  # never into the last two hours
        (at(12), at(15), at(13)),  # an hour is enough
        (at(12, 1), at(15), None),  # 59 minutes are not
    ],
)
def test_how_long_a_freed_place_is_held(told, starts, until):
    assert offer_until(told, starts, hours=24, last_hours=2) == until


def test_a_time_that_begins_now_is_no_longer_one_to_choose():
    hours = [Hours(1, "LAW", at(15), at(16), 20)]
    assert starts_of(["LAW"], hours, at(15)) == [at(15, 20), at(15, 40)]
    assert starts_of(["LAW"], hours, at(14, 59)) == [at(15), at(15, 20), at(15, 40)]
