"""The second row of staff's menu: the pages of the room that the person may open, the current one marked."""

import re

import pytest
from django.urls import NoReverseMatch, reverse

from gimje_portal import menus
from gimje_portal.rights import RIGHTS, Nobody, Public, access_for
from services.enums.people import Role
from tests.slate import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_MFA_REQUIRED = False


def row(client, path: str) -> list[tuple[str, bool]]:
    page = client.get(path).content.decode()
    nav = re.search(r'<nav class="krds-tab-area"[^>]*>(.*?)</nav>', page, re.DOTALL)
    links = re.findall(r"<a href=\"[^\"]+\"([^>]*)>([^<]+)</a>", nav[1]) if nav else []
    return [(label, "aria-current" in marks) for marks, label in links]


def test_an_officer_and_an_approver_see_their_pages(client):
    client.force_login(make.staff(Role.SLATE_OFFICER))
    assert row(client, "/staff/slate/") == [
        ("신청", True),
        ("예산", False),
        ("지원 기준과 발표한 숫자", False),
        ("대신 신청하기", False),
    ]
    client.force_login(make.staff(Role.SLATE_APPROVER))
    assert ("결재함", True) in row(client, "/staff/slate/approvals/")


@pytest.mark.parametrize(
    ("role", "path", "current"),
    [
        (Role.CONSULTATION_OFFICER, "/staff/consultations/days/", "정례 상담일"),
        (Role.ENERGY_MANAGER, "/staff/solar/imports/new/", "자료 올리기"),
        (Role.SLATE_OFFICER, "/staff/services/notices/letters/", "부칠 편지"),
    ],
)
def test_each_room_has_its_row(client, role, path, current):
    client.force_login(make.staff(role))
    assert [label for label, is_here in row(client, path) if is_here] == [current]


def test_a_page_of_no_room_has_none(client):
    client.force_login(make.staff(Role.SLATE_OFFICER))
    assert row(client, "/staff/") == []


MENUS = [menus.CITIZEN_MENU, menus.FOOT_MENU, menus.STAFF_MENU, *(room.entries for room in menus.STAFF_ROOMS)]


ENTRIES = {entry.page: entry for menu in MENUS for entry in menu}


@pytest.mark.parametrize("entry", list(ENTRIES.values()), ids=list(ENTRIES))
def test_every_word_of_the_menus_has_its_page(entry):
    """The page exists, somebody may open it, and it lies where the word is marked as the current one."""
    address = reverse(entry.page)
    assert access_for(entry.page) not in (None, Nobody)
    assert not entry.below or address.startswith(entry.below) or entry.below.startswith(address)


def test_a_word_without_a_page_fails_loudly(rf, monkeypatch):
    monkeypatch.setattr(menus, "FOOT_MENU", (menus.Entry("없는 화면", "services:privacyy"),))
    monkeypatch.setitem(RIGHTS, "services:privacyy", Public)
    with pytest.raises(NoReverseMatch):
        list(menus.menus(rf.get("/"))["foot_menu"])


@pytest.mark.parametrize("role", list(Role))
def test_nobody_has_a_page_of_a_room_without_a_door_to_the_room(rf, role):
    """The settlement officer's only page, the budget, was in no menu of theirs."""
    request = rf.get("/staff/")
    request.user = make.staff(role)
    shown = {item.url for item in menus.menus(request)["staff_menu"]}
    for room in menus.STAFF_ROOMS:
        inside = [entry for entry in room.entries if menus._may_open(entry.page, request)]
        assert not inside or any(url.startswith(room.below) for url in shown), f"{role}: {room.label}"


def test_the_settlement_officer_finds_the_budget(client):
    client.force_login(make.staff(Role.SETTLEMENT_OFFICER))
    assert f'href="{reverse("slate:staff_budget")}"' in client.get("/staff/").content.decode()
