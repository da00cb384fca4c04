"""From raw readings to hours, days, months and won: only the days that something changed, each exactly."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from services.actions.faults import in_halves, note_refusal
from services.actions.turns import in_turn
from services.reports.calendar import tariff_holidays_between
from services.rules.months import first_of
from services.rules.refusal import Refused
from solar.actions.savings import forget_values, value_months
from solar.enums import SourceKind
from solar.models import DirtyDay, Source
from solar.reports.rulebook import band_sets
from solar.rules.sun import sun_seconds
from solar.rules.tariff import day_bands

PLANT_DAYS_AT_ONCE = 4000
JOB, MONEY_JOB = "solar.roll_up", "solar.value_months"
AGAIN_AFTER = timedelta(hours=1)  # for what could not be rolled up; new readings and new rules come back at once
Key = tuple[int, date]  # a plant and its Korean day, or the first day of its month


@dataclass(frozen=True, slots=True)
class PlantDay:
    """A plant's Korean day with the source that counts on it."""

    plant_id: int
    day: date
    source: Source


def roll_up_all() -> int:
    """Roll up until nothing is dirty that nobody else holds; returns how many plant-days.

    A day that cannot be rolled up is put aside and shown, and all others go on. A plant that somebody holds for too
    long is left out: its days stay marked, and the next run does them.
    """
    total, held, is_one_plant = 0, set[int](), False
    while days := _due(but=held):
        if is_one_plant:
            days = [key for key in days if key[0] == days[0][0]]
        plants = {plant_id for plant_id, _ in days}
        try:
            done, bad = in_halves(days, roll_up, job=JOB, name=name_of_day)
        except Refused as refusal:
            if len(plants) == 1:
                note_refusal(JOB, name_of_day(days[0]), refusal)
                held |= plants
            is_one_plant = True  # from here on plant by plant, until it is known which one is held
            continue
        if not (done or bad):  # another worker has them
            held |= plants
        _put_aside(bad)
        total += done
    return total


def name_of_day(key: Key) -> str:
    return f"solar.plant:{key[0]} {key[1]}"


def _due(*, but: Collection[int]) -> list[Key]:
    rows = DirtyDay.objects.filter(Q(retry_at__isnull=True) | Q(retry_at__lte=timezone.now())).exclude(
        plant_id__in=but
    )
    return list(rows.order_by("plant_id", "day").values_list("plant_id", "day")[:PLANT_DAYS_AT_ONCE])


def _put_aside(days: Iterable[Key]) -> None:
    for plant_id, day in days:
        DirtyDay.objects.update_or_create(
            plant_id=plant_id, day=day, defaults={"retry_at": timezone.now() + AGAIN_AFTER}
        )


@in_turn
def roll_up(days: Sequence[Key]) -> int:
    """Make the hours, days, months and won of these plant-days anew, as far as they are dirty; returns how many.

    Several workers may run at once: each takes rows that no other holds. A reading that arrives meanwhile marks its
    day again, so nothing is lost. Energy does not wait for money: a month that cannot be valued is put aside alone.
    """
    with connection.cursor() as cursor:
        dirty = _claim(cursor, days)
        if not dirty:
            return 0
        counted = _counted(dirty)
        _drop(cursor, sorted(set(dirty) - {(row.plant_id, row.day) for row in counted}))
        _tell_days(cursor, counted)
        _tell_sun(cursor, counted)
        for statement in (_HOURS, _DAYS):
            cursor.execute(statement)
        months = sorted({(plant_id, first_of(day)) for plant_id, day in dirty})
        _make_months(cursor, months)
    _, bad = in_halves(months, value_months, job=MONEY_JOB, name=name_of_day)
    forget_values(bad)
    _put_aside(bad)
    return len(dirty)


def _claim(cursor: Any, days: Sequence[Key]) -> list[Key]:
    cursor.execute(
        """
        DELETE FROM solar_dirtyday WHERE (plant_id, day) IN (
            SELECT plant_id, day FROM solar_dirtyday
            JOIN unnest(%s::bigint[], %s::date[]) AS wanted(plant_id, day) USING (plant_id, day)
            ORDER BY plant_id, day FOR UPDATE OF solar_dirtyday SKIP LOCKED
        ) RETURNING plant_id, day
        """,
        [[plant_id for plant_id, _ in days], [day for _, day in days]],
    )
    dirty = sorted(cursor.fetchall())
    if not dirty:
        return []
    # One writer a plant: two workers with different days of one month would both write that month.
    cursor.execute(
        "SELECT pg_advisory_xact_lock(20231, id::int) FROM unnest(%s::bigint[]) AS id",
        [sorted({plant_id for plant_id, _ in dirty})],
    )
    return dirty


