"""What residents agreed to or refused, in which words, and when they took it back."""

from collections.abc import Sequence
from typing import ClassVar

import pgtrigger
from django.db import models
from django.utils import timezone

from services.enums.consents import ConsentHow
from services.models.people import Resident

_ONLY_WITHDRAWN_ONCE = """
    IF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NULL
        AND (to_jsonb(NEW) - 'withdrawn_at') = (to_jsonb(OLD) - 'withdrawn_at') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'consents are append-only' USING ERRCODE = 'restrict_violation';
"""


def needs_consents(subject_kind: str, kinds: Sequence[str], *, when: str = "TRUE") -> pgtrigger.Trigger:
    """For a model's triggers: at the commit each new row of `subject_kind` must have these consents, given.

    `when` is SQL about NEW, for rows that need them; the consents are written after the row, so the check waits.
    """
    wanted = ", ".join(f"'{kind}'" for kind in kinds)
    return pgtrigger.Trigger(
        name="needs_consents",
        level=pgtrigger.Row,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        timing=pgtrigger.Deferred,
        func=f"""
            IF ({when}) AND {len(kinds)} > (
                SELECT count(DISTINCT kind) FROM services_consent WHERE subject_kind = '{subject_kind}'
                    AND subject_id = NEW.id::text AND is_given AND kind IN ({wanted})
            ) THEN
                RAISE EXCEPTION 'a required consent is missing' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NULL;
        """,  # noqa: S608 (names from our own code)
    )


class ConsentText(models.Model):
    """One version of the words of one consent, as they stood on the screen; a changed word is the next version."""

    subject_kind = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)
    version = models.PositiveSmallIntegerField("몇 번째 글")
    words = models.JSONField()
    sha256 = models.CharField(max_length=64)
    since = models.DateTimeField("언제부터", default=timezone.now)

    class Meta:
        ordering = ["subject_kind", "kind", "-version"]
        verbose_name = "동의 글"
        verbose_name_plural = "동의 글"
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "kind", "version"],
                name="consent_text_version_once",
                violation_error_message="이 번호의 동의 글은 이미 있습니다.",
            ),
            models.UniqueConstraint(
                fields=["subject_kind", "kind", "sha256"],
                name="consent_text_is_one_version",
                violation_error_message="이 동의 글은 이미 있습니다.",
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.words['title']} {self.version}판"


class ConsentQuerySet(models.QuerySet["Consent"]):
    def of(self, subject: models.Model) -> "ConsentQuerySet":
        """Everything that was answered for one case."""
        return self.filter(subject_kind=subject._meta.label_lower, subject_id=str(subject.pk))

    def in_force(self) -> "ConsentQuerySet":
        """Given and not taken back."""
        return self.filter(is_given=True, withdrawn_at__isnull=True)


class Consent(models.Model):
    """One answer of one resident to one text, for one case ("consultations.booking", "17"); refused counts too."""

    subject_kind = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="consents")
    kind = models.CharField(max_length=20)
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="consents")
    is_given = models.BooleanField("동의")
    how = models.CharField("어떻게", max_length=6, choices=ConsentHow)
    at = models.DateTimeField("때", default=timezone.now)
    withdrawn_at = models.DateTimeField("취소한 때", null=True, blank=True)

    objects: ClassVar[ConsentQuerySet] = ConsentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["subject_kind", "subject_id", "pk"]
        verbose_name = "동의"
        verbose_name_plural = "동의"
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "kind"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="consent_once_per_kind",
                violation_error_message="이 동의는 이미 받았습니다.",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True)
                | models.Q(is_given=True, withdrawn_at__gte=models.F("at")),
                name="only_a_given_consent_is_withdrawn",
                violation_error_message="동의하신 것만 취소할 수 있습니다.",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=_ONLY_WITHDRAWN_ONCE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {'동의' if self.is_given else '동의하지 않음'}"
