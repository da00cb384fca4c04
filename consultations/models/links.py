"""Signed, expiring addresses by which an adviser without an account works on one clinic day."""

import hashlib
import secrets
from datetime import date, timedelta
from typing import ClassVar

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import models
from django.utils import timezone

from consultations.models.timetable import Adviser, ClinicDay
from services.rules.history import Actor

_SIGNER = Signer(sep=".", salt="consultations.desk")  # a full stop survives in every messenger


class AdviserLinkQuerySet(models.QuerySet["AdviserLink"]):
    def at(self, address: str) -> "AdviserLink | None":
        """The link of this address, live or not; a made-up address costs no query."""
        try:
            token = _SIGNER.unsign(address)
        except BadSignature:
            return None
        return self.filter(token_hash=AdviserLink.hash_of(token)).first()

    def live(self) -> "AdviserLinkQuerySet":
        """Neither withdrawn nor past its time."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=timezone.now())


class AdviserLink(models.Model):
    """One adviser's way to the own bookings of one clinic day; of the token only its hash is kept."""

    adviser = models.ForeignKey(Adviser, verbose_name="세무사·변호사", on_delete=models.PROTECT, related_name="links")
    clinic_day = models.ForeignKey(ClinicDay, verbose_name="상담일", on_delete=models.PROTECT, related_name="links")
    token_hash = models.CharField(max_length=64, editable=False)  # SHA-256, hex
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="만든 사람", on_delete=models.PROTECT, related_name="made_links"
    )
    made_at = models.DateTimeField("만든 때", default=timezone.now)
    expires_at = models.DateTimeField("끝나는 때")
    revoked_at = models.DateTimeField("거둔 때", null=True, blank=True)
    last_opened_at = models.DateTimeField("마지막으로 연 때", null=True, blank=True)

    objects: ClassVar[AdviserLinkQuerySet] = AdviserLinkQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["clinic_day", "made_at", "pk"]
        verbose_name = "전용 주소"
        verbose_name_plural = "전용 주소"
        constraints = [
            models.UniqueConstraint(
                fields=["token_hash"],
                name="adviser_link_token_is_unique",
                violation_error_message="이 전용 주소는 이미 있습니다.",
            ),
            models.UniqueConstraint(
                fields=["adviser", "clinic_day"],
                condition=models.Q(revoked_at__isnull=True),
                name="adviser_link_one_a_day",
                violation_error_message="이 세무사·변호사에게는 이날의 전용 주소가 이미 있습니다.",
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("made_at")),
                name="adviser_link_ends_after_it_was_made",
                violation_error_message="전용 주소가 끝나는 때는 만든 때보다 뒤여야 합니다.",
            ),
        ]

    def __str__(self) -> str:
        return f"전용 주소 {self.pk}"

    @property
    def is_live(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()

    @property
    def last_day(self) -> date:
        """The last day on which it opens; it ends at the midnight after it."""
        return timezone.localdate(self.expires_at - timedelta(microseconds=1))

    @property
    def actor(self) -> Actor:
        return Actor.link(self.pk, str(self.adviser))

    @staticmethod
    def new_token() -> tuple[str, str]:
        """(secret part of the address to show once, its hash): 32 random bytes, signed."""
        token = secrets.token_urlsafe(32)
        return _SIGNER.sign(token), AdviserLink.hash_of(token)

    @staticmethod
    def hash_of(token: str) -> str:
        """What the database keeps of a token; 256 random bits need no slow hash."""
        return hashlib.sha256(token.encode()).hexdigest()
