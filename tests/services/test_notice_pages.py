"""Staff pages of messages, calls and letters: what stands there, for whom, and who is noted as reader."""

import datetime as dt
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from services.actions.notices import dispatch, dispatch_due, post
from services.actions.notices.senders import Outcome, SendResult
from services.actions.people import send_code
from services.enums.notices import Channel, NoticeState
from services.enums.people import Role
from services.models import CallTask, Notice, ReadingLogEntry, Resident, Township
from services.notices.messages import Message
from services.reports.notices import todos
from services.rules.codes import clean_code
from tests.consultations.factories import booked, clinic_day
from tests.slate import factories as slate

BOOKED = Message(
    kind="consultations/notices/booked",
    title="무료 상담을 예약했습니다",
    short="[김제시] 상담 예약 완료",
    body="무료 상담을 예약했습니다.\n오시는 날: 11월 23일 월요일",
    letter="무료 상담을 예약했습니다.\n신분증을 가져오세요.",
    reference="482-157",
)
SLATE = Message(
    "slate/notices/approved", "지원합니다", "[김제시] 슬레이트 철거를 지원합니다.", "긴 글", "", "2020-SL-0412"
)
LANDLINE = "+82635403114"
OFFICER, SLATE_OFFICER = Role.CONSULTATION_OFFICER, Role.SLATE_OFFICER


@pytest.fixture(autouse=True)
def _office_hours(clock) -> None:
    clock("2026-11-20 10:00")


@pytest.fixture
def dead(make_resident, monkeypatch) -> Notice:
    class Refusing:
        batch = 50

        def send(self, batch):
            return {letter.pk: SendResult(Outcome.REJECTED, detail="3010") for letter in batch}

    monkeypatch.setattr(dispatch, "sender_for", lambda channel: Refusing())
    notice = post(BOOKED, once_key="dead", resident=make_resident())
    dispatch_due()
    return Notice.objects.get(pk=notice.pk)


