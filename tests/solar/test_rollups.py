"""Rollups are the raw readings, exactly, whatever came in which order."""

import datetime as dt
import threading
from collections import defaultdict
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solar.actions import storing
from solar.actions.rollups import roll_up_all
from solar.enums import BatchOrigin, SourceKind
from solar.models import DirtyDay, Reading, RollupDay, RollupHour, RollupMonth, SavingMonth
from solar.rules.files import Parsed
from tests.solar.factories import KW_FILE, make_source

KST = ZoneInfo("Asia/Seoul")


def take(source, rows: dict[dt.datetime, int], name=b"a"):
    """Store (start, joules) as one batch."""
    parsed = Parsed(
        starts=[int(start.timestamp()) for start in rows], joules=list(rows.values()), flags=[0] * len(rows)
    )
    with transaction.atomic():
        batch = storing.new_batch(source, origin=BatchOrigin.MODEL, content=name, mapping=KW_FILE.as_dict())
        storing.take(batch, parsed, source)
    return batch


def at(text) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=KST)


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    chunks=st.lists(
        st.dictionaries(st.integers(0, 12 * 24 * 40), st.integers(-600, 40_000_000), min_size=1, max_size=40),
        min_size=1,
        max_size=3,
    )
)
def test_every_rollup_is_the_sum_of_its_raw_readings(db, chunks):
    with transaction.atomic():
        source = make_source(code="property")
        begin = at("2024-04-25 00:00")
        for number, chunk in enumerate(chunks):
            rows = {begin + dt.timedelta(minutes=5 * slot): joules for slot, joules in chunk.items()}
            take(source, rows, name=str(number).encode())
            roll_up_all()
        by_hour: dict[dt.datetime, int] = defaultdict(int)
        by_day: dict[dt.date, int] = defaultdict(int)
        by_month: dict[dt.date, int] = defaultdict(int)
        for start, joules in Reading.objects.filter(source=source).values_list("start_at", "joules"):
            local = start.astimezone(KST)
            by_hour[local.replace(minute=0)] += joules
            by_day[local.date()] += joules
            by_month[local.date().replace(day=1)] += joules
        hours = {row.hour_at.astimezone(KST): row.joules for row in RollupHour.objects.filter(plant=source.plant)}
        days = {row.day: row for row in RollupDay.objects.filter(plant=source.plant)}
        months = {row.month: row for row in RollupMonth.objects.filter(plant=source.plant)}
        assert {hour: joules for hour, joules in hours.items() if joules} == {h: j for h, j in by_hour.items() if j}
        assert {day: row.joules for day, row in days.items() if row.joules} == {d: j for d, j in by_day.items() if j}
        assert {month: row.joules for month, row in months.items()} == {m: by_month[m] for m in months}
        assert all(row.light_j + row.mid_j + row.peak_j == row.joules for row in days.values())
        assert all(row.light_j + row.mid_j + row.peak_j == row.joules for row in months.values())
        assert not DirtyDay.objects.exists()
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_a_late_reading_is_seen_in_hour_day_month_and_won():
    source = make_source()
    take(source, {at("2024-06-03 12:00"): 30_000_000})
    take(source, {at("2024-06-28 12:00"): 30_000_000}, b"b")
    roll_up_all()
    before = SavingMonth.objects.get(plant=source.plant)
    take(source, {at("2024-06-03 12:05"): 36_000_000}, b"late")
    assert list(DirtyDay.objects.values_list("day", flat=True)) == [dt.date(2024, 6, 3)]
    roll_up_all()
    assert RollupHour.objects.get(plant=source.plant, hour_at=at("2024-06-03 12:00")).joules == 66_000_000
    assert RollupDay.objects.get(plant=source.plant, day="2024-06-03").joules == 66_000_000
    assert RollupMonth.objects.get(plant=source.plant).joules == 96_000_000
    assert SavingMonth.objects.filter(plant=source.plant, saved_won__gt=before.saved_won).exists()


@pytest.mark.django_db
def test_silence_at_night_is_no_gap_and_silence_at_noon_is_one():
    source = make_source()
    start = at("2024-06-21 00:00")
    slots = [start + dt.timedelta(minutes=5 * n) for n in range(288)]
    light = [slot for slot in slots if 5 <= slot.hour < 20 and slot.hour != 12]
    take(source, dict.fromkeys(light, 1_000_000))
    roll_up_all()
    day = RollupDay.objects.get(plant=source.plant)
    assert day.n_expected - day.n_got == 12
    assert day.completeness == 92
    midnight = RollupHour.objects.get(plant=source.plant, hour_at=start)
    assert (midnight.n_got, midnight.n_expected, midnight.completeness) == (0, 0, 100)


@pytest.mark.django_db
def test_a_meter_counts_instead_of_an_inverter_and_both_instead_of_a_model():
    model = make_source(code="model", kind=SourceKind.MODEL, interval_s=3600)
    days = [at(f"2024-06-{day:02} 12:00") for day in (3, 4, 5)]
    take(model, dict.fromkeys(days, 100))
    inverters = [make_source(code=f"inverter-{n}") for n in (1, 2)]
    for inverter in inverters:
        take(inverter, dict.fromkeys(days[1:], 30), inverter.code.encode())
    take(make_source(code="meter", kind=SourceKind.METER), {days[2]: 59}, b"m")
    roll_up_all()
    found = RollupDay.objects.filter(plant=model.plant).order_by("day")
    assert [(row.joules, row.simulated_j) for row in found] == [(100, 100), (60, 0), (59, 0)]


@pytest.mark.django_db
def test_bands_follow_weekends_and_holidays():
    source = make_source()
    noons = {
        "2024-06-03": "mid",
        "2024-06-05": "mid",
        "2024-06-06": "light",
        "2024-06-08": "mid",
        "2024-06-09": "light",
    }
    take(source, {at(f"{day} 12:00"): 1000 for day in noons} | {at("2024-06-03 13:00"): 7, at("2024-06-08 13:00"): 7})
    roll_up_all()
    for row in RollupDay.objects.filter(plant=source.plant, day__in=list(noons)):
        assert getattr(row, f"{noons[str(row.day)]}_j") >= 1000, row.day
    assert RollupDay.objects.get(plant=source.plant, day="2024-06-03").peak_j == 7
    assert RollupDay.objects.get(plant=source.plant, day="2024-06-08").peak_j == 0


@pytest.mark.django_db
def test_rolling_up_again_changes_nothing(django_assert_num_queries):
    source = make_source()
    take(source, {at("2024-06-03 12:00"): 30_000_000})
    assert roll_up_all() == 1
    before = list(RollupDay.objects.values())
    with django_assert_num_queries(1):  # asks once what is due
        assert roll_up_all() == 0
    assert list(RollupDay.objects.values()) == before


@pytest.mark.django_db(transaction=True)
def test_a_reading_that_arrives_while_a_worker_rolls_up_is_not_lost():
    source = make_source()
    take(source, {at("2024-06-03 12:00"): 100})
    marked, rolled = threading.Event(), threading.Event()

    def late_writer():
        from services.actions.history import acting
        from services.rules.history import Actor

        with acting(Actor.system("test")), transaction.atomic():
            take(source, {at("2024-06-03 12:05"): 23}, b"late")
            marked.set()
            rolled.wait(10)
        connection.close()

    writer = threading.Thread(target=late_writer)
    writer.start()
    assert marked.wait(10)
    assert roll_up_all() == 0  # the day is marked by an open transaction: left alone, not rolled up without its rows
    rolled.set()
    writer.join(10)
    assert roll_up_all() == 1
    assert RollupDay.objects.get(plant=source.plant).joules == 123
