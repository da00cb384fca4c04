"""The monthly report: once a month, frozen, and cell by cell what the page says."""

import csv
import io

import pytest
from django.conf import settings as django_settings
from django.urls import reverse

from services.enums.people import Role
from services.models import JobRun
from services.rules.refusal import Refused
from solar import tasks
from solar.actions import monthly
from solar.actions.rollups import roll_up_all
from solar.models import Plant, SolarReport
from solar.reports.monthly import HEADS, month_report, report_csv
from tests.races import at_once
from tests.solar.factories import make_source
from tests.solar.test_rollups import at, take

JUNE = at("2024-06-01 00:00").date()


@pytest.fixture
def june(db):
    for number, plant in enumerate(Plant.objects.order_by("order"), 1):
        source = make_source(slug=plant.slug, code="meter", interval_s=3600)
        take(source, {at("2024-06-03 12:00"): number * 40_000_000}, plant.slug.encode())
    roll_up_all()


@pytest.fixture
def paper(monkeypatch):
    """Typst needs the built fonts: here the report's data stand in for its bytes."""
    printed = []

    def render(template, data):
        printed.append((template, data))
        return repr(data).encode()

    monkeypatch.setattr(monthly, "render_pdf", render)
    return printed


def test_page_csv_and_report_say_the_same_figures(june, client, clock):
    clock("2024-07-05 08:00")
    report = month_report(JUNE)
    page = client.get(reverse("solar:public"), {"period": "month", "year": 2024, "month": 6}).context["page"]
    assert [row[0] for row in report.rows] == [row.plant.name for row in page.plants]
    for cells, row in zip(report.rows, page.plants, strict=True):
        figures = row.figures
        assert cells[2:5] == [f"{figures.kwh:,}", f"{figures.saved_won:,}", f"{figures.avoided_kg:,}"]
        assert cells[6] == "잰 값"
    assert report.foot[2] == report.kwh == f"{page.total.kwh:,}"
    assert report.foot[1] == "318"
    table = list(csv.reader(io.StringIO(report_csv(report).decode("utf-8-sig"))))
    assert table[0] == list(HEADS)
    assert table[1:] == [[cell.replace(",", "") for cell in row] for row in (*report.rows, report.foot)]


def test_the_report_comes_once_and_never_changes(june, paper, clock, client):
    clock("2024-07-05 07:30")
    tasks.make_monthly_reports()
    tasks.make_monthly_reports()
    report = SolarReport.objects.get()
    assert (report.month, report.number, len(paper)) == (JUNE, 1, 1)
    assert list(JobRun.objects.values_list("job", "period")) == [("solar-monthly-report", "2024-07")]
    before = bytes(report.pdf)
    take(make_source(slug="council", code="late", interval_s=3600), {at("2024-06-04 12:00"): 90_000_000}, b"late")
    roll_up_all()
    assert monthly.issue(JUNE, by=None).pk == report.pk  # type: ignore[arg-type]
    report.refresh_from_db()
    assert bytes(report.pdf) == before
    assert report.figures_sha256 != month_report(JUNE).sha256
    assert client.get(reverse("solar:report_pdf", args=[JUNE])).content == before
    assert client.get(reverse("solar:report_csv", args=[JUNE])).content == bytes(report.csv)


def test_a_month_missed_while_the_portal_was_down_is_caught_up(june, paper, clock):
    clock("2024-07-05 07:30")
    tasks.make_monthly_reports()
    SolarReport.objects.all().delete()
    JobRun.objects.update(finished_at=None, started_at=at("2024-07-05 07:00"))  # died half way
    clock("2024-07-09 12:00")
    tasks.make_monthly_reports()
    assert SolarReport.objects.get().month == JUNE


@pytest.mark.django_db
def test_a_month_without_readings_has_no_report(paper, clock):
    clock("2024-07-05 07:30")
    with pytest.raises(Refused, match="2024년 6월에는 자료가 없어"):
        monthly.issue(JUNE, by=None)  # type: ignore[arg-type]
    tasks.make_monthly_reports()
    assert not SolarReport.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_issue_one_report(paper):
    from services.rules.history import Actor

    take(make_source(interval_s=3600), {at("2024-06-03 12:00"): 40_000_000})
    roll_up_all()
    found = at_once(*[lambda: monthly.issue(JUNE, by=Actor.system("test")).number] * 2)
    assert found == [1, 1]
    assert SolarReport.objects.count() == 1


def test_staff_issue_a_month_by_hand(june, paper, staff_client):
    client = staff_client(Role.ENERGY_MANAGER)
    page = client.post(reverse("solar:staff_reports"), {"year": 2024, "month": 6}, follow=True).content.decode()
    assert "월보를 확정했습니다." in page
    assert "제1호" in page
    page = client.post(reverse("solar:staff_reports"), {"year": 2024, "month": 5}).content.decode()
    assert "2024년 5월에는 자료가 없어 월보를 만들 수 없습니다." in page


@pytest.mark.skipif(not (django_settings.BASE_DIR / "build" / "fonts").is_dir(), reason="the fonts are not built")
def test_the_pdf_prints_the_same_cells(june):
    from pypdf import PdfReader

    from services.rules.history import Actor

    report = monthly.issue(JUNE, by=Actor.system("test"))
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(bytes(report.pdf))).pages)
    squeezed = "".join(text.split())
    for row in (*report.figures["rows"], report.figures["foot"]):
        assert "".join(row[0].split()) in squeezed
        assert row[2] in squeezed
        assert row[3] in squeezed
    assert report.figures_sha256[:16] in squeezed
