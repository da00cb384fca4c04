"""내 신청 확인: the whole way from a phone number to everything of theirs, and nobody else's."""

import datetime as dt

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from services.actions.drafts import draft_of, drop_draft, new_draft, save_answers
from services.actions.history import record_reading
from services.actions.notices import dispatch, dispatch_due
from services.actions.notices.senders import Outcome, SendResult
from services.enums.notices import NoticeState
from services.models import Draft, Notice, Verification, blind_index
from services.reports.people import Case, Todo, is_theirs, verified_phone
from tests.services.test_verification import code_of, wrong_for
from tests.tokens import forms_without_token

PHONE = "+821012345678"
CASE = Case(
    what="슬레이트 지붕 철거 지원",
    reference="2026-SL-0001",
    asked_at=dt.datetime(2026, 11, 2, 1, 0, tzinfo=dt.UTC),
    state="확인 중",
    tone="progress",
    todo="지금 하실 일은 없습니다.",
    url="/my/",
    is_open=True,
    subject_kind="services.resident",
    subject_id="1",
)


def cases_of_kim(residents) -> list[Case]:
    """A source as an app registers it: only Kim has a case."""
    return [CASE for resident in residents if resident.name == "시연 김만경"]


def find_kim(reference: str, last4_index: str) -> Case | None:
    found = reference == CASE.reference and last4_index == blind_index("5678", purpose="last4")
    return CASE if found else None


def two_todos(user) -> list[Todo]:
    return [Todo("내 결재", 3, "/staff/", "warn"), Todo("보내지 못한 알림", 0, "/staff/")]


@pytest.fixture(autouse=True)
def _sources(settings):
    settings.RESIDENT_CASE_SOURCES = ["tests.services.test_my_pages.cases_of_kim"]
    settings.REFERENCE_SOURCES = ["tests.services.test_my_pages.find_kim"]


def ask_for_code(client, phone: str = "010-1234-5678", next_url: str = "") -> Verification:
    response = client.post(f"/my/start/?next={next_url}" if next_url else "/my/start/", {"phone": phone})
    assert response.url == "/my/code/"
    return Verification.objects.latest("pk")


def verify(client, phone: str = "010-1234-5678", next_url: str = ""):
    verification = ask_for_code(client, phone, next_url)
    return client.post("/my/code/", {"code": code_of(verification)})


def test_from_the_phone_number_to_my_cases(client, make_resident):
    make_resident("시연 김만경", PHONE)
    assert client.get("/my/").url == "/my/start/?next=%2Fmy%2F"
    page = client.get(verify(client).url)
    assert page.status_code == 200
    for text in ("시연 김만경 님의 신청", "2026-SL-0001", "확인 중", "지금 하실 일은 없습니다.", "11월 2일 월요일"):
        assert text in page.content.decode()


def test_a_phone_without_cases_says_what_to_do(client, db):
    verify(client)
    assert "이 번호로 신청하신 것이 없습니다." in client.get("/my/").content.decode()


def test_another_phone_does_not_see_them(client, make_resident):
    make_resident("시연 김만경", PHONE)
    make_resident("시연 이금구", "+821099998888")
    verify(client, "010-9999-8888")
    page = client.get("/my/").content.decode()
    assert "시연 이금구" in page
    assert "2026-SL-0001" not in page
    assert "김만경" not in page


def test_the_code_page_asks_as_phones_expect(client, db):
    ask_for_code(client)
    page = client.get("/my/code/").content.decode()
    assert 'autocomplete="one-time-code"' in page
    assert 'inputmode="numeric"' in page
    assert "010-****-5678 번호로 숫자 6개를 보냈습니다." in page
    assert "010-1234-5678" not in page


def test_a_wrong_code_keeps_the_door_closed(client, db):
    verification = ask_for_code(client)
    page = client.post("/my/code/", {"code": wrong_for(verification)}).content.decode()
    assert "4번 더 적으실 수 있습니다." in page
    assert client.get("/my/").status_code == 302


@pytest.mark.parametrize(
    ("phone", "sentence"),
    [
        ("", "휴대전화 번호가 비어 있습니다."),
        ("010-123", "숫자 개수가 맞지 않습니다."),
        ("공일공", "글자가 들어 있습니다."),
        ("063-540-3114", "집 전화로는 문자를 받을 수 없습니다."),
    ],
)
def test_a_phone_that_cannot_get_a_code_is_explained(client, db, phone, sentence):
    page = client.post("/my/start/", {"phone": phone}).content.decode()
    assert sentence in page
    assert "<title>오류:" in page
    assert not Verification.objects.exists()


def test_the_code_can_be_sent_again(client, db):
    first = ask_for_code(client)
    page = client.post("/my/code/again/", follow=True).content.decode()
    assert "인증번호를 다시 보냈습니다." in page
    second = Verification.objects.latest("pk")
    assert second.pk != first.pk
    assert client.post("/my/code/", {"code": code_of(second)}).url == "/my/"


def test_a_sixth_code_is_refused_on_the_page(client, db):
    ask_for_code(client)
    for _ in range(4):
        client.post("/my/code/again/")
    page = client.post("/my/code/again/").content.decode()
    assert "오늘 인증번호를 5번 보냈습니다." in page


