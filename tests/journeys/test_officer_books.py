"""An officer books for somebody on the telephone by keyboard alone: never a mouse, and counted in keys."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from consultations.models import Booking
from services.enums.notices import Channel
from services.enums.people import Role
from services.models import Notice
from tests.consultations.factories import clinic_day

PATIENCE = 30_000  # ms; a busy machine is no fault of the page


@pytest.fixture(autouse=True)
def _plain_files(settings, transactional_db):
    settings.STATICFILES_STORAGE = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STAFF_MFA_REQUIRED = False
    expect.set_options(timeout=PATIENCE)


class Keyboard:
    """Presses keys like a person, counts them and says which field has the cursor."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys, self.began = page, 0, time.monotonic()

    def press(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            self.page.keyboard.press(key)
            self.keys += 1

    def write(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.keys += len(text)

    @property
    def at(self) -> str:
        return str(self.page.evaluate("document.activeElement.name || document.activeElement.tagName"))

    def tab_to(self, name: str) -> None:
        """Tab onward to a field; a person would see where the cursor is."""
        for _ in range(40):
            if self.at == name:
                return
            self.press("Tab")
        raise AssertionError(f"Tab never reaches {name}; the cursor is at {self.at}")

    def sentence(self, what: str) -> str:
        return f"{what}: {self.keys} keys, {time.monotonic() - self.began:.1f} s of the machine"


@pytest.fixture
def desk(open_page, client, make_staff, live_server) -> Callable[[], Page]:
    """The counter page of an officer who is logged in."""

    def make(size: str = "desktop") -> Page:
        user = make_staff(Role.CONSULTATION_OFFICER)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        page = open_page(size)
        page.set_default_timeout(PATIENCE)
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
        page.context.add_cookies([cookie])
        page.goto("/staff/consultations/counter")
        return page

    return make


def a_day() -> None:
    clinic_day("LAW", on=timezone.localdate() + timedelta(days=10))


def test_somebody_with_a_landline_is_booked_by_keyboard_alone(desk, assert_axe_clean, assert_fits, capsys):
    a_day()
    page = desk()
    assert_axe_clean(page)
    assert_fits(page)
    keys = Keyboard(page)
    assert keys.at == "name"  # the cursor stands where the first answer goes
    keys.write("박순덕")
    keys.tab_to("phone")
    keys.write("0635403114")
    keys.tab_to("slot")
    keys.press("ArrowDown")
    keys.tab_to("has_consent")
    keys.press("Space")
    keys.press("Enter")
    expect(page.get_by_text("예약했습니다. 예약번호").first).to_be_visible()
    booking = Booking.objects.select_related("resident").get()
    assert (booking.source, booking.resident.name) == ("PHONE", "박순덕")
    assert {notice.channel for notice in Notice.objects.order_by("pk")} == {Channel.CALL}
    with capsys.disabled():
        print(f"\n{keys.sentence('landline, the first free time')}")  # noqa: T201 - a figure to read, not a limit


def test_with_needs_and_a_village_head_still_without_a_mouse(desk, assert_axe_clean, assert_fits, capsys):
    a_day()
    page = desk()
    keys = Keyboard(page)
    keys.write("박순덕")
    keys.tab_to("phone")
    keys.write("0635403114")
    keys.tab_to("slot")
    keys.press("ArrowDown", 2)
    keys.tab_to("has_consent")
    keys.press("Space")
    keys.tab_to("SUMMARY")
    keys.press("Enter")  # needs
    keys.tab_to("needs")
    keys.press("Space")
    keys.tab_to("SUMMARY")
    keys.press("Enter")  # helper
    keys.tab_to("helper_name")
    keys.write("이이장")
    keys.tab_to("helper_phone")
    keys.write("01099998888")
    keys.tab_to("helper_relation")
    keys.write("이장")
    assert_axe_clean(page)
    keys.press("Enter")  # the consent is missing: the page says so and keeps everything
    expect(page.get_by_role("alert").first).to_be_visible()
    assert_axe_clean(page)
    assert_fits(page)
    expect(page.locator("[name=helper_name]")).to_have_value("이이장")
    keys.tab_to("helper_consent")
    keys.press("ArrowDown")
    keys.press("Enter")
    if keys.at == "helper_consent":  # Enter opens a select in some browsers
        keys.tab_to("BUTTON")
        keys.press("Enter")
    expect(page.get_by_text("예약했습니다. 예약번호").first).to_be_visible()
    booking = Booking.objects.select_related("helper").get()
    assert (booking.helper.name, booking.helper_consent, booking.needs) == ("이이장", "BY_PHONE", ["WHEELCHAIR"])
    with capsys.disabled():
        print(f"\n{keys.sentence('with a need, a village head and one fault mended')}")  # noqa: T201 - a figure to read, not a limit


def test_on_a_narrow_screen_nothing_sticks_out(desk, assert_axe_clean, assert_fits):
    a_day()
    page = desk("phone")
    assert_axe_clean(page)
    assert_fits(page)
