"""Where things live: the data directory with its lock, the socket directory, and who may read them."""

import fcntl
import hashlib
import json
import os
import re
import stat
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from gimje_portal.launcher.console import Problem, say

ROOT = Path(__file__).resolve().parents[2]
RUNTIME = ROOT / ".runtime"
SOCKET_NAME = "/.s.PGSQL.5432"
SOCKET_BYTES = 100  # a socket's whole path may have 107 bytes on Linux and 103 on macOS


@dataclass(frozen=True)
class Owner:
    """The user the database runs as."""

    uid: int
    gid: int


def database_owner() -> Owner | None:
    """PostgreSQL refuses to run as root, so root hands it to `nobody`; None means: as ourselves."""
    if os.geteuid() != 0:
        return None
    import pwd

    nobody = pwd.getpwnam("nobody")
    return Owner(nobody.pw_uid, nobody.pw_gid)


def is_open_to_all(path: Path) -> bool:
    """Whether a stranger such as `nobody` may walk through every directory down to `path`."""
    existing = [step for step in (path, *path.parents) if step.exists()]
    return all(step.stat().st_mode & stat.S_IXOTH for step in existing)


def make_private(path: Path, owner: Owner | None = None) -> Path:
    """Make a 0700 directory for `owner`; refuse one that somebody else laid there first (shared /tmp, symlinks)."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = path.lstat()
    allowed = {os.geteuid(), owner.uid if owner else os.geteuid()}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in allowed:
        msg = f"{path} belongs to someone else; remove it or choose another directory with --data."
        raise Problem(msg)
    if owner and found.st_uid != owner.uid:
        os.chown(path, owner.uid, owner.gid)
    path.chmod(0o700)
    return path


def runtime_directory() -> Path:
    """`.runtime` in the checkout; for root in a checkout closed to `nobody` (below /root), a place in /var/tmp."""
    if os.geteuid() != 0 or is_open_to_all(ROOT):
        return RUNTIME
    return Path("/var/tmp") / f"gimje-portal-{short_hash(ROOT)}"  # noqa: S108 -- its owner is checked when used


def short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


class Place:
    """One data directory: database, broker, private files, keys, logs, and the lock that says who uses it."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.owner = database_owner()
        self.database = self.path / "postgresql"
        self.broker = self.path / "valkey"
        self.files = self.path / "files"
        self.logs = self.path / "logs"
        self.stamps = self.path / "stamps"
        self.keys = self.path / "keys.json"
        self.state = self.path / "state.json"
        self.kind = self.path / "kind"
        self.demo_logins = self.path / "demo-logins.txt"
        self.held: IO[str] | None = None
        self.launcher: IO[str] | None = None

    def prepare(self) -> None:
        """Make the directories; root leaves the outer one open to walk through, for `nobody` further down."""
        if self.owner and not is_open_to_all(self.path.parent):
            msg = f"As root the database runs as `nobody`, who may not enter {self.path}; choose another --data."
            raise Problem(msg)
        make_private(self.path)
        if self.owner:
            self.path.chmod(0o711)
        for directory in (self.files, self.logs, self.stamps, self.broker):
            make_private(directory)

    def forget_contents(self) -> None:
        """Called for a new database: what the stamps say was done, was done to another one."""
        self.demo_logins.unlink(missing_ok=True)
        for stamp in self.stamps.iterdir():
            stamp.unlink()

    def lock(self) -> bool:
        """Take the lock, which our children inherit: it is free again only when the last of them is gone."""
        self.held = try_lock(self.path / "lock")
        if self.held:
            self.launcher = try_lock(self.path / "launcher.lock")
        return self.held is not None

    def lock_or_wait(self, seconds: float) -> bool:
        """Take the lock, waiting while a run that was killed is still shutting down."""
        end = time.monotonic() + seconds
        while not self.lock():
            if self.running() or time.monotonic() > end:
                return False
            time.sleep(0.1)
        return True

    def running(self) -> dict[str, Any] | None:
        """What the `up` that lives here wrote about itself, or None if it is not alive and ready.

        Its number proves nothing (another process may have it by now), and the inherited lock only that something
        is left of it; so the launcher holds a second lock that no child inherits.
        """
        try:
            state: dict[str, Any] = json.loads(self.state.read_text())
        except (OSError, ValueError):
            return None
        return state if is_taken(self.path / "launcher.lock") else None

    def sockets(self) -> Path:
        """A private directory whose path fits into a socket address and into an URL without quoting."""
        for candidate in self.socket_candidates():
            if fits_socket(candidate) and (not self.owner or is_open_to_all(candidate.parent)):
                return make_private(candidate, self.owner)
        msg = "No directory has a path short enough for a socket; set TMPDIR to a short one such as /tmp."
        raise Problem(msg)

    def socket_candidates(self) -> Iterable[Path]:
        name = f"gimje-{short_hash(self.path)}"
        yield self.path / "sockets"
        yield Path(tempfile.gettempdir()) / name
        yield Path("/tmp") / name  # noqa: S108 -- make_private checks whose it is


def fits_socket(directory: Path) -> bool:
    """Short enough; no comma (it separates directories for PostgreSQL), no space or Hangul (URLs would quote them)."""
    is_plain = re.fullmatch(r"[\w./-]+", str(directory), re.ASCII)
    return bool(is_plain) and len(os.fsencode(directory) + SOCKET_NAME.encode()) <= SOCKET_BYTES


def try_lock(path: Path) -> IO[str] | None:
    """The open file that holds the lock as long as it is open anywhere, or None if somebody else has it."""
    file = path.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def is_taken(path: Path) -> bool:
    """Whether somebody holds it; a shared lock, so that two who only ask do not disturb each other."""
    if not path.exists():
        return False
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def find_place(given: str | None, *, name: str) -> Place:
    """The data directory that was asked for by option or by PORTAL_DATA, else our own of that name."""
    asked = given or os.environ.get("PORTAL_DATA")
    return Place(Path(asked).expanduser() if asked else runtime_directory() / name)


def free_place(name: str) -> Place:
    """The first data directory of that name nobody uses: `test`, `test-2`, ... so that two runs do not wait."""
    for number in range(1, 10):
        place = Place(runtime_directory() / (name if number == 1 else f"{name}-{number}"))
        place.prepare()
        if place.lock():
            return place
    msg = f"Nine runs of `manage.py {name}` are alive already; stop one of them first."
    raise Problem(msg)


def already_running(place: Place) -> Problem:
    state = place.running()
    if state and state.get("address"):
        return Problem(f"already running at {state['address']} (process {state['pid']}, data in {place.path}).")
    return Problem(f"Another command is using {place.path}; wait until it ends.")


def warn_if_unsafe(bind: str) -> None:
    if bind not in ("127.0.0.1", "localhost", "::1"):
        say(f"Note: {bind} can be reached from other machines, without encryption.")
