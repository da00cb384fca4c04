"""Keeping the database of this process as that of a release."""

import hashlib
import json
import lzma
import os
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import connection

from gimje_portal import postgresql
from gimje_portal.launcher.keys import NAMES

FOLDER = Path(__file__).resolve().parent
APPS = ("services", "consultations", "solar", "slate")
COPY = "copy_of_a_release"
# Years of five-minute values, and what is added up from them: an upgrade is tried on a few, not on all.
MASSES = ("solar_reading", "solar_rolluphour", "solar_rollupday", "solar_dirtyday")
KEPT = 500
NOT_KEPT = ("django_session",)
# Settings and words of newer programs that a server or psql of PostgreSQL 15 does not know.
TOO_NEW = re.compile(rb"^(SET transaction_timeout = 0;|\\(un)?restrict .*)\n", re.MULTILINE)


def keep(name: str, folder: Path = FOLDER) -> str:
    """Write NAME.sql.xz and NAME.json from this process's database, which stays as it was; says how large they are."""
    with TemporaryDirectory() as drafts:
        whole, thin = Path(drafts) / "whole.sql", Path(drafts) / "thin.sql"
        without = [f"--exclude-table-data={table}" for table in NOT_KEPT]
        postgresql.run_program("pg_dump", "--no-owner", "--no-acl", *without, f"--file={whole}")
        postgresql.drop(COPY)
        postgresql.create(COPY)
        try:
            with postgresql.pointing_at(COPY):
                load(whole)
                thin_out()
                postgresql.run_program("pg_dump", "--no-owner", "--no-acl", f"--file={thin}")
        finally:
            postgresql.drop(COPY)
        text = TOO_NEW.sub(b"", thin.read_bytes())
    packed = lzma.compress(text, preset=9 | lzma.PRESET_EXTREME)
    (folder / f"{name}.sql.xz").write_bytes(packed)
    facts = {"keys": {key: os.environ[key] for key in NAMES}, "migrations": dict(migrations())}
    (folder / f"{name}.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    return f"{name}.sql.xz: {len(text) / 1e6:.1f} MB, packed {len(packed) / 1e6:.1f} MB"


def load(dump: Path) -> None:
    """Into the database of the connection, which is empty. Raises Failed."""
    postgresql.run_program("psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", f"--file={dump}")


def thin_out() -> None:
    """Of the masses only KEPT rows each, in the database of the connection."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0; SET session_replication_role = replica")
        for table in MASSES:
            cursor.execute(
                f"DELETE FROM {table} WHERE ctid NOT IN (SELECT ctid FROM {table} LIMIT {KEPT})"  # noqa: S608
            )


def migrations() -> Iterator[tuple[str, str]]:
    """Every migration of ours with the digest of its text."""
    root = Path(settings.BASE_DIR)
    for app in APPS:
        for path in sorted((root / app / "migrations").glob("[0-9]*.py")):
            yield str(path.relative_to(root)), hashlib.sha256(path.read_bytes()).hexdigest()