def test_a_message_that_the_carrier_refused_is_told(client, db):
    verification = ask_for_code(client)
    Notice.objects.filter(once_key=f"verification:{verification.pk}").update(state=NoticeState.DEAD)
    assert "인증번호 문자를 보내지 못했습니다." in client.get("/my/code/").content.decode()


@pytest.mark.parametrize("name", ["services:verify_code", "services:my_case"])
def test_a_page_in_the_middle_leads_to_its_beginning(client, db, name):
    assert client.get(reverse(name)).url in ("/my/start/", "/my/number/")


def test_after_the_code_the_visitor_is_where_he_wanted_to_be(client, db):
    assert verify(client, next_url="/my/readings/").url == "/my/readings/"


@pytest.mark.parametrize("next_url", ["https://example.com/", "//example.com/", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_site(client, db, next_url):
    assert verify(client, next_url=next_url).url == "/my/"


def test_the_session_gets_a_new_key(client, db):
    ask_for_code(client)
    before = client.session.session_key
    client.post("/my/code/", {"code": code_of(Verification.objects.latest("pk"))})
    assert client.session.session_key != before


def test_a_verified_phone_is_not_asked_again(client, db):
    verify(client)
    assert client.post("/my/start/", {"phone": "010 1234 5678"}).url == "/my/"
    assert Verification.objects.count() == 1
    assert verified_phone(client.session) == PHONE


# Leaving and staying away


def test_leaving_leaves_nothing(client, db):
    verify(client)
    session = client.session
    kept = new_draft(session, "slate")
    nobodys = Draft(kind="enquiry")
    nobodys.keep()
    nobodys.save()
    session["drafts"] |= {"enquiry": str(nobodys.pk)}
    session.save()
    page = client.post("/my/leave/", follow=True)
    assert "나갔습니다." in page.content.decode()
    assert list(Draft.objects.all()) == [kept]  # it waits for its phone, not for this browser
    assert draft_of(client.session, "slate") is None
    assert client.get("/my/").status_code == 302


def test_an_idle_screen_closes_and_the_same_phone_goes_on(client, db, clock):
    clock("2026-11-20 10:00")
    verify(client)
    session = client.session
    draft = save_answers(new_draft(session, "slate"), address="만경읍 1")
    session.save()
    clock("2026-11-20 10:29")
    assert client.get("/my/").status_code == 200
    clock("2026-11-20 11:00")
    page = client.get("/my/", follow=True).content.decode()
    assert "오래 쓰지 않아 화면을 닫았습니다." in page
    assert draft_of(client.session, "slate") is None
    verify(client)
    assert draft_of(client.session, "slate") == draft


def test_after_an_idle_screen_another_phone_does_not_get_the_form(client, db, clock):
    clock("2026-11-20 10:00")
    verify(client)
    session = client.session
    new_draft(session, "slate")
    session.save()
    clock("2026-11-20 11:00")
    client.get("/my/")
    verify(client, "010-9999-8888")
    assert draft_of(client.session, "slate") is None


def test_a_draft_is_encrypted_and_grows(client, db):
    session = client.session
    draft = save_answers(new_draft(session, "slate"), name="시연 김만경")
    save_answers(draft, area_m2=110)
    answers: object = Draft.objects.get().answers
    assert answers == {"name": "시연 김만경", "area_m2": 110}
    with connection.cursor() as cursor:
        cursor.execute("SELECT answers FROM services_draft")
        raw = cursor.fetchone()[0]
    assert "김만경" not in raw
    drop_draft(session, draft)
    assert not Draft.objects.exists()


def test_an_old_draft_is_not_opened_again(client, db, clock):
    clock("2026-11-20 10:00")
    session = client.session
    new_draft(session, "slate")
    assert draft_of(session, "slate")
    clock("2026-11-20 22:00")  # as long as a session may last
    assert draft_of(session, "slate") is None


# One case by its number


def test_a_number_and_four_digits_open_one_case_only(client, make_resident):
    make_resident("시연 김만경", PHONE)
    response = client.post("/my/number/", {"reference": "2026 sl 1", "last4": "5678"}, follow=True)
    page = response.content.decode()
    assert "슬레이트 지붕 철거 지원" in page
    assert "김만경" not in page
    assert client.get("/my/").status_code == 302
    assert client.get("/my/data/").status_code == 302


def test_a_wrong_ending_opens_nothing(client, db):
    page = client.post("/my/number/", {"reference": "2026-SL-0001", "last4": "5679"}).content.decode()
    assert "그 번호로 된 신청이 없습니다." in page
    assert "resident_case" not in client.session


def test_theirs_is_what_belongs_to_the_verified_phone_and_a_number_opens_no_more(client, make_resident):
    kim, lee = make_resident("시연 김만경", PHONE), make_resident("시연 이금구", "+821099998888")
    session = client.session
    session["resident_case"] = ["services.resident", str(kim.pk), "", ""]
    assert not is_theirs(session, kim)
    session["resident_phone_index"] = kim.phone_index
    assert is_theirs(session, kim)
    assert not is_theirs(session, lee)
    session["resident_phone_index"] = lee.phone_index = ""  # no phone is no key
    assert not is_theirs(session, lee)


def test_an_idle_case_closes(client, db, clock):
    clock("2026-11-20 10:00")
    client.post("/my/number/", {"reference": "2026-SL-0001", "last4": "5678"})
    clock("2026-11-20 11:00")
    assert client.get("/my/case/").url == "/my/number/"


# What the city knows and who looked


def test_they_see_what_the_city_has(client, make_resident, township):
    make_resident("시연 김만경", PHONE, address="만경읍 만경리 1", township=township)
    verify(client)
    page = client.get("/my/data/").content.decode()
    for text in ("시연 김만경", "010-1234-5678", "만경읍 만경리 1", "만경읍"):
        assert text in page


def test_they_see_who_looked_and_why(client, make_resident, make_staff):
    kim, lee = make_resident("시연 김만경", PHONE), make_resident("시연 이금구", "+821099998888")
    clerk = make_staff(username="clerk", department="환경과")
    record_reading(clerk, kim, kim, "전체 보기", address="10.0.0.1", reason="전화로 물어보셨습니다.")
    record_reading(clerk, lee, lee, "전체 보기", address="10.0.0.1", reason="다른 분 일")
    verify(client)
    page = client.get("/my/readings/").content.decode()
    assert "환경과 시연 clerk" in page
    assert "전화로 물어보셨습니다." in page
    assert "다른 분 일" not in page


def test_the_list_costs_the_same_for_one_reading_and_twenty(
    client, make_resident, make_staff, django_assert_num_queries
):
    kim, clerk = make_resident("시연 김만경", PHONE), make_staff(username="clerk")
    for _ in range(20):
        record_reading(clerk, kim, kim, "보기", address=None)
    verify(client)
    with django_assert_num_queries(5):  # session, its refresh in a transaction, readings with their users
        client.get("/my/readings/")


def test_the_moment_is_shown_in_korean_time(client, make_resident, make_staff):
    kim, clerk = make_resident("시연 김만경", PHONE), make_staff(username="clerk")
    reading = record_reading(clerk, kim, kim, "보기", address=None)
    verify(client)
    assert timezone.localtime(reading.at).strftime("%H:%M") in client.get("/my/readings/").content.decode()


@pytest.mark.parametrize("path", ["/my/start/", "/my/number/", "/my/code/", "/my/", "/my/data/", "/my/readings/"])
def test_every_form_has_its_csrf_token(client, make_resident, path):
    make_resident("시연 김만경", PHONE)
    if path == "/my/code/":
        ask_for_code(client)
    else:
        verify(client)
    page = client.get(path).content.decode()
    assert not forms_without_token(page)


# A code that does not arrive


class Refusing:
    """A provider that takes no text for this number."""

    batch = 50

    def send(self, batch):
        return {letter.pk: SendResult(Outcome.REJECTED, detail="3010") for letter in batch}


class Away(Refusing):
    """A provider that is down."""

    def send(self, batch):
        return {letter.pk: SendResult(Outcome.LATER, detail="503") for letter in batch}


@pytest.mark.parametrize(
    ("provider", "seconds", "sentence"),
    [
        (Refusing, 1, "인증번호 문자를 보내지 못했습니다."),
        (Away, 31, "인증번호 문자가 늦어지고 있습니다."),
        (Away, 1, "번호로 숫자 6개를 보냈습니다."),
        (Away, 200, "인증번호 문자를 보내지 못했습니다."),
    ],
)
def test_a_code_that_does_not_arrive_says_so_where_the_person_waits(
    client, db, clock, monkeypatch, provider, seconds, sentence
):
    """From the posting to the page, and to the line that the page asks for by itself (fault 16)."""
    clock("2026-11-20 10:00:00")
    client.post("/my/start/", {"phone": "010-1234-5678"})
    monkeypatch.setattr(dispatch, "sender_for", lambda channel: provider())
    dispatch_due()
    clock(f"2026-11-20 10:{seconds // 60:02d}:{seconds % 60:02d}")
    dispatch_due()
    for path in ("/my/code/", "/my/code/fate/"):
        text = client.get(path).content.decode()
        assert sentence in text
        assert "010-****-5678" in text
        assert ("063-540-" in text or path == "/my/code/") or "보냈습니다" in sentence
    assert "인증번호 다시 받기" in client.get("/my/code/").content.decode()


def test_the_line_about_a_code_is_for_who_waits_for_it(client, db):
    assert client.get("/my/code/fate/").status_code == 404


@pytest.mark.parametrize("moment", ["2026-11-29 12:00", "2027-01-01 00:05"])
def test_the_example_of_a_number_is_of_the_running_year(client, db, clock, moment):
    clock(moment)
    shape = f"{moment[:4]}-SL-0412"
    asked = client.get(reverse("services:my_reference")).content.decode()
    refused = client.post(reverse("services:my_reference"), {"reference": "1", "last4": "5678"}).content.decode()
    assert asked.count(shape) == 1
    assert refused.count(shape) >= 2
    assert "2020-SL" not in asked + refused
