"""Always-on enquiries: asked, assigned, answered in time; their texts are read by two people and by nobody else."""

import itertools
import re
import threading
from datetime import date, timedelta
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InternalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consultations.actions import enquiries as actions
from consultations.actions import retention
from consultations.enums import AdviserKind, AnswerBy, AnsweredBy, BookingKind, FollowUp, Topic
from consultations.models import Enquiry, EnquiryPause, Turn
from consultations.reports.enquiries import enquiry_cases
from consultations.tasks import close_silent_enquiries
from services.actions import references
from services.actions.documents import accept
from services.enums.notices import Channel
from services.enums.people import Role
from services.models import Document, Draft, HistoryEntry, Notice, ReadingLogEntry, Resident
from services.reports.people import case_by_reference
from services.rules.refusal import Refused
from tests.consultations.factories import BY, CONSENTS, EVE, adviser
from tests.races import at_once
from tests.tokens import forms_without_token

pytestmark = pytest.mark.django_db
SECRET = "옆집과 담 때문에 다툽니다."
ADVICE = "경계 측량을 먼저 하세요."


@pytest.fixture(autouse=True)
def _friday(clock):
    clock(EVE)


def url(page: str, *args: object) -> str:
    return reverse(f"consultations:{page}", args=args)


def asked(resident: Resident, **fields) -> Enquiry:
    facts = {"kind": BookingKind.LAW, "topic": Topic.LAND, "question": SECRET, "answer_by": AnswerBy.WEB}
    ask = actions.Ask(**{**facts, "consents": CONSENTS, **fields})
    return actions.receive(ask, resident=resident, by=BY)


@pytest.fixture
def lawyer(make_staff):
    return adviser(user=make_staff(Role.ADVISER, username="lawyer"))


@pytest.fixture
def given(make_resident, lawyer) -> Enquiry:
    """A question in the hands of the lawyer."""
    enquiry = asked(make_resident())
    return actions.assign(enquiry.pk, lawyer.pk, by=BY)


@pytest.fixture(autouse=True)
def _first_number(monkeypatch) -> None:
    monkeypatch.setattr(references, "random_number", itertools.count(482_157).__next__)


def reload(enquiry: Enquiry) -> Enquiry:
    return Enquiry.objects.get(pk=enquiry.pk)


class TestAsking:
    def test_a_number_a_day_and_a_message(self, make_resident):
        enquiry = asked(make_resident())
        assert enquiry.reference == "Q-482-157"
        assert enquiry.due_on == date(2026, 12, 9)  # 14 working days, the Friday counted (MW-04, MW-09)
        notice = Notice.objects.get(once_key=f"enquiry:{enquiry.pk}:received")
        assert notice.short == "[김제시] 질문을 받았습니다.\n접수번호 Q-482-157\n12월 9일(수)까지 답해드립니다."
        assert notice.body == (
            "시연 김만경 님, 보내신 질문을 받았습니다.\n\n접수번호: Q-482-157\n분야: 땅·집·경계\n"
            "답변: 12월 9일 수요일까지\n\n적으신 내용은 맡은 세무사·변호사만 봅니다.\n"
            "급하시면 전화해 주세요: 063-540-3114\n\n김제시 기획감사실"
        )
        assert not any(SECRET in part for part in (notice.short, notice.body, notice.title))

    def test_a_holiday_moves_the_day(self, make_resident, clock):
        clock("2026-12-21 10:00")  # Christmas and New Year's Day lie inside
        assert asked(make_resident()).due_on == date(2027, 1, 11)

    @pytest.mark.parametrize("missing", ["COLLECTION", "ADVISER"])
    def test_not_without_consent(self, make_resident, missing):
        with pytest.raises(Refused, match="동의하지 않으시면"):
            asked(make_resident(), consents={**CONSENTS, missing: False})
        assert not Enquiry.objects.exists()

    def test_not_without_words(self, make_resident):
        with pytest.raises(Refused, match="질문이 비어 있습니다"):
            asked(make_resident(), question="  ")


