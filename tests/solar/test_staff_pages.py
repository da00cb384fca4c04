"""Staff pages: bring a file, look, take it, take it back; how the plants are doing; issue a report."""

import csv
import datetime as dt
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from services.enums.people import Role
from solar.actions.rollups import roll_up_all
from solar.enums import BatchState, PlantCondition, SourceKind
from solar.models import ImportBatch, Reading, RollupMonth
from solar.reports.work import plant_lines
from tests.solar.factories import TRIO_NAME, csv_of, day_rows, make_source, trio_bytes, trio_source
from tests.solar.test_rollups import at, take

pytestmark = pytest.mark.django_db
DETAIL = "solar:staff_import_detail"


@pytest.fixture
def manager(staff_client):
    return staff_client(Role.ENERGY_MANAGER)


def send(client, source, content, name="file.csv"):
    file = SimpleUploadedFile(name, content, content_type="text/csv")
    return client.post(reverse("solar:staff_import_new"), {"source": source.pk, "file": file}, follow=True)


def take_file(client, batch, **changes):
    asked = {**batch.mapping, **changes, "accept": "1"}
    return client.post(reverse(DETAIL, args=[batch.pk]), asked, follow=True)


def test_the_real_file_through_the_pages(manager):
    source = trio_source()
    look = send(manager, source, trio_bytes(), TRIO_NAME).content.decode()
    assert "32,840" in look
    assert "29,834" in look
    assert "2018. 11. 8.(목) 08:15부터 2019. 6. 21.(금) 08:45까지" in look
    assert "튀는 값(설비 크기보다 큼)" in look
    assert "어긋난 것 같습니다" not in look
    batch = ImportBatch.objects.get()
    assert not Reading.objects.exists()
    result = take_file(manager, batch).content.decode()
    assert "자료를 받았습니다." in result
    assert RollupMonth.objects.count() == 8
    public = manager.get(source.plant.get_absolute_url() + "?period=all").content.decode()
    assert "29,834" in public
    assert "시연 자료가 들어 있습니다." in public


def test_a_wrong_clock_is_doubted_on_the_preview(manager):
    source = trio_source()
    batch = ImportBatch.objects.get(pk=send(manager, source, trio_bytes()).context["batch"].pk)
    wrong = manager.post(reverse(DETAIL, args=[batch.pk]), {**batch.mapping, "zone": "Asia/Seoul", "look": "1"})
    assert "시각이 약 9시간 어긋난 것 같습니다." in wrong.content.decode()
    assert not Reading.objects.exists()


def test_the_same_file_again_is_told_calmly(manager):
    source = make_source(rated_w=100_000)
    send(manager, source, csv_of(day_rows()))
    batch = ImportBatch.objects.get()
    take_file(manager, batch)
    page = send(manager, source, csv_of(day_rows()))
    assert "같은 파일을 이미 올렸습니다. 아무것도 바뀌지 않았습니다." in page.content.decode()
    assert page.context["batch"].pk == batch.pk
    assert "먼저 고쳤습니다" not in page.content.decode()


def test_rows_that_were_not_taken_can_be_read_and_downloaded(manager):
    source = make_source(rated_w=100_000)
    send(manager, source, csv_of([*day_rows(), ("=1+1", "5.0"), ("2024-06-03 15:00", "없음")]))
    batch = ImportBatch.objects.get()
    page = take_file(manager, batch).content.decode()
    assert "값이 숫자가 아닙니다." in page
    content = manager.get(reverse("solar:staff_import_rejected", args=[batch.pk])).getvalue().decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(content))) == [
        ["줄", "적힌 것", "까닭"],
        ["74", "'=1+1,5.0", "날짜와 시각을 읽지 못했습니다."],
        ["75", "2024-06-03 15:00,없음", "값이 숫자가 아닙니다."],
    ]


