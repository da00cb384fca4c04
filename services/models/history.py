"""What happened (hash-chained per subject, sealed hourly) and who looked at whom."""

from collections.abc import Callable
from typing import TypeVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone

from services.enums.history import ActorKind
from services.enums.people import ReadingReason
from services.models.encryption import EncryptedTextField

ModelT = TypeVar("ModelT", bound=type[models.Model])

_TEXTS = ("previous_hash", "subject_kind", "subject_id", "move", "before", "after")
_TEXTS_OF_ACTOR = ("actor_kind", "actor_key", "actor_label", "reason_digest", "request_id")


def entry_hash_sql(row: str = "") -> str:
    """The hash of an entry as SQL over its columns (`row` is "NEW." in the trigger): trigger and check use this one.

    Each part is written with its length before it, so that no character can move from one column into the next.
    """
    parts = [f"{row}{name}" for name in _TEXTS]
    parts += [f"{row}seq::text", f"extract(epoch FROM {row}at)::numeric(20, 6)::text"]
    parts += [f"{row}{name}" for name in _TEXTS_OF_ACTOR]
    written = ", ".join(f"length({part}), ':', {part}" for part in parts)
    return f"encode(sha256(convert_to(concat({written}), 'UTF8')), 'hex')"


_CHAIN = f"""
    SELECT COALESCE(max(seq), 0) + 1 INTO NEW.seq FROM services_historyentry
        WHERE subject_kind = NEW.subject_kind AND subject_id = NEW.subject_id;
    SELECT entry_hash INTO NEW.previous_hash FROM services_historyentry
        WHERE subject_kind = NEW.subject_kind AND subject_id = NEW.subject_id AND seq = NEW.seq - 1;
    NEW.previous_hash := COALESCE(NEW.previous_hash, '');
    NEW.entry_hash := {entry_hash_sql("NEW.")};
    RETURN NEW;
"""  # noqa: S608 (column names from our own code)


_NEEDS_ACTOR = """
    IF COALESCE(current_setting('pghistory.context_id', true), '') = '' THEN
        RAISE EXCEPTION 'a write needs an acting context' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
"""


def tracked(*personal: str) -> Callable[[ModelT], ModelT]:
    """Class decorator for tables of cases: every insert, update and delete, also bulk and raw, leaves an event.

    The database refuses a write without `services.actions.history.acting`. `personal` names encrypted columns, which
    the event table does not copy.
    """

    def decorate(model: ModelT) -> ModelT:
        trigger = pgtrigger.Trigger(
            name="needs_actor",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
            func=_NEEDS_ACTOR,
        )
        events = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
        pghistory.track(*events, exclude=list(personal))(model)
        pgtrigger.register(trigger)(model)
        return model

    return decorate


class HistoryEntry(models.Model):
    """One change of state of one subject, written in the transaction of the change.

    `subject_kind` is "app.model"; the chain per subject is made by a trigger, so raw inserts are chained too.
    """

    subject_kind = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    seq = models.PositiveIntegerField(editable=False, default=0)
    move = models.CharField("일", max_length=40)
    before = models.CharField("앞 상태", max_length=40, blank=True)
    after = models.CharField("뒤 상태", max_length=40, blank=True)
    actor_kind = models.CharField(max_length=10, choices=ActorKind)
    actor_key = models.CharField(max_length=80)
    actor_label = models.CharField("한 사람", max_length=80)
    reason = EncryptedTextField("이유", blank=True)
    reason_digest = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField("때", default=timezone.now)
    request_id = models.CharField(max_length=40, blank=True)
    previous_hash = models.CharField(max_length=64, blank=True, editable=False)
    entry_hash = models.CharField(max_length=64, editable=False)

    class Meta:
        ordering = ["subject_kind", "subject_id", "seq"]
        verbose_name = "이력"
        verbose_name_plural = "이력"
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "seq"],
                name="history_chain_has_no_fork",
                violation_error_message="다른 사람이 먼저 고쳤습니다. 다시 열어 확인해 주세요.",
            )
        ]
        triggers = [
            pgtrigger.Trigger(name="chain_entry", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_CHAIN),
            pgtrigger.Trigger(
                name="append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - 'reason') = (to_jsonb(OLD) - 'reason') THEN
                        RETURN NEW; -- key rotation re-encrypts the reason; its digest is part of the chain
                    END IF;
                    RAISE EXCEPTION 'history is append-only' USING ERRCODE = 'restrict_violation';
                """,
            ),
            pgtrigger.Trigger(
                name="no_truncate",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                func="RAISE EXCEPTION 'history is append-only' USING ERRCODE = 'restrict_violation';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id} #{self.seq} {self.move}"


class HistorySeal(models.Model):
    """A hash over all entries up to an id, chained to the seal before: shows when a whole subject disappears."""

    last_entry_id = models.BigIntegerField(unique=True)
    entries = models.PositiveIntegerField()
    previous_hash = models.CharField(max_length=64, blank=True)
    seal_hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["last_entry_id"]
        verbose_name = "이력 봉인"
        verbose_name_plural = "이력 봉인"
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"봉인 {self.last_entry_id}"


class ReadingLogEntry(models.Model):
    """Somebody saw a resident's data: who, whose, when, from where, why (PD-10, kept two years).

    The reader is a member of staff, or in words somebody without an account.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="readings"
    )
    reader = models.CharField("계정이 없는 사람", max_length=80, blank=True)
    resident = models.ForeignKey("services.Resident", on_delete=models.CASCADE, related_name="readings")
    subject_kind = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    action = models.CharField("무엇을", max_length=40)
    kind = models.CharField("무엇 때문에", max_length=10, choices=ReadingReason, blank=True)  # of a whole record
    reference = models.CharField("예약번호·접수번호", max_length=40, blank=True)
    reason = models.CharField("이유", max_length=200, blank=True)
    address = models.GenericIPAddressField("어디서", null=True)
    at = models.DateTimeField("때", default=timezone.now, db_index=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "접근 기록"
        verbose_name_plural = "접근 기록"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=False, reader="")
                | (models.Q(user__isnull=True) & ~models.Q(reader="")),
                name="reading_has_one_reader",
                violation_error_message="접근 기록에는 본 사람이 한 사람 있어야 합니다.",
            ),
            models.CheckConstraint(
                condition=models.Q(kind=ReadingReason.CASE) ^ models.Q(reference=""),
                name="reading_for_a_case_has_its_number",
                violation_error_message="예약번호나 접수번호 때문에 보셨으면 그 번호가 있어야 합니다.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id or self.reader} {self.action} {self.subject_kind} {self.subject_id}"

    @property
    def who(self) -> str:
        """The reader in words."""
        return str(self.user) if self.user else self.reader

    @property
    def why(self) -> str:
        """Kind, number and words in one: "예약번호·접수번호 2020-SL-0412: 어디까지 되었는지 물으심"."""
        kind = str(ReadingReason(self.kind).label) if self.kind else ""
        return ": ".join(filter(None, [f"{kind} {self.reference}".strip(), self.reason]))

    @property
    def department(self) -> str:
        """Of a member of staff; somebody without an account has none."""
        return self.user.department if self.user else ""
