"""A citizen asks at any time, an adviser answers, the citizen reads it: in a real browser, clean to axe."""

import re

import pytest
from playwright.sync_api import Page, expect

from consultations.actions import enquiries as actions
from consultations.enums import AnsweredBy
from consultations.models import Enquiry
from services.actions.history import acting
from services.enums.people import Role
from services.models import Notice
from services.rules.history import Actor
from tests.consultations.factories import adviser

PATIENCE = 30_000  # ms; a busy machine is no fault of the page
QUESTION, ADVICE = "옆집과 담 때문에 다툽니다.", "경계 측량을 먼저 하세요."


@pytest.fixture(autouse=True)
def _plain_files(settings, transactional_db):
    settings.STATICFILES_STORAGE = "django.contrib.staticfiles.storage.StaticFilesStorage"
    expect.set_options(timeout=PATIENCE)


def ask(page: Page, check) -> Enquiry:
    """Every page of a question, each looked at by `check`."""

    def onward() -> None:
        page.get_by_role("button", name="다음").click()
        check(page)

    page.goto("/")
    page.get_by_role("link", name="날짜와 관계없이 질문하기").click()
    check(page)
    page.get_by_role("link", name="질문하기", exact=True).click()
    check(page)
    page.locator("input[value=LAW]").check()
    onward()
    page.locator("input[value=LAND]").check()
    onward()
    page.locator("textarea[name=question]").fill(QUESTION)
    onward()
    onward()  # no papers
    page.locator("input[value=WEB]").check()
    onward()
    person = {"name": "시연 김만경", "born_on_year": "1945", "born_on_month": "3", "born_on_day": "9"}
    for name, value in {**person, "phone": "010-1234-5678"}.items():
        page.locator(f"input[name={name}]").fill(value)
    page.get_by_role("button", name="인증번호 받기").click()
    text = Notice.objects.filter(once_key__startswith="verification:").order_by("-pk").first().short
    page.locator("input[name=code]").fill(re.search(r"\d{6}", text).group())
    page.get_by_role("button", name="확인하기").click()
    check(page)
    page.locator("input[name=COLLECTION][value=yes]").check()
    page.locator("input[name=ADVISER][value=yes]").check()
    onward()
    page.get_by_role("button", name="제출하기").click()
    expect(page.get_by_role("heading", name="질문을 받았습니다")).to_be_visible()
    check(page)
    return Enquiry.objects.get()


def answer(enquiry: Enquiry, make_staff) -> None:
    with acting(Actor.system("test")):
        lawyer = adviser(user=make_staff(Role.ADVISER))
        actions.assign(enquiry.pk, lawyer.pk, by=Actor.system("test"))
        actions.answer(enquiry.pk, ADVICE, AnsweredBy.PORTAL, adviser=lawyer, by=Actor.system("test"), why="말씀대로")


@pytest.mark.parametrize(("size", "high_contrast"), [("desktop", False), ("phone", True)], ids=["light", "contrast"])
def test_from_the_home_page_to_the_answer(open_page, assert_axe_clean, assert_fits, make_staff, size, high_contrast):
    page = open_page(size, high_contrast=high_contrast)
    page.set_default_timeout(PATIENCE)

    def check(shown: Page) -> None:
        assert_axe_clean(shown)
        assert_fits(shown)

    enquiry = ask(page, check)
    answer(enquiry, make_staff)
    page.get_by_role("link", name="내 신청 확인").last.click()
    expect(page.get_by_text(ADVICE)).to_be_visible()
    check(page)


def test_without_javascript_and_asked_again(open_page, assert_fits, make_staff):
    page = open_page("phone", js=False)
    page.set_default_timeout(PATIENCE)
    enquiry = ask(page, assert_fits)
    answer(enquiry, make_staff)
    page.goto(f"/consultations/enquiries/{enquiry.reference}/")
    page.locator("input[value=again]").check()
    page.locator("textarea[name=text]").fill("측량은 누가 하나요?")
    page.get_by_role("button", name="보내기").click()
    expect(page.get_by_text("다시 물어보셨습니다.").first).to_be_visible()
    enquiry.refresh_from_db()
    assert (enquiry.state, enquiry.round) == ("FOLLOW_UP", 2)
