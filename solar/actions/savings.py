"""What a plant's month saved, worked out anew whenever its energy or its rules change.

Days before the first tariff have energy and no won: they are counted, said on every page and on the worklist, and
valued as soon as their tariff is written. Energy never waits for money.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import connection
from django.utils import timezone

from solar.models import Plant, SavingMonth
from solar.reports.rulebook import rule_books
from solar.rules.tariff import DayEnergy, RuleBook, Saving, avoided


def value_months(months: Sequence[tuple[int, date]]) -> int:
    """Value these (plant, first day of month); months without energy lose their row. Returns how many were valued.

    Runs inside `roll_up`, which holds these plants.
    """
    plants = Plant.objects.select_related("tariff_class").in_bulk({plant_id for plant_id, _ in months})
    books = rule_books()
    energy = _days_of(months)
    savings = [
        _saving(plants[plant_id], month, energy[plant_id, month], books[plants[plant_id].tariff_class_id])
        for plant_id, month in months
        if (plant_id, month) in energy
    ]
    forget_values(months)
    SavingMonth.objects.bulk_create(savings, batch_size=500)
    return len(savings)


def _days_of(months: Sequence[tuple[int, date]]) -> dict[tuple[int, date], list[DayEnergy]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT m.plant_id, m.month, d.day, d.light_j, d.mid_j, d.peak_j
            FROM unnest(%s::bigint[], %s::date[]) AS m(plant_id, month)
            JOIN solar_rollupday d ON d.plant_id = m.plant_id
             AND d.day >= m.month AND d.day < (m.month + interval '1 month')::date
            """,
            [[plant_id for plant_id, _ in months], [month for _, month in months]],
        )
        days: dict[tuple[int, date], list[DayEnergy]] = {}
        for plant_id, month, day, light, mid, peak in cursor.fetchall():
            days.setdefault((plant_id, month), []).append(DayEnergy(day, light, mid, peak))
    return days


def forget_values(months: Iterable[tuple[int, date]]) -> None:
    """No won is better than an old one beside new energy: pages say 확인 중."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM solar_savingmonth s USING unnest(%s::bigint[], %s::date[]) AS m(plant_id, month)
            WHERE s.plant_id = m.plant_id AND s.month = m.month
            """,
            [list(column) for column in zip(*months, strict=True)] or [[], []],
        )


def _saving(plant: Plant, month: date, days: Sequence[DayEnergy], book: RuleBook) -> SavingMonth:
    priced = [day for day in days if book.covers(day.day)]
    saving: Saving = avoided(priced, book, with_vat=plant.counts_vat)
    return SavingMonth(
        plant=plant,
        month=month,
        joules=sum(day.light_j + day.mid_j + day.peak_j for day in priced),
        unpriced_days=len(days) - len(priced),
        energy_won=saving.energy_won,
        climate_won=saving.climate_won,
        fuel_won=saving.fuel_won,
        vat_won=saving.vat_won,
        fund_won=saving.fund_won,
        saved_won=saving.saved_won if priced else None,
        lines=[
            {
                "name": line.name,
                "rule": line.rule,
                "kwh": str(line.kwh),
                "price": str(line.price),
                "won": str(line.won),
            }
            for line in saving.lines
        ],
        valued_at=timezone.now(),
    )
