"""Stamps: a hash of what a step was made from, written when the step has succeeded, so that it is done once."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from gimje_portal.launcher.places import ROOT

SOURCE_DIRECTORIES = ("gimje_portal", "services", "consultations", "solar", "slate", "templates")
SOURCE_FILES = ("package.json", "package-lock.json", "requirements.txt")


class Stamp:
    """A file that holds the hash of a finished step's ingredients; a missing or other hash means: do it (again)."""

    def __init__(self, path: Path, *ingredients: str) -> None:
        self.path = path
        self.value = hashlib.sha256("\0".join(ingredients).encode()).hexdigest()

    def is_current(self) -> bool:
        try:
            return self.path.read_text() == self.value
        except OSError:
            return False

    def clear(self) -> None:
        """Called before a step begins, so that a broken-off step leaves no stamp behind."""
        self.path.unlink(missing_ok=True)

    def write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(self.value)


def hash_files(paths: Iterable[Path], base: Path = ROOT) -> str:
    """One hash over names and contents, whatever the order of the file system."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(os.fsencode(path.relative_to(base)) + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def files_below(directory: Path) -> Iterator[Path]:
    """Every file below a directory, without what Python writes next to its sources."""
    for parent, names, files in os.walk(directory):
        names[:] = [name for name in names if name != "__pycache__"]
        yield from (Path(parent) / file for file in files)


def hash_initial_tables() -> str:
    """Initial migrations are final from the first release on; before it they were made anew."""
    return hash_files(ROOT.glob("*/migrations/0001_initial.py"))


def hash_sources() -> str:
    """One hash over all that migrations, assets and demonstration data are made from: a few hundred small files."""
    files = [ROOT / name for name in SOURCE_FILES if (ROOT / name).exists()]
    for name in SOURCE_DIRECTORIES:
        files.extend(files_below(ROOT / name))
    return hash_files(files)
