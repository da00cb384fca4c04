"""Put in the years' support rates, unit prices and published figures, each with its source."""

import csv
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data"
WORKS = {"NONHOUSE": "outbuilding", "ROOF": "reroofing"}


def rows(name):
    with (DATA / name).open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def put_in(apps, schema_editor):
    SupportRate = apps.get_model("slate", "SupportRate")
    SupportRate.objects.bulk_create(
        SupportRate(
            year=row["programme_year"],
            work=WORKS.get(row["kind"], row["kind"].lower()),
            household=row["household"].lower(),
            mode=row["mode"],
            cap_won=row["cap_won"] or None,
            full_area_m2=row["full_area_m2"] or None,
            note=row["note"],
            source=row["source"],
            confidence=row["confidence"],
        )
        for row in rows("support_by_year.csv")
    )
    UnitPrice = apps.get_model("slate", "UnitPrice")
    UnitPrice.objects.bulk_create(UnitPrice(**row) for row in rows("unit_prices.csv"))
    PastFigure = apps.get_model("slate", "PastFigure")
    PastFigure.objects.bulk_create(PastFigure(**row) for row in rows("past_figures.csv"))


class Migration(migrations.Migration):
    dependencies = [("slate", "0001_initial")]
    operations = [migrations.RunPython(put_in, migrations.RunPython.noop, elidable=False)]
