"""A real browser (Chromium through Playwright) that may speak to nobody but the test server."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, Route, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or next((p for p in ("/usr/bin/chromium",) if Path(p).exists()), "")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = [item for item in items if Path(item.path).is_relative_to(Path(__file__).parent)]
    for item in here:
        item.add_marker("journey")
        if not CHROMIUM:
            item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright keeps an event loop in the thread of the tests
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


class Watched:
    """What went wrong in a page without anybody seeing it: console messages, requests to other hosts, 4xx files."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.faults: list[str] = []
        self.host = urlsplit(base).netloc
        context.route("**/*", self._judge)
        context.on("console", self._hear)
        context.on("response", self._see)
        context.on("weberror", lambda e: self.faults.append(f"script: {e.error}"))

    def _hear(self, message: ConsoleMessage) -> None:
        # A page that answers 404 or 409 on purpose is no fault; a file that is missing is seen in _see.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"console: {message.text}")

    def _see(self, response: Response) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            self.faults.append(f"{response.status}: {response.url}")

    def _judge(self, route: Route) -> None:
        url = urlsplit(route.request.url)
        if url.netloc == self.host or url.scheme in ("data", "blob"):
            route.continue_()
            return
        self.faults.append(f"request to another host: {route.request.url}")
        route.abort()


@pytest.fixture
def open_page(browser: Browser, live_server) -> Iterator[Callable[..., Page]]:
    """`open_page("phone", js=False, high_contrast=True, size="large")`: a page of its own context, watched."""
    opened: list[tuple[BrowserContext, Watched]] = []

    def make(
        size: str = "desktop", *, js: bool = True, high_contrast: bool = False, text: str = "normal", width: int = 0
    ):
        wide, high = SIZES[size]
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width or wide, "height": high},
            java_script_enabled=js,
            locale="ko-KR",
            timezone_id="Asia/Seoul",
            has_touch=size == "phone",
        )
        context.set_default_timeout(30_000)  # a busy machine is no fault of the page
        cookies = {"contrast": "high" if high_contrast else "normal", "text_size": text}
        context.add_cookies(
            [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
        )
        opened.append((context, Watched(context, live_server.url)))
        return context.new_page()

    yield make
    faults = [fault for _, watched in opened for fault in watched.faults]
    for context, _ in opened:
        context.close()
    assert not faults, "\n".join(faults)


@pytest.fixture
def page_desktop(open_page) -> Page:
    return open_page("desktop")


@pytest.fixture
def page_phone(open_page) -> Page:
    return open_page("phone")


@pytest.fixture(scope="session")
def axe_source() -> str:
    return (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def assert_axe_clean(axe_source) -> Callable[[Page], None]:
    """No violation of WCAG 2.2 A and AA or of axe's good practice on the page as it stands."""

    def check(page: Page) -> None:
        page.wait_for_load_state("load")  # before that the style sheet may be on its way
        page.evaluate(axe_source)
        found = page.evaluate("tags => axe.run(document, {runOnly: tags})", RULES)
        lines = [
            f"{rule['id']} ({rule['impact']}): {node['html'][:160]} {node['failureSummary'][:300]}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]
        assert not lines, f"{page.url}\n" + "\n".join(lines)

    return check


@pytest.fixture
def assert_fits() -> Callable[[Page], None]:
    """Nothing sticks out sideways: WCAG 1.4.10 (reflow)."""

    def check(page: Page) -> None:
        page.wait_for_load_state("load")
        page_width, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        wide = page.evaluate(
            """() => [...document.querySelectorAll('main *')]
                .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
                .filter(e => !e.closest('.krds-table-wrap, .sr-only'))
                .map(e => e.outerHTML.slice(0, 120)).slice(0, 5)"""
        )
        assert page_width <= window + 1, f"{page.url} is {page_width} px wide in {window} px: {wide}"

    return check


@pytest.fixture
def small_targets() -> Callable[[Page, int], list[str]]:
    """Controls lower than this many pixels; links within running text are excused (WCAG 2.5.8)."""

    def find(page: Page, least: int) -> list[str]:
        return page.evaluate(
            """least => [...document.querySelectorAll('a, button, input, select, textarea, summary')]
                .filter(e => e.type !== 'hidden')
                .filter(e => e.offsetParent !== null && !e.closest('p, .sr-only, #krds-skip-link, label'))
                .filter(e => !(e.parentElement.tagName === 'LI' && e.previousSibling?.textContent.trim()))
                .map(e => [Math.round(e.getBoundingClientRect().height), e.outerHTML.slice(0, 100)])
                .filter(([height]) => height > 0 && height < least).map(([height, html]) => height + 'px ' + html)""",
            least,
        )

    return find