def _drop(cursor: Any, empty: Sequence[tuple[int, date]]) -> None:
    """Forget the rollups of plant-days that no source covers any more (a file was taken back)."""
    for plant_id, group in groupby(empty, key=lambda row: row[0]):
        days = [day for _, day in group]
        midnights = [_hours_of(days[0])[0], _hours_of(days[-1])[-1]]
        cursor.execute(
            """
            DELETE FROM solar_rolluphour WHERE plant_id = %s AND hour_at BETWEEN %s AND %s
               AND (hour_at AT TIME ZONE 'Asia/Seoul')::date = ANY(%s)
            """,
            [plant_id, *midnights, days],
        )
        cursor.execute("DELETE FROM solar_rollupday WHERE plant_id = %s AND day = ANY(%s)", [plant_id, days])


def _counted(dirty: Sequence[tuple[int, date]]) -> list[PlantDay]:
    """The sources that count: of those that cover the day, all of the best kind; a gap of theirs stays a gap."""
    sources = Source.objects.select_related("plant").filter(
        plant__in={plant_id for plant_id, _ in dirty}, first_on__isnull=False
    )
    by_plant: dict[int, list[Source]] = {}
    for source in sources.order_by("pk"):
        by_plant.setdefault(source.plant_id, []).append(source)
    return [
        PlantDay(plant_id, day, source)
        for plant_id, day in dirty
        for source in best_sources(by_plant.get(plant_id, []), day)
    ]


def best_sources(sources: Iterable[Source], day: date) -> list[Source]:
    """Meter before inverter before model; several of the best kind (two inverters of one plant) add up."""
    covering = [
        source for source in sources if source.first_on and source.last_on and source.first_on <= day <= source.last_on
    ]
    for kind in SourceKind.RANK:
        if best := [source for source in covering if source.kind == kind]:
            return best
    return []


def _tell_days(cursor: Any, counted: Sequence[PlantDay]) -> None:
    """Plant-days with their counted source, its interval and place, and the day's 24 bands, for the SQL below."""
    days = [row.day for row in counted]
    holidays = tariff_holidays_between(min(days), max(days)) if days else frozenset()
    sets = band_sets()
    known = {day for day in days if sets and sets[0].valid_from <= day}  # the others have energy in no band
    bands = {day: day_bands(day, is_holiday=day in holidays, sets=sets) for day in known}
    cursor.execute(
        """
        DROP TABLE IF EXISTS solar_rolling;
        CREATE TEMP TABLE solar_rolling ON COMMIT DROP AS
        SELECT * FROM unnest(%s::bigint[], %s::date[], %s::bigint[], %s::int[], %s::text[], %s::text[])
            AS d(plant_id, day, source_id, interval_s, place, bands)
        """,
        [
            [row.plant_id for row in counted],
            days,
            [row.source.pk for row in counted],
            [row.source.interval_s for row in counted],
            [str(row.source.place) for row in counted],
            [bands.get(day) for day in days],
        ],
    )


def _tell_sun(cursor: Any, counted: Sequence[PlantDay]) -> None:
    """Seconds of daylight in every hour of the days, by place."""
    wanted = sorted({(row.source.place, row.day) for row in counted})
    lit = [(str(place), day, hour, sun_seconds(*place, hour)) for place, day in wanted for hour in _hours_of(day)]
    cursor.execute(
        """
        DROP TABLE IF EXISTS solar_daylight;
        CREATE TEMP TABLE solar_daylight ON COMMIT DROP AS
        SELECT * FROM unnest(%s::text[], %s::date[], %s::timestamptz[], %s::int[]) AS s(place, day, hour_at, seconds);
        CREATE INDEX ON solar_daylight (place, day);
        ANALYZE solar_daylight, solar_rolling
        """,
        [[row[column] for row in lit] for column in range(4)],
    )


def _hours_of(day: date) -> list[datetime]:
    midnight = datetime(day.year, day.month, day.day, tzinfo=timezone.get_default_timezone())
    return [midnight + timedelta(hours=number) for number in range(24)]


