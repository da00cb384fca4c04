"""Nothing that somebody typed runs as a formula in a sheet that staff open."""

import csv
import io
import re
from pathlib import Path

import pytest
import xlsxwriter
from django.conf import settings
from django.db import models
from django.urls import reverse
from openpyxl import load_workbook

from services.actions.history import acting, record_reading
from services.enums.people import ReadingReason, Role
from services.models import ReadingLogEntry, User
from services.reports.sheets import LINES_AT_ONCE, as_csv, csv_parts, harmless, write_cell
from services.rules.history import Actor
from solar.models import ImportBatch, Plant, RejectedRow
from tests.solar.factories import csv_of, day_rows, make_source

ROOT = Path(settings.BASE_DIR)
EVIL = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\u200b=1+1",
    "\uff1d1+1",
    "|cmd",
    "%0A",
]
EVIL += ['=HYPERLINK("//x.kr","보기")']
RUNS = re.compile(r"[=+\-@\t\r\n|%\uff1d\uff0b\uff0d\uff20]")


def cells(content: bytes) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")) for cell in row]


def assert_runs_nothing(content: bytes, typed: str) -> None:
    found = cells(content)
    assert any(typed in cell for cell in found), "what was typed is not in this file: the test proves nothing"
    running = [cell for cell in found if RUNS.match(cell.lstrip(" \u200b")) and not re.fullmatch(r"-?[\d,.]+", cell)]
    assert not running


@pytest.mark.parametrize("typed", EVIL)
def test_a_text_is_told_from_a_formula(typed):
    assert harmless(typed) == f"'{typed}"


@pytest.mark.parametrize(
    "typed", ["", "가나다", "1234", "-5", "+3", "-1,234.50", "3=4", "a@b.kr", "2026-11-29", 5, -5, None]
)
def test_words_and_numbers_stay_as_they_are(typed):
    assert harmless(typed) == typed


@pytest.mark.parametrize("typed", EVIL)
def test_csv_and_xlsx_defuse_alike(typed):
    assert_runs_nothing(as_csv([typed], [[typed, 1, -2, None]]), typed)
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    write_cell(sheet, 0, 0, typed)
    write_cell(sheet, 0, 1, -2)
    book.close()
    words, number = next(load_workbook(file).active.iter_rows())
    assert words.data_type == "s"
    assert words.value.startswith("'")
    assert (number.data_type, number.value) == ("n", -2)


def test_a_long_list_goes_out_in_parts():
    made = []

    def rows():
        for number in range(LINES_AT_ONCE * 3):
            made.append(number)
            yield [number]

    parts = csv_parts(["수"], rows())
    first = next(parts)
    assert len(made) < LINES_AT_ONCE + 1
    whole = first + b"".join(parts)
    assert whole.startswith(b"\xef\xbb\xbf")
    assert whole.decode("utf-8-sig").split("\r\n")[:3] == ["수", "0", "1"]
    assert len(cells(whole)) == LINES_AT_ONCE * 3 + 1


def texts_of(model: type[models.Model]) -> list[str]:
    kinds = (models.CharField, models.TextField)
    return [f.name for f in model._meta.concrete_fields if isinstance(f, kinds) and not f.choices and not f.unique]


@pytest.mark.parametrize("typed", EVIL)
def test_every_text_field_of_the_reading_log(staff_client, make_staff, make_resident, typed):
    officer = make_staff(Role.SLATE_OFFICER)
    User.objects.filter(pk=officer.pk).update(**dict.fromkeys(("display_name", "department"), typed))
    officer.refresh_from_db()
    entry = record_reading(officer, make_resident(), officer, "보기", address=None)
    texts = {name: typed for name in texts_of(ReadingLogEntry) if name != "reader"}
    assert {"action", "reason", "subject_kind", "subject_id"} <= texts.keys()
    ReadingLogEntry.objects.filter(pk=entry.pk).update(kind=ReadingReason.CASE, **texts)
    answer = staff_client(Role.AUDITOR).get(reverse("services:staff_readings_csv"))
    assert answer["Content-Disposition"] == 'attachment; filename="readings.csv"'
    assert_runs_nothing(answer.getvalue(), typed)


@pytest.mark.parametrize("typed", EVIL)
def test_every_text_field_of_the_solar_tables(client, staff_client, typed):
    source = make_source(rated_w=100_000)
    manager = staff_client(Role.ENERGY_MANAGER)
    file = io.BytesIO(csv_of(day_rows()))
    file.name = "day.csv"
    manager.post(reverse("solar:staff_import_new"), {"source": source.pk, "file": file})
    batch = ImportBatch.objects.get()
    with acting(Actor.system("test")):
        RejectedRow.objects.create(batch=batch, line=1, **dict.fromkeys(texts_of(RejectedRow), typed))
        Plant.objects.filter(pk=source.plant_id).update(name=typed)
    assert_runs_nothing(manager.get(reverse("solar:staff_import_rejected", args=[batch.pk])).getvalue(), typed)
    found = cells(client.get(reverse("solar:public_csv"), {"period": "day", "on": "2024-06-03"}).getvalue())
    assert not [cell for cell in found if RUNS.match(cell) and not re.fullmatch(r"-?[\d,.]+", cell)]


def test_there_is_one_writer():
    """Who writes a cell by other means goes round the defusing."""
    only = ROOT / "services/reports/sheets.py"
    others = re.compile(r"csv\.writer|DictWriter|\.write_(string|formula|url|row|column|blank)\(|sheet\.write\(")
    writing = {
        str(path.relative_to(ROOT))
        for app in ("services", "consultations", "slate", "solar", "gimje_portal")
        for path in (ROOT / app).rglob("*.py")
        if path != only and others.search(path.read_text(encoding="utf-8"))
    }
    assert not writing
