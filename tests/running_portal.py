"""A portal started as a person would, by `manage.py up`, for the tests that stop, kill and restart it."""

import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from gimje_portal.launcher.environment import BASE_PYTHON
from gimje_portal.launcher.places import ROOT, Place
from gimje_portal.launcher.supervisor import die_with_parent

# What the launcher of the tests set for the tests must not reach a portal that makes its own.
# PORTAL_DATA keeps it from becoming the portal that the developer's own Django commands would use afterwards.
OWN = (
    "PORTAL_LAUNCHED",
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "FIELD_KEYS",
    "BLIND_INDEX_KEY",
    "DATA_DIR",
    "STATICFILES_STORAGE",
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in OWN} | dict(extra or {})


def points_to(link: Path, target: str) -> bool:
    try:
        return str(link.readlink()) == target
    except OSError:  # it ended while we looked, or it is somebody else's
        return False


def command_line(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
    except OSError:  # it has just ended
        return ""


class RunningPortal:
    """One `manage.py up` in its own session, with its output in a file."""

    def __init__(
        self,
        data: Path,
        *options: str,
        root: Path = ROOT,
        env: Mapping[str, str] | None = None,
        port: int | None = None,
    ) -> None:
        self.data = data
        self.port = port or free_port()
        self.started = time.monotonic()
        data.parent.mkdir(parents=True, exist_ok=True)
        self.output = data.with_name(f"{data.name}.out")
        argv: Sequence[str | Path] = [BASE_PYTHON, root / "manage.py", "up", "--data", data, "--port", str(self.port)]
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [*argv, *options],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=clean_environment({"PORTAL_DATA": str(data), **(env or {})}),
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 -- a test run that is killed leaves none
            )

    def text(self) -> str:
        return self.output.read_text(errors="replace")

    def wait_until_ready(self, seconds: float = 90) -> float:
        """Seconds from the start of the command to its first page."""
        end = time.monotonic() + seconds
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"not ready:\n{self.text()}")
            time.sleep(0.05)
        first_page = time.monotonic() - self.started
        while "Stop it with" not in self.text():
            time.sleep(0.05)
        return first_page

    def answers(self, path: str = "/") -> bool:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"http://127.0.0.1:{self.port}{path}", timeout=10) as page:
                return bool(page.status == 200)
        except OSError:
            return False

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """Send a signal to the launcher only; returns its exit code and the seconds until no process was left."""
        begun = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(30)
        while self.left_over() and time.monotonic() < begun + 30:
            time.sleep(0.05)
        return code, time.monotonic() - begun

    def left_over(self) -> list[str]:
        """The numbers of all processes that hold the lock: every child inherits it, whatever it calls itself."""
        lock = str(self.data / "lock")
        return sorted({link.parts[2] for link in Path("/proc").glob("[0-9]*/fd/*") if points_to(link, lock)})

    def child(self, words: str) -> int:
        """The number of the launcher's own child whose command line has these words, or 0 while there is none."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return next((int(one) for one in children if words in command_line(one)), 0)

    def kill_what_is_left(self) -> None:
        """For a test that failed: leave nothing behind."""
        if self.process.poll() is None:
            self.stop(signal.SIGKILL)

    def place(self) -> Place:
        return Place(self.data)
