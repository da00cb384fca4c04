"""`manage.py bench start`: how long a newcomer waits, cold and warm, and how long everything takes to be gone."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from gimje_portal.launcher.places import ROOT
from tests.benchmarks import IS_SMALLEST, QUICKER, Row, bench
from tests.running_portal import RunningPortal

COLD_SECONDS = 45.0
WARM_SECONDS = 4.0
STOP_SECONDS = 5.0


@bench("start", needs_tables=False)
def measure() -> Iterator[Row]:
    """A copy of what git knows, with empty caches, below a path with a space and Hangul."""
    base = Path("/var/tmp") / f"gimje bench {os.getpid()} 김제"  # noqa: S108 -- pytest's own shuts out `nobody`
    caches = {name: str(base / name) for name in ("UV_CACHE_DIR", "PIP_CACHE_DIR", "npm_config_cache")}
    if IS_SMALLEST:  # neither downloads nor demonstration data
        root, caches = ROOT, {}
    else:
        root = copy_checkout(base / "portal")
    try:
        cold = RunningPortal(base / "data", *QUICKER, root=root, env=caches)
        yield Row(
            "cold: to the first page, downloads and demonstration data", cold.wait_until_ready(300), "s", COLD_SECONDS
        )
        yield from stop(cold, signal.SIGINT, "Ctrl-C")
        if IS_SMALLEST:  # tests/faults/test_start_stop.py sends every signal
            return
        for number, name in (
            (signal.SIGTERM, "SIGTERM"),
            (signal.SIGHUP, "closed terminal"),
            (signal.SIGKILL, "SIGKILL"),
        ):
            warm = RunningPortal(base / "data", *QUICKER, root=root, env=caches)
            yield Row("warm: to the first page", warm.wait_until_ready(), "s", WARM_SECONDS)
            yield from stop(warm, number, name)
        after = RunningPortal(base / "data", *QUICKER, root=root, env=caches)
        yield Row("after SIGKILL: to the first page", after.wait_until_ready(), "s", WARM_SECONDS)
        yield from stop(after, signal.SIGTERM, "SIGTERM")
    finally:
        shutil.rmtree(base, ignore_errors=True)


def copy_checkout(target: Path) -> Path:
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


def stop(portal: RunningPortal, number: signal.Signals, name: str) -> Iterator[Row]:
    code, seconds = portal.stop(number)
    yield Row(f"{name}: until no process is left", seconds, "s", STOP_SECONDS)
    if number != signal.SIGKILL:
        yield Row(f"{name}: exit code 0 (1 = kept)", float(code == 0), "", 1, at_least=True)