class TestSecrecy:
    def test_no_table_holds_a_word_in_the_clear(self, given, lawyer):
        """LA-06: texts are ciphertext, and the officers' table has no column for them at all."""
        actions.answer(given.pk, ADVICE, AnsweredBy.PORTAL, adviser=lawyer, by=BY, why="말씀대로")
        tables = connection.introspection.table_names()
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')  # noqa: S608
                rows = " ".join(row[0] for row in cursor.fetchall())
                assert "옆집" not in rows, table
                assert "측량" not in rows, table
            cursor.execute("SELECT text FROM consultations_turn ORDER BY id")
            assert all(row[0].startswith("gAAAA") for row in cursor.fetchall())
        assert not {"text", "question", "answer"} & {field.name for field in Enquiry._meta.get_fields()}
        assert [turn.text for turn in Turn.objects.order_by("pk")] == [SECRET, ADVICE]

    @pytest.mark.parametrize("role", [Role.CONSULTATION_OFFICER, Role.AUDITOR])
    def test_officers_see_schedule_field_and_state_only(self, staff_client, given, lawyer, role):
        actions.answer(given.pk, ADVICE, AnsweredBy.PORTAL, adviser=lawyer, by=BY, why="말씀대로")
        client = staff_client(role)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(url("staff_enquiry", given.reference))
        listed = client.get(url("staff_enquiries"), {"state": "all"})
        for text in (page.content.decode(), listed.content.decode()):
            assert given.reference in text
            assert "땅·집·경계" in text
            assert SECRET not in text
            assert ADVICE not in text
        assert "시연 김만경" not in page.content.decode()
        assert not [query for query in queries if "consultations_turn" in query["sql"]]
        assert ReadingLogEntry.objects.get().subject_kind == "consultations.enquiry"

    @pytest.mark.parametrize("role", [Role.CONSULTATION_OFFICER, Role.TOWNSHIP_CLERK, Role.AUDITOR])
    def test_nobody_else_opens_the_adviser_pages(self, staff_client, given, role):
        client = staff_client(role)
        for page in ("staff_my_enquiry", "staff_my_enquiry_refer"):
            assert client.get(url(page, given.reference)).status_code == 403

    def test_another_adviser_finds_nothing(self, staff_client, make_staff, given):
        other = make_staff(Role.ADVISER, username="other")
        adviser(name="시연 딴변호사", user=other)
        for page in ("staff_my_enquiry", "staff_my_enquiry_refer"):
            assert staff_client(user=other).get(url(page, given.reference)).status_code == 404

    def test_an_account_that_is_no_adviser_finds_nothing(self, staff_client):
        assert staff_client(Role.ADVISER).get(url("staff_my_days")).status_code == 404

    def test_the_one_before_loses_it_and_his_draft_is_destroyed(self, staff_client, make_staff, given, lawyer):
        actions.keep_draft(given.pk, "쓰던 답", adviser=lawyer, by=BY)
        second = adviser(name="시연 둘째", user=make_staff(Role.ADVISER, username="second"))
        actions.assign(given.pk, second.pk, by=BY)
        assert not Turn.objects.filter(adviser=lawyer).exists()
        assert staff_client(user=lawyer.user).get(url("staff_my_enquiry", given.reference)).status_code == 404
        with pytest.raises(Refused, match="다른 세무사·변호사가 맡은 질문입니다"):
            actions.answer(given.pk, ADVICE, AnsweredBy.PORTAL, adviser=lawyer, by=BY, why="말씀대로")

    def test_a_clerk_sees_what_he_took_and_nothing_else(self, staff_client, make_staff, given):
        clerk = make_staff(Role.TOWNSHIP_CLERK)
        client = staff_client(user=clerk)
        assert client.get(url("staff_enquiry", given.reference)).status_code == 404
        Enquiry.objects.update(taken_by=clerk)
        assert client.get(url("staff_enquiry", given.reference)).status_code == 200


