"""Small faults, put in one at a time by `manage.py test --mutants [app]`: the tests must notice each of them.

One file an app (slate.toml, ...). A mutant says what it breaks, in which file, which text becomes which, and the tests
that must fail. The old text stands exactly once in its file; one that is gone is a mistake of this list, not a kill.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@dataclass(frozen=True)
class Mutant:
    """One fault of one app."""

    app: str
    breaks: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def complaint(self) -> str:
        """Why it cannot be put in, or nothing."""
        path = ROOT / self.file
        if not path.exists():
            return f"{self.file} is gone"
        count = path.read_text().count(self.old)
        if count != 1:
            return f"the old text stands {count} times in {self.file}"
        missing = [test for test in self.tests if not (ROOT / test.split("::", 1)[0]).exists()]
        return f"no such tests: {', '.join(missing)}" if missing or not self.tests else ""


def mutants(apps: list[str] | None = None) -> list[Mutant]:
    """All, or those of these apps."""
    found = []
    for path in sorted(HERE.glob("*.toml")):
        if not apps or path.stem in apps:
            entries = tomllib.loads(path.read_text())["mutant"]
            found += [Mutant(path.stem, **entry | {"tests": tuple(entry["tests"])}) for entry in entries]
    return found


def known_apps() -> list[str]:
    return sorted(path.stem for path in HERE.glob("*.toml"))
