"""Looking at pages: every component and every open page, wide and narrow, light and high contrast, with faults."""

import pytest

from gimje_portal.rights import RIGHTS, Public

PAGES = [
    "/",
    "/services/display/",
    "/services/accessibility/",
    "/services/guide/",
    "/services/privacy/",
    "/no-such-page/",
]
COMPONENTS = ["/components/citizen/", "/components/citizen/?faults", "/components/staff/", "/components/staff/?faults"]


@pytest.fixture(autouse=True)
def _with_showcase(settings, monkeypatch, transactional_db):
    settings.ROOT_URLCONF = "tests.portal.showcase_urls"
    settings.STATICFILES_STORAGE = "django.contrib.staticfiles.storage.StaticFilesStorage"
    monkeypatch.setitem(RIGHTS, "components", Public)


@pytest.mark.parametrize(("size", "high_contrast"), [("desktop", False), ("phone", True)], ids=["light", "contrast"])
def test_pages_are_clean_to_axe(open_page, assert_axe_clean, size, high_contrast):
    page = open_page(size, high_contrast=high_contrast)
    for address in PAGES + COMPONENTS:
        page.goto(address)
        assert_axe_clean(page)


def test_pages_are_whole_without_javascript(open_page, assert_fits):
    page = open_page("phone", js=False)
    for address in PAGES + COMPONENTS:
        page.goto(address)
        assert_fits(page)
        assert page.locator("[data-read-aloud]").count() == 0 or not page.locator("[data-read-aloud]").is_visible()


@pytest.mark.parametrize(("width", "text"), [(320, "normal"), (390, "larger"), (768, "large"), (1280, "larger")])
def test_nothing_sticks_out_sideways(open_page, assert_fits, width, text):
    page = open_page("phone", width=width, text=text)
    for address in PAGES + COMPONENTS:
        page.goto(address)
        assert_fits(page)


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_what_citizens_press_is_48_pixels_high(open_page, small_targets, size):
    page = open_page(size)
    for address in [*PAGES, "/components/citizen/?faults"]:
        page.goto(address)
        assert small_targets(page, 48) == [], address


@pytest.mark.parametrize("address", ["/", "/components/citizen/?faults", "/components/staff/"])
def test_no_text_is_smaller_than_16_pixels(open_page, address):
    page = open_page("phone")
    page.goto(address)
    small = page.evaluate(
        """() => [...document.querySelectorAll('body *')]
            .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
            .filter(e => e.tagName !== 'SCRIPT' && parseFloat(getComputedStyle(e).fontSize) < 16)
            .map(e => getComputedStyle(e).fontSize + ' ' + e.outerHTML.slice(0, 80))"""
    )
    assert small == []


def test_larger_text_is_chosen_with_one_press_and_without_javascript(open_page):
    page = open_page("phone", js=False)
    page.goto("/services/guide/")
    page.get_by_role("button", name="글자 크게").click()
    assert page.url.endswith("/services/guide/")
    assert page.locator("html").get_attribute("class") == "size-large"
    assert page.get_by_role("status").inner_text().strip() == "글자를 크게 했습니다."
    page.get_by_role("button", name="글자 보통").click()
    assert page.locator("html").get_attribute("class") == ""


def test_high_contrast_turns_the_page_black(open_page):
    page = open_page("desktop")
    page.goto("/")
    page.get_by_role("button", name="선명하게 보기").click()
    page.wait_for_load_state()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(0, 0, 0)"
    page.get_by_role("button", name="선명하게 보기").click()
    page.wait_for_load_state()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_the_keyboard_reaches_the_content_at_once(page_desktop):
    page_desktop.goto("/")
    page_desktop.keyboard.press("Tab")
    assert page_desktop.evaluate("document.activeElement.textContent") == "본문 바로가기"
    page_desktop.keyboard.press("Enter")
    assert page_desktop.evaluate("document.activeElement.id") == "content"


def test_after_faults_the_summary_has_the_focus_and_leads_to_the_field(page_phone):
    page_phone.goto("/components/citizen/?faults")
    assert page_phone.evaluate("document.activeElement.id") == "faults"
    page_phone.get_by_role("link", name="이름이 비어 있습니다").click()
    assert page_phone.evaluate("document.activeElement.id") == "id_name"


def test_the_folded_menu_opens_with_a_key_and_closes_with_escape(page_phone):
    page_phone.goto("/")
    page_phone.locator("summary", has_text="전체 메뉴").focus()
    page_phone.keyboard.press("Enter")
    assert page_phone.locator(".menu-phone").get_attribute("open") is not None
    page_phone.keyboard.press("Escape")
    assert page_phone.locator(".menu-phone").get_attribute("open") is None


def test_a_chart_tells_its_values_to_the_keyboard(page_desktop):
    page_desktop.goto("/components/citizen/")
    page_desktop.locator("#months").focus()
    page_desktop.locator("#months[data-chart=drawn]").wait_for()
    page_desktop.keyboard.press("ArrowRight")
    page_desktop.keyboard.press("ArrowRight")
    assert page_desktop.locator("#months-live").inner_text() == "2월, 잰 값 8,200kWh, 기준 7,200kWh, 어림값"
