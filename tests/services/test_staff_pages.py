"""Staff pages of the ground floor: accounts, finding a resident, who read whose data."""

import html

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from consultations.actions.bookings import book
from consultations.enums import Source
from services.actions.history import record_reading
from services.actions.people import find_or_add_resident
from services.actions.staff import add_staff, change_staff, close_account, reopen_account, reset_second_factor
from services.enums.people import ReadingReason, Role
from services.models import FactProposal, HistoryEntry, ReadingLogEntry, Resident, Township, User
from services.reports.people import Todo
from services.rules.history import Actor
from services.rules.reasons import clean_reason
from services.rules.refusal import Refused
from tests.consultations.factories import EVE, at, booked, clinic_day, wish_for

BY = Actor.system("test")
TODAY = ["tests.services.test_my_pages.two_todos"]


def test_today_shows_what_waits_and_nothing_that_counts_zero(staff_client, settings):
    settings.STAFF_TODAY_SOURCES = TODAY
    page = staff_client(Role.SLATE_APPROVER).get("/staff/").content.decode()
    assert "내 결재" in page
    assert "보내지 못한 알림" not in page


def test_today_without_work_says_so(staff_client, settings):
    settings.STAFF_TODAY_SOURCES = []
    assert "지금 기다리는 일이 없습니다." in staff_client(Role.ADVISER).get("/staff/").content.decode()


def test_today_shows_nothing_behind_a_door_that_is_closed(staff_client, settings):
    """Letters of slate cases are posted by the officer; the approver was counted 18 of them, and then refused."""
    settings.STAFF_TODAY_SOURCES = ["tests.services.test_staff_pages.letters_and_cases"]
    page = staff_client(Role.SLATE_APPROVER).get("/staff/").content.decode()
    assert "신청 서류" in page
    assert "부칠 편지" not in page
    assert "부칠 편지" in staff_client(Role.SLATE_OFFICER).get("/staff/").content.decode()


def letters_and_cases(user: User) -> list[Todo]:
    return [Todo("부칠 편지", 18, "/staff/services/notices/letters/"), Todo("신청 서류", 2, "/staff/slate/?due=soon")]


def test_a_role_without_pages_reads_what_there_is_for_it(staff_client):
    page = staff_client(Role.CONTRACTOR).get("/staff/").content.decode()
    assert "이 계정으로 여는 업무 화면은 아직 없습니다." in page
    assert "맡은 공사를 누리집에서 보거나 적는 화면은 아직 없습니다." in page
    assert 'href="/slate/"' in page
    assert "업무 화면은 아직 없습니다" not in staff_client(Role.AUDITOR).get("/staff/").content.decode()


# Accounts


@pytest.fixture
def administrator(make_staff) -> User:
    return make_staff(Role.ADMINISTRATOR, username="chief")


def test_an_administrator_adds_a_member_of_staff(staff_client, administrator, township):
    client = staff_client(user=administrator)
    new = {"username": "oh", "display_name": "오석면", "department": "환경과", "roles": ["slate_officer"]}
    page = client.post("/staff/services/people/new/", new | {"township": township.pk}).content.decode()
    person = User.objects.get(username="oh")
    assert person.roles == {Role.SLATE_OFFICER}
    assert person.township == township
    assert not person.is_superuser
    password = page.split("<code>")[1].split("</code>")[0]
    assert len(password) == 16
    assert person.check_password(password)
    moves = HistoryEntry.objects.filter(subject_kind="services.user", subject_id=str(person.pk)).order_by("seq")
    assert [(entry.move, entry.actor_key) for entry in moves] == [
        ("added", str(administrator.pk)),
        ("roles_changed", str(administrator.pk)),
    ]


def test_a_user_name_is_given_once_whatever_the_case(make_staff):
    make_staff(username="oh")
    with pytest.raises(Refused, match="이 아이디는 이미 있습니다"):
        add_staff(username="OH", display_name="다른 사람", by=BY, roles=frozenset())


