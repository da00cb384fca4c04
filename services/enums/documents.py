"""What kinds of file the portal takes, and whether a scanner has seen them."""

from django.db import models


class MediaType(models.TextChoices):
    JPEG = "image/jpeg", "사진(JPG)"
    PNG = "image/png", "사진(PNG)"
    PDF = "application/pdf", "PDF"


class ScanState(models.TextChoices):
    CLEAN = "clean", "안전 검사를 마침"
    NOT_SCANNED = "not_scanned", "안전 검사기 없음"
