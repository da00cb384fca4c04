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
OTHERS = (b"PK", b"MZ", b"\x7fELF", b"GIF8", b"\xd0\xcf\x11\xe0")  # archives, programs, pictures, old documents
LONGEST_NAME = 80


PDF_HEADER_WITHIN = 1024  # bytes: readers take a header that is not at the start (PDF 1.7, appendix H.3.4.1)


def media_type_of(data: bytes) -> MediaType | None:
    """The kind of file by its first bytes, or None: a signature further in is a disguise.

    Only before a PDF's header scanners and mail programs leave something; markup there is no accident.
    """
    found = next((media for media, magic in SIGNATURES.items() if data.startswith(magic)), None)
    if found is None:
        before, header, _ = data[:PDF_HEADER_WITHIN].partition(SIGNATURES[MediaType.PDF])
        if header and b"<" not in before and not before.startswith(OTHERS):
            return MediaType.PDF
    return found


def claimed_type(name: str) -> MediaType | None:
    """The kind of file that the name promises, if it is one that we take."""
    return ENDINGS.get(PurePosixPath(name.lower()).suffix)


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