def test_roles_change_with_history(make_staff, administrator):
    person = make_staff(Role.ADVISER, username="moon")
    changed = change_staff(
        person.pk,
        by=administrator.actor,
        roles=frozenset({Role.ADMINISTRATOR}),
        display_name="문",
        department="과",
        township=None,
    )
    assert changed.display_name == "문"
    assert User.objects.get(pk=person.pk).roles == {Role.ADMINISTRATOR}
    assert HistoryEntry.objects.latest("pk").reason == (
        "하는 일: 세무사·변호사 → 관리자; 이름: 시연 moon → 문; 부서: 없음 → 과"
    )


def test_the_last_administrator_stays(administrator):
    for act in (
        lambda: change_staff(
            administrator.pk, by=BY, roles=frozenset(), display_name="시연 chief", department="", township=None
        ),
        lambda: close_account(administrator.pk, by=BY, reason="퇴직"),
    ):
        with pytest.raises(Refused, match="관리자가 한 사람도 남지 않습니다"):
            act()


def test_a_closed_account_is_closed_once_and_may_be_opened_again(make_staff, administrator):
    person = make_staff(Role.ADVISER, username="moon")
    close_account(person.pk, by=administrator.actor, reason="퇴직")
    with pytest.raises(Refused, match="이미 닫은 계정입니다"):
        close_account(person.pk, by=administrator.actor, reason="퇴직")
    assert not User.objects.get(pk=person.pk).is_active
    reopen_account(person.pk, by=administrator.actor, reason="다시 오심")
    with pytest.raises(Refused, match="이미 열려 있는 계정입니다"):
        reopen_account(person.pk, by=administrator.actor, reason="다시 오심")


def test_nobody_closes_the_own_account(make_staff, administrator):
    make_staff(Role.ADMINISTRATOR, username="second")
    with pytest.raises(Refused, match="본인 계정은 닫을 수 없습니다"):
        close_account(administrator.pk, by=administrator.actor, reason="-")


def test_a_closed_account_loses_its_open_screen(make_staff, staff_client, administrator):
    person = make_staff(Role.ADVISER, username="moon")
    client = staff_client(user=person)
    assert client.get("/staff/").status_code == 200
    close_account(person.pk, by=administrator.actor, reason="퇴직")
    assert client.get("/staff/").status_code == 302


def test_a_lost_telephone_costs_the_factor_the_password_and_the_open_screens(make_staff, staff_client, administrator):
    person = make_staff(Role.ADVISER, username="moon")
    TOTP.activate(person, generate_totp_secret())
    client, chief = staff_client(user=person), staff_client(user=administrator)
    url = f"/staff/services/people/{person.pk}/reset/"
    assert "이유가 비어 있습니다." in chief.post(url, {"reason": ""}).content.decode()
    page = chief.post(url, {"reason": "휴대전화를 잃어버림, 직접 만나 확인"}).content.decode()
    assert User.objects.get(pk=person.pk).check_password(page.split("<code>")[1].split("</code>")[0])
    assert not Authenticator.objects.filter(user=person).exists()
    assert client.get("/staff/").status_code == 302
    with pytest.raises(Refused, match="본인 것은"):
        reset_second_factor(administrator.pk, by=administrator.actor, reason="-")


@pytest.mark.parametrize("page", ["", "close/", "reset/"])
def test_account_pages_open(staff_client, make_staff, administrator, page):
    person = make_staff(Role.ADVISER, username="moon")
    response = staff_client(user=administrator).get(f"/staff/services/people/{person.pk}/{page}")
    assert "시연 moon" in response.content.decode()


def test_closing_and_opening_by_hand(staff_client, make_staff, administrator):
    person, client = make_staff(Role.ADVISER, username="moon"), staff_client(user=administrator)
    for page, sentence in (("close", "계정을 닫았습니다."), ("reopen", "계정을 다시 열었습니다.")):
        response = client.post(f"/staff/services/people/{person.pk}/{page}/", {"reason": "퇴직"}, follow=True)
        assert sentence in response.content.decode()
    typed = {"display_name": "시연 moon", "roles": ["auditor"]}
    page = client.post(f"/staff/services/people/{person.pk}/", typed, follow=True).content.decode()
    assert "저장했습니다." in page
    for words in ("계정 닫음", "계정 다시 엶", "하는 일: 세무사·변호사 → 감사 담당자", "아직 없음"):
        assert words in page


