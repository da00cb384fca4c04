"""Taking, moving and removing files of cases."""

import base64
import hashlib
import secrets
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.utils import timezone

from services.actions.constraints import friendly
from services.actions.faults import each
from services.actions.history import record, subject_of
from services.actions.inspection import inspect
from services.actions.moves import lock
from services.actions.turns import in_turn
from services.actions.virus_scan import NotClean, scan
from services.enums.documents import DocumentMove
from services.models import Document, Draft, Resident
from services.models.encryption import key_ring
from services.reports.documents import read_file
from services.rules.documents import megabytes, plain_name
from services.rules.history import Actor
from services.rules.refusal import Refused


def accept(
    upload: "UploadedFile[Any]",
    *,
    subject: models.Model,
    kind: str,
    by: Actor,
    resident: Resident | None = None,
    at_most: int | None = None,
) -> Document:
    """Judge one uploaded file by its content and keep it with `subject` (a case, or the Draft of one).

    `at_most` limits the files of this kind (settings.DOCUMENTS_PER_SUBJECT for all kinds otherwise).
    Raises Refused with the sentence for the person (F25 to F30). Slow (opens and scans the file): call it outside of
    a transaction where you can.
    """
    name = plain_name(upload.name or "")
    data = _read(upload, name)
    _refuse_too_many(subject, kind, at_most)
    found = inspect(data, name)
    state = _scanned(data, name)
    document = Document(
        subject_kind=subject_of(subject)[0],
        subject_id=subject_of(subject)[1],
        kind=kind,
        resident=resident,
        name=name,
        media_type=found.media_type,
        size=len(data),
        pages=found.pages,
        sha256=hashlib.sha256(data).hexdigest(),
        scan=state,
        actor_kind=by.kind,
        actor_key=by.key,
    )
    try:
        document.original_path = _keep(data)
        document.display_path = _keep(found.display) if found.display else ""
        _insert(document, subject, by)
    except BaseException:
        _delete_files(document.original_path, document.display_path)
        raise
    return document


def adopt(draft: Draft, subject: models.Model, *, resident: Resident | None = None) -> int:
    """Move the files of a half-filled form to the case that it became; inside the case's transaction."""
    old_kind, old_key = subject_of(draft)
    kind, key = subject_of(subject)
    with friendly("document_once_per_subject"):
        return Document.objects.filter(subject_kind=old_kind, subject_id=old_key).update(
            subject_kind=kind, subject_id=key, resident=resident
        )


@in_turn
def remove(document_id: int, *, by: Actor) -> Document:
    """Take a file out of its case; the files go after commit, the history stays."""
    document = lock(Document.objects, document_id)
    record(document, DocumentMove.REMOVED, by=by, before=document.kind)
    document.delete()
    transaction.on_commit(lambda: _delete_files(document.original_path, document.display_path))
    return document


def forget_abandoned() -> int:
    """Remove files of drafts that are gone; returns how many. For the nightly purge."""
    kind = Draft._meta.label_lower
    living = {str(key) for key in Draft.objects.values_list("pk", flat=True)}
    of_drafts = Document.objects.filter(subject_kind=kind).order_by("pk").values_list("pk", "subject_id")
    gone = [pk for pk, draft in of_drafts if draft not in living]
    by = Actor.system("purge")
    return len(each(gone, lambda pk: remove(pk, by=by), job="services.forget_abandoned", of=Document).done)


def reencrypt(document: Document) -> None:
    """Encrypt the files of a document with the newest key; for the key rotation. Safe to run twice."""
    old = document.original_path, document.display_path
    new = [_keep(read_file(path)) if path else "" for path in old]
    with transaction.atomic():
        Document.objects.filter(pk=document.pk).update(original_path=new[0], display_path=new[1])
        transaction.on_commit(lambda: _delete_files(*old))


def _read(upload: "UploadedFile[Any]", name: str) -> bytes:
    most = settings.DOCUMENT_MAX_MB * 2**20
    data = upload.read(most + 1) if (upload.size or 0) <= most else b""
    size = max(upload.size or 0, len(data))
    if size > most:
        raise Refused(
            f"사진 '{name}' 크기가 {megabytes(size)}MB입니다. "
            f"한 장에 {settings.DOCUMENT_MAX_MB}MB까지 올릴 수 있습니다. "
            "휴대전화에서 크기를 줄이시거나 다시 찍어 올려 주세요."
        )
    if not data:
        raise Refused(f"'{name}' 파일이 비어 있습니다. 다른 사진을 올려 주세요.")
    return data


def _refuse_too_many(subject: models.Model, kind: str, at_most: int | None) -> None:
    files = Document.objects.of(subject)
    most = at_most or settings.DOCUMENTS_PER_SUBJECT
    number = (files.filter(kind=kind) if at_most else files).count() + 1
    if number > most:
        raise Refused(f"사진이 {number}장입니다. {most}장까지 올릴 수 있습니다. {number - most}장을 빼 주세요.")


def _scanned(data: bytes, name: str) -> str:
    try:
        return scan(data)
    except NotClean as error:
        raise Refused(
            f"'{name}' 파일을 받지 못했습니다. 안전 검사를 마치지 못했습니다. "
            "다른 사진을 올리시거나 행정복지센터에 내 주세요."
        ) from error


def _insert(document: Document, subject: models.Model, by: Actor) -> None:
    with friendly("document_once_per_subject"):
        document.save()
        record(document, DocumentMove.ADDED, by=by, after=document.kind)


def _keep(data: bytes) -> str:
    """Write encrypted bytes under a random name; Fernet's text form would be a third larger."""
    token = base64.urlsafe_b64decode(key_ring().encrypt(data))
    folder = timezone.localdate().strftime("%Y/%m")
    return default_storage.save(f"documents/{folder}/{secrets.token_hex(20)}", ContentFile(token))


def _delete_files(*paths: str) -> None:
    for path in paths:
        with suppress(OSError):
            if path:
                default_storage.delete(path)
