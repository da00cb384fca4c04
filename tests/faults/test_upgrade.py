"""Every release upgrades to today's code: its database is migrated, nothing is lost, the keys still read it."""

import hashlib
import json
import lzma
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from gimje_portal import postgresql
from tests.releases import keeping

NAMES = sorted(path.name.removesuffix(".sql.xz") for path in keeping.FOLDER.glob("*.sql.xz"))
DATABASE = "upgrade_of_a_release"
# A table of a release that a later migration dropped or renamed, and where its rows are.
MOVED: dict[str, str] = {}
NOBODYS_ROWS = {"django_migrations", "django_content_type", "auth_permission"}
PAGES = ("/", "/consultations/", "/slate/", "/solar/", "/services/search/?q=슬레이트")

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]
Load = Callable[..., dict[str, str]]


def test_there_is_a_release_to_upgrade_from():
    assert NAMES


@pytest.fixture
def released() -> Iterator[Load]:
    """`released("v1.0")`: its database on the server of the tests; gives the environment that opens it."""

    def load(name: str, folder: Path = keeping.FOLDER) -> dict[str, str]:
        postgresql.drop(DATABASE)
        postgresql.create(DATABASE)
        dump = folder / f"{name}.sql.xz"
        with dump.with_suffix("").open("wb") as plain:
            plain.write(lzma.decompress(dump.read_bytes()))
        try:
            with postgresql.pointing_at(DATABASE):
                keeping.load(dump.with_suffix(""))
        finally:
            dump.with_suffix("").unlink()
        server = os.environ["DATABASE_URL"].rpartition("/")[0]
        return os.environ | facts(name, folder)["keys"] | {"DATABASE_URL": f"{server}/{DATABASE}", "DEMO": "1"}

    yield load
    postgresql.drop(DATABASE)


def facts(name: str, folder: Path = keeping.FOLDER) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return found


def manage(env: dict[str, str], *arguments: str) -> str:
    argv = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), *arguments]
    done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return done.stdout


def shell(env: dict[str, str], code: str) -> str:
    """The last line that this code prints in the upgraded portal."""
    return manage(env, "shell", "--verbosity", "0", "-c", code).strip().splitlines()[-1]


READ_ALL = """
from django.apps import apps
from services.models.encryption import EncryptedTextField
read = 0
for model in apps.get_models():
    names = [field.name for field in model._meta.concrete_fields if isinstance(field, EncryptedTextField)]
    for row in model._base_manager.order_by("pk").values_list(*names) if names else ():
        read += len([value for value in row if value])
print(read)
"""
OPEN = f"""
from django.conf import settings
from django.test import Client
client = Client(SERVER_NAME=settings.ALLOWED_HOSTS[0])
print([path for path in {PAGES!r} if client.get(path).status_code != 200])
"""


def counts() -> dict[str, int]:
    """Rows of every table of the loaded database."""
    with postgresql.pointing_at(DATABASE), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        found = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608
            found[table] = cursor.fetchone()[0]
    return found


def carry_over(env: dict[str, str]) -> None:
    """Migrate to today's code; no row is lost, everything is read, the history holds, the pages open."""
    before = counts()
    assert before["services_resident"] > 0
    manage(env, "migrate", "--noinput")
    manage(env, "migrate", "--check")
    after = counts()
    assert {table for table in before if table not in after} == set(MOVED) & set(before)
    ours = set(before) - set(MOVED) - NOBODYS_ROWS
    lost = {table: f"{before[table]} -> {after[table]}" for table in ours if after[table] < before[table]}
    assert lost == {}, lost
    assert int(shell(env, READ_ALL)) > 0
    assert "all hold" in manage(env, "verify_history")
    assert shell(env, OPEN) == "[]"


@pytest.mark.parametrize("name", NAMES)
def test_a_released_database_is_carried_over(released, name):
    carry_over(released(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_released_migration_is_never_rewritten(name):
    """It has run in cities: what it did stays as it was done; what is to change is a new one (docs/HOUSE.md)."""
    today = dict(keeping.migrations())
    assert {path for path, digest in facts(name)["migrations"].items() if today.get(path) != digest} == set()


@pytest.mark.parametrize("name", NAMES)
def test_a_release_is_small(name):
    assert (keeping.FOLDER / f"{name}.sql.xz").stat().st_size < 3_000_000


def test_what_is_kept_today_is_carried_over(released, tmp_path, make_resident):
    """The way from a database to its two files and back; no release needs to be there."""
    make_resident()
    said = keeping.keep("today", tmp_path)
    assert "packed" in said
    assert facts("today", tmp_path)["migrations"] == dict(keeping.migrations())
    carry_over(released("today", tmp_path))


def test_a_rewritten_migration_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "BASE_DIR", tmp_path)
    path = tmp_path / "slate" / "migrations" / "0001_initial.py"
    path.parent.mkdir(parents=True)
    path.write_text("one")
    before = dict(keeping.migrations())
    assert before == {"slate/migrations/0001_initial.py": hashlib.sha256(b"one").hexdigest()}
    path.write_text("two")
    assert dict(keeping.migrations()) != before