def test_a_clerk_without_a_township_is_asked_which(staff_client, make_staff, administrator, township):
    person, client = make_staff(Role.ADVISER, username="moon"), staff_client(user=administrator)
    typed = {"display_name": "문", "roles": ["township_clerk"]}
    page = client.post(f"/staff/services/people/{person.pk}/", typed).content.decode()
    assert "읍·면·동을 골라 주세요" in page
    client.post(f"/staff/services/people/{person.pk}/", typed | {"township": township.pk})
    assert User.objects.get(pk=person.pk).township == township


def test_the_list_of_accounts_costs_the_same_for_one_and_twenty(staff_client, make_staff, administrator):
    client = staff_client(user=administrator)
    client.get("/staff/services/people/")
    with CaptureQueriesContext(connection) as one:
        client.get("/staff/services/people/")
    for number in range(20):
        make_staff(Role.ADVISER, username=f"adviser-{number}")
    with CaptureQueriesContext(connection) as twenty:
        client.get("/staff/services/people/")
    assert len(one) == len(twenty)


# Residents


def test_a_resident_is_found_by_phone_or_name_and_shown_masked(staff_client, make_resident):
    make_resident("시연 김만경", "+821012345678")
    client = staff_client(Role.SLATE_OFFICER)
    for typed in ("010-1234-5678", "시연 김만경", "시연김만경"):
        page = client.post("/staff/services/residents/", {"who": typed}).content.decode()
        assert "010-****-5678" in page
        found = page.split("<table")[1]
        assert "김만경" not in found
        assert "1234-5678" not in found
    page = client.post("/staff/services/residents/", {"who": "없는 사람"}).content.decode()
    assert "찾는 분이 없습니다." in page
    assert not ReadingLogEntry.objects.exists()


CALLED = {"kind": "call", "words": "신청이 어디까지 되었는지 물으심"}


def record_url(resident: Resident) -> str:
    return f"/staff/services/residents/{resident.pk}/"


def test_the_whole_record_needs_a_reason_and_leaves_a_reading(staff_client, make_resident, make_staff):
    kim, officer = make_resident("시연 김만경", "+821012345678", address="만경리 1"), make_staff(Role.SLATE_OFFICER)
    client, url = staff_client(user=officer), record_url(kim)
    for response in (client.get(url), client.post(url, {"words": ""})):
        assert "김만경" not in response.content.decode()
        assert "왜 보시나요?" in response.content.decode()
    assert not ReadingLogEntry.objects.exists()
    page = client.post(url, CALLED).content.decode()
    for text in ("시연 김만경", "010-1234-5678", "만경리 1"):
        assert text in page
    entry = ReadingLogEntry.objects.get()
    assert (entry.user, entry.resident, entry.kind, entry.reference) == (officer, kim, ReadingReason.CALL, "")
    assert entry.reason == "신청이 어디까지 되었는지 물으심"
    assert entry.why == "전화: 신청이 어디까지 되었는지 물으심"
    assert entry.address == "127.0.0.1"


@pytest.mark.parametrize(
    "words", ["ㅋ", "ㅋㅋㅋㅋㅋㅋㅋ", "......", "전화", "가가가가가가", "\u3164\u3164\u3164\u3164\u3164", "11111111"]
)
def test_words_that_say_nothing_open_nothing(staff_client, make_resident, words):
    kim = make_resident("시연 김만경", "+821012345678", address="만경리 1")
    page = staff_client(Role.SLATE_OFFICER).post(record_url(kim), CALLED | {"words": words}).content.decode()
    assert "왜 보시는지" in page
    assert "만경리 1" not in page
    assert not ReadingLogEntry.objects.exists()


@pytest.mark.parametrize("words", ["전화 문의", "잘못 적힌 주소를 고쳐 달라고 하심", "call 063-540"])
def test_short_words_that_say_something_do(words):
    assert clean_reason(f"  {words} ") == words


