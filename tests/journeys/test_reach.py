"""What can be reached by a finger, read on the narrowest screen and on paper: what axe does not see."""

import importlib
import io
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page
from pypdf import PdfReader

from gimje_portal.rights import RIGHTS, Public
from services.actions.history import acting
from services.enums.people import Role
from services.models import Resident, User
from services.rules.history import Actor
from slate.models import Application
from solar.actions.rollups import roll_up_all
from tests.portal.test_rights import URLS
from tests.solar.factories import make_source
from tests.solar.test_rollups import at, take

FINGER, SHARE_OF_HEADER = 44, 0.25
NARROWEST, LOW = 320, 640
# Links and buttons that are a line of their own: no other words stand beside them in their block.
LOW_ONES = """least => [...document.querySelectorAll('main a, main button, main summary')]
    .filter(e => e.offsetParent !== null && !e.closest('.sr-only, figure.chart .canvas'))
    .filter(e => {
        const block = e.closest('p, li, dd, dt, td, th, label, div, section, figcaption') || e.parentElement;
        const beside = [...block.childNodes].filter(n => n.nodeType === 3).map(n => n.textContent.trim()).join('');
        return getComputedStyle(e).display !== 'inline' || !beside;
    })
    .map(e => [Math.round(e.getBoundingClientRect().height), e.outerHTML.slice(0, 110)])
    .filter(([height]) => height > 0 && height < least).map(([height, html]) => height + 'px ' + html)"""


@pytest.fixture
def _world(transactional_db, settings, tmp_path):
    """The demonstration, with a few hours of one plant."""
    settings.DEMO, settings.STAFF_MFA_REQUIRED, settings.DATA_DIR = True, False, tmp_path
    settings.STATICFILES_STORAGE = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with acting(Actor.system("test")):
        for app in ("services", "consultations", "slate"):
            importlib.import_module(f"gimje_portal.demo.{app}").load()
        _some_sun()


def _some_sun() -> None:
    meter = make_source(slug="council", code="meter", interval_s=3600)
    for month in range(1, 13):
        take(meter, {at(f"2025-{month:02}-03 12:00"): 9_000_000_000 + month * 100_000_000}, f"m{month}".encode())
    roll_up_all()


def come_in(page: Page, base: str, *, user: User | None = None, resident: Resident | None = None) -> None:
    client = Client()
    if user:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    if resident:
        session = client.session
        session["resident_phone_index"] = resident.phone_index
        session["resident_seen_at"] = int(timezone.now().timestamp())
        session.save()
        client.cookies["sessionid"] = str(session.session_key)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": base}])


def open_pages() -> list[str]:
    """Every page for everybody that needs no number, no form in hand and no log-in."""
    names = [name for name, converters in URLS if RIGHTS.get(name) is Public and not converters]
    others = re.compile(r"account|mfa|api|schema|save|leave|again|fate|_csv|desk|demo")
    return [reverse(name) for name in names if not others.search(name)]


def own_pages(application: Application) -> list[str]:
    mine = ("my", "my_data", "my_readings", "my_consents")
    return [
        *(reverse(f"services:{name}") for name in mine),
        reverse("slate:application", args=[application.reference]),
        reverse("slate:application_withdraw", args=[application.reference]),
    ]


STAFF_PAGES = {
    Role.CONSULTATION_OFFICER: ["services:staff_today", "consultations:staff_bookings", "services:staff_calls"],
    Role.SLATE_OFFICER: ["slate:staff_queue", "services:staff_letters"],
    Role.ENERGY_MANAGER: ["solar:staff_plants", "solar:staff_table_rates"],
    Role.AUDITOR: ["services:staff_notices", "consultations:staff_reports", "slate:staff_figures"],
    Role.ADMINISTRATOR: ["services:staff_people", "services:staff_operations"],
}


def staff_pages(role: Role) -> list[str]:
    pages = [reverse(name) for name in STAFF_PAGES[role]]
    if role == Role.SLATE_OFFICER:  # a case with its papers
        pages.append(reverse("slate:staff_case", args=[Application.objects.order_by("pk")[0].reference]))
    return pages


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.usefixtures("_world")
def test_links_and_files_are_as_high_as_a_finger(open_page, live_server, size):
    low = {}
    application = Application.objects.filter(decisions__isnull=False).order_by("pk")[0]
    page = open_page(size)
    come_in(page, live_server.url, resident=application.resident)
    public = ["/", "/consultations/", "/slate/", "/solar/", "/services/catalogue/", "/services/guide/"]
    for address in [*public, *own_pages(application)]:
        page.goto(address)
        low[address] = page.evaluate(LOW_ONES, FINGER)
    for role in STAFF_PAGES:
        page = open_page(size)
        come_in(page, live_server.url, user=User.objects.get(username=role.value))
        for address in staff_pages(role):
            page.goto(address)
            low[address] = page.evaluate(LOW_ONES, FINGER)
    assert {address: found for address, found in low.items() if found} == {}


@pytest.mark.usefixtures("_world")
def test_on_the_narrowest_screen_with_large_text_the_page_has_the_room(open_page, assert_fits, live_server):
    """320 px, large text: no sideways scroll; the header leaves three quarters of the screen to the page."""
    application = Application.objects.filter(decisions__isnull=False).order_by("pk")[0]
    page = open_page("phone", width=NARROWEST, text="large")
    page.set_viewport_size({"width": NARROWEST, "height": LOW})
    tall = {}
    for address in open_pages():
        page.goto(address)
        assert_fits(page)
        tall[address] = page.evaluate("document.querySelector('#krds-header').getBoundingClientRect().height") / LOW
    come_in(page, live_server.url, resident=application.resident)
    for address in own_pages(application):
        page.goto(address)
        assert_fits(page)
    assert {address: share for address, share in tall.items() if share > SHARE_OF_HEADER} == {}
    assert len(tall) > 20
    for role in STAFF_PAGES:
        page = open_page("phone", width=NARROWEST, text="large")
        come_in(page, live_server.url, user=User.objects.get(username=role.value))
        for address in staff_pages(role):
            page.goto(address)
            assert_fits(page)


@pytest.mark.parametrize("js", [True, False])
def test_on_paper_figures_are_there_though_the_screen_folds_them(open_page, transactional_db, settings, js):
    settings.STATICFILES_STORAGE = "django.contrib.staticfiles.storage.StaticFilesStorage"
    with acting(Actor.system("test")):
        _some_sun()
    page = open_page("phone", js=js)
    page.goto("/solar/")
    folded = page.get_by_text("2,833", exact=True).first
    assert folded.is_visible() is not js
    if js:  # whoever has seen the picture finds it on the paper too
        page.locator("#made").scroll_into_view_if_needed()
        page.locator("#made[data-chart=drawn]").wait_for()
    paper = PdfReader(io.BytesIO(page.pdf(format="A4")))
    text = "".join(sheet.extract_text() for sheet in paper.pages)
    assert "2,833" in text
    assert folded.is_visible() is not js  # folded again
    if js:
        assert any(len(sheet.images) for sheet in paper.pages), "the picture is drawn"
