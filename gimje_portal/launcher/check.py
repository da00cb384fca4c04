"""`manage.py test`, `bench` and `lint`: each with servers and data of its own, also while `up` runs."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from gimje_portal.launcher.console import Argv, Problem, Step, interruptible, say
from gimje_portal.launcher.django_steps import MANAGE, build_assets, settings_environment
from gimje_portal.launcher.environment import DEVELOPER
from gimje_portal.launcher.places import ROOT, Place, free_place
from gimje_portal.launcher.servers import Servers
from gimje_portal.launcher.stamps import Stamp, hash_files, hash_sources
from gimje_portal.launcher.supervisor import Supervisor, run_in_foreground

APPS = ("gimje_portal", "services", "consultations", "solar", "slate")
PLAIN_STATIC = {"STATICFILES_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage"}
MOST_CORES = 4  # each more makes another database and imports the portal once more
ENDED = (0, 1)  # pytest's codes of a run that went to its end and left clean tables
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def test(arguments: Sequence[str]) -> int:
    """Set up and run pytest, against real PostgreSQL and a real broker; or, with --mutants, see what it notices."""
    if "--mutants" in arguments:
        return mutants([argument for argument in arguments if argument != "--mutants"])
    browser = find_browser()
    prepare("Test tools", with_assets=True)
    place = free_place("test")
    tables = clean_tables(place)
    with servers_for(place, throw_away=True):
        env = settings_environment(place, demo=False) | PLAIN_STATIC | {"CHROMIUM": browser}
        # Our servers keep their test database between runs (--reuse-db); one that is not ours may be anything.
        fresh = ["--create-db"] if "DATABASE_URL" in os.environ else []
        code = run_in_foreground([DEVELOPER.python, "-m", "pytest", *fresh, *cores(arguments), *arguments], env)
    if code in ENDED:
        tables.write()
    return code


def cores(arguments: Sequence[str]) -> list[str]:
    """One process a core, each with a database of its own; not for a few named files, where starting it costs more."""
    chosen = any(argument.startswith(("-n", "--numprocesses", "--pdb", "--trace")) for argument in arguments)
    named = [argument for argument in arguments if ".py" in argument]
    if chosen or named:
        return []
    return ["-n", str(min(os.cpu_count() or 1, MOST_CORES)), "--durations", "15"]


def mutants(apps: Sequence[str]) -> int:
    """Put small faults into copies of the tree, one at a time, and see that a test fails at each."""
    prepare("Test tools", with_assets=True)
    place = free_place("mutants")
    clean_tables(place)
    with servers_for(place, throw_away=True):
        env = settings_environment(place, demo=False) | PLAIN_STATIC | {"MUTANTS_DIR": str(place.path / "trees")}
        return run_in_foreground([DEVELOPER.python, "-m", "tests.mutants", *apps], env)


def find_browser() -> str:
    """Journeys need Chromium. Without one they are skipped, but never where nobody would notice."""
    given = os.environ.get("CHROMIUM")
    found = given or next((path for name in BROWSERS if (path := shutil.which(name))), "")
    if found:
        return found
    if os.environ.get("CI"):
        msg = "CI is set, so the journeys must not be skipped: install Chromium (on Debian: apt install chromium)."
        raise Problem(msg)
    say("Note: no Chromium found, so the journeys in a browser are skipped (on Debian: apt install chromium).")
    return ""


def bench(arguments: Sequence[str]) -> int:
    """Print figures as ratios against their budgets; the servers work as they do under `up`, on new data."""
    prepare("Benchmark tools", with_assets=True)
    place = free_place("bench")
    shutil.rmtree(place.database, ignore_errors=True)
    shutil.rmtree(place.broker, ignore_errors=True)
    place.prepare()
    with servers_for(place, throw_away=False):
        env = {"LOG_LEVEL": "WARNING"} | settings_environment(place, demo=False) | PLAIN_STATIC
        return run_in_foreground([DEVELOPER.python, "-m", "tests.benchmarks", *arguments], env)


def prepare(title: str, *, with_assets: bool) -> None:
    """Packages and assets; silent when there is nothing to do."""
    with interruptible():
        if not DEVELOPER.is_current():
            run_step(f"{title} ({DEVELOPER.lock.name})", DEVELOPER.prepare)
        if with_assets:
            build_assets(DEVELOPER, hash_sources(), for_tests=True)


def run_step(title: str, work: Callable[[Step], None]) -> None:
    step = Step()
    step.begin(title)
    work(step)
    step.end()


@contextmanager
def servers_for(place: Place, *, throw_away: bool) -> Iterator[None]:
    supervisor = Supervisor(place)
    try:
        with interruptible():
            Servers(supervisor, DEVELOPER, throw_away=throw_away).start()
        yield
    finally:
        supervisor.stop()


def clean_tables(place: Place) -> Stamp:
    """Start from an empty cluster when a migration was edited or a run broke off: --reuse-db would keep what is there.

    Returns the stamp to write when the run has ended and cleaned up.
    """
    migrations = [path for name in APPS for path in (ROOT / name / "migrations").glob("*.py")]
    stamp = Stamp(place.path / "test-tables", hash_files([*migrations, DEVELOPER.lock]))
    if not stamp.is_current():
        shutil.rmtree(place.database, ignore_errors=True)
    stamp.clear()
    return stamp


@dataclass(frozen=True)
class Gate:
    """One check of the gate: its name and how it is called."""

    name: str
    argv: Argv


def lint(arguments: Sequence[str]) -> int:
    """Run the gate, or the checks named; two at a time, in the order of the list. `--fix` lets ruff repair first."""
    prepare("Lint tools", with_assets=False)
    if "--fix" in arguments:
        for repair in (["check", "--fix", "--quiet"], ["format", "--quiet"]):
            subprocess.run([DEVELOPER.python, "-m", "ruff", *repair, "."], cwd=ROOT, check=False, capture_output=True)
        arguments = [name for name in arguments if name != "--fix"]
    place = free_place("lint")
    with servers_for(place, throw_away=True):
        env = settings_environment(place, demo=False) | PLAIN_STATIC | AS_IN_PRODUCTION
        gates = [gate for gate in all_gates(place) if not arguments or gate.name in arguments]
        if not gates:
            names = ", ".join(gate.name for gate in all_gates(place))
            msg = f"No such check; there are: {names}."
            raise Problem(msg)
        with ThreadPoolExecutor(max_workers=2) as pool:
            passed = list(pool.map(lambda gate: run_gate(gate, env), gates))
    say(f"{sum(passed)} of {len(passed)} checks passed")
    return 0 if all(passed) else 1


# `check --deploy` is about the server of the city, so the gate looks at the settings as they are there.
AS_IN_PRODUCTION = {
    "HTTPS": "1",
    "DEBUG": "0",
    "ALLOWED_HOSTS": "portal.example",
    "SITE_URL": "https://portal.example",
    "PROXY_COUNT": "1",
    "SMS_SENDER": "solapi",
    "SOLAPI_KEY": "key",
    "SOLAPI_SECRET": "secret",
}


def all_gates(place: Place) -> list[Gate]:
    """The longest first, so that the second core is busy until the end. Bandit's rules run within ruff (S)."""
    python = DEVELOPER.python
    django: Argv = [python, "-W", "ignore::RuntimeWarning", MANAGE]
    return [
        Gate("mypy", [python, "-m", "mypy", *APPS, "tests", "manage.py"]),
        Gate("squawk", [python, "-m", "gimje_portal.launcher.migration_check", place.path / "sql"]),
        Gate("ruff", [python, "-m", "ruff", "check", "."]),
        Gate("format", [python, "-m", "ruff", "format", "--check", "."]),
        Gate("imports", DEVELOPER.script("lint-imports")),
        Gate("templates", [python, "-m", "djlint", "--lint", "--quiet", "templates"]),
        Gate("migrations", [*django, "makemigrations", "--check", "--dry-run"]),
        Gate("deploy", [*django, "check", "--deploy", "--fail-level", "WARNING"]),
    ]


def run_gate(gate: Gate, env: Mapping[str, str]) -> bool:
    started = time.monotonic()
    done = subprocess.run(
        [str(part) for part in gate.argv],
        env=dict(env),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    is_good = done.returncode == 0
    say(f"{'ok  ' if is_good else 'FAIL'}  {gate.name:<11} {time.monotonic() - started:6.1f} s")
    if not is_good:
        say(done.stdout.rstrip())
    return is_good
