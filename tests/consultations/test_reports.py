"""Issued reports: once, numbered, frozen with hashes, the same cells in page, PDF and spreadsheet, and no client."""

import hashlib
import io
import json
from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from pypdf import PdfReader

from consultations import tasks
from consultations.actions import enquiries, statistics
from consultations.actions.results import record_result
from consultations.enums import AnswerBy, AnsweredBy, BookingKind, FollowUp, Outcome, ReportKind, Source, Topic
from consultations.models import Booking, Sitting, StatisticsReport
from consultations.rules.disclosure import UNDER
from services.enums.people import Role
from services.models import Counter, HistoryEntry, JobRun
from services.reports.papers import sha256_of
from services.rules.refusal import Refused
from tests.consultations.factories import BY, CONSENTS, EVE, adviser, at, booked, clinic_day, rule, url, venue
from tests.races import at_once

NOVEMBER, HALF = date(2026, 11, 1), date(2026, 7, 1)
GIVEN = {str(kind): given for kind, given in CONSENTS.items()}
SECRETS = ("홍길동", "5678", "보증금을", "박상대", "내용증명", "1950")


@pytest.fixture(autouse=True)
def _friday(clock):
    clock(EVE)


def advised(make_resident, clock):
    """A booking with the adviser's result, and the adviser."""
    day = clinic_day()
    resident = make_resident("홍길동", "+821012345678", born_on="1950-01-01")
    booking = booked(resident, day, question="보증금을 못 받았습니다.", other_party="박상대")
    lawyer = Sitting.objects.select_related("adviser").get(clinic_day=day, adviser__kind="LAW").adviser
    clock("2026-11-23 15:45")
    record_result(
        booking.pk,
        adviser=lawyer,
        by=BY,
        topic=Topic.LEASE,
        outcome=Outcome.EXPLAINED,
        follow_up=FollowUp.LEGAL_AID,
        minutes=25,
        note="내용증명을 보내기로 함",
    )
    return booking, lawyer


@pytest.fixture
def consultation(db, make_resident, clock):
    return advised(make_resident, clock)


def sheets(report: StatisticsReport) -> dict[str, list[list[object]]]:
    book = load_workbook(io.BytesIO(bytes(report.xlsx)))
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


def printed(report: StatisticsReport) -> str:
    """The text of the PDF without any space."""
    pages = PdfReader(io.BytesIO(bytes(report.pdf))).pages
    return "".join("".join(page.extract_text() for page in pages).split())


