"""The launcher's own decisions: what it hands over, where its sockets may be, and which sentence a fault becomes."""

import errno
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gimje_portal import launcher
from gimje_portal.launcher import check, console, django_steps, environment, keys, places, servers, stamps, up
from gimje_portal.launcher.guard import is_alive
from gimje_portal.launcher.places import Place
from gimje_portal.launcher.supervisor import Program, Supervisor, pause_before
from tests import order


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(places, "database_owner", lambda: None)
    found = Place(tmp_path / "data")
    found.prepare()
    return found


def release(place: Place) -> None:
    for lock in (place.held, place.launcher):
        if lock:
            lock.close()


def can_lock(path: Path) -> bool:
    other = Place(path)
    try:
        return other.lock()
    finally:
        release(other)


@pytest.mark.parametrize("command", ["up", "test", "bench", "lint"])
def test_own_commands_are_the_launchers_even_with_keys(command: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SECRET_KEY", "x")
    assert launcher.is_wanted([command])


@pytest.mark.parametrize(("key", "wanted"), [("x", False), (None, True)])
def test_a_django_command_is_left_alone_only_with_keys(key: str | None, wanted: bool, monkeypatch: pytest.MonkeyPatch):
    for name in ("SECRET_KEY", "PORTAL_LAUNCHED"):
        monkeypatch.delenv(name, raising=False)
    if key:
        monkeypatch.setenv("SECRET_KEY", key)
    assert launcher.is_wanted(["migrate"]) is wanted


def test_a_django_command_finds_its_settings_by_itself():
    """As in production: keys in the environment, and nothing that names the settings."""
    told = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    command = [sys.executable, "manage.py", "verify_history", "--help"]
    done = subprocess.run(
        command, cwd=places.ROOT, env=told | keys.make(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Verify the hash chains" in done.stdout


def test_a_child_of_the_launcher_never_becomes_a_launcher(monkeypatch: pytest.MonkeyPatch):
    """Else a broken Django in the environment would set everything up again, from inside of it."""
    monkeypatch.setenv("PORTAL_LAUNCHED", "1")
    monkeypatch.delenv("SECRET_KEY", raising=False)
    assert not launcher.is_wanted(["migrate"])


def test_options_have_safe_defaults():
    options = launcher.up_options([])
    assert (options.port, options.bind, options.no_demo, options.data) == (8000, "127.0.0.1", False, None)


@pytest.mark.parametrize("port", ["0", "65536", "many"])
def test_a_port_that_cannot_be_is_refused(port: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        launcher.up_options(["--port", port])
    assert ended.value.code == 2
    assert "--port" in capsys.readouterr().err


def test_a_stamp_is_current_only_for_its_ingredients(tmp_path: Path):
    stamp = stamps.Stamp(tmp_path / "stamp", "a", "b")
    assert not stamp.is_current()
    stamp.write()
    assert stamp.is_current()
    assert not stamps.Stamp(tmp_path / "stamp", "ab").is_current()
    stamp.clear()
    assert not stamp.is_current()


def test_the_hash_of_files_knows_names_and_contents(tmp_path: Path):
    (tmp_path / "a").write_text("1")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_text("1")
    before = stamps.hash_files(stamps.files_below(tmp_path), tmp_path)
    (tmp_path / "__pycache__" / "a.pyc").write_text("2")
    assert stamps.hash_files(stamps.files_below(tmp_path), tmp_path) == before
    (tmp_path / "a").rename(tmp_path / "b")
    assert stamps.hash_files(stamps.files_below(tmp_path), tmp_path) != before


@pytest.mark.parametrize(
    ("path", "fits"),
    [
        ("/srv/portal/sockets", True),
        ("/srv/our portal/sockets", False),
        ("/srv/김제/sockets", False),
        ("/srv/a,b/sockets", False),
        (f"/srv/{'x' * 81}", True),
        (f"/srv/{'x' * 82}", False),
    ],
)
def test_which_directory_fits_a_socket(path: str, fits: bool):
    assert places.fits_socket(Path(path)) is fits


def test_sockets_of_an_awkward_path_go_to_a_private_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(places, "database_owner", lambda: None)
    found = Place(tmp_path / "김제 data").sockets()
    try:
        assert places.fits_socket(found)
        assert found.stat().st_mode & 0o777 == 0o700
    finally:
        found.rmdir()


def test_a_private_directory_is_never_a_link(tmp_path: Path):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "theirs")
    with pytest.raises(console.Problem, match="belongs to someone else"):
        places.make_private(tmp_path / "link")


def test_the_lock_lets_one_in(place: Place):
    assert place.lock()
    assert not can_lock(place.path)
    release(place)
    assert can_lock(place.path)


def test_the_lock_is_held_until_the_last_child_is_gone(place: Place):
    assert place.lock()
    assert place.held
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=[place.held.fileno()])
    release(place)
    assert not can_lock(place.path)
    child.communicate(b"\n")
    assert can_lock(place.path)


def test_only_a_launcher_that_lives_is_running(place: Place):
    """Its process number may be another's by now, and its children may still be shutting down."""
    place.state.write_text('{"pid": 1, "address": "http://127.0.0.1:1"}')
    assert place.lock()
    assert Place(place.path).running()
    place.state.write_text("half a li")
    assert Place(place.path).running() is None
    place.state.write_text('{"pid": 1, "address": "http://127.0.0.1:1"}')
    release(place)
    assert Place(place.path).running() is None


def test_keys_are_made_once_and_are_private(place: Place, monkeypatch: pytest.MonkeyPatch):
    for name in keys.NAMES:
        monkeypatch.delenv(name, raising=False)
    first = keys.read_or_make(place.keys)
    assert first == keys.read_or_make(place.keys)
    assert place.keys.stat().st_mode & 0o777 == 0o600
    assert len(set(first.values())) == len(keys.NAMES)
    monkeypatch.setenv("SECRET_KEY", "given")
    assert keys.read_or_make(place.keys) == first | {"SECRET_KEY": "given"}


def test_a_data_directory_that_was_removed_is_not_used_again(place: Place, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("PORTAL_DATA", raising=False)
    note = place.path / "last-up"
    note.write_text(str(place.path))
    monkeypatch.setattr(up, "LAST_PLACE", note)
    assert up.last_place().path != place.path
    place.kind.write_text("demo")
    assert up.last_place().path == place.path


def test_a_demonstration_of_other_first_tables_is_made_anew(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    place.database.mkdir()
    (place.files / "photo").write_text("x")
    (place.stamps / "migrated").write_text("x")
    django_steps.first_tables(place).write()
    django_steps.renew_if_outdated(place, demo=True)
    assert (place.files / "photo").exists()  # the same tables: nothing happens
    (place.stamps / "first-tables").write_text("other")
    with pytest.raises(console.Problem, match="before the first release"):
        django_steps.renew_if_outdated(place, demo=False)
    assert place.database.exists()
    django_steps.renew_if_outdated(place, demo=True)
    assert "made anew" in capsys.readouterr().out
    assert not place.database.exists()
    assert place.files.is_dir()
    assert not list(place.files.iterdir())
    assert not list(place.stamps.iterdir())


def test_a_directory_of_before_that_stamp_is_outdated_only_when_its_tables_are_made(
    place: Place, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    place.database.mkdir()
    django_steps.renew_if_outdated(place, demo=False)  # broken off before its tables: goes on
    (place.stamps / "migrated").write_text("x")
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/x")
    django_steps.renew_if_outdated(place, demo=False)  # somebody else's database is not ours to judge
    monkeypatch.delenv("DATABASE_URL")
    with pytest.raises(console.Problem):
        django_steps.renew_if_outdated(place, demo=False)


def test_a_new_database_forgets_what_was_done_to_the_old_one(place: Place):
    (place.stamps / "migrated").write_text("x")
    place.demo_logins.write_text("x")
    place.forget_contents()
    assert not list(place.stamps.iterdir())
    assert not place.demo_logins.exists()


def test_a_taken_port_is_one_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(console.Problem, match=f"^Port {port} is in use by another program; choose another"):
            up.require_free_port("127.0.0.1", port)
    up.require_free_port("127.0.0.1", port)


@pytest.mark.parametrize("bind", ["203.0.113.1", "no such host"])
def test_an_address_of_another_machine_is_one_sentence(bind: str):
    with pytest.raises(console.Problem, match="is not an address of this machine"):
        up.require_free_port(bind, 8000)


@pytest.mark.parametrize(
    ("bind", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),  # noqa: S104
        ("::1", "http://[::1]:8000"),
        ("::", "http://[::1]:8000"),
    ],
)
def test_the_address_is_one_a_browser_can_open(bind: str, address: str):
    assert up.address(bind, 8000) == address


def test_the_name_asked_for_is_allowed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("ALLOWED_HOSTS", raising=False)
    assert "192.0.2.7" in up.web_environment("192.0.2.7", 80)["ALLOWED_HOSTS"].split(",")
    monkeypatch.setenv("ALLOWED_HOSTS", "portal.example")
    assert up.web_environment("192.0.2.7", 80)["ALLOWED_HOSTS"] == "portal.example"


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("error: Failed to fetch: `https://pypi.org/simple/amqp/`\n dns error", "The network is needed for a test"),
        ("npm error code ENOTFOUND", "The network is needed for a test"),
        ("OSError: [Errno 28] No space left on device", "No space left on the disk while a test"),
        ("ValueError: odd", "Failed while a test. The tool said:\n    ValueError: odd"),
    ],
)
def test_the_output_of_a_tool_becomes_a_sentence(output: str, sentence: str):
    assert console.diagnose("a test", output).startswith(sentence)


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, "No space left on the disk"),
        (errno.EACCES, "No permission to write"),
        (errno.EIO, "Input/output"),
    ],
)
def test_a_fault_of_the_system_becomes_a_sentence(number: int, sentence: str):
    assert console.explain(OSError(number, os.strerror(number), "/x")).startswith(sentence)


