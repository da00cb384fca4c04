"""Backups: one file with the database, the private files and what both must come back as; and their way back.

`manage.py backup` writes it, `manage.py restore` reads it. Counts and digests are taken in the very snapshot that
pg_dump reads, so that a restored database can be compared row by row with what was there. The keys are not in it.
"""

import base64
import hashlib
import io
import json
import os
import secrets
import shutil
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import connection
from django.utils import timezone
from psycopg2 import sql

from gimje_portal.postgresql import Failed, create, drop, pointing_at, run_program
from services.actions.jobs import tick
from services.actions.keys import encrypted_columns
from services.models import Document
from services.models.encryption import key_ring
from services.reports.history import verify_history
from services.reports.installation import BACKUP, keys_fault

PREFIX = "gimje-"
Tell = Callable[[str], object]


@dataclass(slots=True)
class Manifest:
    """What the backup must come back as: rows and digest of each table, digest of each file."""

    made_at: str
    tables: dict[str, tuple[int, str]]
    files: dict[str, str] = field(default_factory=dict)
    has_files: bool = True  # False: they are in a bucket, which has a backup of its own

    @property
    def rows(self) -> int:
        return sum(count for count, _ in self.tables.values())


# Writing


def write(folder: Path, *, keep: int, tell: Tell) -> Path:
    """A new backup in `folder`; of the older ones the newest `keep - 1` stay. Raises Failed."""
    begun = time.monotonic()
    _refuse_bad_folder(folder)
    name = f"{PREFIX}{timezone.now():%Y%m%dT%H%M%S}"
    target, draft, dump = folder / f"{name}.tar", folder / f".{name}.part", folder / f".{name}.dump"
    try:
        manifest = _dump(dump)
        with _private(draft) as file, tarfile.open(fileobj=file, mode="w") as archive:
            archive.add(dump, "database.dump")
            _add_files(archive, manifest)
            _add(archive, "manifest.json", json.dumps(asdict(manifest)).encode())
        draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)
        dump.unlink(missing_ok=True)
    for old in sorted(folder.glob(f"{PREFIX}*.tar"))[:-keep]:
        old.unlink()
    tick(BACKUP)
    seconds, size = time.monotonic() - begun, target.stat().st_size / 1e6
    tell(
        f"{target}: {len(manifest.tables)} tables, {manifest.rows} rows, {len(manifest.files)} files, "
        f"{size:.1f} MB, {seconds:.1f} s"
    )
    return target


def _refuse_bad_folder(folder: Path) -> None:
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        msg = f"{folder} is no folder that can be written."
        raise Failed(msg)
    if _keeps_files() and folder.resolve().is_relative_to(Path(settings.DATA_DIR).resolve()):
        msg = f"{folder} lies within DATA_DIR: a backup would hold the backups before it."
        raise Failed(msg)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        needed = cursor.fetchone()[0] + sum(path.stat().st_size for path in _files())
    free = shutil.disk_usage(folder).free
    if free < needed:
        msg = f"{folder} has {free // 10**6} MB left, and up to {needed // 10**6} MB may be needed."
        raise Failed(msg)


def _dump(path: Path) -> Manifest:
    """pg_dump, and in its snapshot the digests."""
    with _long_transaction() as cursor:
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        with _private(path):
            pass
        run_program("pg_dump", "--format=custom", "--no-owner", "--no-acl", f"--snapshot={snapshot}", f"--file={path}")
        return Manifest(made_at=timezone.now().isoformat(), tables=_digests(cursor), has_files=_keeps_files())


@contextmanager
def _private(path: Path) -> Iterator[io.BufferedWriter]:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # noqa: PTH123 (with a mode)
        yield file


@contextmanager
def _long_transaction() -> Iterator[Any]:
    """One snapshot, without the time limits of requests, and with one way to write a row as text."""
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET lock_timeout = 0")
        cursor.execute(
            "SET timezone = 'UTC'; SET datestyle = 'ISO'; SET extra_float_digits = 1; SET bytea_output = hex"
        )
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            yield cursor
        finally:
            cursor.execute("ROLLBACK")
            connection.close()


def _digests(cursor: Any) -> dict[str, tuple[int, str]]:
    """Of every table the number of rows and a sum over the hashes of the rows, which does not ask for their order."""
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname"
    )
    found = {}
    for (table,) in cursor.fetchall():
        query = sql.SQL(
            "SELECT count(*), COALESCE(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint), 0)::text FROM {} AS t"
        ).format(sql.Identifier(table))
        cursor.execute(query.as_string(cursor.cursor))
        count, digest = cursor.fetchone()
        found[table] = (count, digest)
    return found


def _keeps_files() -> bool:
    return "FileSystemStorage" in settings.STORAGES["default"]["BACKEND"]


def _files() -> list[Path]:
    """Private files, where they are in a folder."""
    folder = Path(settings.DATA_DIR)
    return sorted(path for path in folder.rglob("*") if path.is_file()) if _keeps_files() and folder.is_dir() else []


def _add_files(archive: tarfile.TarFile, manifest: Manifest) -> None:
    """After the dump: every file that the dump names is already there."""
    for path in _files():
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # deleted meanwhile: a draft's paper
            continue
        name = str(path.relative_to(settings.DATA_DIR))
        manifest.files[name] = hashlib.sha256(content).hexdigest()
        _add(archive, f"files/{name}", content)


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = len(content), 0o600, int(time.time())
    archive.addfile(info, io.BytesIO(content))


# Reading


