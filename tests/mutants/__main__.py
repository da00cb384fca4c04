"""Copies the tree once a core, makes a test database for each, and tries every mutant in the copy that is free."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from queue import Queue

from gimje_portal.launcher.supervisor import die_with_parent
from tests.mutants import ROOT, Mutant, known_apps, mutants

CORES = 2
AT_LEAST = 95  # per cent that must be killed
TIME_LIMIT = 300.0  # seconds; a mutant that never ends is noticed, too
ALL_LIMIT = 3600.0
CODE = ("gimje_portal", "services", "consultations", "solar", "slate")


class Fate(StrEnum):
    """What the tests made of a mutant; pytest's exit codes 0 and 1."""

    KILLED = "killed"
    SURVIVED = "SURVIVED"
    BROKEN = "BROKEN"  # it could not even be imported: no test has judged it


@dataclass(frozen=True)
class Tree:
    """A copy of the checkout with a test database of its own, which stays from mutant to mutant."""

    path: Path
    database: str

    def run(self, tests: Sequence[str], *, seconds: float = TIME_LIMIT) -> tuple[int, str]:
        """pytest's exit code and what it printed; 1 when it did not end."""
        argv = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0", *tests]
        env = os.environ | {"DATABASE_URL": self.database, "DATA_DIR": str(self.path / ".files")}
        try:
            done = subprocess.run(
                argv,
                cwd=self.path,
                env=env,
                capture_output=True,
                text=True,
                timeout=seconds,
                check=False,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        except subprocess.TimeoutExpired:
            return 1, "it did not end"
        return done.returncode, done.stdout[-3000:] + done.stderr[-1000:]

    def judge(self, mutant: Mutant) -> tuple[Fate, str]:
        """Put it in, run its tests, take it out."""
        file = self.path / mutant.file
        sound = file.read_text()
        file.write_text(sound.replace(mutant.old, mutant.new))
        try:
            code, output = self.run(mutant.tests)
        finally:
            file.write_text(sound)
        return {0: Fate.SURVIVED, 1: Fate.KILLED}.get(code, Fate.BROKEN), output


def main(apps: list[str]) -> int:
    """Exit with 1 when too many survive, with 2 when the list or the tests themselves are at fault."""
    unknown = set(apps) - set(known_apps())
    wanted = mutants(apps)
    complaints = [f"{one.app}: {one.breaks}: {one.complaint()}" for one in wanted if one.complaint()]
    if unknown or complaints:
        say("\n".join(complaints) or f"No mutants of {', '.join(unknown)}; there are: {', '.join(known_apps())}.")
        return 2
    began = time.monotonic()
    trees = plant(Path(os.environ["MUTANTS_DIR"]))
    free: Queue[Tree] = Queue()
    for tree in trees:
        free.put(tree)
    with ThreadPoolExecutor(CORES) as pool:
        if not all(pool.map(is_sound, trees, halves(wanted))):
            return 2
        say(f"The tests pass without mutants ({time.monotonic() - began:.0f} s).")
        fates = list(pool.map(lambda mutant: try_out(mutant, free), wanted))
    shutil.rmtree(os.environ["MUTANTS_DIR"])
    say(f"\n{table(wanted, fates)}\n{time.monotonic() - began:.0f} s")
    if Fate.BROKEN in fates:
        return 2
    return 0 if fates.count(Fate.KILLED) * 100 >= AT_LEAST * len(fates) else 1


def plant(base: Path) -> list[Tree]:
    """What git knows or will know, compiled so that Python compares contents, not times, of a file that changes."""
    shutil.rmtree(base, ignore_errors=True)
    first = base / "0"
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    for name in subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0"):
        if name and (ROOT / name).exists():
            (first / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, first / name)
    for name in ("build", "node_modules"):
        (first / name).symlink_to(ROOT / name)
    compiling = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "checked-hash", *CODE]
    subprocess.run(compiling, cwd=first, check=True)
    for number in range(1, CORES):
        shutil.copytree(first, base / str(number), symlinks=True)
    url = os.environ["DATABASE_URL"]
    return [Tree(base / str(number), f"{url}_{number}") for number in range(CORES)]


def halves(wanted: Sequence[Mutant]) -> list[list[str]]:
    """All tests that are to judge, divided among the trees: each makes its database on the way."""
    files = sorted({test.split("::", 1)[0] for mutant in wanted for test in mutant.tests})
    return [files[number::CORES] or files[:1] for number in range(CORES)]


def is_sound(tree: Tree, tests: list[str]) -> bool:
    """Tests that fail by themselves would kill everything."""
    code, output = tree.run(tests, seconds=ALL_LIMIT)
    if code:
        say(f"The tests do not pass without a mutant:\n{output}")
    return code == 0


def try_out(mutant: Mutant, free: "Queue[Tree]") -> Fate:
    tree = free.get()
    began = time.monotonic()
    try:
        fate, output = tree.judge(mutant)
    finally:
        free.put(tree)
    say(f"{fate:<9}{time.monotonic() - began:5.1f} s  {mutant.app}: {mutant.breaks}  ({mutant.file})")
    if fate == Fate.BROKEN:
        say(output)
    return fate


def table(wanted: Sequence[Mutant], fates: Sequence[Fate]) -> str:
    made = Counter(mutant.app for mutant in wanted)
    killed = Counter(mutant.app for mutant, fate in zip(wanted, fates, strict=True) if fate == Fate.KILLED)
    lines = ["| app | mutants | killed |", "|---|---|---|"]
    lines += [f"| {app} | {made[app]} | {killed[app]} |" for app in sorted(made)]
    share = killed.total() * 100 / made.total()
    return "\n".join([*lines, f"| all | {made.total()} | {killed.total()} ({share:.0f} %) |"])


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
