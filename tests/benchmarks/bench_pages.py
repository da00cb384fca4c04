"""`manage.py bench pages`: what each open page weighs at its first visit, how a rush is served, Lighthouse's marks.

The rush is made by wrk (`apt install wrk`); without it those rows are left out and said so.

Lighthouse is a tool of the bench machine, not of the project: `LIGHTHOUSE=/path/to/lighthouse manage.py bench pages`.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.urls import NoReverseMatch, reverse
from playwright.sync_api import Browser, sync_playwright

from gimje_portal.rights import RIGHTS, Public
from tests.benchmarks import IS_SMALLEST, QUICKER, Row, bench, sized
from tests.running_portal import RunningPortal

CHROMIUM = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
WEIGHT_KB = 220.0
RUSHED = ("services:home", "slate:start", "solar:public", "consultations:start")
RUSH_A_SECOND = 300.0
RUSH_P99_MS = 250.0
REQUESTS = 25.0
LIGHTHOUSE_PAGES = (
    "services:home",
    "consultations:start",
    "consultations:booking_kind",
    "consultations:enquiry_kind",
    "slate:start",
    "slate:check",
    "solar:public",
)
MARKS = {"performance": 95.0, "accessibility": 100.0, "best-practices": 100.0, "seo": 100.0}


@bench("pages", needs_tables=False)
def measure() -> Iterator[Row]:
    """Every public page without arguments, in a browser with an empty cache, from `manage.py up` itself."""
    folder = Path(tempfile.mkdtemp(prefix="gimje-pages-", dir="/var/tmp"))
    folder.chmod(0o755)
    portal = RunningPortal(folder / "data", *QUICKER)
    try:
        portal.wait_until_ready(300)
        base = f"http://127.0.0.1:{portal.port}"
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
            for name, path in open_pages()[: sized(100, 2)]:
                yield from weigh(browser, base + path, name)
            browser.close()
        yield from rush(base)
        if not IS_SMALLEST:
            yield from lighthouse_marks(base)
    finally:
        portal.stop()
        shutil.rmtree(folder, ignore_errors=True)


def rush(base: str) -> Iterator[Row]:
    """Everybody looks at once: sixteen connections on each page, beside an empty view in the same run."""
    wrk = shutil.which("wrk")
    if wrk is None:
        yield Row("no wrk on this machine: the rush was not measured", 0, "")
        return
    empty, _ = served(wrk, f"{base}/healthz")
    yield Row("rush: an empty view", empty, "a s")
    for name in RUSHED:
        count, p99 = served(wrk, base + reverse(name))
        yield Row(f"rush: {name}", count, "a s", None if IS_SMALLEST else RUSH_A_SECOND, at_least=True)
        yield Row(f"rush: {name}, p99", p99, "ms", None if IS_SMALLEST else RUSH_P99_MS)
        yield Row(f"rush: {name}, an empty view is so many times faster", empty / max(count, 1), "x")


def served(wrk: str, url: str) -> tuple[float, float]:
    """Requests a second and the 99th percentile in milliseconds; an answer that is no 2xx fails the benchmark."""
    argv = [wrk, "-t", "1", "-c", "16", "-d", f"{sized(8, 1)}s", "--latency", url]
    text = subprocess.run(argv, check=True, capture_output=True, text=True, timeout=60).stdout
    if "Non-2xx" in text:
        raise AssertionError(text)
    count = re.search(r"Requests/sec:\s+([\d.]+)", text)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", text)
    if not (count and p99):
        raise AssertionError(text)
    return float(count[1]), float(p99[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[p99[2]]


def open_pages() -> list[tuple[str, str]]:
    pages = []
    for name, access in RIGHTS.items():
        if access is Public and ":" in name:
            try:
                pages.append((name, reverse(name)))
            except NoReverseMatch:
                continue
    return pages


def weigh(browser: Browser, url: str, name: str) -> Iterator[Row]:
    """Bytes as they came over the line; a page that only redirects or downloads is left out."""
    context = browser.new_context(locale="ko-KR")
    page = context.new_page()
    sizes: list[float] = []
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    response = page.request.get(url, max_redirects=0)
    if response.status == 200 and "text/html" in response.headers.get("content-type", ""):
        page.goto(url, wait_until="networkidle")
        yield Row(f"{name}: weight", sum(sizes) / 1024, "KB", WEIGHT_KB)
        yield Row(f"{name}: requests", len(sizes), "", REQUESTS)
    context.close()


def lighthouse_marks(base: str) -> Iterator[Row]:
    """Mobile, slow 4G simulated: the strictest of its usual settings."""
    tool = os.environ.get("LIGHTHOUSE") or shutil.which("lighthouse")
    if not tool:
        print("  no Lighthouse on this machine: set LIGHTHOUSE to measure its marks")  # noqa: T201
        return
    flags = ["--quiet", "--output=json", "--chrome-flags=--headless=new --no-sandbox --disable-gpu"]
    for name in LIGHTHOUSE_PAGES:
        try:
            url = base + reverse(name)
        except NoReverseMatch:
            continue
        env = os.environ | {"CHROME_PATH": CHROMIUM}
        done = subprocess.run([tool, url, *flags], capture_output=True, text=True, env=env, check=False)
        if done.returncode:
            print(f"  {name}: Lighthouse failed: {done.stderr[-200:]}")  # noqa: T201
            continue
        report = json.loads(done.stdout)
        for mark, least in MARKS.items():
            yield Row(f"{name}: {mark}", report["categories"][mark]["score"] * 100, "", least, at_least=True)
        audits = report["audits"]
        yield Row(f"{name}: LCP", audits["largest-contentful-paint"]["numericValue"] / 1000, "s", 2.5)
        yield Row(f"{name}: CLS", audits["cumulative-layout-shift"]["numericValue"], "", 0.05)
        yield Row(f"{name}: TBT", audits["total-blocking-time"]["numericValue"], "ms", 100.0)
