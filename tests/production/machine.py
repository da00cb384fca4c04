"""A server in a temporary folder: what docs/operations/ says, with other paths and ports; no systemd is needed."""

import base64
import os
import re
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.services.provider import SECRET, Provider

ROOT = Path(__file__).resolve().parent.parent.parent
OPERATIONS = ROOT / "docs" / "operations"
NAME = "portal.example.go.kr"
NOT_TAKEN = (".git", ".venv*", "build", ".runtime", "node_modules", "__pycache__", ".mypy_cache", ".ruff_cache")
UNITS = ("gimje-web", "gimje-worker", "gimje-beat")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(*argv: str | Path, env: dict[str, str] | None = None, cwd: Path | None = None, code: int = 0) -> str:
    """Output of a program that must end with this exit code."""
    words = [str(part) for part in argv]
    out = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run(words, env=env, cwd=cwd, text=True, check=False, **out)  # type: ignore[call-overload]
    if done.returncode != code:
        msg = f"{shlex.join(map(str, argv))} ended with {done.returncode}:\n{done.stdout[-4000:]}"
        raise AssertionError(msg)
    return done.stdout


@dataclass
class Unit:
    """What one unit file says."""

    name: str
    start: list[list[str]]
    is_notifying: bool
    process: subprocess.Popen[bytes] | None = None


