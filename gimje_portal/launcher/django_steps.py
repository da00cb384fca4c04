"""The steps that Django does for us, each skipped while nothing it depends on has changed."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from gimje_portal.launcher.console import Problem, Step, run_tool, say
from gimje_portal.launcher.environment import Environment, one_set_up_at_a_time
from gimje_portal.launcher.keys import read_or_make, write_private
from gimje_portal.launcher.places import ROOT, Place
from gimje_portal.launcher.servers import addresses
from gimje_portal.launcher.stamps import Stamp, files_below, hash_files, hash_initial_tables

BUILD = ROOT / "build"
MANAGE = ROOT / "manage.py"


def settings_environment(place: Place, *, demo: bool) -> dict[str, str]:
    """What gimje_portal/settings.py reads, for a data directory; what the environment already says wins."""
    ours = {
        "DJANGO_SETTINGS_MODULE": "gimje_portal.settings",
        "DATA_DIR": str(place.files),
        "PYTHONUNBUFFERED": "1",
        "PORTAL_LAUNCHED": "1",
    }
    theirs = dict(os.environ)
    # Some containers set it; then nothing imported is ever kept compiled, and every start takes 2 seconds longer.
    theirs.pop("PYTHONDONTWRITEBYTECODE", None)
    return ours | theirs | read_or_make(place.keys) | addresses(place) | {"DEMO": str(int(demo))}


def build_assets(packages: Environment, sources: str, step: Step | None = None, *, for_tests: bool = False) -> None:
    """Design system, fonts and scripts into build/static. The module has finer stamps; this one saves starting it."""
    stamp = Stamp(BUILD / (".assets-stamp-dev" if for_tests else ".assets-stamp"), sources)
    flags = ["--dev"] if for_tests else []
    if stamp.is_current() and (BUILD / "static").is_dir():
        return
    with one_set_up_at_a_time():
        stamp.clear()
        run_tool([packages.python, "-m", "gimje_portal.assets", *flags], doing="building the assets", step=step)
        stamp.write()


def collect_static(packages: Environment, env: Mapping[str, str], step: Step | None = None) -> None:
    """Hashed and compressed copies for WhiteNoise, from scratch: what a broken-off run wrote may be half a file."""
    ingredients = [*files_below(BUILD / "static"), *files_below(ROOT / "gimje_portal" / "static"), packages.lock]
    stamp = Stamp(BUILD / ".collected-stamp", hash_files(ingredients))
    if stamp.is_current() and (BUILD / "collected").is_dir():
        return
    with one_set_up_at_a_time():
        stamp.clear()
        shutil.rmtree(BUILD / "collected", ignore_errors=True)
        # Our API answers in JSON only, so the files of its framework's own pages are left out.
        options = ["--noinput", "-v1", "--ignore", "rest_framework"]
        manage(packages, env, "collectstatic", *options, doing="collecting the static files", step=step)
        stamp.write()


def migrate(packages: Environment, place: Place, env: Mapping[str, str], sources: str, step: Step | None) -> None:
    """Always for a database that is not ours; for ours only after a change of any source (triggers, rights)."""
    stamp = Stamp(place.stamps / "migrated", sources)
    if stamp.is_current() and "DATABASE_URL" not in os.environ:
        return
    stamp.clear()
    first_tables(place).write()
    manage(packages, env, "migrate", "--noinput", doing="making the tables", step=step)
    stamp.write()


def first_tables(place: Place) -> Stamp:
    """The initial migrations that made the tables of a data directory."""
    return Stamp(place.stamps / "first-tables", hash_initial_tables())


def renew_if_outdated(place: Place, *, demo: bool) -> None:
    """A database of other initial migrations cannot be brought up to date: a demonstration is made anew.

    Raises Problem for a portal with real people.
    """
    first, migrated = first_tables(place), (place.stamps / "migrated").exists()
    is_outdated = not first.is_current() if first.path.exists() else migrated
    if not is_outdated or "DATABASE_URL" in os.environ:
        return
    if not demo:
        msg = (
            f"{place.path} was made before the first release; its tables cannot be brought up to date. "
            "Choose another --data, or remove this directory if nothing in it is needed."
        )
        raise Problem(msg)
    say(f"The demonstration in {place.path} was made by an older version; it is made anew.")
    for outdated in (place.database, place.files):
        shutil.rmtree(outdated, ignore_errors=True)
    place.forget_contents()
    place.prepare()


def load_demo(packages: Environment, place: Place, env: Mapping[str, str], step: Step | None) -> str:
    """On the first start; what a broken-off load left behind, the command finds and completes. Returns the log-ins."""
    if has_command("load_demo") and not place.demo_logins.exists():
        manage(packages, env, "load_demo", doing="loading the demonstration data", step=step)
        text = manage(packages, env, "load_demo", "--logins", doing="listing the demonstration log-ins")
        write_private(place.demo_logins, text)
    return place.demo_logins.read_text() if place.demo_logins.exists() else ""


def has_command(name: str) -> bool:
    return any(ROOT.glob(f"*/management/commands/{name}.py"))


def manage(
    packages: Environment, env: Mapping[str, str], *arguments: str | Path, doing: str, step: Step | None = None
) -> str:
    return run_tool([packages.python, MANAGE, *arguments], doing=doing, step=step, env=env)
