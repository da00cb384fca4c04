"""The secret address at which an adviser's calendar program reads the own consultations."""

import hashlib
import secrets
from typing import ClassVar

from django.db import models
from django.utils import timezone

from consultations.enums import CalendarFeedMove
from consultations.models.timetable import Adviser


class CalendarFeed(models.Model):
    """One address an adviser; only the SHA-256 of its secret part is kept, so nobody can look it up again."""

    adviser = models.OneToOneField(Adviser, on_delete=models.CASCADE, related_name="calendar_feed")
    token_hash = models.CharField(max_length=64, editable=False)
    made_at = models.DateTimeField("만든 때", default=timezone.now)
    revoked_at = models.DateTimeField("끊은 때", null=True, blank=True)
    last_read_at = models.DateTimeField("마지막으로 읽은 때", null=True, blank=True)
    content_hash = models.CharField(max_length=64, blank=True, editable=False)  # of what was read last
    changed_at = models.DateTimeField("내용이 바뀐 때", default=timezone.now, editable=False)

    moves: ClassVar = CalendarFeedMove

    class Meta:
        verbose_name = "달력 주소"
        verbose_name_plural = "달력 주소"
        constraints = [
            models.UniqueConstraint(
                fields=["token_hash"],
                name="calendar_feed_address_is_unique",
                violation_error_message="이 달력 주소는 이미 있습니다.",
            )
        ]

    def __str__(self) -> str:
        return f"달력 주소 {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.revoked_at is None

    @staticmethod
    def new_token() -> tuple[str, str]:
        """(secret part of the address to show once, its hash): 32 random bytes."""
        token = secrets.token_urlsafe(32)
        return token, CalendarFeed.hash_of(token)

    @staticmethod
    def hash_of(token: str) -> str:
        return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
