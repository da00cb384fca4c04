"""A member of staff comes in with the log-ins of the demonstration; a resident opens 내 신청 확인."""

import pytest
from playwright.sync_api import expect

from gimje_portal.demo import services as demo
from services.models import Verification
from tests.services.test_verification import code_of


@pytest.fixture(autouse=True)
def _demonstration(settings, transactional_db):
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # eleven accounts in a test
    demo.load()


def log_in(page, username: str) -> None:
    """As a newcomer does it: read the digits on /demo/, type the rest."""
    page.goto("/demo/")
    digits = page.locator("tr", has_text=username).locator("td").last.inner_text().strip()[-6:]
    page.get_by_role("link", name="담당자 로그인 화면 열기").click()
    page.get_by_label("아이디").fill(username)
    page.get_by_label("비밀번호").fill(demo.PASSWORD)
    page.get_by_role("button", name="들어가기").click()
    page.get_by_label("인증 숫자").fill(digits)
    page.get_by_role("button", name="들어가기").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("오늘 할 일")


@pytest.mark.parametrize(("size", "js"), [("desktop", True), ("phone", False)])
def test_an_officer_comes_in_from_the_demonstration_page(open_page, assert_fits, size, js):
    page = open_page(size, js=js)
    log_in(page, "slate_officer")
    assert_fits(page)


@pytest.mark.parametrize("high_contrast", [False, True])
def test_the_pages_of_accounts_are_clean_to_axe(open_page, assert_axe_clean, high_contrast):
    page = open_page("desktop", high_contrast=high_contrast)
    page.goto("/staff/account/login/")
    assert_axe_clean(page)
    page.get_by_role("button", name="들어가기").click()
    expect(page.locator("#faults")).to_be_focused()
    assert_axe_clean(page)
    log_in(page, "administrator")
    for address in (
        "/staff/",
        "/staff/services/people/",
        "/staff/services/people/new/",
        "/staff/account/2fa/",
        "/demo/",
    ):
        page.goto(address)
        assert_axe_clean(page)


@pytest.mark.parametrize(("size", "js"), [("phone", True), ("desktop", False)])
def test_a_resident_opens_what_is_theirs(open_page, assert_axe_clean, assert_fits, make_resident, size, js):
    make_resident("시연 김만경", "+821012345678")
    page = open_page(size, js=js)
    page.goto("/my/")
    page.get_by_label("휴대전화 번호").fill("010 1234 5678")
    page.get_by_role("button", name="인증번호 받기").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("문자로 받은 인증번호를 적어 주세요")
    digits = code_of(Verification.objects.latest("pk"))
    page.get_by_label("인증번호").fill(f"{digits[:3]} {digits[3:]}")
    page.get_by_role("button", name="확인하기").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("시연 김만경 님의 신청")
    for address in ("/my/", "/my/data/", "/my/readings/", "/my/number/"):
        page.goto(address)
        assert_fits(page)
        if js:
            assert_axe_clean(page)
    page.goto("/my/")
    page.get_by_role("main").get_by_role("button", name="나가기").click()
    page.goto("/my/")
    expect(page.get_by_role("heading", level=1)).to_have_text("내 신청 확인")
