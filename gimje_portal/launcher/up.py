"""`manage.py up`: from a fresh checkout to a running portal, and back to nothing on Ctrl-C."""

import errno
import http.client
import json
import os
import socket
import sys
import time
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from gimje_portal.launcher.console import (
    STARTED,
    Argv,
    Interrupted,
    Problem,
    Step,
    Steps,
    in_background,
    interruptible,
    say,
)
from gimje_portal.launcher.django_steps import (
    build_assets,
    collect_static,
    load_demo,
    migrate,
    renew_if_outdated,
    settings_environment,
)
from gimje_portal.launcher.environment import RUN_TIME, require_space
from gimje_portal.launcher.keys import write_private
from gimje_portal.launcher.places import RUNTIME, Place, already_running, find_place, warn_if_unsafe
from gimje_portal.launcher.servers import Servers
from gimje_portal.launcher.stamps import hash_sources
from gimje_portal.launcher.supervisor import Program, Supervisor

LAST_PLACE = RUNTIME / "last-up"
DEMO_FILE = "demo"
COLD_SECONDS = 10.0  # a start that took longer says where the time went


def run(options: Namespace) -> int:
    """Set up, run until a signal comes, stop. Returns 0 when it was asked to stop."""
    demo = not options.no_demo
    place = find_place(options.data, name="demo" if demo else "portal")
    with interruptible():
        take(place, demo=demo)
        require_free_port(options.bind, options.port)
        renew_if_outdated(place, demo=demo)
        supervisor = Supervisor(place)
        is_ready = False
        try:
            env = settings_environment(place, demo=demo) | web_environment(options.bind, options.port)
            logins = start(supervisor, env, options, demo=demo)
            is_ready = True
            announce(place, options, logins)
            supervisor.watch()
        except Interrupted:
            if not is_ready:
                raise
            return 0
        finally:
            say("\nStopping ...")
            place.state.unlink(missing_ok=True)
            supervisor.stop()
            say("Stopped.")


def take(place: Place, *, demo: bool) -> None:
    """Claim the data directory; demonstration people and real people never share one."""
    require_space(existing_parent(place.path), 300)
    place.prepare()
    if not place.lock_or_wait(30):
        raise already_running(place)
    kind = DEMO_FILE if demo else "portal"
    found = place.kind.read_text() if place.kind.exists() else kind
    if found != kind:
        other = "without" if found == DEMO_FILE else "with"
        msg = f"{place.path} was started {other} --no-demo before; choose another --data, the two must not mix."
        raise Problem(msg)
    place.kind.write_text(kind)
    if "PORTAL_DATA" not in os.environ:  # else the environment says where, to Django commands as well
        RUNTIME.mkdir(exist_ok=True)
        LAST_PLACE.write_text(str(place.path))


def existing_parent(path: Path) -> Path:
    return next(step for step in (path.absolute(), *path.absolute().parents) if step.exists())