class TestMonth:
    def test_comes_on_the_third_once_and_never_changes(self, consultation, clock, make_resident):
        clock("2026-12-03 06:59")
        tasks.make_statistics()
        assert not StatisticsReport.objects.filter(starts_on=NOVEMBER).exists()
        clock("2026-12-03 07:00")
        assert (tasks.make_statistics(), tasks.make_statistics()) == (1, 0)
        report = StatisticsReport.objects.get(starts_on=NOVEMBER)
        assert (report.kind, report.adviser, report.period) == ("MONTH", None, "2026년 11월")
        assert JobRun.objects.filter(job="consultations-month", period="2026-12").count() == 1
        files = bytes(report.pdf), bytes(report.xlsx)
        booked(
            make_resident("시연 뒤늦음", "+821033334444"),
            clinic_day(on=date(2026, 12, 28)),
            at(15, 0, date(2026, 12, 28)),
        )
        again = statistics.issue_month(NOVEMBER, by=BY)
        assert (again.pk, bytes(again.pdf), bytes(again.xlsx)) == (report.pk, *files)
        entry = HistoryEntry.objects.get(subject_kind="consultations.statisticsreport", subject_id=str(report.pk))
        assert (entry.move, entry.after) == ("issued", "frozen")

    def test_missed_months_are_caught_up(self, consultation, clock):
        clock("2026-12-03 07:00")
        tasks.make_statistics()
        clock("2027-03-20 10:00")
        assert tasks.make_statistics() == 3
        months = StatisticsReport.objects.order_by("starts_on").values_list("starts_on", flat=True)
        assert list(months) == [NOVEMBER]  # no timetable: nothing is promised for these months
        rule(venues=(venue(),), valid_from=date(2027, 4, 1))
        clock("2027-06-03 08:00")
        tasks.make_statistics()
        zeros = StatisticsReport.objects.order_by("starts_on").last()
        assert (zeros.starts_on, ["예약", 0] in zeros.figures["facts"]) == (date(2027, 5, 1), True)

    def test_is_refused_before_its_end_and_before_the_service(self, consultation):
        with pytest.raises(Refused, match="2026년 11월이 아직 끝나지 않았습니다"):
            statistics.issue_month(NOVEMBER, by=BY)
        with pytest.raises(Refused, match="2019년 3월에는 상담 시간표가 없어"):
            statistics.issue_month(date(2019, 3, 1), by=BY)
        assert not StatisticsReport.objects.exists()
        assert not Counter.objects.filter(series="CM").exists()

    @pytest.mark.django_db(transaction=True)
    def test_two_workers_make_one(self, make_resident, clock):
        advised(make_resident, clock)
        clock("2026-12-03 07:00")
        assert at_once(*[lambda: statistics.issue_month(NOVEMBER, by=BY).number] * 2) == [1, 1]
        assert StatisticsReport.objects.count() == 1
        assert Counter.objects.get(series="CM").last == 1

    def test_pdf_and_spreadsheet_say_the_frozen_figures(self, consultation, clock):
        clock("2026-12-03 07:00")
        report = statistics.issue_month(NOVEMBER, by=BY)
        text, book = printed(report), sheets(report)
        assert report.figures_sha256 in text
        assert "제1호" in text
        for table in report.figures["tables"]:
            rows = book[table["title"][:31]]
            assert rows[2][: len(table["heads"])] == table["heads"]
            assert rows[3:] == [*table["rows"], table["foot"]]
            for row in (*table["rows"], table["foot"]):
                assert "".join("".join(map(str, row)).split()) in text
        assert ["예약", 1] in book["요약"]
        assert [f"확인값 {report.figures_sha256}", None] in book["요약"]
        assert ["70대", UNDER] in book["나이별 예약"]

    def test_hashes_are_those_of_the_bytes(self, consultation, clock):
        clock("2026-12-03 07:00")
        report = StatisticsReport.objects.get(pk=statistics.issue_month(NOVEMBER, by=BY).pk)
        assert report.figures_sha256 == sha256_of(report.figures)
        assert report.pdf_sha256 == hashlib.sha256(bytes(report.pdf)).hexdigest()
        assert report.xlsx_sha256 == hashlib.sha256(bytes(report.xlsx)).hexdigest()

    def test_the_pdf_can_be_read_aloud(self, consultation, clock):
        clock("2026-12-03 07:00")
        root = PdfReader(io.BytesIO(bytes(statistics.issue_month(NOVEMBER, by=BY).pdf))).root_object
        assert root["/MarkInfo"]["/Marked"]
        assert str(root["/Lang"]) == "ko-KR"


