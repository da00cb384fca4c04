"""Changing the keys of the encrypted columns without stopping the portal."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from psycopg2 import sql

from services.actions import documents
from services.models import Document
from services.models.encryption import EncryptedTextField, key_ring
from services.reports.documents import stored_token

Key = int | str | UUID


@dataclass(frozen=True, slots=True)
class Column:
    """One encrypted column of one table."""

    table: str
    key: str
    column: str


def encrypted_columns() -> list[Column]:
    """Every encrypted column of every model, also of apps that do not exist yet."""
    found = set()
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_concrete_fields:
            if isinstance(field, EncryptedTextField):
                key = model._meta.pk
                found.add(Column(model._meta.db_table, str(key.column), str(field.column)))
    return sorted(found, key=lambda one: (one.table, one.column))


def is_newest(token: str) -> bool:
    """Whether the newest key wrote this text."""
    try:
        Fernet(settings.FIELD_KEYS[0]).decrypt(token.encode())
    except InvalidToken:
        return False
    return True


def rotate(*, batch: int = 500, tell: Callable[[str], object] = lambda line: None) -> int:
    """Encrypt everything again with the newest key; returns the number of changed values.

    Goes by batches in their own transactions, skips what is done, and so may be stopped and started again. Old and new
    key are both in FIELD_KEYS meanwhile; the blind indexes have their own key and do not change.
    """
    changed = 0
    for column in encrypted_columns():
        done = sum(_rotate_column(column, batch))
        tell(f"{column.table}.{column.column}: {done}")
        changed += done
    done = _rotate_second_factors()
    tell(f"second factors: {done}")
    changed += done
    done = _rotate_files(tell)
    tell(f"files: {done}")
    return changed + done


def _rotate_column(column: Column, batch: int) -> Iterator[int]:
    """Batches of one column in the order of the key; each is one transaction with its rows locked."""
    last: Key | None = None
    while True:
        with transaction.atomic():
            rows = _next_rows(column, last, batch)
            if not rows:
                return
            old = [(key, text) for key, text in rows if text and not is_newest(text)]
            for key, text in old:
                _write(column, key, key_ring().rotate(text.encode()).decode())
        last = rows[-1][0]
        yield len(old)


def _names(column: Column) -> dict[str, sql.Identifier]:
    return {name: sql.Identifier(getattr(column, name)) for name in ("table", "key", "column")}


def _next_rows(column: Column, last: Key | None, batch: int) -> list[tuple[Key, str]]:
    after = sql.SQL("WHERE {key} > %s").format(**_names(column)) if last is not None else sql.SQL("")
    query = sql.SQL("SELECT {key}, {column} FROM {table} {after} ORDER BY {key} LIMIT %s FOR UPDATE")
    with connection.cursor() as cursor:
        statement = query.format(after=after, **_names(column)).as_string(cursor.cursor)
        cursor.execute(statement, [batch] if last is None else [last, batch])
        return list(cursor.fetchall())


def _write(column: Column, key: Key, text: str) -> None:
    query = sql.SQL("UPDATE {table} SET {column} = %s WHERE {key} = %s").format(**_names(column))
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(cursor.cursor), [text, key])


def _rotate_second_factors() -> int:
    """The secrets of authenticator apps, which allauth keeps in a JSON column."""
    changed = 0
    for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            factor = Authenticator.objects.select_for_update().get(pk=pk)
            changed += _rotate_factor(factor)
    return changed


def _rotate_files(tell: Callable[[str], object]) -> int:
    """The files of documents; one that is lost is named and does not stop the others."""
    changed = 0
    for document in Document.objects.order_by("pk").iterator(chunk_size=100):
        try:
            paths = [path for path in (document.original_path, document.display_path) if path]
            if not all(is_newest(stored_token(path)) for path in paths):
                documents.reencrypt(document)
                changed += len(paths)
        except FileNotFoundError:
            tell(f"document {document.pk}: its file is missing")
    return changed


def _rotate_factor(factor: Authenticator) -> int:
    names = [name for name in ("secret", "seed") if name in factor.data and not is_newest(factor.data[name])]
    for name in names:
        factor.data[name] = key_ring().rotate(factor.data[name].encode()).decode()
    if names:
        factor.save(update_fields=["data"])
    return len(names)
