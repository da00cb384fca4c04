"""Months as reports and addresses name them."""

from datetime import date

import pytest

from services.reports.calendar import EveryHoliday, holidays_between
from services.rules.calendar import add_working_days
from services.rules.months import first_of, half_end, half_of, month_before, month_end, month_of


def test_month_arithmetic_over_new_year_and_leap_days():
    assert first_of(date(2028, 2, 29)) == date(2028, 2, 1)
    assert [month_before(date(2027, 1, 31)), month_before(date(2028, 3, 1))] == [date(2026, 12, 1), date(2028, 2, 1)]
    assert [month_end(date(2028, 2, 1)), month_end(date(2027, 2, 1))] == [date(2028, 2, 29), date(2027, 2, 28)]
    for month in range(1, 13):
        assert month_before(month_end(date(2026, month, 1)).replace(day=1)) == month_before(date(2026, month, 1))


@pytest.mark.parametrize("typed", ["2026-11", "2000-1", "2100-12"])
def test_a_month_is_its_first_day(typed):
    year, month = map(int, typed.split("-"))
    assert month_of(typed) == date(year, month, 1)


BAD = [
    "",
    "2026",
    "2026-00",
    "2026-13",
    "1999-12",
    "2101-01",
    "0000-01",
    "99999-01",
    "2026-111",
    "２０２６-11",
    "2026-11-01",
]


@pytest.mark.parametrize("typed", BAD)
def test_what_is_no_month_is_refused(typed):
    with pytest.raises(ValueError, match=r"month"):
        month_of(typed)


@pytest.mark.parametrize("typed", [*BAD, "2026-12"])
def test_a_month_without_a_report_is_not_found(client, db, typed):
    assert client.get(f"/solar/reports/{typed}.pdf").status_code == 404
    assert client.get(f"/solar/reports/{typed}.csv").status_code == 404


def test_holidays_have_no_edge(db, django_assert_num_queries):
    """A count that runs over New Year, or over a holiday two years ahead, sees every holiday."""
    with django_assert_num_queries(1):
        assert add_working_days(date(2026, 12, 23), 1, EveryHoliday()) == date(2026, 12, 24)
    with django_assert_num_queries(2):
        assert add_working_days(date(2026, 12, 30), 2, EveryHoliday()) == date(2027, 1, 4)
    every, years = EveryHoliday(), holidays_between(date(2024, 1, 1), date(2028, 12, 31))
    assert all(day in every for day in years)
    assert "2027-01-01" not in every


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), date(2026, 6, 30)),
        (date(2026, 6, 30), date(2026, 1, 1), date(2026, 6, 30)),
        (date(2026, 7, 1), date(2026, 7, 1), date(2026, 12, 31)),
    ],
)
def test_a_half_year_begins_in_january_or_july(day, first, last):
    assert (half_of(day), half_end(half_of(day))) == (first, last)
