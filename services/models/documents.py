"""Files that residents and staff hand in: only the row knows the name, and the name is encrypted."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone

from services.enums.documents import DocumentMove, MediaType, ScanState
from services.enums.history import ActorKind
from services.models.encryption import EncryptedTextField
from services.models.history import tracked


class DocumentQuerySet(models.QuerySet["Document"]):
    def of(self, subject: models.Model) -> "DocumentQuerySet":
        """The files of one case, in the order in which they came."""
        return self.filter(subject_kind=subject._meta.label_lower, subject_id=str(subject.pk)).order_by("pk")


@tracked("name")
class Document(models.Model):
    """One file of one case: the original as it came, and for a photo a clean copy to look at.

    Both lie encrypted (FIELD_KEYS) under random names in the private default storage.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    kind = models.CharField("종류", max_length=40)  # the app's word: "house_photo", "power_of_attorney"
    resident = models.ForeignKey(
        "services.Resident", on_delete=models.CASCADE, null=True, blank=True, related_name="documents"
    )
    name = EncryptedTextField("파일 이름")
    media_type = models.CharField("형식", max_length=20, choices=MediaType)
    size = models.PositiveIntegerField("크기")
    pages = models.PositiveSmallIntegerField("쪽수", default=1)
    sha256 = models.CharField(max_length=64)
    original_path = models.CharField(max_length=120)
    display_path = models.CharField(max_length=120, blank=True)
    scan = models.CharField("안전 검사", max_length=12, choices=ScanState)
    actor_kind = models.CharField(max_length=10, choices=ActorKind)
    actor_key = models.CharField(max_length=80)
    uploaded_at = models.DateTimeField("올린 때", default=timezone.now)

    objects: ClassVar[DocumentQuerySet] = DocumentQuerySet.as_manager()  # type: ignore[assignment]
    moves: ClassVar = DocumentMove

    class Meta:
        ordering = ["pk"]
        verbose_name = "서류"
        verbose_name_plural = "서류"
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "sha256"],
                name="document_once_per_subject",
                violation_error_message="같은 사진을 두 번 올리셨습니다. 다른 쪽에서 찍은 사진으로 바꾸어 주세요.",
            ),
            models.CheckConstraint(
                condition=models.Q(size__gt=0, pages__gt=0),
                name="document_is_not_empty",
                violation_error_message="파일이 비어 있습니다. 다른 파일을 올려 주세요.",
            ),
        ]

    def __str__(self) -> str:
        return f"서류 {self.pk}"  # never the name: this ends up in logs

    @property
    def is_image(self) -> bool:
        return self.media_type != MediaType.PDF
