"""What belongs together: this database, these keys and these files."""

import uuid

from django.db import models
from django.utils import timezone

from services.models.encryption import EncryptedTextField


class Installation(models.Model):
    """One row, made at the first start. Wrong keys cannot read it; other files do not hold its mark."""

    key_check = EncryptedTextField()
    index_check = models.CharField(max_length=64)
    files_mark = models.UUIDField(default=uuid.uuid4)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "설치"
        verbose_name_plural = "설치"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pk=1),
                name="installation_is_one",
                violation_error_message="설치 기록은 하나뿐입니다.",
            )
        ]

    def __str__(self) -> str:
        return f"설치 {self.files_mark}"