class TestHalfYear:
    @pytest.fixture
    def worked(self, consultation, make_staff, make_resident):
        """The lawyer of the booking, with an account and an answered question."""
        _, lawyer = consultation
        lawyer.user = make_staff(Role.ADVISER, username="lawyer")
        lawyer.save()
        ask = enquiries.Ask(BookingKind.LAW, "담장이 넘어왔습니다.", AnswerBy.WEB, consents=GIVEN)
        made = enquiries.receive(ask, resident=make_resident("시연 물음", "+821055556666"), by=BY)
        enquiries.assign(made.pk, lawyer.pk, by=BY)
        enquiries.answer(made.pk, "이렇게 하세요.", AnsweredBy.CALL, adviser=lawyer, by=BY, why="말씀대로")
        return lawyer

    def test_comes_on_the_fifth_of_january_for_each_who_worked(self, worked, clock):
        clock("2027-01-05 06:59")
        tasks.make_half_year_reports()
        assert not StatisticsReport.objects.exists()
        clock("2027-01-05 07:00")
        assert (tasks.make_half_year_reports(), tasks.make_half_year_reports()) == (1, 0)
        report = StatisticsReport.objects.get()  # the tax accountant sat there but had no consultation
        assert (report.adviser, report.period, report.starts_on) == (worked, "2026년 하반기", HALF)
        tables = {table["title"]: table for table in report.figures["tables"]}
        assert tables["찾아간 상담일"]["rows"] == [["2026. 11. 23.(월)", "만경읍 행정복지센터", 1, 25]]
        assert tables["찾아간 상담일"]["foot"] == ["모두", "", 1, 25]
        assert ["전세·월세·임대차", 1] in tables["분야별"]["rows"]
        assert ["방법을 알려드림", 1] in tables["상담 결과"]["rows"]
        assert ["대한법률구조공단 132 안내", 1] in tables["다음에 할 일"]["rows"]
        assert ["전화로 답함", 1] in tables["질문에 답한 방법"]["rows"]
        assert ["기한 안에 답함", 1] in tables["질문에 답한 때"]["rows"]
        for fact in (["상담", 1], ["걸린 시간(분)", 25], ["답한 질문", 1], ["보고하는 사람", str(worked)]):
            assert fact in report.figures["facts"]
        assert f"{worked}(서명)".replace(" ", "") in printed(report)

    def test_a_half_year_that_was_missed_is_caught_up(self, worked, clock):
        clock("2027-06-20 10:00")
        tasks.make_half_year_reports()
        assert StatisticsReport.objects.get().starts_on == HALF

    def test_is_refused_before_its_end(self, worked):
        with pytest.raises(Refused, match="반기가 아직 끝나지 않았습니다"):
            statistics.issue_half_year(worked.pk, HALF, by=BY)
        assert not StatisticsReport.objects.exists()

    def test_nothing_about_a_client_is_in_any_report(self, worked, clock, consultation):
        clock("2027-01-05 07:00")
        statistics.issue_half_years(HALF, by=BY)
        statistics.issue_month(NOVEMBER, by=BY)
        for report in StatisticsReport.objects.order_by("pk"):
            cells = json.dumps(sheets(report), ensure_ascii=False)
            for text in (json.dumps(report.figures, ensure_ascii=False), printed(report), cells):
                for secret in (*SECRETS, consultation[0].reference, "담장"):
                    assert secret not in text


class TestFrozen:
    @pytest.fixture
    def report(self, consultation, clock):
        clock("2026-12-03 07:00")
        return statistics.issue_month(NOVEMBER, by=BY)

    def test_the_database_refuses_every_change(self, report):
        for change in (
            lambda: StatisticsReport.objects.update(number=9),
            lambda: StatisticsReport.objects.filter(pk=report.pk).delete(),
            report.save,
        ):
            with pytest.raises(DatabaseError, match="Cannot update or delete rows"), transaction.atomic():
                change()
        assert StatisticsReport.objects.get().number == 1

    @pytest.mark.parametrize(
        ("name", "fields"),
        [
            ("report_once_per_month", {"number": 2}),
            ("report_number_is_unique", {"starts_on": date(2026, 10, 1)}),
            ("half_year_report_has_an_adviser", {"kind": ReportKind.HALF_YEAR, "number": 2}),
        ],
    )
    def test_each_constraint(self, report, name, fields):
        facts = {"kind": "MONTH", "starts_on": NOVEMBER, "number": 1, "figures": {}, "pdf": b"", "xlsx": b""}
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            StatisticsReport.objects.create(**{**facts, **fields})
        assert StatisticsReport.objects.count() == 1

    def test_one_half_year_an_adviser(self, report, consultation):
        facts = {
            "kind": "HALF_YEAR",
            "starts_on": HALF,
            "adviser": consultation[1],
            "figures": {},
            "pdf": b"",
            "xlsx": b"",
        }
        StatisticsReport.objects.create(number=1, **facts)
        with pytest.raises(IntegrityError, match="report_once_per_adviser_and_half_year"), transaction.atomic():
            StatisticsReport.objects.create(number=2, **facts)
        assert StatisticsReport.objects.count() == 2


