"""The secrets of one data directory: made once, readable by its owner only, never printed."""

import base64
import json
import os
import secrets
from pathlib import Path

NAMES = ("SECRET_KEY", "FIELD_KEYS", "BLIND_INDEX_KEY")


def read_or_make(path: Path) -> dict[str, str]:
    """Read the keys, making them on first use. To lose this file is to lose every encrypted column."""
    if not path.exists():
        write_private(path, json.dumps(make(), indent=1))
    keys: dict[str, str] = json.loads(path.read_text())
    return {name: os.environ.get(name) or keys[name] for name in NAMES}


def make() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "BLIND_INDEX_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }


def write_private(path: Path, text: str) -> None:
    """Write all or nothing, and never for a moment readable by others."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
