"""The Python environments: uv installs the hash-locked packages, and pip where uv cannot."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from gimje_portal.launcher.console import GIVEN_UP, Argv, Interrupted, Problem, Step, run_tool, say
from gimje_portal.launcher.places import ROOT, RUNTIME
from gimje_portal.launcher.stamps import Stamp, hash_files

# Inside an environment sys.executable is that environment's own Python, which we may be about to replace.
BASE_PYTHON = Path(getattr(sys, "_base_executable", sys.executable))
PLATFORM = f"{sys.version} {BASE_PYTHON.resolve()}"  # resolved: python3 and python3.11 are the same
MEGABYTE = 1024 * 1024


class Environment:
    """One virtual environment and the lock file it is a copy of."""

    def __init__(self, name: str, lock: str, megabytes: int) -> None:
        self.path = ROOT / name
        self.lock = ROOT / lock
        self.megabytes = megabytes
        self.python = self.path / "bin" / "python"

    @property
    def stamp(self) -> Stamp:
        return Stamp(self.path / ".portal-stamp", PLATFORM, hash_files([self.lock]))

    @property
    def base_stamp(self) -> Stamp:
        return Stamp(self.path / ".portal-python", PLATFORM)

    def is_current(self) -> bool:
        return self.stamp.is_current() and self.python.exists()

    def site(self) -> Path:
        """Where its packages are."""
        return next(self.path.glob("lib/python3*/site-packages"))

    def prepare(self, step: Step | None = None) -> None:
        """Make it what the lock file says; a half-made one is finished, one of another Python is made anew."""
        if self.is_current():
            return
        with one_set_up_at_a_time():
            if self.is_current():
                return
            require_space(ROOT, self.megabytes)
            # No stamp at all means broken off: half a package may look like a whole one, so begin anew.
            is_whole = self.stamp.path.exists() and self.base_stamp.is_current() and self.python.exists()
            self.stamp.clear()
            if not is_whole:
                make_environment(self.path, step, with_pip=False)
                self.base_stamp.write()
            install(self, step)
            self.stamp.write()

    def script(self, name: str) -> Argv:
        """How to call a console script: its first line cannot name an interpreter below a long path or a space."""
        return [self.python, self.path / "bin" / name]


RUN_TIME = Environment(".venv", "requirements.txt", 900)
# Tests and tools have an environment of their own: `test` may run while `up` runs, and one environment for both
# would be emptied and filled under the feet of the other. uv hard-links from its cache, so the second is cheap.
DEVELOPER = Environment(".venv-dev", "requirements-dev.txt", 1300)
TOOLS = Environment(".venv-tools", "requirements-uv.txt", 150)


def require_space(path: Path, megabytes: int) -> None:
    free = shutil.disk_usage(path).free // MEGABYTE
    if free < megabytes:
        msg = f"Not enough space on the disk of {path}: {free} MB are free and about {megabytes} MB are needed."
        raise Problem(msg)


@contextmanager
def one_set_up_at_a_time() -> Iterator[None]:
    """Two commands started together must not fill the same environment."""
    RUNTIME.mkdir(exist_ok=True)
    with (RUNTIME / "set-up.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("      Another command is setting up; waiting for it.")
            wait_for(lock)
        yield


def wait_for(lock: IO[str]) -> None:
    """Ask again and again instead of sleeping in the kernel, where no news reaches the thread in the background."""
    while not GIVEN_UP.wait(0.1):
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
    raise Interrupted


def make_environment(path: Path, step: Step | None, *, with_pip: bool) -> None:
    options = ["--clear"] if with_pip else ["--clear", "--without-pip"]
    try:
        run_tool([BASE_PYTHON, "-m", "venv", *options, path], doing="making a virtual environment", step=step)
    except Problem as problem:
        if "ensurepip" in str(problem):
            msg = "This Python has no venv module with pip; install it (on Debian: apt install python3-venv)."
            raise Problem(msg) from None
        raise


def install(environment: Environment, step: Step | None) -> None:
    """With uv (5 s for 110 packages); with pip (42 s) on a machine for which uv has no wheel."""
    doing = f"installing the packages of {environment.lock.name}"
    uv = find_uv(step)
    if uv:
        sync: Argv = [uv, "pip", "sync", "--require-hashes", "--only-binary=:all:", "--python", environment.python]
        run_tool([*sync, environment.lock], doing=doing, step=step, env=uv_settings())
        return
    pip: Argv = [TOOLS.python, "-m", "pip", "--python", environment.python, "install", "--disable-pip-version-check"]
    run_tool([*pip, "--require-hashes", "--only-binary=:all:", "-r", environment.lock], doing=doing, step=step)


def find_uv(step: Step | None) -> Path | None:
    """The hash-pinned uv of the tools environment, installed there with pip when it is missing."""
    uv = TOOLS.path / "bin" / "uv"
    if not TOOLS.is_current():
        TOOLS.stamp.clear()
        if not (TOOLS.base_stamp.is_current() and TOOLS.python.exists()):
            make_environment(TOOLS.path, step, with_pip=True)
            TOOLS.base_stamp.write()
        pip: Argv = [TOOLS.python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes"]
        try:
            run_tool([*pip, "--only-binary=:all:", "-r", TOOLS.lock], doing="installing uv", step=step)
        except Problem as problem:
            if "No matching distribution" not in str(problem):
                raise
            say("      uv has no wheel for this machine; pip will take about a minute.")
        TOOLS.stamp.write()
    return uv if uv.exists() else None


def uv_settings() -> dict[str, str]:
    """uv reads no configuration of pip: hand over the city's own package index if pip has one."""
    env = dict(os.environ)
    if "UV_DEFAULT_INDEX" in env or "UV_INDEX_URL" in env:
        return env
    asked = subprocess.run(
        [TOOLS.python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    for line in asked.splitlines():
        name, _, value = line.partition("=")
        if name.rpartition(".")[2] == "index-url":
            env["UV_DEFAULT_INDEX"] = value.strip("'\"")
    return env