class TestAssigning:
    def test_only_who_can_answer(self, make_resident, make_staff):
        enquiry = asked(make_resident())
        user = make_staff(Role.ADVISER)
        tax = adviser(AdviserKind.TAX, user=user)
        past = adviser(user=make_staff(Role.ADVISER, username="past"), term_until=date(2026, 11, 19))
        for wrong, sentence in (
            (adviser(name="시연 계정없음"), "누리집 계정이 없는 분입니다"),
            (past, "임기가 아닌 분입니다"),
            (tax, "이 분야를 맡는 분이 아닙니다"),
        ):
            with pytest.raises(Refused, match=sentence):
                actions.assign(enquiry.pk, wrong.pk, by=BY)
        assert reload(enquiry).state == "RECEIVED"

    def test_the_officer_assigns_on_a_page(self, staff_client, make_resident, lawyer):
        enquiry = asked(make_resident())
        client = staff_client(Role.CONSULTATION_OFFICER)
        client.post(url("staff_enquiry_assign", enquiry.reference), {"adviser": lawyer.pk})
        assert (reload(enquiry).state, reload(enquiry).adviser) == ("ASSIGNED", lawyer)
        again = client.post(url("staff_enquiry_assign", enquiry.reference), {"adviser": lawyer.pk})
        assert "상태가 달라졌습니다." in again.content.decode()

    def test_the_database_refuses_a_move_and_a_gap(self, given):
        with pytest.raises(InternalError, match="Invalid transition"), transaction.atomic():
            Enquiry.objects.filter(pk=given.pk).update(state="CLOSED")
        with pytest.raises(Exception, match="enquiry_in_work_has_an_adviser"), transaction.atomic():
            Enquiry.objects.filter(pk=given.pk).update(adviser=None)
        with pytest.raises(Exception, match="enquiry_is_due_after_it_was_asked"), transaction.atomic():
            Enquiry.objects.filter(pk=given.pk).update(due_on=date(2020, 1, 1))
        with pytest.raises(Exception, match="enquiry_reference_is_unique"), transaction.atomic():
            Enquiry.objects.filter(pk=given.pk).update(reference=asked(given.resident).reference)
        with pytest.raises(Exception, match="advice_names_its_adviser"), transaction.atomic():
            Turn.objects.create(enquiry=given, round=1, kind="ANSWER", text=ADVICE)


class TestDeadline:
    def test_one_extension_told_at_once(self, given):
        actions.extend(given.pk, 5, "other_office", by=BY)
        assert reload(given).due_on == date(2026, 12, 16)
        notice = Notice.objects.get(once_key=f"enquiry:{given.pk}:extended:1", channel=Channel.SMS)
        assert notice.short == "[김제시] 답이 늦어집니다.\n접수번호 Q-482-157\n12월 16일(수)까지 답해드립니다."
        assert "늦어지는 이유: 다른 기관의 도움이 필요합니다." in notice.body
        with pytest.raises(Refused, match="한 번만"):
            actions.extend(given.pk, 5, "other_office", by=BY)

    @pytest.mark.parametrize(("days", "reason"), [(15, "other_office"), (0, "other_office"), (3, "busy")])
    def test_not_longer_than_the_period_and_not_for_workload(self, given, days, reason):
        with pytest.raises(Refused):
            actions.extend(given.pk, days, reason, by=BY)
        assert reload(given).extra_days == 0

    def test_asking_back_stops_the_clock(self, given, lawyer, clock):
        clock("2026-11-23 10:00")
        actions.ask_back(given.pk, "계약서가 있나요?", adviser=lawyer, by=BY)
        with pytest.raises(Refused, match="이미 여쭤보고"):
            actions.ask_back(given.pk, "계약서가 있나요?", adviser=lawyer, by=BY)
        case = enquiry_cases([given.resident])[0]
        assert case.todo == "더 여쭤본 것이 있습니다. 읽고 답해 주세요. 답해 주실 때까지 기한은 멈춥니다."
        clock("2026-11-25 10:00")
        actions.reply(given.pk, "있습니다.", by=BY)
        assert reload(given).due_on == date(2026, 12, 14)  # three days later: both ends are left out (MW-07)
        with pytest.raises(Refused):
            actions.reply(given.pk, "있습니다.", by=BY)
        sms = Notice.objects.get(kind="consultations/notices/enquiry_asked_back")
        assert sms.short == "[김제시] 더 여쭤볼 것이 있습니다.\n접수번호 Q-482-157\n'내 신청 확인'에서 보세요."

    def test_one_pause_at_a_time(self, given):
        EnquiryPause.objects.create(enquiry=given, round=1, sent_on=date(2026, 11, 20))
        with pytest.raises(Exception, match="enquiry_pauses_once_at_a_time"), transaction.atomic():
            EnquiryPause.objects.create(enquiry=given, round=1, sent_on=date(2026, 11, 20))