# LATERAL: one range of the primary key per plant-day, whatever the planner believes about tables it has no figures of.
_HOURS = """
    INSERT INTO solar_rolluphour (plant_id, hour_at, joules, simulated_j, n_got, n_expected, flags)
    WITH got AS (
        SELECT d.plant_id, d.source_id, g.*
        FROM solar_rolling d
        CROSS JOIN LATERAL (
            SELECT date_trunc('hour', start_at) AS hour_at, sum(joules) AS joules,
                   sum(joules) FILTER (WHERE flags & 8 > 0) AS simulated_j, count(*) AS n_got, bit_or(flags) AS flags
            FROM solar_reading
            WHERE source_id = d.source_id AND start_at >= d.day::timestamp AT TIME ZONE 'Asia/Seoul'
              AND start_at < (d.day + 1)::timestamp AT TIME ZONE 'Asia/Seoul'
            GROUP BY 1
        ) g
    )
    SELECT d.plant_id, s.hour_at, COALESCE(sum(g.joules), 0), COALESCE(sum(g.simulated_j), 0),
           COALESCE(sum(g.n_got), 0), sum(s.seconds / d.interval_s), COALESCE(bit_or(g.flags), 0)
    FROM solar_rolling d
    JOIN solar_daylight s ON s.place = d.place AND s.day = d.day
    LEFT JOIN got g ON g.plant_id = d.plant_id AND g.source_id = d.source_id AND g.hour_at = s.hour_at
    GROUP BY d.plant_id, s.hour_at
    ON CONFLICT (plant_id, hour_at) DO UPDATE SET joules = excluded.joules, simulated_j = excluded.simulated_j,
        n_got = excluded.n_got, n_expected = excluded.n_expected, flags = excluded.flags
"""
_DAYS = """
    INSERT INTO solar_rollupday
        (plant_id, day, joules, simulated_j, n_got, n_expected, flags, light_j, mid_j, peak_j)
    SELECT d.plant_id, d.day, h.*
    FROM (SELECT DISTINCT plant_id, day, bands FROM solar_rolling) d
    CROSS JOIN LATERAL (
        SELECT sum(joules), sum(simulated_j), sum(least(n_got, n_expected)), sum(n_expected), bit_or(flags),
               COALESCE(sum(joules) FILTER (WHERE band = 'L'), 0), COALESCE(sum(joules) FILTER (WHERE band = 'M'), 0),
               COALESCE(sum(joules) FILTER (WHERE band = 'P'), 0)
        FROM solar_rolluphour
        CROSS JOIN LATERAL substr(d.bands, extract(hour FROM hour_at AT TIME ZONE 'Asia/Seoul')::int + 1, 1) AS band
        WHERE plant_id = d.plant_id
          AND hour_at >= d.day::timestamp AT TIME ZONE 'Asia/Seoul'
          AND hour_at < (d.day + 1)::timestamp AT TIME ZONE 'Asia/Seoul'
    ) h
    ON CONFLICT (plant_id, day) DO UPDATE SET joules = excluded.joules, simulated_j = excluded.simulated_j,
        n_got = excluded.n_got, n_expected = excluded.n_expected, flags = excluded.flags,
        light_j = excluded.light_j, mid_j = excluded.mid_j, peak_j = excluded.peak_j
"""


def _make_months(cursor: Any, months: Sequence[tuple[int, date]]) -> None:
    wanted = [[plant_id for plant_id, _ in months], [month for _, month in months]]
    cursor.execute(
        """
        DELETE FROM solar_rollupmonth USING unnest(%s::bigint[], %s::date[]) AS m(plant_id, month)
        WHERE solar_rollupmonth.plant_id = m.plant_id AND solar_rollupmonth.month = m.month
        """,
        wanted,
    )
    cursor.execute(
        """
        INSERT INTO solar_rollupmonth
            (plant_id, month, joules, simulated_j, n_got, n_expected, flags, light_j, mid_j, peak_j)
        SELECT m.plant_id, m.month, sum(d.joules), sum(d.simulated_j), sum(d.n_got), sum(d.n_expected),
               bit_or(d.flags), sum(d.light_j), sum(d.mid_j), sum(d.peak_j)
        FROM unnest(%s::bigint[], %s::date[]) AS m(plant_id, month)
        JOIN solar_rollupday d ON d.plant_id = m.plant_id
         AND d.day >= m.month AND d.day < (m.month + interval '1 month')::date
        GROUP BY m.plant_id, m.month
        """,
        wanted,
    )