def test_too_little_disk_is_said_before_anything_is_done(tmp_path: Path):
    with pytest.raises(console.Problem, match=r"Not enough space .*: \d+ MB are free and about 999999999 MB"):
        environment.require_space(tmp_path, 999_999_999)


def test_a_tool_that_fails_is_a_problem_with_its_words():
    with pytest.raises(console.Problem, match="Failed while trying"):
        console.run_tool([sys.executable, "-c", "raise SystemExit('no')"], doing="trying")


def fail_beside(job: Callable[[], object], *, meanwhile: float) -> None:
    """A step that fails after so many seconds, while `job` is at work in the background."""
    with console.in_background() as background:
        background.submit(job)
        time.sleep(meanwhile)
        raise console.Problem("no tables")


def test_when_a_step_fails_the_tool_in_the_background_ends_with_its_children():
    """Its children hold its output open, which was once read for ever."""
    began = time.monotonic()
    with pytest.raises(console.Problem, match="no tables"):
        fail_beside(lambda: console.run_tool(["sh", "-c", "sleep 60 & sleep 60"], doing="building"), meanwhile=0.5)
    assert time.monotonic() - began < 10


def test_when_a_step_fails_the_background_waits_for_no_other_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(environment, "RUNTIME", tmp_path)
    taken = places.try_lock(tmp_path / "set-up.lock")
    assert taken

    turns = []

    def build() -> None:
        with environment.one_set_up_at_a_time():
            turns.append("ours")

    with pytest.raises(console.Problem, match="no tables"):
        fail_beside(build, meanwhile=0.2)
    assert turns == []
    taken.close()


