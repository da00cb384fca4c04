"""Reading files, and links to them: signed, for one person, for five minutes."""

import base64
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.core import signing
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import content_disposition_header

from services.enums.documents import MediaType
from services.models import Document, User
from services.models.encryption import key_ring

SALT = "services.documents.link"


class LinkIsOld(Exception):
    """The link was good, but its time is over."""


class LinkIsWrong(Exception):
    """The link was changed, or was made for somebody else."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link opens."""

    document: Document
    path: str
    is_original: bool

    @property
    def headers(self) -> dict[str, str]:
        """Headers under which no browser runs the bytes; only the clean copy of a photo is shown in the page."""
        name = self.document.name
        return {
            "Content-Type": str(self.document.media_type if self.is_original else MediaType.JPEG),
            "Content-Disposition": content_disposition_header(self.is_original, name) or "attachment",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        }


def read_file(path: str) -> bytes:
    """The decrypted content of a stored file. Raises FileNotFoundError or InvalidToken."""
    return key_ring().decrypt(stored_token(path))


def stored_token(path: str) -> str:
    """A stored file as the Fernet token that it is. Raises FileNotFoundError."""
    with default_storage.open(path) as file:
        return base64.urlsafe_b64encode(file.read()).decode()


def link(document: Document, viewer: User | SessionBase, *, original: bool = False) -> str:
    """An address that shows `document` to this member of staff, or to this browser's session, for five minutes.

    The page that makes the link has checked that the viewer may see the case.
    """
    token = signing.dumps([document.key.hex, _mark(viewer), int(original)], salt=SALT)
    return reverse("services:staff_document" if isinstance(viewer, User) else "services:document", args=[token])


def open_link(token: str, viewer: User | SessionBase) -> Opened:
    """The file behind a link. Raises LinkIsOld, LinkIsWrong or Document.DoesNotExist."""
    try:
        key, mark, original = signing.loads(token, salt=SALT, max_age=settings.DOCUMENT_LINK_SECONDS)
    except signing.SignatureExpired as error:
        raise LinkIsOld from error
    except signing.BadSignature as error:
        raise LinkIsWrong from error
    if not constant_time_compare(mark, _mark(viewer)):
        raise LinkIsWrong
    document = Document.objects.select_related("resident").get(key=UUID(key))
    is_original = bool(original) or not document.display_path
    return Opened(document, document.original_path if is_original else document.display_path, is_original)


def _mark(viewer: User | SessionBase) -> str:
    """Who the link is for, without saying it: the address is in the browser's history."""
    if isinstance(viewer, User):
        who = f"user:{viewer.pk}"
    else:
        if not viewer.session_key:
            viewer.create()
        who = f"session:{viewer.session_key}"
    return salted_hmac(SALT, who, algorithm="sha256").hexdigest()[:32]
