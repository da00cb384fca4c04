"""A citizen books a consultation in a real browser: wide and narrow, with and without JavaScript, clean to axe."""

import re
from datetime import time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from consultations.models import Booking
from services.actions.history import acting
from services.models import Notice
from services.rules.history import Actor
from tests.consultations.factories import clinic_day

DAYS_AHEAD = 21
PATIENCE = 30_000  # ms; a busy machine is no fault of the page


@pytest.fixture(autouse=True)
def _plain_files(settings, transactional_db):
    settings.STATICFILES_STORAGE = "django.contrib.staticfiles.storage.StaticFilesStorage"
    expect.set_options(timeout=PATIENCE)


@pytest.fixture
def day(transactional_db):
    with acting(Actor.system("test")):
        return clinic_day(on=timezone.localdate() + timedelta(days=DAYS_AHEAD))


def walk_to_check(page: Page, check) -> None:
    """Every page of the booking, each looked at by `check`."""
    page.goto("/consultations/")
    check(page)
    page.get_by_role("link", name="예약 시작하기").click()
    check(page)
    page.locator("input[value=LAW]").check()
    page.get_by_role("button", name="다음").click()
    check(page)
    page.locator("input[value=LEASE]").check()
    page.get_by_role("button", name="다음").click()
    check(page)
    page.locator("select[name=township]").select_option(label="만경읍")
    page.get_by_role("button", name="사시는 곳 먼저 보기").click()
    check(page)
    page.locator("input[name=venue]").first.check()
    page.get_by_role("button", name="다음").click()
    check(page)
    page.locator("input[name=slot]:not([disabled])").nth(1).check()
    page.get_by_role("button", name="다음").click()
    check(page)
    page.locator("input[value=self]").check()
    for name, value in {
        "name": "시연 김만경",
        "born_on_year": "1945",
        "born_on_month": "3",
        "born_on_day": "9",
        "phone": "010-1234-5678",
    }.items():
        page.locator(f"input[name={name}]").fill(value)
    page.get_by_role("button", name="인증번호 받기").click()
    check(page)
    text = Notice.objects.filter(once_key__startswith="verification:").order_by("-pk").first().short
    page.locator("input[name=code]").fill(re.search(r"\d{6}", text).group())
    page.get_by_role("button", name="확인하기").click()
    check(page)
    page.locator("textarea[name=question]").fill("보증금을 돌려받지 못했습니다.")
    page.get_by_role("button", name="다음").click()
    check(page)
    page.locator("input[name=COLLECTION][value=yes]").check()
    page.locator("input[name=ADVISER][value=yes]").check()
    page.get_by_role("button", name="다음").click()
    expect(page.get_by_role("heading", name="예약 내용을 확인해 주세요")).to_be_visible()
    check(page)


def book(page: Page, check) -> Booking:
    walk_to_check(page, check)
    page.get_by_role("button", name="예약하기").click()
    expect(page.get_by_role("heading", name="예약했습니다")).to_be_visible()
    check(page)
    booking = Booking.objects.select_related("resident").get()
    expect(page.locator(".reference")).to_have_text(booking.shown_reference)
    return booking


@pytest.mark.parametrize(("size", "high_contrast"), [("desktop", False), ("phone", True)], ids=["light", "contrast"])
def test_from_the_first_page_to_the_number(open_page, assert_axe_clean, assert_fits, day, size, high_contrast):
    page = open_page(size, high_contrast=high_contrast)
    page.set_default_timeout(PATIENCE)

    def check(shown: Page) -> None:
        assert_axe_clean(shown)
        assert_fits(shown)

    booking = book(page, check)
    assert booking.starts_at == day.moment(time(15, 20))
    page.get_by_role("link", name="내 신청 확인").last.click()
    expect(page.get_by_text("상담일을 기다립니다")).to_be_visible()
    check(page)


def test_without_javascript_then_cancel(open_page, assert_fits, day):
    page = open_page("phone", js=False)
    page.set_default_timeout(PATIENCE)
    booking = book(page, assert_fits)
    page.goto(f"/consultations/bookings/{booking.reference}/")
    page.get_by_role("link", name="예약 취소하기").click()
    page.get_by_role("button", name="예약 취소하기").click()
    expect(page.get_by_text("예약을 취소했습니다.").first).to_be_visible()
    booking.refresh_from_db()
    assert booking.state == "CANCELLED"


def test_a_forgotten_answer_is_named_and_leads_to_its_place(open_page, assert_axe_clean, day):
    page = open_page("phone")
    page.set_default_timeout(PATIENCE)
    page.goto("/consultations/book/kind")
    page.get_by_role("button", name="다음").click()
    expect(page).to_have_title(re.compile("^오류:"))
    assert_axe_clean(page)
    page.locator(".error-summary a").first.click()
    assert page.evaluate("document.activeElement.name") == "kind"
