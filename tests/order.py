"""How the tests are spread over the cores: file by file, the slowest first, and what kills servers one at a time."""

import json
import os
from collections import defaultdict
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

SECONDS = Path(__file__).with_name("seconds.json")  # measured: a whole run with --record-seconds writes it anew
UNKNOWN = 20.0  # a new file goes neither first nor last
ONE_AT_A_TIME = "tests/faults"  # they measure how fast servers come and go, so never two of them at once


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record-seconds", action="store_true", help=f"write how long each file took to {SECONDS.name}")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Before the settings are read: each core has a database of its own, and so it has files of its own."""
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        os.environ["DATA_DIR"] = str(Path(os.environ["DATA_DIR"]) / worker)
        Path(os.environ["DATA_DIR"]).mkdir(mode=0o700, exist_ok=True)


def unit_of(nodeid: str) -> str:
    """What stays on one core: the tests of one file, and all tests that kill servers."""
    return ONE_AT_A_TIME if nodeid.startswith(f"{ONE_AT_A_TIME}/") else nodeid.split("::", 1)[0]


def known_seconds() -> dict[str, float]:
    """Seconds of each unit at the last whole run that was recorded."""
    units: dict[str, float] = defaultdict(float)
    for file, seconds in json.loads(SECONDS.read_text()).items():
        units[unit_of(file)] += seconds
    return units


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Only on several cores: there the order of the units is the order of this list."""
    if hasattr(config, "workerinput"):
        known = known_seconds()
        items.sort(key=lambda item: -known.get(unit_of(item.nodeid), UNKNOWN))


class Units(LoadScopeScheduling):
    """A unit is given to the first core that is free."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Units:
    config.option.loadscopereorder = False  # else the units with the most tests go first, not the slowest
    return Units(config, log)


class Recorder:
    """Adds up the seconds of set-up, call and tear-down by file."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid.split("::", 1)[0]] += report.duration

    def pytest_sessionfinish(self) -> None:
        rounded = {file: round(seconds, 1) for file, seconds in sorted(self.seconds.items())}
        SECONDS.write_text(json.dumps(rounded, indent=1) + "\n")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--record-seconds") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder())
