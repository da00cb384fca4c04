"""The energy manager brings a real inverter file; a citizen, and somebody with a keyboard only, look at it."""

import pytest
from django.test import Client

from services.enums.people import Role
from solar.actions.rollups import roll_up_all
from solar.enums import SourceKind
from tests.solar.factories import TRIO_NAME, make_source, trio_bytes, trio_source
from tests.solar.test_rollups import at, take


@pytest.fixture(autouse=True)
def _plain_static(settings, transactional_db):
    settings.STATICFILES_STORAGE = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def come_in(make_staff, live_server):
    """Gives a browser page the session of a member of staff."""

    def enter(page):
        client = Client()
        user = make_staff(Role.ENERGY_MANAGER)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
        page.context.add_cookies([cookie])

    return enter


@pytest.fixture
def a_year():
    model = make_source(code="model", kind=SourceKind.MODEL, interval_s=3600, credit="Weather data by Open-Meteo.com")
    for month in range(1, 13):
        take(model, {at(f"2024-{month:02}-03 12:00"): 9_000_000_000 + month * 100_000_000}, f"m{month}".encode())
    roll_up_all()


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_real_file_is_brought_looked_at_and_taken(open_page, assert_axe_clean, assert_fits, come_in, size, tmp_path):
    source = trio_source()
    file = tmp_path / TRIO_NAME
    file.write_bytes(trio_bytes())
    page = open_page(size)
    come_in(page)
    page.goto("/staff/solar/imports/")
    page.get_by_role("link", name="파일 올리기").click()
    assert_axe_clean(page)
    page.get_by_label("장치").select_option(str(source.pk))
    page.get_by_label("파일", exact=True).set_input_files(file)
    page.get_by_role("button", name="올리고 내용 보기").click()
    page.get_by_role("heading", name="처음 8줄").wait_for()
    assert page.get_by_text("32,840").count()
    assert_axe_clean(page)
    assert_fits(page)
    page.get_by_role("button", name="자료 받기").click()
    page.get_by_text("자료를 받았습니다.").wait_for()
    assert_axe_clean(page)
    page.get_by_role("link", name="시의회 주차장 화면 보기").click()
    assert page.get_by_text("29,834").count()
    assert page.get_by_text("시연 자료가 들어 있습니다.").count()


@pytest.mark.parametrize(
    ("size", "js", "high_contrast"), [("desktop", True, False), ("phone", True, True), ("phone", False, False)]
)
def test_a_citizen_looks(open_page, assert_axe_clean, assert_fits, a_year, size, js, high_contrast):
    page = open_page(size, js=js, high_contrast=high_contrast)
    page.goto("/solar/")
    assert page.get_by_text("시뮬레이션 값입니다.").count()
    numbers = page.get_by_role("row", name="12월").get_by_role("cell", name="2,833")
    if size == "phone" and js:  # folded on a phone, where the chart shows the same
        assert not numbers.is_visible()
        page.get_by_text("같은 숫자를 표로 보기").click()
    assert numbers.is_visible()
    if js:
        assert_axe_clean(page)
    assert_fits(page)
    page.get_by_role("link", name="시의회 주차장").click()
    page.get_by_role("heading", level=1, name="시의회 주차장").wait_for()
    assert_fits(page)


def test_a_chart_far_down_the_page_costs_nothing_until_it_is_near(open_page, a_year):
    page = open_page("phone")
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.goto("/solar/", wait_until="networkidle")
    assert page.locator("#plants").get_attribute("data-chart") == ""
    assert not [address for address in loaded if "chart.umd" in address]
    page.locator("#plants").scroll_into_view_if_needed()
    page.locator("#plants[data-chart=drawn]").wait_for()
    assert len([address for address in loaded if "chart.umd" in address]) == 1


def test_the_chart_is_read_with_the_keyboard(open_page, a_year):
    page = open_page("desktop")
    page.goto("/solar/")
    page.locator("#made").focus()
    page.locator("#made[data-chart=drawn]").wait_for()
    page.keyboard.press("ArrowRight")
    live = page.locator("#made-live")
    live.get_by_text("kWh").wait_for(state="attached")
    assert "시뮬레이션" in (live.text_content() or "")
