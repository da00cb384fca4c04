"""The first rows: groups that carry the roles, the 19 townships, temporary holidays, the first catalogue."""

import csv
import tomllib
from pathlib import Path

from django.db import migrations

from services.rules.search import index_of, initials_of

DATA = Path(__file__).resolve().parent.parent / "data"
ROLES = [
    "township_clerk", "consultation_officer", "slate_officer", "slate_approver", "settlement_officer", "adviser",
    "contractor", "energy_manager", "programme_officer", "auditor", "administrator",
]
TEMPORARY = ["2020-08-17", "2023-10-02", "2024-10-01", "2025-01-27", "2025-06-03"]
SOURCE = "임시공휴일은 전기요금 시간대에서 평일입니다(KT-08). 2025-06-03은 유추."


def add_roles_and_townships(apps, schema_editor):
    group = apps.get_model("auth", "Group")
    for name in ROLES:
        group.objects.get_or_create(name=name)
    township = apps.get_model("services", "Township")
    with (DATA / "gimje_divisions.csv").open(encoding="utf-8") as file:
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


def add_temporary(apps, schema_editor):
    """Days whose tariff flag the package cannot tell: made holidays at short notice by the government."""
    holiday = apps.get_model("services", "Holiday")
    for day in TEMPORARY:
        election = day == "2025-06-03"
        holiday.objects.get_or_create(
            day=day,
            defaults={
                "name": "대통령 선거일(임시공휴일)" if election else "임시공휴일",
                "kind": "election" if election else "temporary",
                "source": SOURCE,
            },
        )


def add_pages(apps, schema_editor):
    """The first catalogue; what staff changed since is never overwritten."""
    page = apps.get_model("services", "ServicePage")
    rows = tomllib.loads((DATA / "service_pages.toml").read_text(encoding="utf-8"))["page"]
    for number, row in enumerate(rows, start=1):
        facts = row | {"order": number * 10} | _search_columns(row)
        page.objects.get_or_create(slug=facts.pop("slug"), defaults=facts)


def _search_columns(row):
    """A historical model has no save() of ours; tests/services/test_search.py compares."""
    keywords = [word.strip() for word in row.get("keywords", "").split(",") if word.strip()]
    texts = [row["summary"], row["audience"], row["bring"], row.get("facts", ""), row["place"]]
    return {
        "title_letters": index_of([row["title"]]),
        "keyword_letters": index_of(keywords),
        "text_letters": index_of(texts),
        "title_initials": index_of([row["title"]], initials_of),
        "keyword_initials": index_of(keywords, initials_of),
    }


def add(apps, schema_editor):
    add_roles_and_townships(apps, schema_editor)
    add_temporary(apps, schema_editor)
    add_pages(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("services", "0001_initial"), ("auth", "0012_alter_user_first_name_max_length")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