def page(client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer
    return str(answer.content.decode())


class TestNotices:
    def test_the_list_masks_name_and_number_and_shows_why(self, staff_client, dead):
        text = page(staff_client(OFFICER), "services:staff_notices")
        assert "시*****경" not in text
        assert "010-****-5678" in text
        assert "보내지 못함" in text
        assert "3010" in text
        assert "1012345678" not in text

    def test_a_desk_sees_only_its_own_messages(self, staff_client, dead):
        client = staff_client(SLATE_OFFICER)
        assert "보낼 알림이 없습니다." in page(client, "services:staff_notices")
        assert client.get(reverse("services:staff_notice", args=[dead.pk])).status_code == 404

    def test_a_township_clerk_sees_only_the_own_township(self, staff_client, make_staff, make_resident, township):
        home = make_resident(township=township)
        away = make_resident(name="시연 이금구", township=Township.objects.get(name="금구면"))
        own = booked(home, clinic_day())
        post(BOOKED, once_key="a", resident=home, subject=own)
        post(SLATE, once_key="b", resident=away)
        clerk = make_staff(Role.TOWNSHIP_CLERK, township=township)
        text = page(staff_client(user=clerk), "services:staff_notices")
        assert "482-157" in text
        assert "2020-SL-0412" not in text

    @pytest.mark.parametrize(
        ("query", "is_found"),
        [
            ({"state": "dead"}, True),
            ({"state": "sent"}, False),
            ({"channel": "sms"}, True),
            ({"channel": "email"}, False),
            ({"day": "2026-11-20"}, True),
            ({"day": "2026-11-21"}, False),
            ({"reference": "482-157"}, True),
            ({"reference": "999-999"}, False),
            ({"reference": "482157"}, True),
            ({"page": "x"}, True),
            ({"state": "nonsense"}, False),
            ({"day": "2026-99-99"}, False),
        ],
    )
    def test_the_filters(self, staff_client, dead, query, is_found):
        Notice.objects.filter(channel=Channel.CALL).delete()
        text = page(staff_client(OFFICER), "services:staff_notices", **query)
        assert ("010-****-5678" in text) is is_found

    def test_the_list_costs_the_same_for_one_and_twenty(
        self, staff_client, make_resident, django_assert_max_num_queries
    ):
        client = staff_client(OFFICER)
        for number in range(20):
            post(BOOKED, once_key=str(number), resident=make_resident(name=f"시연 {number}"))
        with django_assert_max_num_queries(9):
            page(client, "services:staff_notices")

    def test_the_full_text_is_noted_as_read(self, staff_client, dead, make_staff):
        officer = make_staff(OFFICER)
        text = page(staff_client(user=officer), "services:staff_notice", dead.pk)
        assert "[김제시] 상담 예약 완료" in text
        reading = ReadingLogEntry.objects.get()
        assert (reading.user, reading.resident, reading.action) == (officer, dead.resident, "알림 보기")

    def test_dead_ones_are_sent_again_after_a_question(self, staff_client, dead):
        client, url = staff_client(OFFICER), reverse("services:staff_notices_retry")
        question = client.post(url, {"picked": [dead.pk]}).content.decode()
        assert "알림 1건을 다시 보낼까요?" in question
        assert "이미 받은 분께는 다시 보내지 않습니다." in question
        dead.refresh_from_db()
        assert dead.state == NoticeState.DEAD
        answer = client.post(url, {"picked": [dead.pk], "confirmed": "1"}, follow=True)
        assert "알림 1건을 다시 보냅니다." in answer.content.decode()
        dead.refresh_from_db()
        assert dead.state == NoticeState.QUEUED

    def test_nothing_picked_or_somebody_elses_is_a_calm_answer(self, staff_client, dead):
        url = reverse("services:staff_notices_retry")
        answer = staff_client(OFFICER).post(url, {}, follow=True)
        assert "고른 것이 없습니다." in answer.content.decode()
        answer = staff_client(SLATE_OFFICER).post(url, {"picked": [dead.pk], "confirmed": "1"}, follow=True)
        assert "그 사이 목록이 바뀌었습니다." in answer.content.decode()
        dead.refresh_from_db()
        assert dead.state == NoticeState.DEAD

    def test_the_administrator_watches_and_retries_but_reads_no_text(self, staff_client, dead):
        client = staff_client(Role.ADMINISTRATOR)
        assert reverse("services:staff_notice", args=[dead.pk]) not in page(client, "services:staff_notices")
        assert client.get(reverse("services:staff_notice", args=[dead.pk])).status_code == 403

    def test_the_auditor_reads_but_changes_nothing(self, staff_client, dead):
        client = staff_client(Role.AUDITOR)
        assert "다시 보내기" not in page(client, "services:staff_notices")
        assert client.post(reverse("services:staff_notices_retry")).status_code == 403


class TestCodes:
    """Nobody of the staff becomes a resident by reading their code (fault 6)."""

    @pytest.fixture
    def notice(self, make_resident) -> Notice:
        make_resident()
        send_code("+821012345678", address="203.0.113.7")
        return Notice.objects.get(kind="services/notices/code")

    @pytest.mark.parametrize("role", [Role.PROGRAMME_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR])
    @pytest.mark.parametrize("is_demo", [True, False])
    def test_no_page_shows_a_code_from_the_moment_it_is_posted(self, staff_client, settings, notice, role, is_demo):
        settings.DEMO, client, code = is_demo, staff_client(role), clean_code(notice.short)
        pages = [reverse("services:staff_notices"), reverse("services:staff_notice", args=[notice.pk])]
        texts = [client.get(one).content.decode() for one in pages]
        assert "010-****-5678" in texts[0]
        assert [code in text for text in texts] == [False, False]
        assert role == Role.ADMINISTRATOR or "인증번호는 받는 분만 봅니다." in texts[1]

    def test_the_demonstrations_own_page_shows_it_and_its_screen_does_not(self, client, settings, notice, capsys):
        settings.DEMO, settings.SMS_SENDER = True, "console"
        dispatch_due()
        assert clean_code(notice.short) not in capsys.readouterr().out
        assert clean_code(notice.short) in page(client, "demo")

    def test_looking_at_it_is_noted_with_everybody_of_this_phone(self, staff_client, make_resident, notice):
        make_resident("시연 이금구")
        page(staff_client(Role.AUDITOR), "services:staff_notice", notice.pk)
        assert sorted(one.resident.name for one in ReadingLogEntry.objects.all()) == ["시연 김만경", "시연 이금구"]


class TestRightsOfTheSubject:
    """Who may not open the case may not read what it says to its person (fault 6)."""

    @pytest.fixture
    def notice(self, make_resident) -> Notice:
        booked(make_resident(), clinic_day())
        return Notice.objects.get(kind="consultations/notices/booked")

    @pytest.mark.parametrize(
        ("role", "place", "status"),
        [
            (Role.CONSULTATION_OFFICER, "", 200),
            (Role.AUDITOR, "", 200),
            (Role.TOWNSHIP_CLERK, "만경읍", 200),
            (Role.TOWNSHIP_CLERK, "금구면", 404),
            (Role.TOWNSHIP_CLERK, "", 404),
            (Role.SLATE_OFFICER, "", 404),
            (Role.PROGRAMME_OFFICER, "", 404),
            (Role.SETTLEMENT_OFFICER, "", 403),
            (Role.SLATE_APPROVER, "", 403),
            (Role.ADMINISTRATOR, "", 403),
        ],
    )
    def test_they_are_those_of_its_case(self, staff_client, make_staff, notice, role, place, status):
        """A township clerk sees what concerns the own venue, whatever township the person is written under."""
        Resident.objects.update(township=Township.objects.get(name="금구면"))
        user = make_staff(role, township=Township.objects.filter(name=place).first())
        client, url = staff_client(user=user), reverse("services:staff_notice", args=[notice.pk])
        assert client.get(url).status_code == status
        if status != 403:
            assert (url in page(client, "services:staff_notices")) is (status == 200)

    def test_the_administrator_sees_that_it_went_and_not_about_what(self, staff_client, notice):
        text = page(staff_client(Role.ADMINISTRATOR), "services:staff_notices")
        assert "010-****-5678" in text
        assert notice.title not in text
        assert "시*****경" not in text

    def test_a_clerk_gets_no_messages_about_nothing_in_particular(self, staff_client, make_staff, township, notice):
        send_code("+821012345678", address="203.0.113.7")
        text = page(staff_client(user=make_staff(Role.TOWNSHIP_CLERK, township=township)), "services:staff_notices")
        assert text.count("010-****-5678") == Notice.objects.exclude(kind="services/notices/code").count()

    def test_who_sees_nothing_is_given_nothing_to_do(self, make_staff, make_resident):
        programme = slate.programme_of_2020()
        slate.submitted(programme)
        Notice.objects.update(state=NoticeState.DEAD)
        for role in (Role.SLATE_APPROVER, Role.SETTLEMENT_OFFICER):
            assert todos(make_staff(role)) == []


class TestCalls:
    @pytest.fixture
    def task(self, make_resident) -> CallTask:
        resident = make_resident(phone=LANDLINE, born_on="1945-03-09")
        post(BOOKED, once_key="a", resident=resident)
        return CallTask.objects.get()

    def test_the_list_is_masked_and_the_paper_is_not(self, staff_client, task):
        client = staff_client(OFFICER)
        assert "063-540-3114" not in page(client, "services:staff_calls").replace(">063-540-3114<", "")
        paper = client.post(reverse("services:staff_calls_print")).content.decode()
        assert "시연 김만경" in paper
        assert "063-540-3114" in paper
        assert "□ 알려드림" in paper
        assert ReadingLogEntry.objects.get().action == "전화 명단 인쇄"

    def test_the_officer_finds_number_words_and_outcomes(self, staff_client, make_staff, task):
        officer = make_staff(OFFICER, username="park", department="민원소통과")
        text = page(staff_client(user=officer), "services:staff_call", task.pk)
        assert "안녕하세요. 김제시청 민원소통과 시연 park입니다. 시연 김만경 님 계신가요?" in text
        assert "본인이 맞으신지 태어난 날을 여쭙겠습니다." in text
        assert "오시는 날: 11월 23일 월요일" in text
        assert "가족에게 전함(내용은 말하지 않음)" in text
        assert ReadingLogEntry.objects.get().action == "전화"

    def test_an_outcome_is_kept_and_the_task_leaves_the_list(self, staff_client, task):
        client = staff_client(OFFICER)
        answer = client.post(reverse("services:staff_call", args=[task.pk]), {"outcome": "told"}, follow=True)
        assert "통화 결과를 적었습니다." in answer.content.decode()
        assert "오늘 전화할 분이 없습니다." in answer.content.decode()
        assert client.get(reverse("services:staff_call", args=[task.pk])).status_code == 404

    @pytest.mark.parametrize(
        ("data", "sentence"),
        [({}, "결과를 골라 주세요."), ({"outcome": "call_back"}, "다시 걸 때가 비어 있습니다.")],
    )
    def test_what_is_missing_is_asked_for(self, staff_client, task, data, sentence):
        answer = staff_client(OFFICER).post(reverse("services:staff_call", args=[task.pk]), data)
        assert sentence in answer.content.decode()
        assert CallTask.objects.open().exists()

    def test_what_waits_today_is_counted(self, make_staff, task, dead):
        officer = make_staff(OFFICER)
        assert [(todo.label, todo.count) for todo in todos(officer)] == [
            ("전화할 분", 2),
            ("부칠 편지", 0),
            ("보내지 못한 알림", 1),
        ]
        assert todos(make_staff(Role.CONTRACTOR)) == []


class TestLetters:
    @pytest.fixture
    def letter(self, make_resident) -> Notice:
        resident = make_resident(address="전북특별자치도 김제시 만경읍 만경로 12-3")
        post(BOOKED, once_key="a", resident=resident, also=[Channel.LETTER])
        return Notice.objects.get(channel=Channel.LETTER)

    def test_picked_letters_become_one_pdf(self, staff_client, letter, make_resident):
        other = make_resident(name="시연 이금구", address="김제시 금구면 1")
        post(BOOKED, once_key="b", resident=other, also=[Channel.LETTER])
        picked = list(Notice.objects.letters_to_print().values_list("pk", flat=True))
        answer = staff_client(OFFICER).post(reverse("services:staff_letters_print"), {"picked": picked})
        reader = PdfReader(BytesIO(answer.content))
        text = " ".join(one.extract_text() for one in reader.pages).replace("\n", " ")
        assert len(reader.pages) == 2
        assert "시연 김만경 님" in text
        assert "만경로 12-3" in text
        assert "신분증을 가져오세요." in text
        assert answer["Cache-Control"] == "no-store"
        assert ReadingLogEntry.objects.filter(action="편지 인쇄").count() == 2
        assert letter.state == NoticeState.QUEUED

    def test_a_posted_letter_leaves_the_queue(self, staff_client, letter):
        client = staff_client(OFFICER)
        assert "만경로 12-3" not in page(client, "services:staff_letters")
        answer = client.post(reverse("services:staff_letters_posted"), {"picked": [letter.pk]}, follow=True)
        assert "편지 1통을 부친 것으로 적었습니다." in answer.content.decode()
        assert "부칠 편지가 없습니다." in answer.content.decode()


def test_letters_of_tomorrow_wait(make_resident, make_staff):
    resident = make_resident(address="김제시 1")
    tomorrow = timezone.now() + dt.timedelta(days=1)
    post(BOOKED, once_key="a", resident=resident, also=[Channel.LETTER], not_before=tomorrow)
    assert not Notice.objects.letters_to_print().exists()