def test_a_file_is_taken_back_after_one_question(manager):
    source = make_source(rated_w=100_000)
    send(manager, source, csv_of(day_rows()))
    batch = ImportBatch.objects.get()
    take_file(manager, batch)
    url = reverse("solar:staff_import_undo", args=[batch.pk])
    asked = manager.get(url).content.decode()
    assert "72줄이 빠지고 2024년 6월부터 2024년 6월까지의 값이 다시 계산됩니다." in asked
    assert "72줄을 뺐습니다." in manager.post(url, follow=True).content.decode()
    assert "먼저 고쳤습니다(되돌림)" in manager.post(url, follow=True).content.decode()
    assert not RollupMonth.objects.exists()


def test_a_file_can_be_laid_aside(manager):
    send(manager, make_source(), csv_of(day_rows()))
    batch = ImportBatch.objects.get()
    manager.post(reverse("solar:staff_import_discard", args=[batch.pk]))
    batch.refresh_from_db()
    assert batch.state == BatchState.REJECTED


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "빈 파일입니다. 다른 파일을 골라 주세요."),
        (b"\x89PNG\x00\x00", "글자를 읽을 수 없는 파일입니다."),
        (b"a,b\n1,2\n", "날짜와 시각이 적힌 칸을 찾지 못했습니다."),
    ],
)
def test_what_is_no_logger_file_is_refused_on_the_form(manager, content, sentence):
    page = send(manager, make_source(), content)
    assert sentence in page.content.decode()
    assert not ImportBatch.objects.exists()


def test_the_list_of_files_costs_the_same_for_one_and_for_many(manager):
    source = make_source(rated_w=100_000)

    def statements():
        with CaptureQueriesContext(connection) as queries:
            manager.get(reverse("solar:staff_imports"))
        assert not [query for query in queries if '"content"' in query["sql"]]
        return len(queries)

    send(manager, source, csv_of(day_rows()))
    one = statements()
    for day in range(4, 14):
        send(manager, source, csv_of(day_rows(f"2024-06-{day:02}")))
    assert statements() == one


def test_the_plants_say_how_they_are(manager, clock):
    clock("2024-06-03 13:10")
    make_source(code="old")
    source = make_source(slug="city-hall", code="meter", interval_s=3600)
    take(source, {at("2024-06-03 12:00"): 200_000_000})
    roll_up_all()
    lines = {line.plant.slug: line for line in manager.get(reverse("solar:staff_plants")).context["lines"]}
    assert (lines["city-hall"].condition.label, lines["city-hall"].today_kwh) == ("발전 중", 56)
    assert lines["council"].condition.label == "자료 끊김"
    clock("2024-06-03 23:10")
    assert {line.plant.slug: line for line in plant_lines(at("2024-06-03 23:10").date())}[
        "city-hall"
    ].condition == "night"


def test_a_simulation_that_ended_is_no_fault(manager, clock):
    clock("2026-06-03 13:10")
    for slug, kinds in {"council": [SourceKind.MODEL], "city-hall": [SourceKind.MODEL, SourceKind.INVERTER]}.items():
        for number, kind in enumerate(kinds):
            source = make_source(slug=slug, code=kind, kind=kind, interval_s=3600)
            take(source, {at("2024-06-03 12:00"): 200_000_000}, f"{number}".encode())
    make_source(slug="council", code="not-yet")
    lines = {line.plant.slug: line.condition for line in plant_lines(dt.date(2026, 6, 3))}
    assert (lines["council"], lines["city-hall"]) == (PlantCondition.SIMULATED, PlantCondition.NO_DATA)
    assert lines["council"].tone == "idle"


def test_an_auditor_reads_and_changes_nothing(staff_client):
    auditor = staff_client(Role.AUDITOR)
    assert auditor.get(reverse("solar:staff_imports")).status_code == 200
    assert auditor.get(reverse("solar:staff_import_new")).status_code == 403
    page = auditor.post(reverse("solar:staff_reports"), {"year": 2024, "month": 6}).content.decode()
    assert "월보를 확정했습니다." not in page


def test_the_sample_file_is_for_the_demonstration_only(manager, settings):
    settings.DEMO = False
    assert manager.get(reverse("solar:staff_import_sample")).status_code == 404
    settings.DEMO = True
    assert manager.get(reverse("solar:staff_import_sample")).content == trio_bytes()
