"""The year's arithmetic against checked examples."""

import csv
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import slate
from slate import rules
from slate.enums import ApplicationMove, ApplicationState, Household, Mode, Priority, RefusalReason
from slate.models import SupportRate

DATA = Path(slate.__file__).parent / "data"
EXAMPLES = list(csv.DictReader((DATA / "worked_examples.csv").read_text(encoding="utf-8").splitlines()))
AMOUNTS = st.integers(min_value=0, max_value=50_000_000)


@pytest.mark.django_db
@pytest.mark.parametrize("row", EXAMPLES, ids=lambda row: row["id"])
def test_worked_examples(row):
    household, everybody = rules.rate_households(Household(row["household"]), ["basic_livelihood", "near_poor"])
    rates = SupportRate.objects.filter(year=row["year"], work=row["work"])
    rate = rates.filter(household=household).first() or rates.get(household=everybody)
    cost, area = int(row["cost_won"]), Decimal(row["area_m2"] or 0)
    support = rules.support_won(rate.rule, cost, area)
    if support is None:
        assert not row["support_won"]
    else:
        assert (support, cost - support) == (int(row["support_won"]), int(row["own_share_won"]))


@given(AMOUNTS, st.integers(0, 10_000), st.integers(0, 10_000))
def test_shares_always_make_the_whole_and_the_rest_is_the_citys(amount, national, province):
    province = min(province, 10_000 - national)
    shares = rules.split(amount, national_bp=national, province_bp=province)
    assert shares.total_won == amount
    assert min(shares.national_won, shares.province_won, shares.city_won) >= 0
    exact_city = amount * (10_000 - national - province) / 10_000
    assert 0 <= shares.city_won - exact_city < 2


@given(
    AMOUNTS, st.decimals(min_value=1, max_value=999, places=1), st.sampled_from([m for m in Mode if m != "unknown"])
)
def test_support_is_never_more_than_the_cost(cost, area, mode):
    rate = rules.Rate(mode, cap_won=3_440_000, full_area_m2=Decimal(200))
    support = rules.support_won(rate, cost, area)
    assert support is not None
    assert 0 <= support <= cost


@pytest.mark.parametrize(
    ("width", "length", "area"), [("10", "9.2", "110.4"), ("8.5", "7.3", "74.5"), ("10", "10", "120.0")]
)
def test_a_roof_is_larger_than_its_floor(width, length, area):
    assert rules.roof_area_m2(Decimal(width), Decimal(length)) == Decimal(area)


@pytest.mark.parametrize(
    ("household", "is_linked", "priority"),
    [
        (Household.BASIC_LIVELIHOOD, True, Priority.BASIC_LIVELIHOOD),
        (Household.NEAR_POOR, False, Priority.NEAR_POOR),
        (Household.OTHER_PRIORITY, False, Priority.OTHER_PRIORITY),
        (Household.GENERAL, True, Priority.LINKED),
        (Household.GENERAL, False, Priority.GENERAL),
    ],
)
def test_priority(household, is_linked, priority):
    assert rules.priority_of(household, is_linked=is_linked) == priority


@pytest.mark.parametrize(("days", "due"), [(0, 0), (29, 0), (30, 30), (59, 30), (60, 60), (61, 60)])
def test_progress_is_due_every_thirty_days_and_not_one_earlier(days, due):  # MW-11
    received_on = date(2020, 2, 25)
    assert rules.progress_day(received_on, received_on + timedelta(days=days)) == due


@pytest.mark.parametrize(
    ("address", "is_outside"),
    [("부안군 부안읍 동중리 12", True), ("전주시 완산구 효자동 1", True), ("만경읍 만경리 12-3", False), ("", False)],
)
def test_an_address_that_names_a_neighbour_is_outside(address, is_outside):
    assert rules.is_outside_gimje(address) is is_outside


def test_all_that_border_on_gimje_are_neighbours():
    assert {"군산시", "익산시", "전주시", "정읍시", "부안군", "완주군"} <= set(rules.OTHER_CITIES)


def test_the_own_share_is_what_the_city_does_not_pay():
    rate = rules.Rate(Mode.CAP, cap_won=3_440_000)
    estimate = rules.estimate(rate, Decimal(170), 22_900)
    assert (estimate.cost_won, estimate.support_won, estimate.own_share_won) == (3_893_000, 3_440_000, 453_000)
    assert rules.estimate(rules.Rate(Mode.UNKNOWN), Decimal(170), 22_900).own_share_won is None


def test_the_same_building_has_the_same_key_however_it_is_spaced():
    assert rules.building_key("x", "만경리 12-3", "house", 1) == rules.building_key(
        "x", "만경리  12–3번지", "house", 1
    )
    assert rules.building_key("x", "만경리 12-3", "house", 1) != rules.building_key("x", "만경리 123", "house", 1)


def test_every_reason_has_its_sentence_and_a_way_on():
    assert set(rules.REASON_SENTENCES) == set(RefusalReason)


def test_every_state_can_be_reached_and_a_dead_one_is_left_by_nobody():
    paths = ApplicationMove.transitions()
    assert {new for _, new in paths} == set(ApplicationState) - {ApplicationState.SUBMITTED}
    assert not {old for old, _ in paths} & ApplicationState.DEAD
