"""What other programs asked for, so that the same request twice is done once."""

from typing import Any

from django.db import models
from django.utils import timezone

from services.models.encryption import EncryptedJSONField, blind_index


class ApiRequest(models.Model):
    """One answered request of the API, written with what it did; kept for API_ANSWER_DAYS."""

    client = models.CharField(max_length=64)  # who asks: a blind index of a phone, the prefix of a key
    endpoint = models.CharField(max_length=40)
    key_hash = models.CharField(max_length=64)  # keyed, like the rest: a program may make its keys of anything
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    answer: "models.Field[Any, Any]" = EncryptedJSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = "다른 프로그램의 요청"
        verbose_name_plural = "다른 프로그램의 요청"
        constraints = [
            models.UniqueConstraint(
                fields=["client", "endpoint", "key_hash"],
                name="api_request_key_is_for_one_request",
                violation_error_message="같은 Idempotency-Key로 보낸 요청이 이미 있습니다.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.endpoint} {self.pk}"

    @staticmethod
    def hash_of(text: str, *, purpose: str) -> str:
        """Keyed, so that nobody can find short texts by trying them."""
        return blind_index(text, purpose=f"api {purpose}")
