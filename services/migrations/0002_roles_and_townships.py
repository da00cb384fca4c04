"""The groups that carry the roles, and the 19 townships of Gimje."""

import csv
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data" / "gimje_divisions.csv"
ROLES = [
    "township_clerk", "consultation_officer", "slate_officer", "slate_approver", "settlement_officer", "adviser",
    "contractor", "energy_manager", "programme_officer", "auditor", "administrator",
]


def add(apps, schema_editor):
    group = apps.get_model("auth", "Group")
    for name in ROLES:
        group.objects.get_or_create(name=name)
    township = apps.get_model("services", "Township")
    with DATA.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            township.objects.get_or_create(
                code=row["adm_code_new_52"],
                defaults={
                    "name": row["name_ko"],
                    "kind": row["type"],
                    "order": int(row["seq"]),
                    "has_visiting_lawyer": row["is_muncheon_visit_area"] == "Y",
                },
            )


class Migration(migrations.Migration):
    dependencies = [("services", "0001_initial"), ("auth", "0012_alter_user_first_name_max_length")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