@pytest.fixture
def supervisor(place: Place) -> Iterator[Supervisor]:
    assert place.lock()
    before = {number: signal.getsignal(number) for number in console.STOP_SIGNALS}
    running = Supervisor(place)
    yield running
    running.stop()
    release(place)
    for number, handler in before.items():
        signal.signal(number, handler)


def test_what_dies_again_and_again_is_tried_ever_later_and_named(
    supervisor: Supervisor, capsys: pytest.CaptureFixture[str]
):
    supervisor.start(Program("steady", ["/bin/sleep", "60"], {}))
    supervisor.start(Program("sick", ["/bin/sh", "-c", "echo I am ill; exit 3"], {}))
    steady = supervisor.children[0].process.pid
    said = ""
    while "4th time" not in said:
        for child in tuple(supervisor.children):
            supervisor.look_after(child)
        said += capsys.readouterr().out
        time.sleep(0.01)
    assert supervisor.children[0].process.pid == steady
    assert re.findall(r"sick (.*)", said) == [
        "ended with code 3. Starting it again.",
        "ended with code 3, the second time in a row, after 0 s. Next try in 1 s.",
        "ended with code 3, the third time in a row, after 0 s. Next try in 2 s.",
        "ended with code 3, the 4th time in a row, after 0 s. Next try in 4 s.",
    ]
    assert said.count("    I am ill") == 4


def test_what_cannot_be_started_again_is_tried_later(supervisor: Supervisor, capsys: pytest.CaptureFixture[str]):
    program = supervisor.place.path / "program"
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o700)
    supervisor.start(Program("lost", [program], {}))
    supervisor.children[0].process.wait()
    program.unlink()
    supervisor.look_after(supervisor.children[0])
    assert "lost cannot be started: No such file or directory" in capsys.readouterr().out
    assert supervisor.children[0].next_try