def rehearse(path: Path, *, tell: Tell) -> None:
    """Restore into a new database, compare, verify the history, read what is encrypted, throw it away.

    Raises Failed with what is not as it was. Nothing of the running portal is touched.
    """
    begun = time.monotonic()
    scratch = f"{connection.settings_dict['NAME'][:30]}_rehearsal_{secrets.token_hex(4)}"
    try:
        with _opened(path) as (archive, manifest, dump):
            create(scratch)
            with pointing_at(scratch):
                _load(dump, tell)
                _compare(archive, manifest, tell)
    finally:
        drop(scratch)
    tell(f"The backup of {manifest.made_at} comes back whole: {time.monotonic() - begun:.1f} s")


def restore(path: Path, *, tell: Tell) -> None:
    """Into the empty database of DATABASE_URL and the empty DATA_DIR, then compare. Raises Failed."""
    begun = time.monotonic()
    with _opened(path) as (archive, manifest, dump):
        with connection.cursor() as cursor:
            if connection.introspection.table_names(cursor):
                msg = "The database is not empty; make a new one and name it in DATABASE_URL."
                raise Failed(msg)
        if manifest.has_files and _keeps_files() and _files():
            msg = f"{settings.DATA_DIR} is not empty; move what is there, or name a new folder in DATA_DIR."
            raise Failed(msg)
        _load(dump, tell)
        if manifest.has_files and _keeps_files():
            for member in _members(archive):
                target = Path(settings.DATA_DIR) / member.name.removeprefix("files/")
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                with _private(target) as file:
                    file.write(_content(archive, member))
        _compare(archive, manifest, tell)
    tell(f"Restored as of {manifest.made_at}: {time.monotonic() - begun:.1f} s. Start web, worker and beat.")


@contextmanager
def _opened(path: Path) -> Iterator[tuple[tarfile.TarFile, Manifest, Path]]:
    """The archive, its manifest and its dump in a file of its own."""
    try:
        with tarfile.open(path) as archive, tempfile.TemporaryDirectory() as folder:
            manifest = Manifest(**json.loads(_content(archive, archive.getmember("manifest.json"))))
            archive.extract("database.dump", folder, filter="data")
            yield archive, manifest, Path(folder) / "database.dump"
    except (tarfile.TarError, KeyError, ValueError, TypeError, EOFError, FileNotFoundError) as fault:
        msg = f"{path} is no whole backup: {fault}"
        raise Failed(msg) from fault


def _members(archive: tarfile.TarFile) -> list[tarfile.TarInfo]:
    inside = [member for member in archive.getmembers() if member.name.startswith("files/") and member.isfile()]
    return [member for member in inside if ".." not in Path(member.name).parts]


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    return file.read() if file else b""


def _load(dump: Path, tell: Tell) -> None:
    begun = time.monotonic()
    run_program(
        "pg_restore", "--no-owner", "--no-acl", "--exit-on-error", "--dbname", connection.settings_dict["NAME"], dump
    )
    tell(f"restored in {time.monotonic() - begun:.1f} s")


def _compare(archive: tarfile.TarFile, manifest: Manifest, tell: Tell) -> None:
    """Everything that may be wrong is found before anything is said."""
    with _long_transaction() as cursor:
        found = _digests(cursor)
    wanted = {name: (count, digest) for name, (count, digest) in manifest.tables.items()}
    faults = [
        f"table {name}: {wanted.get(name, ('none', ''))[0]} rows became {found.get(name, ('none', ''))[0]}, or differ"
        for name in sorted(wanted.keys() | found.keys())
        if wanted.get(name) != found.get(name)
    ]
    contents = {member.name.removeprefix("files/"): _content(archive, member) for member in _members(archive)}
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    names = sorted(digests.keys() | manifest.files.keys())
    faults += [f"file {name} differs" for name in names if digests.get(name) != manifest.files.get(name)]
    tell(f"compared {len(found)} tables, {manifest.rows} rows, {len(names)} files")
    if fault := keys_fault():
        faults.append(fault)
    else:
        values, unreadable = _read_all_encrypted()
        tell(f"read {values} encrypted values with the keys of this process")
        faults += unreadable
        faults += _papers(contents) if manifest.has_files else []
    verdict = verify_history()
    tell(f"verified {verdict.entries} entries and {verdict.seals} seals of the history")
    faults += [verdict.fault] if verdict.fault else []
    if faults:
        raise Failed("; ".join([*faults[:20], *([f"and {len(faults) - 20} more"] if len(faults) > 20 else [])]))


def _read_all_encrypted() -> tuple[int, list[str]]:
    """How many values there are, and the columns that the keys do not read."""
    values, faults = 0, []
    for one in encrypted_columns():
        names = {name: sql.Identifier(getattr(one, name)) for name in ("table", "column")}
        query = sql.SQL("SELECT {column} FROM {table} WHERE {column} <> ''").format(**names)
        bad = 0
        with connection.cursor() as cursor:
            cursor.execute(query.as_string(cursor.cursor))
            while rows := cursor.fetchmany(1000):
                values += len(rows)
                bad += sum(not _is_readable(text) for (text,) in rows)
        if bad:
            faults.append(f"{one.table}.{one.column}: {bad} values are unreadable with these keys")
    return values, faults


def _papers(contents: dict[str, bytes]) -> list[str]:
    """Papers that the database names and that are not there or cannot be read."""
    paths = Document.objects.order_by("pk").values_list("original_path", "display_path")
    wanted = [path for pair in paths for path in pair if path]
    bad = [path for path in wanted if not _is_readable(base64.urlsafe_b64encode(contents.get(path, b"")).decode())]
    return [f"{len(bad)} papers are missing or unreadable, the first {bad[0]}"] if bad else []


def _is_readable(token: str) -> bool:
    try:
        key_ring().decrypt(token.encode())
    except InvalidToken:
        return False
    return True