class TestAnswering:
    def test_in_the_portal(self, staff_client, given, lawyer):
        client = staff_client(user=lawyer.user)
        text = client.get(url("staff_my_enquiry", given.reference)).content.decode()
        assert SECRET in text
        assert ReadingLogEntry.objects.get().action == "질문 보기"
        client.post(url("staff_my_enquiry", given.reference), {"text": "쓰던 답", "given": "PORTAL", "keep": "1"})
        assert reload(given).state == "ANSWERING"
        assert "쓰던 답" in client.get(url("staff_my_enquiry", given.reference)).content.decode()
        client.post(
            url("staff_my_enquiry", given.reference),
            {"text": ADVICE, "given": "PORTAL", "why": "전화를 안 받으심", "answer": "1", "confirmed": "1"},
        )
        assert reload(given).state == "ANSWERED"
        notice = Notice.objects.get(once_key=f"enquiry:{given.pk}:answered:1")
        assert notice.short == "[김제시] 질문에 답했습니다.\n접수번호 Q-482-157\n'내 신청 확인'에서 보세요."
        typed = {"text": "또", "given": "PORTAL", "why": "전화를 안 받으심", "confirmed": "1"}
        again = client.post(url("staff_my_enquiry", given.reference), typed)
        assert "상태가 달라졌습니다." in again.content.decode()
        assert Turn.objects.filter(kind="ANSWER").count() == 1

    def test_a_recorded_call_sends_no_message(self, make_resident, lawyer):
        enquiry = asked(make_resident(), answer_by=AnswerBy.CALL)
        actions.assign(enquiry.pk, lawyer.pk, by=BY)
        actions.keep_draft(enquiry.pk, "오전에 걸기", adviser=lawyer, by=BY)
        assert reload(enquiry).state == "CALL_DUE"
        actions.answer(enquiry.pk, "전화로 설명했습니다.", AnsweredBy.CALL, adviser=lawyer, by=BY, why="말씀대로")
        assert reload(enquiry).state == "ANSWERED"
        assert not Notice.objects.filter(kind="consultations/notices/enquiry_answered").exists()

    def test_the_same_question_is_answered_once(self, given, lawyer):
        actions.answer(given.pk, ADVICE, AnsweredBy.PORTAL, adviser=lawyer, by=BY, why="말씀대로")
        with pytest.raises(Refused):
            actions.answer(given.pk, "또", AnsweredBy.PORTAL, adviser=lawyer, by=BY, why="말씀대로")
        with pytest.raises(Exception, match="one_answer_a_question"), transaction.atomic():
            Turn.objects.create(enquiry=given, round=1, kind="ANSWER", adviser=lawyer, text="또")
        assert Turn.objects.get(kind="ANSWER").text == ADVICE

    def test_refer_elsewhere(self, staff_client, given, lawyer):
        client = staff_client(user=lawyer.user)
        client.post(url("staff_my_enquiry_refer", given.reference), {"where": "LEGAL_AID", "confirmed": "1"})
        assert (reload(given).state, reload(given).ended_at is None) == ("REFERRED", False)
        notice = Notice.objects.get(once_key=f"enquiry:{given.pk}:referred")
        assert notice.short == (
            "[김제시] 다른 곳에서 도울 상담입니다.\n법률구조공단 132, 국세상담 126\n접수번호 Q-482-157"
        )
        assert "국세 문의: 국세상담센터 126" in notice.body
        with pytest.raises(Refused):
            actions.refer(given.pk, FollowUp.TAX_CENTRE, by=BY)

    def test_the_officer_refers_and_extends_on_pages(self, staff_client, given):
        client = staff_client(Role.CONSULTATION_OFFICER)
        typed = {"days": 3, "reason": "site_check"}
        asks = client.post(url("staff_enquiry_extend", given.reference), typed).content.decode()
        assert "답이 늦어집니다." in asks
        assert reload(given).extra_days == 0
        client.post(url("staff_enquiry_extend", given.reference), typed | {"confirmed": "1"})
        later = reload(given).due_on
        assert f"{later.month}월 {later.day}일" in asks  # the day that was shown is the day that was promised
        assert reload(given).extra_days == 3
        client.post(url("staff_enquiry_refer", given.reference), {"where": "TAX_AGENT", "confirmed": "1"})
        assert reload(given).state == "REFERRED"
        moves = HistoryEntry.objects.filter(subject_kind="consultations.enquiry").order_by("seq")
        assert [entry.move for entry in moves] == ["received", "assigned", "extended", "referred"]


