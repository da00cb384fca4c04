"""A citizen applies with a photo, an officer checks, another approves, the citizen sees it: telephone and desk."""

import io
import re

import pytest
from django.test import Client
from PIL import Image
from playwright.sync_api import Page

from services.enums.people import Role
from services.models import Notice
from slate.enums import Work
from slate.models import Application
from tests.slate import factories as make


@pytest.fixture(autouse=True)
def _plain(settings, tmp_path, transactional_db):
    settings.STAFF_MFA_REQUIRED = False
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        }
    }


@pytest.fixture
def house_photo(tmp_path):
    data = io.BytesIO()
    Image.new("RGB", (640, 480), "slategrey").save(data, "JPEG")
    path = tmp_path / "house.jpg"
    path.write_bytes(data.getvalue())
    return path


def log_in(page, user, base: str) -> None:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": base}])


def onward(page) -> None:
    page.get_by_role("button", name="다음", exact=True).click()


def pick(page, question: str, answer: str) -> None:
    page.get_by_role("group", name=question).get_by_label(answer).check()


def ask_first(page, look) -> None:
    """May I get support? Three questions, no name."""
    page.goto("/slate/check/")
    pick(page, "어떤 건물인가요?", "사람이 사는 집(주택)")
    page.get_by_label("슬레이트 면적").fill("170")
    pick(page, "어느 가구에 해당하나요?", "해당하지 않습니다")
    page.get_by_role("button", name="결과 보기").click()
    assert page.get_by_text("3,440,000원").first.is_visible()
    look(page)


def apply(page, look, house_photo) -> Application:
    """The citizen, from the first page to the receipt."""
    page.goto("/slate/")
    look(page)
    page.get_by_role("link", name="신청 시작하기").click()
    page.get_by_label("읍·면·동").select_option(label="만경읍")
    page.get_by_label("주소").fill("시연리 12-3")
    look(page)
    onward(page)
    pick(page, "종류", "주택")
    pick(page, "지금 쓰고 있나요?", "살고 있습니다")
    pick(page, "건축물대장에 있나요?", "있습니다")
    pick(page, "슬레이트가 어디에 있나요?", "지붕과 벽")
    pick(page, "덧대었나요?", "아니요")
    page.get_by_label("슬레이트 면적").fill("170")
    look(page)
    onward(page)
    look(page)
    onward(page)
    pick(page, "어느 가구에 해당하나요?", "해당하지 않습니다")
    look(page)
    onward(page)
    page.get_by_label("1. 건물 전체").set_input_files(house_photo)
    page.get_by_role("button", name="사진 올리기").click()
    assert page.get_by_text("사진 1장을 올렸습니다. 3장이 남았습니다.").is_visible()
    look(page)
    onward(page)
    pick(page, "건물 주인이신가요?", "제가 주인입니다")
    page.get_by_label("건물 주인으로서").check()
    look(page)
    onward(page)
    page.get_by_label("이름", exact=True).fill("시연 김만경")
    for part, value in {"년": "1945", "월": "3", "일": "9"}.items():
        page.get_by_role("group", name="태어난 날").get_by_label(part, exact=True).fill(value)
    page.get_by_label("휴대전화 번호").fill("010 1234 5678")
    pick(page, "연락 방법", "문자")
    look(page)
    page.get_by_role("button", name="인증번호 받기").click()
    code = re.search(r"\d{6}", Notice.objects.get(once_key__startswith="verification:").short)
    assert code
    page.get_by_label("인증번호").fill(code[0])
    page.get_by_role("button", name="확인하기").click()
    for question in ("1. 개인정보", "2. 시가 자료", "3. 철거 업체", "4. 카카오톡"):
        pick(page, question, "동의합니다")
    look(page)
    onward(page)
    assert page.get_by_text("453,000원").first.is_visible()
    look(page)
    page.get_by_role("button", name="제출하기").click()
    assert page.get_by_text("신청을 접수했습니다").first.is_visible()
    look(page)
    application = Application.objects.get()
    assert application.reference in page.content()
    return application


def check_and_propose(desk, look, application, officer, base: str) -> None:
    log_in(desk, officer, base)
    desk.goto("/staff/slate/")
    look(desk)
    desk.get_by_label(f"{application.reference} 고르기").check()
    desk.locator("form[action$='assign/'] select").select_option(label=str(officer))
    desk.get_by_role("button", name="담당자 정하기").click()
    assert desk.url.endswith(f"/staff/slate/cases/{application.reference}/")
    look(desk)
    make.with_papers(application, "close", "back", "road")  # the officer was there; the citizen sent one photo
    desk.get_by_role("link", name="자격 확인하기").click()
    for box in desk.locator("input[name=checked]").all():
        box.check()
    for field, found in make.LOOKED_UP.items():
        desk.locator(f"[name={field}]").fill(found)
    look(desk)
    desk.get_by_role("button", name="자격 확인하기").click()
    desk.get_by_role("link", name="지원 결정 올리기").click()
    desk.get_by_role("button", name="결재 올리기").click()


def approve(table, look, application, approver, base: str) -> None:
    log_in(table, approver, base)
    table.goto("/staff/slate/approvals/")
    look(table)
    table.get_by_role("link", name=application.reference).click()
    table.get_by_label("올린 대로 결정하기").check()
    look(table)
    table.get_by_role("button", name="결재하기").click()
    assert table.get_by_text("지원을 결정했습니다. 지원금은 3,440,000원입니다.").is_visible()
    table.goto("/staff/slate/budget/")
    look(table)


@pytest.fixture
def looked(assert_axe_clean, assert_fits):
    """`look(page)`: clean for axe, at the desk in both display modes; nothing sticks out sideways."""

    def look(page: Page) -> None:
        page.emulate_media(reduced_motion="reduce")  # no colour on its way from one mode to the other
        assert_fits(page)
        modes = ["normal", "high-contrast"] if page.viewport_size == {"width": 1280, "height": 900} else ["normal"]
        for mode in modes:
            page.evaluate("mode => document.documentElement.setAttribute('data-krds-mode', mode)", mode)
            assert_axe_clean(page)
        page.evaluate("document.documentElement.removeAttribute('data-krds-mode')")

    return look


def without_scripts(page: Page) -> None:
    """The pages are the same; axe cannot run, so only the flow is walked."""


@pytest.mark.parametrize(("size", "js"), [("phone", True), ("desktop", True), ("phone", False), ("desktop", False)])
def test_an_application_is_decided(open_page, live_server, looked, house_photo, size, js):
    make.with_money(make.programme_of_2020(), Work.HOUSE, 10_000_000)
    officer, approver = make.staff(Role.SLATE_OFFICER), make.staff(Role.SLATE_APPROVER)
    look = looked if js else without_scripts
    page = open_page(size, js=js)
    ask_first(page, look)
    application = apply(page, look, house_photo)
    check_and_propose(open_page(size, js=js), look, application, officer, live_server.url)
    approve(open_page(size, js=js), look, application, approver, live_server.url)
    page.goto(f"/slate/applications/{application.reference}/")
    assert page.get_by_text("시가 3,440,000원까지 냅니다.").first.is_visible()
    look(page)
    page.get_by_role("link", name="결정 통지서 보기").click()
    assert page.get_by_text("금3,440,000원(금삼백사십사만원)").is_visible()
    look(page)
