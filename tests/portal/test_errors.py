"""Pages for faults: calm, with the texts people can act on, and without session or database."""

import errno
import re

import pytest
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.test import RequestFactory

from gimje_portal import views
from services.enums.people import Role

PAGES = [
    (views.error_400, 400, "보내신 내용을 읽지 못했습니다"),
    (views.error_403, 403, "이 화면은 볼 수 없습니다"),
    (views.error_403c, 403, "다시 한 번 눌러 주세요"),
    (views.error_404, 404, "찾으시는 화면이 없습니다"),
    (views.error_429, 429, "잠시 뒤에 다시 해 주세요"),
    (views.error_500, 500, "저희 쪽 문제로 화면을 열지 못했습니다"),
    (views.error_503, 503, "잠시 쉬고 있습니다"),
]


@pytest.fixture
def request_without_anything():
    """No session, no user, no messages; the database is refused by pytest-django because no mark asks for it."""
    return RequestFactory().get("/somewhere/")


@pytest.mark.parametrize(("page", "status", "heading"), PAGES)
def test_a_fault_page_needs_neither_session_nor_database(request_without_anything, page, status, heading):
    response = page(request_without_anything)
    text = response.content.decode()
    assert response.status_code == status
    assert f"<h1>{heading}</h1>" in text
    assert "도움이 필요하세요?" in text
    assert "063-540-3114" in text


def test_too_much_data_says_so(request_without_anything):
    response = views.error_400(request_without_anything, RequestDataTooBig())
    assert response.status_code == 413
    assert "파일이 너무 큽니다" in response.content.decode()


def test_an_unknown_address_gives_the_calm_page(client, db):
    response = client.get("/no-such-page/")
    assert response.status_code == 404
    assert "찾으시는 화면이 없습니다" in response.content.decode()


@pytest.mark.parametrize("address", ["/my/leave/", "/my/code/again/"])
def test_an_address_behind_a_button_says_so(client, db, address):
    response = client.get(address)
    assert response.status_code == 405
    assert response["Allow"] == "POST"
    assert "앞 화면의 단추를 눌러야 하는 곳입니다" in response.content.decode()


def test_a_nul_byte_is_refused_as_unreadable(client, db):
    assert client.get("/?q=%00").status_code == 400
    assert client.get("/%00").status_code == 400


def test_a_database_that_is_away_in_a_view_gives_503_and_when_to_come_back(client, db, monkeypatch):
    def away():
        raise OperationalError

    monkeypatch.setattr("services.views.catalogue.home_notes", away)
    response = client.get("/")
    assert response.status_code == 503
    assert response["Retry-After"] == "60"
    assert "적으신 내용은 아직 제출되지 않았습니다." in response.content.decode()


def test_a_database_that_is_away_around_a_view_gives_503_too(client, db, monkeypatch):
    def away(*args, **kwargs):
        raise OperationalError

    client.raise_request_exception = False
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", away)
    client.cookies["sessionid"] = "x" * 32
    response = client.get("/")
    assert response.status_code == 503
    assert response["Retry-After"] == "60"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_in_a_view_or_around_it_gives_503(client, db, monkeypatch, number):
    def full(*args, **kwargs):
        raise OSError(number, "no room")

    client.raise_request_exception = False
    with monkeypatch.context() as inside:
        inside.setattr("services.views.catalogue.home_notes", full)
        assert client.get("/")["Retry-After"] == "60"
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", full)
    client.cookies["sessionid"] = "x" * 32
    assert client.get("/")["Retry-After"] == "60"


def test_another_fault_of_a_file_is_a_fault(client, db, monkeypatch):
    def missing():
        raise OSError(errno.ENOENT, "not there")

    client.raise_request_exception = False
    monkeypatch.setattr("services.views.catalogue.home_notes", missing)
    assert client.get("/").status_code == 500


def test_a_programming_fault_shows_the_number_for_the_telephone(client, db, monkeypatch):
    def broken():
        raise ZeroDivisionError

    client.raise_request_exception = False
    monkeypatch.setattr("services.views.catalogue.home_notes", broken)
    response = client.get("/")
    assert response.status_code == 500
    assert re.search(r'빨리 찾습니다: <span class="num">[0-9a-f]{8}</span>', response.content.decode())


def test_a_form_without_its_token_may_be_sent_again(db):
    from django.test import Client

    response = Client(enforce_csrf_checks=True).post("/my/leave/")
    assert response.status_code == 403
    assert "다시 한 번 눌러 주세요" in response.content.decode()


@pytest.mark.parametrize(("address", "status"), [("/staff/services/people/", 403), ("/staff/slate/cases/SL-x/", 404)])
def test_among_staff_a_closed_door_speaks_to_staff(staff_client, address, status):
    response = staff_client(Role.SLATE_OFFICER).get(address)
    page = response.content.decode()
    assert response.status_code == status
    assert '<html lang="ko" class="staff' in page
    assert "오늘 할 일로" in page
    assert "휴대전화 번호로 다시 확인" not in page
    assert "내 신청 확인" not in page


def test_a_stranger_who_guesses_addresses_of_staff_sees_no_menu_of_theirs(client, db):
    response = client.get("/staff/no-such-page/")
    assert response.status_code == 404
    assert '<html lang="ko" class="staff' not in response.content.decode()


@pytest.mark.parametrize("page", [views.error_500, views.error_503])
def test_a_fault_of_ours_among_staff_asks_neither_session_nor_database(page):
    text = page(RequestFactory().get("/staff/slate/")).content.decode()
    assert '<html lang="ko" class="staff' in text
    assert "내 신청 확인" not in text
    assert "전화로 신청하실 수 있습니다" not in text