@pytest.mark.parametrize("role", [Role.PROGRAMME_OFFICER, Role.SETTLEMENT_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_has_no_cases_has_no_people(staff_client, make_resident, role):
    kim, client = make_resident("시연 김만경", "+821012345678"), staff_client(role)
    assert client.post("/staff/services/residents/", {"who": "010-1234-5678"}).status_code == 403
    assert client.post(record_url(kim), CALLED).status_code == 403


@pytest.fixture
def elsewhere(township) -> Township:
    return Township.objects.exclude(pk=township.pk).earliest("order")


def test_a_township_clerk_sees_the_own_township_only(staff_client, make_resident, make_staff, township, elsewhere):
    """Without the number of a case nobody of another township, nobody whose township nobody knows."""
    clerk = make_staff(Role.TOWNSHIP_CLERK, township=township)
    client = staff_client(user=clerk)
    for number, (place, is_open) in enumerate([(elsewhere, False), (None, False), (township, True)]):
        kim = make_resident(f"시연 김{number}", f"+82101234560{number}", township=place, address="만경리 1")
        page = client.post("/staff/services/residents/", {"who": f"010-1234-560{number}"}).content.decode()
        assert ("찾는 분이 없습니다." in page) is not is_open
        assert ("시**" in client.get(record_url(kim)).content.decode()) is is_open
        page = client.post(record_url(kim), CALLED).content.decode()
        assert ("만경리 1" in page) is is_open
        assert ("다른 읍·면·동에 사시거나" in page) is not is_open
    assert ReadingLogEntry.objects.count() == 1


def test_the_number_of_a_case_opens_its_person_to_a_clerk_elsewhere(
    staff_client, make_resident, make_staff, township, elsewhere, clock
):
    clock(EVE)
    kim = make_resident("시연 김만경", "+821012345678", township=township, address="만경리 1")
    lee = make_resident("시연 이금구", "+821099998888", township=township, address="금구리 1")
    day = clinic_day()
    booking, other = booked(kim, day), booked(lee, day, at(15, 40))
    client = staff_client(user=make_staff(Role.TOWNSHIP_CLERK, township=elsewhere))
    found = client.post("/staff/services/residents/", {"who": booking.shown_reference}).content.decode()
    assert record_url(kim) in found
    assert record_url(lee) not in found
    asked = CALLED | {"kind": "case"}
    for number in ("", "999-999", other.reference, other.shown_reference):
        page = client.post(record_url(kim), asked | {"reference": number}).content.decode()
        assert "그런 번호가 없습니다" in page, number
        assert "만경리 1" not in page
    assert not ReadingLogEntry.objects.exists()
    page = client.post(record_url(kim), asked | {"reference": f" {booking.reference} "}).content.decode()
    assert "만경리 1" in page
    entry = ReadingLogEntry.objects.get()
    assert (entry.kind, entry.reference) == (ReadingReason.CASE, booking.shown_reference)
    assert entry.why == f"예약번호·접수번호 {booking.shown_reference}: {CALLED['words']}"


@pytest.mark.parametrize(
    "facts", [{"kind": "case"}, {"kind": "call", "reference": "482-157"}, {"reference": "482-157"}]
)
def test_a_reading_for_a_case_has_its_number_and_no_other_has_one(make_staff, make_resident, facts):
    kim = make_resident()
    with pytest.raises(IntegrityError, match="reading_for_a_case_has_its_number"), transaction.atomic():
        record_reading(make_staff(), kim, kim, "전체 보기", address=None, **facts)


def test_the_record_shows_only_cases_that_the_reader_may_see(staff_client, make_resident, clock):
    """That somebody took legal advice is not the slate officer's business."""
    clock(EVE)
    kim = make_resident("시연 김만경", "+821012345678")
    booking = booked(kim, clinic_day())
    slate = staff_client(Role.SLATE_OFFICER).post(record_url(kim), CALLED).content.decode()
    advice = staff_client(Role.CONSULTATION_OFFICER).post(record_url(kim), CALLED).content.decode()
    assert [booking.shown_reference in page for page in (slate, advice)] == [False, True]


# What staff type about somebody who is known


@pytest.fixture
def kim(make_resident, township) -> Resident:
    return make_resident("시연 김만경", "+821012345678", township=township, born_on="1945-03-09", address="만경리 1")


def typed_by(user: User, kim: Resident, **facts) -> Resident:
    return find_or_add_resident(name=kim.name, phone=kim.phone, by=user.actor, **facts)


def test_what_a_clerk_types_moves_nobody_and_opens_nothing(staff_client, make_staff, kim, elsewhere):
    """Fault 6b: the whole way by which a clerk got into somebody's record."""
    clerk = make_staff(Role.TOWNSHIP_CLERK, township=elsewhere)
    typed_by(clerk, kim, township=elsewhere, born_on="1950-01-01", address="딴 곳")
    before, after = (kim.township, "1945-03-09", "만경리 1"), Resident.objects.get(pk=kim.pk)
    assert (after.township, after.born_on, after.address) == before
    page = staff_client(user=clerk).post(record_url(kim), CALLED).content.decode()
    assert "만경리 1" not in page
    assert FactProposal.objects.get().facts == {"born_on": "1950-01-01", "address": "딴 곳", "township": elsewhere}


@pytest.mark.parametrize("is_known", [True, False])
def test_a_township_that_only_the_clerk_has_typed_gives_them_no_right(
    staff_client, make_staff, make_resident, township, is_known
):
    """Neither of somebody whose township was not known yet, nor of somebody new who confides more later."""
    clerk = make_staff(Role.TOWNSHIP_CLERK, township=township)
    person = make_resident() if is_known else Resident(name="시연 새분", phone="+821077776666")
    made = typed_by(clerk, person, township=township)
    assert (made.township, made.township_by) == (township, clerk)
    page = staff_client(user=clerk).post(record_url(made), CALLED).content.decode()
    assert "다른 읍·면·동에 사시거나" in page
    said = find_or_add_resident(name=made.name, phone=made.phone, township=township, address="집", by=made.actor)
    assert said.township_by is None
    assert "집" in staff_client(user=clerk).post(record_url(made), CALLED).content.decode()


def test_a_case_that_the_clerk_has_typed_in_opens_no_record(staff_client, make_staff, kim, elsewhere, clock):
    clock(EVE)
    clerk = make_staff(Role.TOWNSHIP_CLERK, township=elsewhere)
    day = clinic_day()
    booking = book(day.pk, at(15, 20), wish_for(), resident=kim, by=clerk.actor, source=Source.COUNTER)
    asked = CALLED | {"kind": "case", "reference": booking.reference}
    page = staff_client(user=clerk).post(record_url(kim), asked).content.decode()
    assert "본인이 대신 적은 신청의 번호로는" in page
    assert "만경리 1" not in page


def test_the_person_with_the_proved_phone_changes_their_own_facts(kim, elsewhere):
    find_or_add_resident(name=kim.name, phone=kim.phone, by=kim.actor, address="새집", township=elsewhere)
    kim.refresh_from_db()
    assert (kim.address, kim.township) == ("새집", elsewhere)
    assert not FactProposal.objects.exists()


def test_the_same_twice_is_one_proposal_and_what_is_known_is_none(make_staff, kim, township):
    clerk = make_staff(Role.TOWNSHIP_CLERK)
    for address in ("딴 곳", "딴 곳", "만경리 1"):
        typed_by(clerk, kim, address=address, township=township)
    assert [one.facts for one in FactProposal.objects.order_by("pk")] == [{"address": "딴 곳"}]


@pytest.mark.parametrize(
    ("pressed", "address", "sentence"), [("take", "딴 곳", "받아들였습니다."), ("leave", "만경리 1", "알던 대로")]
)
def test_the_officer_of_the_case_decides_and_who_typed_it_does_not(
    staff_client, make_staff, kim, elsewhere, clock, pressed, address, sentence
):
    clock(EVE)
    booking = booked(kim, clinic_day())
    typist, officer = (make_staff(Role.CONSULTATION_OFFICER, username=name) for name in ("typist", "officer"))
    typed_by(typist, kim, address="딴 곳", township=elsewhere)
    url = reverse("services:staff_proposal", args=[FactProposal.objects.get().pk])
    case = reverse("consultations:staff_booking", args=[booking.reference])
    clerk = staff_client(user=make_staff(Role.TOWNSHIP_CLERK, township=kim.township))
    for client in (clerk, staff_client(user=typist)):
        page = client.get(case).content.decode()
        assert "다르게 적힌 것이 있습니다" in page
        assert "만경리 1" not in page
        assert url not in page
    assert clerk.post(url, {"take": "1"}).status_code == 403
    assert staff_client(Role.SLATE_OFFICER).post(url, {"take": "1"}).status_code == 404  # no case of theirs
    own = staff_client(user=typist).post(url, {"take": "1", "next": case}, follow=True).content.decode()
    assert "본인이 적은 것은 다른 담당자가 정합니다." in own
    client = staff_client(user=officer)
    page = client.get(case).content.decode()
    assert "알던 것: 만경리 1" in page
    assert url in page
    assert sentence in client.post(url, {pressed: "1", "next": case}, follow=True).content.decode()
    kim.refresh_from_db()
    assert kim.address == address
    again = client.post(url, {"take": "1", "next": case}, follow=True).content.decode()
    assert "다른 담당자가 먼저 정했습니다." in again
    assert "다르게 적힌 것이 있습니다" not in again


def test_who_typed_it_never_decides_it_in_the_database_either(make_staff, kim):
    clerk = make_staff(Role.TOWNSHIP_CLERK)
    typed_by(clerk, kim, address="딴 곳")
    done = {"decided_at": timezone.now(), "is_taken": True}
    with pytest.raises(IntegrityError, match="proposal_is_decided_by_somebody_else"), transaction.atomic():
        FactProposal.objects.update(decided_by=clerk, **done)
    with pytest.raises(IntegrityError, match="proposal_is_decided_as_a_whole"), transaction.atomic():
        FactProposal.objects.update(**done)


def test_the_same_name_and_birth_date_under_another_phone_is_a_hint_and_no_refusal(
    staff_client, make_resident, kim, clock
):
    clock(EVE)
    booking = booked(kim, clinic_day())
    make_resident("시연김만경", "+821022223333", born_on="1945-03-09")
    make_resident("시연 김만경", "+821044445555", born_on="1946-03-09")
    make_resident("시연 김만경", "+821066667777")
    client = staff_client(Role.CONSULTATION_OFFICER)
    pages = [
        client.get(reverse("consultations:staff_booking", args=[booking.reference])).content.decode(),
        client.post(record_url(kim), CALLED).content.decode(),
    ]
    for page in pages:
        assert "같은 분일 수 있습니다" in page
        assert "010-****-3333" in page
        assert "5555" not in page
        assert "7777" not in page


# Who read what


@pytest.fixture
def two_readings(make_resident, make_staff, clock):
    kim = make_resident("시연 김만경", "+821012345678")
    oh, choi = make_staff(username="oh"), make_staff(username="choi")
    clock("2026-11-18 09:00")
    record_reading(oh, kim, kim, "전체 보기", address="10.0.0.1", reason="첫째 이유")
    clock("2026-11-20 09:00")
    record_reading(choi, kim, kim, "전체 보기", address="10.0.0.2", kind=ReadingReason.VISIT, reason="둘째 이유")
    return oh, choi


def test_the_auditor_sees_who_read_and_no_name(staff_client, two_readings):
    page = staff_client(Role.AUDITOR).get("/staff/services/readings/").content.decode()
    for text in ("첫째 이유", "둘째 이유", "10.0.0.1", "시****경"):
        assert text in page
    assert "김만경" not in page


def test_readings_by_day_and_person(staff_client, two_readings):
    oh, _ = two_readings
    client = staff_client(Role.AUDITOR)
    page = client.get("/staff/services/readings/?first=2026-11-20&last=2026-11-20").content.decode()
    assert "둘째 이유" in page
    assert "첫째 이유" not in page
    page = client.get(f"/staff/services/readings/?user={oh.pk}").content.decode()
    assert "첫째 이유" in page
    assert "둘째 이유" not in page
    page = client.get("/staff/services/readings/?kind=visit").content.decode()
    assert "창구 방문: 둘째 이유" in page
    assert "첫째 이유" not in page
    assert "이 기간의 기록이 없습니다." in client.get("/staff/services/readings/?last=2020-01-01").content.decode()


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("first=x", "'첫날' 칸을 날짜로 읽을 수 없습니다. 2027-01-31처럼 적어 주세요."),
        ("user=0", "'사람' 칸에서 고르신 것이 목록에 없습니다. 목록에서 다시 골라 주세요."),
        ("kind=x", "'무엇 때문에' 칸에서 고르신 것이 목록에 없습니다."),
    ],
)
def test_a_condition_that_cannot_be_read_is_said_and_shows_nothing(staff_client, two_readings, query, sentence):
    client = staff_client(Role.AUDITOR)
    page = html.unescape(client.get(f"/staff/services/readings/?{query}").content.decode())
    assert sentence in page
    assert "둘째 이유" not in page
    assert "이 기간의 기록이 없습니다." not in page
    sheet = client.get(f"/staff/services/readings.csv?{query}", follow=True)
    assert sentence in html.unescape(sheet.content.decode())


