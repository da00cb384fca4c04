"""What kinds of file the portal takes, and whether a scanner has seen them."""

from django.db import models

from services.enums.moves import Move


class MediaType(models.TextChoices):
    JPEG = "image/jpeg", "사진(JPG)"
    PNG = "image/png", "사진(PNG)"
    PDF = "application/pdf", "PDF"


class ScanState(models.TextChoices):
    CLEAN = "clean", "안전 검사를 마침"
    NOT_SCANNED = "not_scanned", "안전 검사기 없음"


class DocumentMove(Move):
    """What happens to a file of a case; the file goes when it is removed, its history stays."""

    ADDED = "document_added", "올림"
    REMOVED = "document_removed", "뺌"
