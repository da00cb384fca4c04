"""The monthly report: once a month, frozen, and cell by cell what the page says."""

import csv
import hashlib
import io
from datetime import date

import pgtrigger
import pytest
from django.conf import settings as django_settings
from django.db import IntegrityError, InternalError, transaction
from django.urls import reverse
from openpyxl import load_workbook

from services.actions.turns import BUSY
from services.enums.people import Role
from services.models import JobRun
from services.reports.history import timeline
from services.reports.papers import sha256_of
from services.rules.history import Actor
from services.rules.refusal import Refused
from solar import tasks
from solar.actions import monthly
from solar.actions.rollups import roll_up_all
from solar.models import Plant, SolarReport
from solar.reports.monthly import HEADS, month_report, report_csv
from tests.races import at_once
from tests.solar.factories import make_source
from tests.solar.test_rollups import at, take

BY = Actor.system("test")
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
    table = list(csv.reader(io.StringIO(report_csv(report.as_json).decode("utf-8-sig"))))
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
    assert client.get(reverse("solar:report_csv", args=[JUNE])).content == report_csv(report.figures)


def test_a_month_missed_while_the_portal_was_down_is_caught_up(june, paper, clock):
    clock("2024-07-05 07:30")
    tasks.make_monthly_reports()
    with pgtrigger.ignore("solar.SolarReport:frozen"):
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


def test_a_report_that_somebody_holds_is_made_by_the_next_run(june, paper, clock, monkeypatch):
    def busy(*args: object, **kwargs: object) -> None:
        raise Refused(BUSY, conflict=True)

    clock("2024-07-05 07:30")
    with monkeypatch.context() as held:
        held.setattr(monthly, "issue", busy)
        tasks.make_monthly_reports()
        assert not SolarReport.objects.exists()
    tasks.make_monthly_reports()
    assert SolarReport.objects.get().month == JUNE


@pytest.mark.django_db(transaction=True)
def test_two_workers_issue_one_report(paper):
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

    report = monthly.issue(JUNE, by=Actor.system("test"))
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(bytes(report.pdf))).pages)
    squeezed = "".join(text.split())
    for row in (*report.figures["rows"], report.figures["foot"]):
        assert "".join(row[0].split()) in squeezed
        assert row[2] in squeezed
        assert row[3] in squeezed
    assert report.figures_sha256[:16] in squeezed


def later_reading():
    take(make_source(slug="council", code="late", interval_s=3600), {at("2024-06-04 12:00"): 90_000_000}, b"late")
    roll_up_all()


def sheets(report):
    book = load_workbook(io.BytesIO(bytes(report.xlsx)))
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