@dataclass
class Machine:
    """Everything of one run; `close` ends it."""

    folder: Path
    web: int = field(default_factory=free_port)
    https: int = field(default_factory=free_port)
    http: int = field(default_factory=free_port)
    database: int = field(default_factory=free_port)
    broker: int = field(default_factory=free_port)
    servers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    provider: Provider = field(default_factory=Provider)
    stops: list[float] = field(default_factory=list)  # seconds that the web took to finish what it served
    has_small_disk: bool = False

    def __post_init__(self) -> None:
        self.folder.chmod(0o755)
        for name in ("srv", "lib", "backups", "log", "run", "postgresql", "redis", "ssl"):
            (self.folder / name).mkdir()
        (self.folder / "lib" / "files").mkdir(mode=0o700)
        self.environment_file = self.folder / "gimje.env"
        self.socket = socket.create_server(("127.0.0.1", self.web), backlog=2048)  # gimje-web.socket
        self.units = {name: self.unit(name) for name in UNITS}
        self.control = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        threading.Thread(target=self.control.serve_forever, daemon=True).start()

    # Files of docs/operations/ with the paths and ports of this machine

    def here(self, text: str) -> str:
        for said, ours in {
            "/srv/gimje": self.folder / "srv",
            "/etc/gimje.env": self.environment_file,
            "/var/lib/gimje": self.folder / "lib",
            "/var/backups/gimje": self.folder / "backups",
            "/var/log/gimje": self.folder / "log",
            "/etc/ssl/gimje": self.folder / "ssl",
            "/run/nginx.pid": self.folder / "run" / "nginx.pid",
            "127.0.0.1:8000": f"127.0.0.1:{self.web}",
            "listen 443": f"listen {self.https}",
            "listen [::]:443": f"listen [::1]:{self.https}",
            "listen 80;": f"listen {self.http};",
            "listen [::]:80;": f"listen [::1]:{self.http};",
        }.items():
            text = text.replace(said, str(ours))
        return text

    def unit(self, name: str) -> Unit:
        text = self.here((OPERATIONS / f"{name}.service").read_text(encoding="utf-8"))
        starts = [shlex.split(line) for line in re.findall(r"^ExecStart=(.+)$", text, re.MULTILINE)]
        if name == "gimje-worker":  # two cores
            starts = [[{"4": "2"}.get(part, part) for part in argv] for argv in starts]
        return Unit(name, starts, "Type=notify" in text)

    def write_environment(self) -> None:
        """The example, with the values that an operator fills in."""
        values = {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "BLIND_INDEX_KEY": secrets.token_urlsafe(50),
            "FIELD_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "DATABASE_URL": f"postgresql://gimje:pa55word@127.0.0.1:{self.database}/gimje",
            "REDIS_URL": f"redis://127.0.0.1:{self.broker}/0",
            "SOLAPI_KEY": "key",
            "SOLAPI_SECRET": SECRET,
        }
        lines = self.here((OPERATIONS / "gimje.env.example").read_text(encoding="utf-8")).splitlines()
        given = [f"{name}={values[name]}" if (name := line.partition("=")[0]) in values else line for line in lines]
        given.append(f"SOLAPI_URL={self.provider.url}")
        self.environment_file.write_text("\n".join(given) + "\n", encoding="utf-8")
        self.environment_file.chmod(0o600)

    def environment(self, **more: str) -> dict[str, str]:
        """As a shell reads the file; nothing of the developer's own environment but the path."""
        script = f"set -a; . {shlex.quote(str(self.environment_file))}; exec env -0"
        bare = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
        done = subprocess.run(["/bin/sh", "-c", script], env=bare, capture_output=True, check=True)
        pairs = [one.decode().partition("=") for one in done.stdout.split(b"\0") if one]
        return {name: value for name, _, value in pairs} | more

    # Servers of Debian

    def start_servers(self) -> None:
        binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
        data, owner = self.folder / "postgresql", ["runuser", "-u", "postgres", "--"]
        self.has_small_disk = self.mount_small_disk(data)
        shutil.chown(data, "postgres")
        shutil.chown(self.folder / "run", "postgres")
        run(
            *owner,
            binaries / "initdb",
            "-D",
            data,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-N",
            cwd=Path("/"),
        )
        small = ("-c", "fsync=off", "-c", "max_wal_size=64MB", "-c", "min_wal_size=32MB")
        options = (*small, "-k", self.folder / "run", "-p", str(self.database))
        self.postgresql: list[str | Path] = [*owner, binaries / "postgres", "-D", data, *map(str, options)]
        self.start_postgresql()
        folder = ("--dir", self.folder / "redis", "--save", "", "--bind", "127.0.0.1")
        self.serve("redis", "redis-server", "--port", str(self.broker), *folder)
        wait_for(lambda: connects(self.broker), "Redis")
        self.sql("CREATE ROLE gimje LOGIN PASSWORD 'pa55word' CREATEDB", "CREATE DATABASE gimje OWNER gimje")

    def start_postgresql(self) -> None:
        asked = ("pg_isready", "-q", "-h", str(self.folder / "run"), "-p", str(self.database))
        self.serve("postgresql", *self.postgresql)

        def is_ready() -> bool:
            if self.servers[-1].poll() is not None:  # the one before was still going down
                self.serve("postgresql", *self.postgresql)
            return subprocess.run(asked, check=False).returncode == 0

        wait_for(is_ready, "PostgreSQL")

    def mount_small_disk(self, where: Path) -> bool:
        """A disk of its own that can be filled; a container may not be allowed to have one."""
        argv = ["mount", "-t", "tmpfs", "-o", "size=400m", "gimje", str(where)]
        return subprocess.run(argv, capture_output=True, check=False).returncode == 0

    def sql(self, *statements: str) -> None:
        """As PostgreSQL's own superuser."""
        words = [part for statement in statements for part in ("-c", statement)]
        host = ("-h", self.folder / "run", "-p", str(self.database), "-U", "postgres")
        run("psql", "-v", "ON_ERROR_STOP=1", *host, *words)

    def writes(self) -> bool:
        """Whether PostgreSQL can begin another piece of its log."""
        try:
            self.sql("SELECT pg_logical_emit_message(true, 'check', 'x')", "SELECT pg_switch_wal()")
        except AssertionError:
            return False
        return True

    def start_nginx(self) -> None:
        files = ("-keyout", self.folder / "ssl" / "key.pem", "-out", self.folder / "ssl" / "fullchain.pem")
        name = ("-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}")
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *files, *name)
        site = self.folder / "site.conf"
        site.write_text(self.here((OPERATIONS / "nginx.conf").read_text(encoding="utf-8")), encoding="utf-8")
        temporary = "".join(
            f"{kind}_temp_path {self.folder}/run/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        whole = self.folder / "nginx.conf"
        whole.write_text(
            f"pid {self.folder}/run/nginx.pid; error_log {self.folder}/log/nginx.log; daemon off; user root;"
            f"events {{}} http {{ include /etc/nginx/mime.types; {temporary} include {site}; }}"
        )
        run("nginx", "-t", "-c", whole)
        self.serve("nginx", "nginx", "-c", whole)
        wait_for(lambda: connects(self.https), "nginx")

    def serve(self, name: str, *argv: str | Path) -> None:
        """Start a server; `close` ends it."""
        with (self.folder / "log" / f"{name}.out").open("ab") as log:
            started = subprocess.Popen(
                [str(part) for part in argv], stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/"
            )
        self.servers.append(started)

    # Units, as systemd runs them

    def restart(self, name: str) -> None:
        self.stop(name)
        self.start(name)

    def start(self, name: str) -> None:
        unit = self.units[name]
        env, fds = self.environment(), []
        argv = ["/bin/sh", "-c", 'exec "$@"', "sh", *unit.start[0]]
        if name == "gimje-web":
            held = self.socket.fileno()
            argv[2] = f'export LISTEN_FDS=1 LISTEN_PID=$$; exec 3<&{held}; exec "$@"'
            fds.append(held)
        with (
            notified(self.folder / "run" / f"{name}.notify") as (address, wait),
            (self.folder / "log" / f"{name}.out").open("ab") as log,
        ):
            if unit.is_notifying:
                env["NOTIFY_SOCKET"] = address
            unit.process = subprocess.Popen(
                argv,
                env=env,
                cwd=(self.folder / "srv" / "current").resolve(),
                pass_fds=fds,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
            if unit.is_notifying:
                wait(unit.process)

    def stop(self, name: str) -> None:
        """SIGTERM to the main process, SIGKILL to what is left of its group: KillMode=mixed."""
        process = self.units[name].process
        if process is None:
            return
        begun = time.monotonic()
        process.terminate()
        try:
            process.wait(30)
            if name == "gimje-web":
                self.stops.append(time.monotonic() - begun)
        finally:
            if group_exists(process.pid):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(5)
            self.units[name].process = None

    def handler(self) -> type[BaseHTTPRequestHandler]:
        machine = self

        class Restart(BaseHTTPRequestHandler):
            """Stands for `systemctl restart`."""

            def do_GET(self) -> None:
                try:
                    machine.restart(self.path.strip("/"))
                    self.send_response(200)
                except (OSError, AssertionError, subprocess.SubprocessError, KeyError):
                    self.send_response(500)
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                return

        return Restart

    # What an operator types

    def repository(self) -> Path:
        """The tree as it stands, as a repository of its own with one commit."""
        target = self.folder / "srv" / "repository"
        shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(*NOT_TAKEN))
        who = ("-c", "user.name=check", "-c", "user.email=check@localhost")
        run("git", "init", "-q", cwd=target)
        run("git", "add", "-A", "-f", cwd=target)
        run("git", *who, "commit", "-q", "-m", "as it stands", cwd=target)
        return target

    def release(self, argument: str) -> str:
        """docs/operations/release.sh as it is; a developer's packages and assets are reused where there are any."""
        restart = self.folder / "restart"
        restart.write_text(
            f'#!/bin/sh\nexec {sys.executable} -c "import sys, urllib.request as web\n'
            f"web.build_opener(web.ProxyHandler({{}})).open('http://127.0.0.1:{self.control.server_port}/' + "
            'sys.argv[1], timeout=60)" "$1"\n'
        )
        restart.chmod(0o755)
        env = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": os.environ.get("HOME", "/root"),
            "GIMJE_HOME": str(self.folder / "srv"),
            "GIMJE_ENV": str(self.environment_file),
            "GIMJE_BACKUPS": str(self.folder / "backups"),
            "GIMJE_RESTART": str(restart),
            "GIMJE_WEB": f"http://127.0.0.1:{self.web}",
        }
        developer = ROOT / ".venv-dev"
        if developer.is_dir():
            env["GIMJE_VENV"] = str(developer)
        if not (self.folder / "srv" / "current").exists():
            env["GIMJE_SEED"] = str(ROOT)
        return run("/bin/sh", OPERATIONS / "release.sh", argument, env=env, cwd=Path("/"))

    def manage(self, *arguments: str | Path, env: dict[str, str] | None = None, code: int = 0) -> str:
        current = (self.folder / "srv" / "current").resolve()
        return run(
            current / "venv/bin/python",
            "manage.py",
            *arguments,
            env=self.environment(**(env or {})),
            cwd=current,
            code=code,
        )

    def close(self) -> None:
        for name in UNITS:
            self.stop(name)
        for process in reversed(self.servers):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
        if self.has_small_disk:
            subprocess.run(["/bin/umount", str(self.folder / "postgresql")], check=False)
        self.control.shutdown()
        self.provider.stop()
        self.socket.close()


@contextmanager
def machine() -> Iterator[Machine]:
    with tempfile.TemporaryDirectory(prefix="gimje-", ignore_cleanup_errors=True) as folder:
        made = Machine(Path(folder))
        try:
            yield made
        finally:
            made.close()


@contextmanager
def notified(path: Path) -> Iterator[tuple[str, Any]]:
    """The socket on which a unit of Type=notify says that it is ready."""
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(path))
        listener.settimeout(0.5)

        def wait(process: subprocess.Popen[bytes]) -> None:
            end = time.monotonic() + 60
            while time.monotonic() < end:
                try:
                    if b"READY=1" in listener.recv(4096):
                        return
                except TimeoutError:
                    if process.poll() is not None:
                        break
            msg = "It did not say READY=1."
            raise AssertionError(msg)

        yield str(path), wait


def wait_for(is_so: Any, what: str, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            msg = f"{what}: not within {seconds:.0f} s"
            raise AssertionError(msg)
        time.sleep(0.1)


def connects(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def group_exists(pid: int) -> bool:
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    return True
