"""Columns that are unreadable without the key ring, and the blind index that finds them again."""

import hashlib
import hmac
import json
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


@cache
def _ring(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def key_ring() -> MultiFernet:
    """The keys of FIELD_KEYS, newest first: the first encrypts, all decrypt."""
    return _ring(tuple(settings.FIELD_KEYS))


def blind_index(value: str, *, purpose: str) -> str:
    """Keyed hash (HMAC-SHA-256, hex) by which an encrypted value is found; `purpose` keeps columns unlinkable."""
    key = settings.BLIND_INDEX_KEY.encode()
    return hmac.new(key, f"{purpose}:{value}".encode(), hashlib.sha256).hexdigest()


class EncryptedTextField(models.TextField[str, str]):
    """Text that is encrypted in Python and never reaches the database in the clear."""

    description = "암호화한 글"

    def get_prep_value(self, value: Any) -> Any:
        if value is None or value == "":
            return value
        return key_ring().encrypt(str(value).encode()).decode()

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        if value is None or value == "":
            return value
        return key_ring().decrypt(value.encode()).decode()

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":  # equal texts have different ciphertexts: look up by blind index
            return None
        return super().get_lookup(lookup_name)


class EncryptedJSONField(EncryptedTextField):
    """A JSON value in an encrypted column."""

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(json.dumps(value, ensure_ascii=False))

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        text = super().from_db_value(value, expression, connection)
        return json.loads(text) if text else None
