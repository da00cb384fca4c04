"""Opening a file that a stranger sent: judged by its content, copied clean for display, or refused with a reason."""

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from PIL import Image, ImageOps
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from services.enums.documents import MediaType
from services.rules.documents import claimed_type, media_type_of
from services.rules.refusal import Refused

DISPLAY_SIDE = 2000
DISPLAY_QUALITY = 85
PDF_OBJECTS = 50_000
# What makes a PDF act instead of being read: scripts, programs, forms with scripts, files inside the file, media.
PDF_ACTS = frozenset({"/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/RichMedia", "/XFA"})

# Broken files make Pillow and pypdf raise almost anything (found by changing bytes at random); each means the same.
BROKEN = (
    PyPdfError,
    struct.error,
    zlib.error,
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    AssertionError,
    RuntimeError,
)


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a file turned out to be; `display` is a re-encoded JPEG without place and camera, or empty for a PDF."""

    media_type: MediaType
    pages: int
    display: bytes


def inspect(data: bytes, name: str) -> Inspected:
    """Open the file. Raises Refused (F26, F27 and their kin); `name` is only shown, never trusted."""
    media, claimed = media_type_of(data), claimed_type(name)
    if media is None and claimed == MediaType.PDF:
        raise Refused(
            f"'{name}' 파일을 PDF로 열 수 없습니다. 이름은 PDF이지만 속은 다른 파일입니다. "
            "PDF로 다시 만들어 올리시거나 화면을 찍어 올려 주세요."
        )
    if media is None and claimed:
        raise Refused(
            f"'{name}' 파일을 사진으로 열 수 없습니다. 이름은 사진이지만 속은 다른 파일입니다. "
            "휴대전화로 찍은 사진이나 PDF를 올려 주세요."
        )
    if media is None:
        raise Refused(
            f"'{name}' 같은 종류는 받지 않습니다. 사진(JPG, PNG)과 PDF만 열어 볼 수 있습니다. "
            "화면을 사진으로 찍어 올리셔도 됩니다."
        )
    if media == MediaType.PDF:
        return Inspected(media, _pages_of_pdf(data, name), b"")
    return Inspected(media, 1, _display_copy(data, media, name))


def _display_copy(data: bytes, media: MediaType, name: str) -> bytes:
    """A JPEG of at most 2,000 pixels a side, turned upright, without EXIF, made from the pixels alone."""
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG", "PNG"]) as image:
            if image.width * image.height > _most_pixels(media):
                raise Refused(_too_many_pixels(name))
            image.draft("RGB", (DISPLAY_SIDE, DISPLAY_SIDE))  # decodes large JPEGs smaller: memory stays small
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((DISPLAY_SIDE, DISPLAY_SIDE))
            flat = _on_white(upright)
            flat.info.clear()  # Pillow would write a comment into the copy again
            copy = io.BytesIO()
            flat.save(copy, "JPEG", quality=DISPLAY_QUALITY, optimize=True)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused(_too_many_pixels(name)) from error
    except BROKEN as error:
        raise Refused(
            f"'{name}' 사진을 끝까지 열 수 없습니다. 올리는 도중에 끊겼을 수 있습니다. "
            "다시 올리시거나 다시 찍어 올려 주세요."
        ) from error
    return copy.getvalue()


def _most_pixels(media: MediaType) -> int:
    # A PNG cannot be decoded smaller than it is.
    return int(settings.DOCUMENT_MAX_PIXELS if media == MediaType.JPEG else settings.DOCUMENT_MAX_PNG_PIXELS)


def _too_many_pixels(name: str) -> str:
    return (
        f"사진 '{name}'의 가로세로가 너무 큽니다. 이 크기는 열어 볼 수 없습니다. "
        "휴대전화에서 크기를 줄이시거나 다시 찍어 올려 주세요."
    )


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        flat = Image.new("RGB", image.size, "white")
        layer = image.convert("RGBA")
        flat.paste(layer, mask=layer.getchannel("A"))
        return flat
    return image.convert("RGB")


def _pages_of_pdf(data: bytes, name: str) -> int:
    try:
        reader = PdfReader(io.BytesIO(data))
        # Public certificates are locked against changes only: they open with an empty password.
        if reader.is_encrypted and not reader.decrypt(""):
            raise Refused(f"'{name}' 파일이 잠겨 있습니다. 잠금을 풀어 다시 올리시거나 화면을 찍어 올려 주세요.")
        pages = len(reader.pages)
        if pages > settings.DOCUMENT_MAX_PAGES:
            raise Refused(
                f"'{name}' 파일이 {pages}쪽입니다. {settings.DOCUMENT_MAX_PAGES}쪽까지 올릴 수 있습니다. "
                "필요한 쪽만 나누어 올려 주세요."
            )
        acts = PDF_ACTS.intersection(_words(reader))
    except BROKEN as error:
        raise Refused(f"'{name}' PDF를 열 수 없습니다. 다시 만들어 올리시거나 화면을 찍어 올려 주세요.") from error
    if acts or not pages:
        raise Refused(
            f"'{name}' PDF에 저절로 움직이는 내용이나 다른 파일이 들어 있습니다. 안전을 위해 받지 않습니다. "
            "화면을 사진으로 찍어 올려 주세요."
        )
    return pages


def _words(reader: PdfReader) -> Iterator[str]:
    """Every dictionary key and name in the document's object graph. Raises ValueError for a graph without end."""
    waiting: list[object] = [reader.trailer]
    seen: set[tuple[int, int]] = set()
    for _ in range(PDF_OBJECTS):
        if not waiting:
            return
        item = waiting.pop()
        if isinstance(item, IndirectObject):
            place = (item.idnum, item.generation)
            if place not in seen:
                seen.add(place)
                waiting.append(item.get_object())
        elif isinstance(item, DictionaryObject):
            yield from (str(key) for key in item)
            waiting.extend(item.raw_get(key) for key in item)
        elif isinstance(item, ArrayObject):
            waiting.extend(list.__iter__(item))
        elif isinstance(item, str) and item.startswith("/"):
            yield str(item)
    raise ValueError("too many objects")