class TestTheResident:
    def test_reads_asks_again_and_closes(self, resident_client, given, lawyer):
        actions.answer(given.pk, ADVICE, AnsweredBy.PORTAL, adviser=lawyer, by=BY, why="말씀대로")
        client = resident_client(given.resident)
        text = client.get(url("enquiry", given.reference)).content.decode()
        assert SECRET in text
        assert ADVICE in text
        assert "마을변호사 시연 한변호" in text
        assert "재판이나 신고의 결과를 정하지 않습니다." in text
        empty = client.post(url("enquiry", given.reference), {"feedback": "again", "text": ""})
        assert "무엇이 더 궁금하신지 적어 주세요." in empty.content.decode()
        client.post(url("enquiry", given.reference), {"feedback": "again", "text": "측량은 누가 하나요?"})
        enquiry = reload(given)
        assert (enquiry.state, enquiry.round) == ("FOLLOW_UP", 2)
        actions.answer(given.pk, "한국국토정보공사입니다.", AnsweredBy.PORTAL, adviser=lawyer, by=BY, why="말씀대로")
        assert Notice.objects.filter(once_key=f"enquiry:{given.pk}:answered:2").exists()
        client.post(url("enquiry", given.reference), {"feedback": "helped"})
        assert reload(given).state == "CLOSED"

    def test_a_new_question_has_its_own_period_and_extension(self, given, lawyer, clock):
        actions.extend(given.pk, 5, "other_office", by=BY)
        actions.answer(given.pk, ADVICE, AnsweredBy.PORTAL, adviser=lawyer, by=BY, why="말씀대로")
        clock("2026-11-23 10:00")
        actions.ask_again(given.pk, "측량은 누가 하나요?", by=BY)
        assert reload(given).due_on == date(2026, 12, 10)
        actions.extend(given.pk, 1, "other_office", by=BY)
        assert reload(given).due_on == date(2026, 12, 11)

    def test_wants_to_meet(self, resident_client, given, lawyer):
        actions.answer(given.pk, ADVICE, AnsweredBy.PORTAL, adviser=lawyer, by=BY, why="말씀대로")
        response = resident_client(given.resident).post(url("enquiry", given.reference), {"feedback": "meet"})
        assert response.url == url("start")

    def test_replies_to_a_question_back(self, resident_client, given, lawyer):
        actions.ask_back(given.pk, "계약서가 있나요?", adviser=lawyer, by=BY)
        client = resident_client(given.resident)
        assert "계약서가 있나요?" in client.get(url("enquiry", given.reference)).content.decode()
        client.post(url("enquiry", given.reference), {"text": "있습니다."})
        assert Turn.objects.get(kind="REPLY").text == "있습니다."

    def test_never_reads_a_draft(self, resident_client, given, lawyer):
        actions.keep_draft(given.pk, "쓰던 답", adviser=lawyer, by=BY)
        text = resident_client(given.resident).get(url("enquiry", given.reference)).content.decode()
        assert "쓰던 답" not in text

    def test_strangers_learn_nothing(self, client, resident_client, make_resident, given):
        assert client.get(url("enquiry", given.reference)).url.startswith(reverse("services:my_start"))
        assert client.get(url("enquiry", "Q-999-999")).url.startswith(reverse("services:my_start"))
        other = resident_client(make_resident("시연 남", "+821099998888"))
        assert other.get(url("enquiry", given.reference)).status_code == 404

    def test_is_found_by_number_and_last_digits(self, given):
        assert case_by_reference(given.reference, given.resident.last4_index).state == "맡은 사람 정함"
        assert case_by_reference(given.reference, "0" * 64) is None

    def test_stands_in_the_list(self, resident_client, given):
        text = resident_client(given.resident).get(reverse("services:my")).content.decode()
        assert "12월 9일 수요일까지 답해드립니다." in text