@pytest.mark.django_db
class TestPages:
    def test_the_running_month_is_suppressed_for_officers_too(self, make_resident, staff_client):
        booked(make_resident(), clinic_day())
        text = staff_client(Role.CONSULTATION_OFFICER).get(url("staff_statistics")).content.decode()
        assert "2026년 11월 무료 상담, 오늘까지" in text
        assert UNDER in text
        assert "나이별 예약" in text
        assert "홍길동" not in text

    def test_an_officer_makes_what_is_missing_and_an_auditor_reads(self, consultation, staff_client, clock):
        clock("2026-12-02 10:00")
        officer = staff_client(Role.CONSULTATION_OFFICER)
        assert "아직 보고서가 없습니다." in officer.get(url("staff_reports")).content.decode()
        typed = {"what": "MONTH 2026-11-01", "confirmed": "1"}
        done = officer.post(url("staff_reports"), typed, follow=True).content.decode()
        assert "보고서 1개를 만들었습니다." in done
        assert "2026년 11월 월간 통계" in done
        assert "제1호" in done
        refused = officer.post(url("staff_reports"), {"what": "MONTH 2026-10-01", "confirmed": "1"}).content.decode()
        assert "2026년 10월에는 상담 시간표가 없어 통계를 만들 수 없습니다." in refused
        assert StatisticsReport.objects.count() == 1
        officer.post(url("staff_reports"), typed)  # no longer a choice
        auditor = staff_client(Role.AUDITOR)
        auditor.post(url("staff_reports"), {"what": "MONTH 2026-09-01", "confirmed": "1"})
        page = auditor.get(url("staff_reports")).content.decode()
        assert "빠진 보고서 만들기" not in page
        report = StatisticsReport.objects.get()
        pdf = auditor.get(url("staff_report_pdf", report.pk))
        assert (pdf.content, pdf["Content-Type"]) == (bytes(report.pdf), "application/pdf")
        xlsx = auditor.get(url("staff_report_xlsx", report.pk))
        assert xlsx.content == bytes(report.xlsx)
        assert xlsx["Content-Disposition"] == 'attachment; filename="consultations-2026-11.xlsx"'

    def test_an_officer_corrects_a_report_and_both_stay(self, consultation, staff_client, clock):
        clock("2026-12-03 10:00")
        first = statistics.issue_month(NOVEMBER, by=BY)
        officer = staff_client(Role.CONSULTATION_OFFICER)
        same = officer.post(
            url("staff_report_correct", first.pk), {"reason": "다시 셈", "confirmed": "1"}
        ).content.decode()
        assert "지금 숫자가 이 보고서와 똑같습니다." in same
        Booking.objects.update(source=Source.PHONE)
        typed = {"reason": "어떻게 예약했는지 잘못 적음", "confirmed": "1"}
        done = officer.post(url("staff_report_correct", first.pk), typed, follow=True)
        assert "제1호의 정정본: 어떻게 예약했는지 잘못 적음" in done.content.decode()
        made = StatisticsReport.objects.get(corrects=first)
        assert (made.number, made.starts_on, made.kind) == (2, NOVEMBER, "MONTH")
        assert made.figures != first.figures
        assert statistics.issue_month(NOVEMBER, by=BY) == made
        xlsx = officer.get(url("staff_report_xlsx", made.pk))
        assert xlsx["Content-Disposition"] == 'attachment; filename="consultations-2026-11-erratum-2.xlsx"'
        assert "제1호를 고친 정정본입니다. 까닭: 어떻게 예약했는지 잘못 적음" in [
            row[0] for row in sheets(made)["요약"]
        ]
        assert staff_client(Role.AUDITOR).get(url("staff_report_correct", made.pk)).status_code == 403

    def test_a_late_result_has_its_half_year_made_by_hand(self, consultation, staff_client, clock):
        clock("2027-01-20 10:00")
        officer = staff_client(Role.CONSULTATION_OFFICER)
        assert "2026년 하반기 보고, 아직 없는 분 모두" in officer.get(url("staff_reports")).content.decode()
        done = officer.post(
            url("staff_reports"), {"what": "HALF_YEAR 2026-07-01", "confirmed": "1"}, follow=True
        ).content.decode()
        assert "보고서 1개를 만들었습니다." in done
        assert str(consultation[1]) in done
        assert "아직 없는 분 모두" not in done

    def test_an_adviser_finds_only_the_own_reports(self, consultation, staff_client, make_staff, clock):
        clock("2027-01-05 07:00")
        _, lawyer = consultation
        lawyer.user = make_staff(Role.ADVISER, username="lawyer")
        lawyer.save()
        report = statistics.issue_half_year(lawyer.pk, HALF, by=BY)
        month = statistics.issue_month(NOVEMBER, by=BY)
        own, other = staff_client(user=lawyer.user), staff_client(user=make_staff(Role.ADVISER, username="other"))
        page = own.get(url("staff_my_reports")).content.decode()
        assert "2026년 하반기 반기 보고(별지 3)" in page
        assert "월간 통계" not in page
        assert own.get(url("staff_my_report_pdf", report.pk)).content == bytes(report.pdf)
        assert own.get(url("staff_my_report_xlsx", report.pk)).content == bytes(report.xlsx)
        assert "아직 보고서가 없습니다." in other.get(url("staff_my_reports")).content.decode()
        for name in ("staff_my_report_pdf", "staff_my_report_xlsx"):
            assert other.get(url(name, report.pk)).status_code == 404
            assert own.get(url(name, month.pk)).status_code == 404
        assert own.get(url("staff_report_pdf", report.pk)).status_code == 403

    def test_the_list_costs_the_same_for_one_report_and_twenty_and_reads_no_file(
        self, consultation, staff_client, clock
    ):
        clock("2027-01-05 07:00")
        _, lawyer = consultation
        statistics.issue_half_year(lawyer.pk, HALF, by=BY)
        client = staff_client(Role.CONSULTATION_OFFICER)

        def cost() -> int:
            with CaptureQueriesContext(connection) as queries:
                client.get(url("staff_reports"))
            assert not any('"consultations_statisticsreport"."pdf"' in query["sql"] for query in queries)
            return len(queries)

        cost()
        with_one = cost()
        facts = {"kind": "HALF_YEAR", "adviser": lawyer, "figures": {}, "pdf": b"", "xlsx": b""}
        for number in range(20):
            StatisticsReport.objects.create(number=number + 2, starts_on=date(2000 + number, 1, 1), **facts)
        assert cost() == with_one


def test_the_pages_name_the_days_on_which_reports_are_made(db, staff_client, make_staff):
    from consultations.tasks import HALF_YEAR_DAY, STATISTICS_DAY

    halves = "과 ".join(f"{month}월 {HALF_YEAR_DAY.day}일" for month in HALF_YEAR_DAY.months)
    page = staff_client(Role.CONSULTATION_OFFICER).get(url("staff_reports")).content.decode()
    assert f"매월 {STATISTICS_DAY.day}일에" in page
    assert halves in page
    mine = staff_client(user=adviser(user=make_staff(Role.ADVISER)).user)
    assert halves in mine.get(url("staff_my_reports")).content.decode()
