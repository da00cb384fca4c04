"""Staff pages of the ground floor: accounts, finding a resident, who read whose data."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import connection
from django.test.utils import CaptureQueriesContext

from services.actions.history import record_reading
from services.actions.staff import add_staff, change_staff, close_account, reopen_account, reset_second_factor
from services.enums.people import Role
from services.models import HistoryEntry, ReadingLogEntry, Township, User
from services.rules.history import Actor
from services.rules.refusal import Refused

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


def test_the_whole_record_needs_a_reason_and_leaves_a_reading(staff_client, make_resident, make_staff):
    kim, officer = make_resident("시연 김만경", "+821012345678", address="만경리 1"), make_staff(Role.SLATE_OFFICER)
    client, url = staff_client(user=officer), f"/staff/services/residents/{kim.pk}/"
    for response in (client.get(url), client.post(url, {"reason": ""})):
        assert "김만경" not in response.content.decode()
        assert "왜 보시나요?" in response.content.decode()
    assert not ReadingLogEntry.objects.exists()
    page = client.post(url, {"reason": "전화로 물어보셨습니다."}).content.decode()
    for text in ("시연 김만경", "010-1234-5678", "만경리 1"):
        assert text in page
    entry = ReadingLogEntry.objects.get()
    assert (entry.user, entry.resident, entry.reason) == (officer, kim, "전화로 물어보셨습니다.")
    assert entry.address == "127.0.0.1"


def test_a_township_clerk_sees_the_own_township_only(staff_client, make_resident, make_staff, township):
    other = Township.objects.exclude(pk=township.pk).order_by("order").first()
    kim = make_resident("시연 김만경", "+821012345678", township=other)
    clerk = make_staff(Role.TOWNSHIP_CLERK, township=township)
    client = staff_client(user=clerk)
    page = client.post("/staff/services/residents/", {"who": "010-1234-5678"}).content.decode()
    assert "찾는 분이 없습니다." in page
    assert client.get(f"/staff/services/residents/{kim.pk}/").status_code == 404


# Who read what


@pytest.fixture
def two_readings(make_resident, make_staff, clock):
    kim = make_resident("시연 김만경", "+821012345678")
    oh, choi = make_staff(username="oh"), make_staff(username="choi")
    clock("2026-11-18 09:00")
    record_reading(oh, kim, kim, "전체 보기", address="10.0.0.1", reason="첫째 이유")
    clock("2026-11-20 09:00")
    record_reading(choi, kim, kim, "전체 보기", address="10.0.0.2", reason="둘째 이유")
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
    assert "이 기간의 기록이 없습니다." in client.get("/staff/services/readings/?last=2020-01-01").content.decode()


def test_a_day_that_is_none_shows_today(staff_client, two_readings):
    page = staff_client(Role.AUDITOR).get("/staff/services/readings/?first=x").content.decode()
    assert "둘째 이유" in page
    assert "첫째 이유" not in page


def test_the_sheet_has_numbers_for_names(staff_client, two_readings):
    sheet = staff_client(Role.AUDITOR).get("/staff/services/readings.csv").getvalue().decode("utf-8-sig")
    assert sheet.splitlines()[0] == "때,사람,부서,무엇을,대상,시민 번호,이유,어디서"
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
        ("?role=nonsense&page=x", {"kim.oh", "lee.s"}),
    ],
)
def test_people_are_found_by_role_and_by_a_piece_of_what_they_are_called(staff_client, make_staff, query, found):
    User.objects.filter(pk=make_staff(Role.SLATE_OFFICER, username="kim.oh").pk).update(display_name="김오")
    User.objects.filter(pk=make_staff(Role.AUDITOR, username="lee.s").pk).update(display_name="이상화")
    page = staff_client(Role.ADMINISTRATOR).get("/staff/services/people/" + query).content.decode()
    assert {name for name in ("kim.oh", "lee.s") if f">{name}<" in page} == found