def code() -> str:
    text = Notice.objects.filter(once_key__startswith="verification:").order_by("-pk").first().short
    return re.search(r"\d{6}", text).group()


ANSWERS = {
    "kind": {"kind": "LAW"},
    "topic": {"topic": "LAND"},
    "question": {"question": SECRET},
    "papers": {},
    "answer_by": {"answer_by": "CALL", "call_time": "MORNING"},
    "contact": {
        "name": "시연 김만경",
        "born_on_year": "1945",
        "born_on_month": "3",
        "born_on_day": "9",
        "phone": "010-1234-5678",
    },
    "consents": {"COLLECTION": "yes", "ADVISER": "yes"},
}


class TestPages:
    def walk(self, client, **other):
        for name, answers in ANSWERS.items():
            response = client.post(url(f"enquiry_{name}"), {**answers, **other.get(name, {})})
            assert response.status_code == 302, (name, response.context["form"].errors)
            if response.url == reverse("services:verify_code"):
                response = client.post(response.url, {"code": code()})
        return response

    def test_from_home_to_number(self, client):
        assert url("enquiry_start") in client.get(reverse("services:home")).content.decode()
        start = client.get(url("enquiry_start")).content.decode()
        assert "오늘 물어보시면 12월 9일 수요일까지 세무사나 변호사가 답합니다. 무료입니다." in start
        assert self.walk(client).url == url("enquiry_check")
        check = client.get(url("enquiry_check")).content.decode()
        for expected in (SECRET, "전화로", "오전", "1945년 3월 9일", "010-****-5678", "동의한 것"):
            assert expected in check
        done = client.post(url("enquiry_check"), follow=True).content.decode()
        assert "질문을 받았습니다" in done
        assert "Q-482-157" in done
        assert "12월 9일 수요일까지 답해드립니다." in done
        assert not Draft.objects.exists()
        again = client.post(url("enquiry_check"), follow=True)
        assert "Q-482-157" in again.content.decode()
        assert Enquiry.objects.get().call_time == "MORNING"

    def test_the_draft_is_unreadable(self, client):
        self.walk(client)
        with connection.cursor() as cursor:
            cursor.execute("SELECT row_to_json(t)::text FROM services_draft t")
            assert "옆집" not in cursor.fetchone()[0]

    def test_a_page_cannot_be_skipped(self, client):
        for name in ("topic", "question", "papers", "answer_by", "contact", "consents", "check"):
            assert client.get(url(f"enquiry_{name}")).url == url("enquiry_kind")

    @pytest.mark.parametrize(
        ("page", "answers", "sentence"),
        [
            ("question", {"question": ""}, "질문이 비어 있습니다."),
            ("question", {"question": "가" * 2001}, "조금 줄여 주세요."),
            ("question", {"question": "700101-1234567"}, "주민등록번호로 보이는 숫자가 있습니다."),
            ("answer_by", {"answer_by": "LETTER"}, "우편을 받을 주소를 적어 주세요."),
            ("kind", {}, "질문 종류를 아직 고르지 않으셨습니다."),
        ],
    )
    def test_bad_input_says_what_to_do(self, client, page, answers, sentence):
        for name in list(ANSWERS)[: list(ANSWERS).index(page)]:
            client.post(url(f"enquiry_{name}"), ANSWERS[name])
        assert sentence in client.post(url(f"enquiry_{page}"), answers).content.decode()

    def test_papers_are_judged_kept_removed_and_go_with_the_question(self, client, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        for name in ("kind", "topic", "question"):
            client.post(url(f"enquiry_{name}"), ANSWERS[name])
        bad = SimpleUploadedFile("a.jpg", b"not a photo")
        refused = client.post(url("enquiry_papers"), {"enquiry_paper": bad, "more": "1"})
        assert refused.context["form"].errors["enquiry_paper"]
        for number in range(2):
            client.post(url("enquiry_papers"), {"enquiry_paper": photo(number), "more": "1"})
        first, second = Document.objects.order_by("pk")
        client.post(url("enquiry_papers"), {"remove": str(first.pk)})
        self.walk(client)
        client.post(url("enquiry_check"))
        second.refresh_from_db()
        assert (second.subject_kind, second.subject_id) == ("consultations.enquiry", str(Enquiry.objects.get().pk))


def photo(number: int) -> SimpleUploadedFile:
    from io import BytesIO

    from PIL import Image

    file = BytesIO()
    Image.new("RGB", (40, 30), (number * 90, 80, 60)).save(file, "JPEG")
    return SimpleUploadedFile(f"{number}.jpg", file.getvalue(), "image/jpeg")


class TestOfficersLists:
    def test_counter_question_is_not_read_again(self, staff_client, make_staff):
        clerk = make_staff(Role.TOWNSHIP_CLERK)
        client = staff_client(user=clerk)
        typed = {
            "source": "PHONE",
            "name": "시연 집전화",
            "phone": "063-540-3114",
            "kind": "LAW",
            "topic": "LAND",
            "question": SECRET,
            "answer_by": "CALL",
            "call_time": "ANY",
            "has_consent": "on",
        }
        refused = client.post(url("staff_enquiry_new"), {**typed, "has_consent": ""})
        assert refused.status_code == 200
        assert not Enquiry.objects.exists()
        done = client.post(url("staff_enquiry_new"), typed, follow=True).content.decode()
        enquiry = Enquiry.objects.get()
        assert (enquiry.source, enquiry.taken_by) == ("PHONE", clerk)
        assert enquiry.reference in done
        assert SECRET not in done
        assert Notice.objects.get(once_key=f"enquiry:{enquiry.pk}:received", channel=Channel.CALL)

    @pytest.mark.parametrize("now", ["2026-11-20 10:00", "2026-12-24 23:30", "2026-12-31 09:00"])
    def test_the_day_of_the_first_page_is_the_day_that_is_promised_and_watched(
        self, client, staff_client, make_staff, make_resident, clock, now
    ):
        clock(now)
        by = client.get(url("enquiry_start")).context["by"]
        question = asked(make_resident())
        assert question.due_on == by
        until = f"{by.month}월 {by.day}일"
        told = Notice.objects.filter(kind="consultations/notices/enquiry_received").first()
        assert until in told.short
        officer, late = make_staff(Role.CONSULTATION_OFFICER), url("staff_enquiries") + "?state=late"
        for moment, is_late in ((f"{by} 23:59", False), (f"{by + timedelta(days=1)} 00:01", True)):
            clock(moment)
            listed = staff_client(user=officer).get(late).content.decode()
            assert (question.reference in listed) == is_late

    def test_late_ones_are_found_and_counted(self, staff_client, make_staff, given, clock):
        officer = make_staff(Role.CONSULTATION_OFFICER)
        client = staff_client(user=officer)
        asked(given.resident)
        today = client.get(reverse("services:staff_today")).content.decode()
        assert "맡을 사람을 정할 질문" in today
        assert "답하는 날이 지난 질문" not in today
        clock("2026-12-10 09:00")
        client = staff_client(user=officer)
        assert "답하는 날이 지난 질문" in client.get(reverse("services:staff_today")).content.decode()
        listed = client.get(url("staff_enquiries"), {"state": "late"}).content.decode()
        assert listed.count("(지남)") == 2

    def test_the_adviser_sees_what_waits(self, staff_client, given, lawyer):
        client = staff_client(user=lawyer.user)
        assert "답할 질문" in client.get(reverse("services:staff_today")).content.decode()
        text = client.get(url("staff_my_days")).content.decode()
        assert given.reference in text
        assert given.resident.name not in text

    @pytest.mark.parametrize("page", ["staff_enquiries", "staff_my_days"])
    def test_lists_cost_the_same_for_one_and_twenty(self, staff_client, make_staff, given, lawyer, page):
        lawyer.user.groups.add(*make_staff(Role.CONSULTATION_OFFICER, username="o").groups.all())
        client = staff_client(user=lawyer.user)

        def count() -> int:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url(page)).status_code == 200
            return len(queries)

        count()
        with_one = count()
        for _number in range(20):
            enquiry = asked(given.resident)
            actions.assign(enquiry.pk, lawyer.pk, by=BY)
        assert count() == with_one

    def test_every_form_carries_its_token(self, staff_client, lawyer, given):
        officer = staff_client(Role.CONSULTATION_OFFICER)
        for page in ("assign", "extend", "refer"):
            text = officer.get(url(f"staff_enquiry_{page}", given.reference)).content.decode()
            assert not forms_without_token(text), page
        own = staff_client(user=lawyer.user)
        for page in ("staff_my_enquiry", "staff_my_enquiry_refer"):
            text = own.get(url(page, given.reference)).content.decode()
            assert not forms_without_token(text), page