class TestCorrecting:
    @pytest.fixture
    def report(self, june, paper, clock):
        clock("2024-07-05 07:30")
        return monthly.issue(JUNE, by=BY)

    def test_a_correction_is_another_number_that_names_the_first_and_says_why(self, report, paper, client):
        later_reading()
        before = bytes(report.pdf)
        made = monthly.correct(report.pk, reason="6월 4일 자료가 늦게 들어왔습니다.", by=BY)
        report.refresh_from_db()
        assert (report.number, made.number, made.corrects, made.month) == (1, 2, report, JUNE)
        assert bytes(report.pdf) == before
        note = "제1호를 고친 정정본입니다. 까닭: 6월 4일 자료가 늦게 들어왔습니다."
        assert [data["correction"] for _, data in paper] == ["", note]
        assert sheets(report)["설비별"][-1] != sheets(made)["설비별"][-1]
        assert note in [row[0] for row in sheets(made)["요약"]]
        newest = client.get(reverse("solar:report_pdf", args=[JUNE]))
        assert newest.content == bytes(made.pdf)
        assert newest["Content-Disposition"] == 'inline; filename="solar-2024-06-erratum-2.pdf"'
        first = client.get(reverse("solar:report_pdf", args=[JUNE]), {"number": "1"})
        assert first.content == before
        assert monthly.issue(JUNE, by=BY) == made
        words = [(line.what, line.reason) for line in timeline(report)]
        assert words == [("보고서 만듦", ""), ("정정본 만듦", "6월 4일 자료가 늦게 들어왔습니다.")]

    def test_only_the_newest_is_corrected_and_only_where_something_changed(self, report):
        with pytest.raises(Refused, match="똑같습니다"):
            monthly.correct(report.pk, reason="까닭", by=BY)
        later_reading()
        with pytest.raises(Refused, match="비어 있습니다"):
            monthly.correct(report.pk, reason=" ", by=BY)
        made = monthly.correct(report.pk, reason="까닭", by=BY)
        with pytest.raises(Refused, match="정정본이 이미 있습니다"):
            monthly.correct(report.pk, reason="까닭", by=BY)
        with pytest.raises(Refused, match="똑같습니다"):
            monthly.correct(made.pk, reason="까닭", by=BY)
        assert SolarReport.objects.count() == 2

    @pytest.mark.parametrize(
        ("name", "fields"),
        [
            ("solar_report_once_per_month", {"number": 9}),
            ("solar_report_number_is_unique", {"month": date(2024, 7, 1)}),
            ("solarreport_correction_says_why", {"number": 9, "month": date(2024, 7, 1), "correction": "까닭"}),
        ],
    )
    def test_each_constraint(self, report, name, fields):
        facts = {"month": JUNE, "number": 1, "figures": {}, "pdf": b"", "xlsx": b""}
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            SolarReport.objects.create(**{**facts, **fields})

    def test_one_report_is_corrected_once_and_with_a_reason(self, report):
        facts = {"month": JUNE, "figures": {}, "pdf": b"", "xlsx": b"", "corrects": report}
        with pytest.raises(IntegrityError, match="correction_says_why"), transaction.atomic():
            SolarReport.objects.create(number=2, **facts)
        SolarReport.objects.create(number=2, correction="까닭", **facts)
        with pytest.raises(IntegrityError, match="corrects_id"), transaction.atomic():
            SolarReport.objects.create(number=3, correction="까닭", **facts)

    @pytest.mark.parametrize("change", [{"number": 5}, {"pdf": b"x"}, {"correction": "x"}, {"figures_sha256": "0"}])
    def test_the_database_keeps_what_was_issued(self, report, change):
        with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
            SolarReport.objects.update(**change)
        with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
            SolarReport.objects.all().delete()

    def test_the_database_hashes_the_files_itself(self, report):
        made = SolarReport.objects.create(
            month=date(2024, 5, 1), number=7, figures={}, pdf=b"pdf", xlsx=b"xlsx", pdf_sha256="wrong"
        )
        made.refresh_from_db()
        assert made.pdf_sha256 == hashlib.sha256(b"pdf").hexdigest()
        assert made.xlsx_sha256 == hashlib.sha256(b"xlsx").hexdigest()

    def test_the_hash_can_be_worked_out_from_the_frozen_figures(self, report):
        report.refresh_from_db()
        assert sha256_of(report.figures) == report.figures_sha256 == month_report(JUNE).sha256
        assert f"확인값 {report.figures_sha256}" in [row[0] for row in sheets(report)["요약"]]

    def test_in_the_spreadsheet_numbers_are_numbers(self, report, client):
        rows = sheets(report)["설비별"]
        assert rows[2] == list(HEADS)
        assert isinstance(rows[3][2], int)
        answer = client.get(reverse("solar:report_xlsx", args=[JUNE]))
        assert answer.content == bytes(report.xlsx)
        assert answer["Content-Disposition"] == 'attachment; filename="solar-2024-06.xlsx"'

    @pytest.mark.parametrize("number", ["9", "x", "-1", "１", "9" * 40])
    def test_a_number_that_is_not_there_is_not_found(self, report, client, number):
        assert client.get(reverse("solar:report_pdf", args=[JUNE]), {"number": number}).status_code == 404

    def test_staff_correct_by_hand_and_are_asked_why(self, report, staff_client):
        later_reading()
        client, address = staff_client(Role.ENERGY_MANAGER), reverse("solar:staff_report_correct", args=[report.pk])
        assert "정정본 만들기" in client.get(reverse("solar:staff_reports")).content.decode()
        assert "고친 까닭이 비어 있습니다" in client.post(address, {"reason": ""}).content.decode()
        done = client.post(address, {"reason": "늦은 자료"}, follow=True).content.decode()
        assert "제1호의 정정본 제2호를 만들었습니다." in done
        assert "제2호로 고쳤습니다." in done
        assert "정정본이 이미 있습니다" in client.post(address, {"reason": "또"}).content.decode()
        assert staff_client(Role.AUDITOR).get(address).status_code == 403
