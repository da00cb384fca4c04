"""What a file is by its first bytes, and what its name may be: never the other way round."""

import unicodedata
from pathlib import PurePosixPath

from services.enums.documents import MediaType

SIGNATURES = {
    MediaType.JPEG: b"\xff\xd8\xff",
    MediaType.PNG: b"\x89PNG\r\n\x1a\n",
    MediaType.PDF: b"%PDF-",
}
ENDINGS = {".jpg": MediaType.JPEG, ".jpeg": MediaType.JPEG, ".png": MediaType.PNG, ".pdf": MediaType.PDF}
LONGEST_NAME = 80


def media_type_of(head: bytes) -> MediaType | None:
    """The kind of file by its very first bytes, or None: a signature further in is a disguise."""
    return next((media for media, magic in SIGNATURES.items() if head.startswith(magic)), None)


def claims_to_be_ours(name: str) -> bool:
    """Whether the name ends like a kind of file that we take."""
    return PurePosixPath(name.lower()).suffix in ENDINGS


def plain_name(name: str) -> str:
    """A file name without folders, control and direction characters, at most 80 letters with its ending."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C").strip(" .")
    if len(clean) > LONGEST_NAME:
        ending = PurePosixPath(clean).suffix[:8]
        clean = clean[: LONGEST_NAME - len(ending)] + ending
    return clean or "파일"


def megabytes(size: int) -> str:
    """Bytes as people read them: "12.3"; never rounded down to a limit that was passed."""
    return f"{-(-size * 10 // 2**20) / 10:g}"