class TestTheEnd:
    def test_an_answer_without_another_word_is_closed_after_a_month(self, given, lawyer, clock):
        actions.answer(given.pk, ADVICE, AnsweredBy.PORTAL, adviser=lawyer, by=BY, why="말씀대로")
        clock("2026-12-20 09:00")
        assert close_silent_enquiries() == 0
        clock("2026-12-20 10:01")
        assert [close_silent_enquiries(), close_silent_enquiries()] == [1, 0]
        assert reload(given).state == "CLOSED"

    def test_texts_are_destroyed_and_the_figures_stay(self, given, lawyer, clock, settings, tmp_path):
        settings.CONSULTATION_TEXT_DAYS, settings.MEDIA_ROOT = 100, tmp_path
        accept(photo(1), subject=given, kind="enquiry_paper", by=BY)
        actions.answer(given.pk, ADVICE, AnsweredBy.PORTAL, adviser=lawyer, by=BY, why="말씀대로")
        actions.close(given.pk, by=BY)
        clock("2027-02-28 09:00")
        assert retention.forget_texts() == 0
        assert Turn.objects.count() == 2
        clock("2027-03-01 09:00")
        assert [retention.forget_texts(), retention.forget_texts()] == [1, 0]
        assert not Turn.objects.exists()
        assert not Document.objects.exists()
        assert reload(given).topic == "LAND"
        assert HistoryEntry.objects.filter(move="texts_destroyed").count() == 1


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    def test_two_windows_of_one_adviser_answer_once(self, given, lawyer):
        texts = [f"답 {number}" for number in range(4)]
        say = [partial(actions.answer, given.pk, text, AnsweredBy.PORTAL, adviser=lawyer, by=BY) for text in texts]
        outcomes = at_once(*say)
        assert outcomes.count(actions.CHANGED) == 3
        assert Turn.objects.filter(kind="ANSWER").count() == 1
        assert Notice.objects.filter(kind="consultations/notices/enquiry_answered").count() == 1

    def test_an_answer_and_a_new_adviser_never_both(self, given, lawyer, make_staff):
        second = adviser(name="시연 둘째", user=make_staff(Role.ADVISER, username="second"))
        at_once(
            partial(actions.answer, given.pk, ADVICE, AnsweredBy.PORTAL, adviser=lawyer, by=BY),
            partial(actions.assign, given.pk, second.pk, by=BY),
        )
        ended = reload(given)
        assert (ended.state, ended.adviser) in {("ANSWERED", lawyer), ("ASSIGNED", second)}
        assert Turn.objects.filter(kind="ANSWER").count() == (ended.state == "ANSWERED")

    def test_a_number_that_is_taken_gives_way_to_another(self, make_resident, monkeypatch):
        """Six at once, who are all given the same number first."""
        given = threading.local()

        def number() -> int:
            given.times = getattr(given, "times", -1) + 1
            return 482_157 + given.times

        monkeypatch.setattr(references, "random_number", number)
        person = make_resident()
        at_once(*[partial(asked, person)] * 6)
        numbers = sorted(Enquiry.objects.values_list("reference", flat=True))
        assert numbers == [f"Q-482-{number}" for number in range(157, 163)]
