"""Every benchmark of `manage.py bench`, one after another, at its smallest size: that it runs, not what it says."""

import os
import subprocess
import sys

import pytest

from gimje_portal.launcher.places import ROOT
from tests.journeys.conftest import CHROMIUM

pytestmark = [pytest.mark.fault, pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")]


def test_all_benchmarks_run_in_a_row():
    env = os.environ | {"BENCH_SMALLEST": "1", "LOG_LEVEL": "WARNING", "CHROMIUM": CHROMIUM}
    argv = [sys.executable, "-m", "tests.benchmarks"]
    done = subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode in (0, 1), done.stderr  # 1: a budget was not kept, which means nothing at this size
    names = {path.stem.removeprefix("bench_") for path in (ROOT / "tests" / "benchmarks").glob("bench_*.py")}
    printed = done.stdout.splitlines()
    assert {line for line in printed if line and not line.startswith(" ")} == names
    for place, line in enumerate(printed):
        if line in names:
            assert printed[place + 1].startswith("  "), f"{line} measured nothing:\n{done.stdout}"