def test_the_sheet_has_numbers_for_names(staff_client, two_readings):
    sheet = staff_client(Role.AUDITOR).get("/staff/services/readings.csv").getvalue().decode("utf-8-sig")
    assert sheet.splitlines()[0] == "때,사람,부서,무엇을,대상,시민 번호,무엇 때문에,번호,이유,어디서"
    assert len(sheet.splitlines()) == 3
    assert "김만경" not in sheet


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"kim.oh", "lee.s"}),
        ("?role=slate_officer", {"kim.oh"}),
        ("?q=이상", {"lee.s"}),
        ("?q=KIM", {"kim.oh"}),
        ("?q=%25", set()),
        ("?page=x", {"kim.oh", "lee.s"}),
        ("?role=nonsense", set()),
    ],
)
def test_people_are_found_by_role_and_by_a_piece_of_what_they_are_called(staff_client, make_staff, query, found):
    User.objects.filter(pk=make_staff(Role.SLATE_OFFICER, username="kim.oh").pk).update(display_name="김오")
    User.objects.filter(pk=make_staff(Role.AUDITOR, username="lee.s").pk).update(display_name="이상화")
    page = staff_client(Role.ADMINISTRATOR).get("/staff/services/people/" + query).content.decode()
    assert {name for name in ("kim.oh", "lee.s") if f">{name}<" in page} == found
    assert ("이름, 아이디나 부서의 일부만 적으셔도 됩니다." in page) == ("q=%25" in query)
    assert ("목록에서 다시 골라 주세요." in page) == ("nonsense" in query)


@pytest.mark.parametrize("typed", ["만경리", " 김제시 만경읍 만경리 ", "만경리 12-3"])
def test_people_are_found_by_their_village(staff_client, make_resident, township, typed):
    kim = make_resident("시연 김만경", "+821012345678", address="김제시 만경읍 만경리 7", township=township)
    lee = make_resident("시연 이만경", "+821012345679", address="대동리 7")
    client = staff_client(Role.SLATE_OFFICER)
    page = client.post("/staff/services/residents/", {"who": typed}).content.decode()
    assert record_url(kim) in page
    assert record_url(lee) not in page
    lee.address = "만경리 8"
    lee.save(update_fields=["address"])
    assert record_url(lee) in client.post("/staff/services/residents/", {"who": typed}).content.decode()
    elsewhere = client.post("/staff/services/residents/", {"who": "없는리"}).content.decode()
    assert "사는 동·리(만경리), 예약번호나 접수번호를 적어 주세요." in elsewhere