@pytest.mark.parametrize(("failures", "seconds"), [(1, 0), (2, 1), (3, 2), (7, 32), (8, 60), (3000, 60)])
def test_the_pause_doubles_up_to_a_minute(failures: int, seconds: float):
    assert pause_before(failures) == seconds


def test_what_ran_well_for_a_while_begins_anew(supervisor: Supervisor, capsys: pytest.CaptureFixture[str]):
    supervisor.start(Program("old", ["/bin/sh", "-c", "exit 1"], {}))
    child = supervisor.children[0]
    child.failures, child.started = 5, time.monotonic() - 61
    child.process.wait()
    supervisor.look_after(child)
    assert "old ended with code 1. Starting it again." in capsys.readouterr().out


def test_the_guard_forgets_a_child_that_is_gone():
    """Its number may be another's by now."""
    other = subprocess.Popen(["/bin/sleep", "60"], start_new_session=True)
    try:
        guard = subprocess.Popen(
            [sys.executable, "-I", Path(launcher.__file__).with_name("guard.py")], stdin=subprocess.PIPE, text=True
        )
        guard.communicate(f"{other.pid} {int(signal.SIGTERM)}\ngone {other.pid}\n", timeout=10)
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_printing_to_nobody_does_not_fail():
    code = (
        "import os; from gimje_portal.launcher.console import say;"
        "os.close(1); os.open('/dev/full', os.O_WRONLY); say('hello'); say('again')"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=places.ROOT, check=False).returncode == 0


def test_a_broker_that_is_not_there_is_not_ready(tmp_path: Path):
    assert not servers.broker_is_ready(tmp_path / "none.sock")


@pytest.mark.parametrize(("last", "is_ready"), [("ready   ", True), ("starting", False), (None, False)])
def test_readiness_is_read_where_postgresql_writes_it(tmp_path: Path, last: str | None, is_ready: bool):
    lines = ["1", "/data", "0", "5432", "/socket", "", "0", *([last] if last else [])]
    (tmp_path / "postmaster.pid").write_text("\n".join(lines))
    assert servers.database_is_ready(tmp_path) is is_ready


@pytest.mark.parametrize(
    ("arguments", "is_spread"),
    [
        ([], True),
        (["-q", "-x"], True),
        (["tests/slate"], True),
        (["tests/slate/test_rules.py"], False),
        (["tests/slate/test_rules.py::test_priority"], False),
        (["-n0"], False),
        (["-n", "3"], False),
        (["--pdb"], False),
    ],
)
def test_a_whole_run_uses_every_core_and_a_named_file_one(arguments: list[str], is_spread: bool):
    assert ("-n" in check.cores(arguments)) is is_spread


def test_what_kills_servers_stays_on_one_core_and_a_file_stays_together():
    assert order.unit_of("tests/faults/test_outbox.py::test_a") == order.unit_of(
        "tests/faults/test_benches.py::test_b"
    )
    assert order.unit_of("tests/slate/test_rules.py::TestX::test_a[1-2]") == "tests/slate/test_rules.py"
    known = order.known_seconds()
    assert known["tests/faults"] > known["tests/slate/test_rules.py"]


def test_ci_without_a_browser_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.delenv("CI", raising=False)
    assert check.find_browser() == ""
    assert "skipped" in capsys.readouterr().out
    monkeypatch.setenv("CI", "true")
    with pytest.raises(console.Problem, match="must not be skipped"):
        check.find_browser()


def test_the_guard_stops_the_children_of_a_launcher_that_died():
    child = subprocess.Popen(["/bin/sleep", "60"], start_new_session=True)
    threading.Thread(target=child.wait).start()  # the launcher is dead in this story, so somebody else must reap
    guard = subprocess.Popen(
        [sys.executable, "-I", Path(launcher.__file__).with_name("guard.py")], stdin=subprocess.PIPE, text=True
    )
    guard.communicate(f"{child.pid} {int(signal.SIGTERM)}\n", timeout=10)
    assert child.wait(5) == -signal.SIGTERM


def test_the_guard_leaves_children_alone_after_bye():
    child = subprocess.Popen(["/bin/sleep", "60"], start_new_session=True)
    try:
        guard = subprocess.Popen(
            [sys.executable, "-I", Path(launcher.__file__).with_name("guard.py")], stdin=subprocess.PIPE, text=True
        )
        guard.communicate(f"{child.pid} {int(signal.SIGTERM)}\nbye\n", timeout=10)
        time.sleep(0.1)
        assert is_alive(child.pid)
    finally:
        child.kill()
        child.wait()