def require_free_port(bind: str, port: int) -> None:
    """Ask before anything is started; gunicorn would say it in a log and try five times."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
        except socket.gaierror:
            msg = f"{bind} is not an address of this machine; leave --bind out or give one that is."
            raise Problem(msg) from None
        except OSError as fault:
            reasons = {
                errno.EADDRINUSE: f"Port {port} is in use by another program; choose another with --port.",
                errno.EACCES: f"Port {port} is reserved for root; choose one above 1023 with --port.",
                errno.EADDRNOTAVAIL: f"{bind} is not an address of this machine; leave --bind out.",
            }
            raise Problem(reasons.get(fault.errno or 0, f"Port {port} cannot be used: {fault}.")) from None


def web_environment(bind: str, port: int) -> dict[str, str]:
    """The names under which this machine may be asked, unless the environment says it."""
    hosts = ["127.0.0.1", "localhost", "[::1]", socket.gethostname().lower()]
    if bind not in ("0.0.0.0", "::"):  # noqa: S104 -- compared with, not bound to
        hosts.append(f"[{bind}]" if ":" in bind else bind)
    else:
        hosts.extend(own_addresses())
    ours = {"ALLOWED_HOSTS": ",".join(dict.fromkeys(hosts)), "SITE_URL": address(bind, port)}
    return ours | {name: os.environ[name] for name in ours if name in os.environ}


def own_addresses() -> Iterator[str]:
    """The addresses others reach us by, as far as the machine knows its own name."""
    try:
        found = socket.getaddrinfo(socket.gethostname(), None, proto=socket.IPPROTO_TCP)
    except OSError:
        return
    for entry in found:
        host = str(entry[4][0])
        yield f"[{host}]" if ":" in host else host


def address(bind: str, port: int) -> str:
    host = "127.0.0.1" if bind == "0.0.0.0" else "[::1]" if bind == "::" else bind  # noqa: S104
    return f"http://[{host}]:{port}" if ":" in host and not host.startswith("[") else f"http://{host}:{port}"


def start(supervisor: Supervisor, env: Mapping[str, str], options: Namespace, *, demo: bool) -> str:
    """Every step to a portal that answers; returns the demonstration log-ins.

    Assets need no database and tables no assets: on a fresh machine the two go side by side, one on each core.
    """
    steps = Steps(8 if demo else 7)
    place = supervisor.place
    with steps.step(f"Python packages ({RUN_TIME.lock.name})") as step:
        step.note = "ready" if RUN_TIME.is_current() else "installed"
        RUN_TIME.prepare(step)
    sources = hash_sources()
    with steps.step("PostgreSQL and Valkey"):
        Servers(supervisor, RUN_TIME).start()
    logins = ""
    with in_background() as background:  # not earlier: starting children wants one thread only
        building, collecting = Step(), Step()
        assets = background.submit(building.work_in_background, build_assets, RUN_TIME, sources)
        static = background.submit(collecting.work_in_background, collect_static, RUN_TIME, env)
        with steps.step("Tables") as step:
            migrate(RUN_TIME, place, env, sources, step)
        with steps.step("Design system, fonts and scripts", building):
            assets.result()
        if demo:
            with steps.step("Demonstration data") as step:
                logins = load_demo(RUN_TIME, place, env, step)
        with steps.step("Static files", collecting):
            static.result()
    with steps.step("Web server"):
        start_web(supervisor, env, options)
    with steps.step("Worker and clock (Celery)"):
        start_celery(supervisor, env)
    if time.monotonic() - STARTED > COLD_SECONDS:
        say(f"\nWhere the seconds went:\n{steps.where_the_seconds_went()}")
    return logins


def start_web(supervisor: Supervisor, env: Mapping[str, str], options: Namespace) -> None:
    """gunicorn imports the portal once and forks (--preload): half the work and memory of importing it twice."""
    bind = f"[{options.bind}]:{options.port}" if ":" in options.bind else f"{options.bind}:{options.port}"
    gunicorn: Argv = [RUN_TIME.python, "-m", "gunicorn", "gimje_portal.wsgi:application", "--bind", bind, "--preload"]
    workers = ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--graceful-timeout", "2"]
    # The heartbeat file belongs in memory: on a busy disk its fchmod can block until the master kills the worker.
    memory = ["--worker-tmp-dir", "/dev/shm"] if os.access("/dev/shm", os.W_OK) else []  # noqa: S108
    supervisor.start(Program("web", [*gunicorn, *workers, *memory, "--no-control-socket"], env))
    supervisor.wait_until(lambda: answers(options.bind, options.port), "The web server")


def start_celery(supervisor: Supervisor, env: Mapping[str, str]) -> None:
    """After the web server: the first page is there sooner, and a task that waits a second is none the worse."""
    celery: Argv = [RUN_TIME.python, "-m", "celery", "-A", "gimje_portal"]
    quiet = ["--loglevel", "INFO", "--concurrency", "2", "--without-gossip", "--without-mingle"]
    supervisor.start(Program("worker", [*celery, "worker", *quiet], env))
    schedule = supervisor.place.path / "beat-schedule"
    supervisor.start(Program("beat", [*celery, "beat", "--schedule", schedule, "--pidfile="], env))


def answers(bind: str, port: int) -> bool:
    """Ask /healthz directly: urllib would ask the proxy that the environment may name."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bind, bind)  # noqa: S104
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()


def announce(place: Place, options: Namespace, logins: str) -> None:
    """Where it is, who can log in, how to stop it; and the same for a second `up` and for Django commands."""
    where = address(options.bind, options.port)
    write_private(place.state, json.dumps({"pid": os.getpid(), "address": where}))
    say()
    say(f"The portal runs at {where}  (ready in {time.monotonic() - STARTED:.1f} s)")
    warn_if_unsafe(options.bind)
    if logins:
        say("\n" + logins.rstrip() + "\n")
    if options.no_demo:
        say("Nobody can log in yet? In another terminal: python3 manage.py create_administrator NAME")
        say(f"Then {where}/staff/ leads from the empty portal to a working service.")
    say(f"Data and logs: {place.path}")
    say("Stop it with Ctrl-C." if sys.stdout.isatty() else f"Stop it with: kill {os.getpid()}")


@contextmanager
def attached(name_of_command: str) -> Iterator[tuple[Place, bool]]:
    """The data directory of the `up` that runs, or else of the last one with its servers started for a while."""
    place = last_place()
    place.prepare()
    if place.running():
        yield place, is_demo(place)
        return
    if not place.lock_or_wait(30):
        raise already_running(place)
    supervisor = Supervisor(place)
    try:
        with interruptible():
            RUN_TIME.prepare()
            Servers(supervisor, RUN_TIME).start()
        yield place, is_demo(place)
    finally:
        supervisor.stop()


def last_place() -> Place:
    if "PORTAL_DATA" not in os.environ and LAST_PLACE.exists():
        place = Place(Path(LAST_PLACE.read_text()))
        if place.kind.exists():  # else it was removed since, and must not come back empty
            return place
    return find_place(None, name=DEMO_FILE)


def is_demo(place: Place) -> bool:
    return not place.kind.exists() or place.kind.read_text() == DEMO_FILE
