"""A real `manage.py up` is stopped, killed, started twice and started on what a crash left behind."""

import os
import pty
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest

from gimje_portal.launcher.environment import BASE_PYTHON
from gimje_portal.launcher.places import ROOT
from gimje_portal.launcher.servers import addresses
from tests.running_portal import RunningPortal, clean_environment, free_port

pytestmark = pytest.mark.fault
STOP_SECONDS = 5.0
SET_UP_SECONDS = 300.0  # the first start here may have to install and to build everything, on a busy machine
# No test may look at the sockets of the test run's own servers.
SERVER_VARIABLES = ("DATABASE_URL", "REDIS_URL")


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """One data directory for all tests here, below a path with a space and Hangul; pytest's own shuts out `nobody`."""
    base = Path("/var/tmp") / f"gimje test {os.getpid()} 김제"  # noqa: S108
    base.mkdir()
    yield base / "data"
    shutil.rmtree(base)


@pytest.fixture
def portal(data: Path) -> Iterator[RunningPortal]:
    running = RunningPortal(data, "--no-demo")
    try:
        running.wait_until_ready(SET_UP_SECONDS)
        yield running
    finally:
        running.kill_what_is_left()


def query(portal: RunningPortal, sql: str, monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    for name in SERVER_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    host = addresses(portal.place())["DATABASE_URL"].removeprefix("postgresql://gimje@/").removesuffix("/gimje")
    connection = psycopg2.connect(host=host, user="gimje", dbname="gimje")
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def wait_until(is_so: Callable[[], object], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything(portal: RunningPortal, number: signal.Signals):
    assert portal.left_over()
    code, seconds = portal.stop(number)
    assert (code, portal.left_over()) == (0, [])
    assert seconds <= STOP_SECONDS


def test_killing_the_launcher_leaves_no_process_and_loses_no_row(
    portal: RunningPortal, data: Path, monkeypatch: pytest.MonkeyPatch
):
    query(portal, "CREATE TABLE survivor AS SELECT 1 AS number", monkeypatch)
    _, seconds = portal.stop(signal.SIGKILL)
    assert portal.left_over() == []
    assert seconds <= STOP_SECONDS
    again = RunningPortal(data, "--no-demo")
    try:
        again.wait_until_ready(SET_UP_SECONDS)
        assert query(again, "SELECT number FROM survivor", monkeypatch) == [(1,)]
        query(again, "DROP TABLE survivor", monkeypatch)
        assert again.stop()[0] == 0
    finally:
        again.kill_what_is_left()


def test_a_second_up_says_where_the_first_one_runs(portal: RunningPortal, data: Path):
    second = RunningPortal(data, "--no-demo")
    assert second.process.wait(20) == 1
    assert f"already running at http://127.0.0.1:{portal.port}" in second.text()
    assert portal.answers()


def test_a_terminal_that_closes_stops_everything(data: Path):
    """Its output has nowhere to go any more, and that must not keep it from stopping its children."""
    child, terminal = pty.fork()
    if child == 0:  # pragma: no cover -- this is the other process
        argv = [BASE_PYTHON, ROOT / "manage.py", "up", "--no-demo", "--data", data, "--port", str(free_port())]
        os.execve(BASE_PYTHON, [str(part) for part in argv], clean_environment({"PORTAL_DATA": str(data)}))  # noqa: S606
    seen = b""
    while b"Stop it with Ctrl-C" not in seen:
        seen += os.read(terminal, 4096)
    os.close(terminal)
    begun = time.monotonic()
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert time.monotonic() - begun <= STOP_SECONDS


def test_a_broken_off_set_up_is_repaired(portal: RunningPortal, data: Path):
    """Half an initdb, the number of a process that is gone, stamps of a database that is lost."""
    portal.stop(signal.SIGKILL)
    shutil.rmtree(data / "postgresql")
    (data / "postgresql.new" / "base").mkdir(parents=True)
    (data / "state.json").write_text('{"pid": 1, "address": "http://127.0.0.1:1"}')
    again = RunningPortal(data, "--no-demo")
    try:
        again.wait_until_ready(SET_UP_SECONDS)
        assert again.answers("/readyz"), "the stamp of the lost database kept the new one without tables"
        assert again.stop()[0] == 0
    finally:
        again.kill_what_is_left()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("worker", "celery -A gimje_portal worker"),
        ("beat", "celery -A gimje_portal beat"),
        ("web", "gunicorn"),
        ("valkey", "valkey-server"),
        ("postgresql", "postgres -D"),
    ],
)
def test_what_dies_is_started_again_and_takes_nothing_with_it(portal: RunningPortal, name: str, words: str):
    wait_until(lambda: portal.child("beat"))  # started last
    web, dead = portal.child("gunicorn"), portal.child(words)
    os.kill(dead, signal.SIGKILL)
    wait_until(lambda: portal.child(words) not in (0, dead))
    wait_until(lambda: portal.answers("/readyz"))
    assert portal.answers()
    assert (portal.child("gunicorn") == web) is (name != "web")
    assert f"{name} was ended by SIGKILL" in portal.text()
    code, seconds = portal.stop()
    assert (code, portal.left_over()) == (0, [])
    assert seconds <= STOP_SECONDS


def test_demonstration_and_real_people_do_not_share_a_directory(data: Path):
    (data / "kind").write_text("portal")
    demo = RunningPortal(data)
    assert demo.process.wait(20) == 1
    assert "the two must not mix" in demo.text()


def test_a_port_in_use_is_one_sentence(data: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        portal = RunningPortal(data, "--no-demo", port=port)
        assert portal.process.wait(20) == 1
    assert portal.text().strip().splitlines() == [
        f"manage.py: Port {port} is in use by another program; choose another with --port."
    ]


def test_an_old_python_is_told_so():
    code = "import sys; sys.version_info = (3, 9, 2); sys.argv = ['manage.py', 'up']; exec(open('manage.py').read())"
    done = subprocess.run([BASE_PYTHON, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.strip() == "Python 3.11 or newer is needed, and this is Python 3.9."
