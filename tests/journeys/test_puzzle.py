"""The sum before a code, on a day on which the city has sent nearly all of its codes: with and without JavaScript."""

import pytest
from playwright.sync_api import Page, expect

from services.models import Notice, Verification
from tests.services.test_puzzles import question_of, sum_on, use

PATIENCE = 30_000  # ms; a busy machine is no fault of the page


@pytest.fixture(autouse=True)
def _nearly_used(settings, transactional_db):
    settings.STATICFILES_STORAGE = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.VERIFICATION_PER_DAY = 10
    use(9)
    expect.set_options(timeout=PATIENCE)


def start(page: Page) -> None:
    page.goto("/my/start/")
    page.locator("input[name=phone]").fill("010-1234-5678")
    page.get_by_role("button", name="인증번호 받기").click()
    expect(page.get_by_role("heading", name="셈 하나를 풀어 주세요")).to_be_visible()


def answer(page: Page, number: int) -> None:
    page.locator("input[name=answer]").fill(str(number))
    page.get_by_role("button", name="인증번호 받기").click()


@pytest.mark.parametrize(("size", "high_contrast"), [("desktop", False), ("phone", True)], ids=["light", "contrast"])
def test_the_sum_is_clean_to_axe(open_page, assert_axe_clean, assert_fits, small_targets, size, high_contrast):
    page = open_page(size, high_contrast=high_contrast)
    start(page)
    for _ in range(2):
        assert_axe_clean(page)
        assert_fits(page)
        assert small_targets(page, 48) == []
        answer(page, 1)
        expect(page.locator("#faults")).to_contain_text("답이 맞지 않습니다.")


def test_without_javascript_a_wrong_answer_and_then_the_right_one_lead_to_the_code(open_page):
    page = open_page("phone", js=False)
    start(page)
    answer(page, 1)
    assert Verification.objects.count() == 9
    answer(page, sum_on(question_of(page.content())))
    expect(page.get_by_role("heading", name="문자로 받은 인증번호를 적어 주세요")).to_be_visible()
    assert Notice.objects.filter(once_key__startswith="verification:").count() == 1
