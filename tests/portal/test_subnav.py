"""The second row of staff's menu: the pages of the room that the person may open, the current one marked."""

import re

import pytest

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
