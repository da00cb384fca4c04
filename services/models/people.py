"""Residents without accounts, their phone codes and drafts; members of staff; townships."""

import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone

from services.enums.people import ResidentMove, Role, StaffMove, TownshipKind, VerificationState
from services.models.encryption import EncryptedJSONField, EncryptedTextField, blind_index
from services.models.history import tracked
from services.rules.history import Actor
from services.rules.lots import village_of
from services.rules.names import name_key
from services.rules.phones import is_mobile, mask_name, mask_phone, show_phone


class SaneArgon2Hasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB, 2 passes, 1 lane: OWASP's second choice, a tenth of Django's default cost."""

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1


class Township(models.Model):
    """One of the 19 eup, myeon and dong of Gimje."""

    code = models.CharField("행정 코드", max_length=10, unique=True)
    name = models.CharField("이름", max_length=20, unique=True)
    kind = models.CharField("종류", max_length=5, choices=TownshipKind)
    order = models.PositiveSmallIntegerField("순서")
    has_visiting_lawyer = models.BooleanField("변호사가 찾아가는 곳", default=False)

    class Meta:
        ordering = ["order"]
        verbose_name = "읍·면·동"
        verbose_name_plural = "읍·면·동"

    def __str__(self) -> str:
        return self.name

    @property
    def office(self) -> str:
        return f"{self.name} 행정복지센터"


class User(AbstractUser):
    """A member of staff, an adviser or a contractor; roles are groups named by Role."""

    display_name = models.CharField("이름", max_length=40)
    department = models.CharField("부서", max_length=40, blank=True)
    township = models.ForeignKey(
        Township, verbose_name="읍·면·동", on_delete=models.PROTECT, null=True, blank=True, related_name="clerks"
    )

    moves: ClassVar = StaffMove

    class Meta:
        verbose_name = "담당자"
        verbose_name_plural = "담당자"

    def __str__(self) -> str:
        return self.display_name or self.username

    @property
    def roles(self) -> frozenset[Role]:
        """The roles of this person, read once per object."""
        if not hasattr(self, "_roles"):
            names = [group.name for group in self.groups.all()]  # lists prefetch the groups
            self._roles = frozenset(Role(name) for name in names if name in Role.values)
        return self._roles

    @property
    def role_labels(self) -> list[str]:
        return [role.label for role in Role if role in self.roles]

    @property
    def actor(self) -> Actor:
        return Actor.staff(self.pk, str(self))


def name_index_of(name: str) -> str:
    """The blind index under which everybody of this name is found, however it is typed."""
    return blind_index(name_key(name), purpose="name")


def village_index_of(address: str) -> str:
    """The blind index under which everybody of this 리 or 동 is found; empty where the address names none."""
    village = village_of(address)
    return blind_index(village, purpose="village") if village else ""


class ResidentQuerySet(models.QuerySet["Resident"]):
    def with_phone(self, e164: str) -> "ResidentQuerySet":
        return self.filter(phone_index=blind_index(e164, purpose="phone"))

    def in_village(self, typed: str) -> "ResidentQuerySet":
        """People of the 리 or 동 that was typed; nobody where none was."""
        return self.filter(village_index=mark) if (mark := village_index_of(typed)) else self.none()


@tracked("name", "phone", "born_on", "address")
class Resident(models.Model):
    """Somebody who asked the city for something; known by name and phone, without an account."""

    name = EncryptedTextField("이름")
    phone = EncryptedTextField("전화번호")  # E.164; a landline is fine
    born_on = EncryptedTextField("태어난 날", blank=True)  # ISO date
    address = EncryptedTextField("주소", blank=True)
    phone_index = models.CharField(max_length=64, editable=False, db_index=True)
    name_index = models.CharField(max_length=64, editable=False, db_index=True)
    last4_index = models.CharField(max_length=64, editable=False)
    village_index = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    can_receive_texts = models.BooleanField("문자를 받을 수 있음", editable=False)
    township = models.ForeignKey(
        Township, verbose_name="사는 곳", on_delete=models.PROTECT, null=True, blank=True, related_name="residents"
    )
    township_by = models.ForeignKey(  # of the staff who typed it and whom nobody has confirmed: no right comes from it
        "services.User", on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    is_demo = models.BooleanField("시연", default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[ResidentQuerySet] = ResidentQuerySet.as_manager()  # type: ignore[assignment]
    moves: ClassVar = ResidentMove

    class Meta:
        verbose_name = "시민"
        verbose_name_plural = "시민"
        constraints = [
            models.UniqueConstraint(
                fields=["phone_index", "name_index"],
                name="resident_once_per_phone_and_name",
                violation_error_message="이 이름과 전화번호는 이미 있습니다.",
            )
        ]

    def __str__(self) -> str:
        return f"시민 {self.pk}"  # never the name: this ends up in logs

    def save(self, *args: object, update_fields: Iterable[str] | None = None, **kwargs: object) -> None:
        if update_fields is not None and "address" in update_fields:
            update_fields = {*update_fields, "village_index"}
        self.phone_index = blind_index(self.phone, purpose="phone")
        self.name_index = name_index_of(self.name)
        self.last4_index = blind_index(self.phone[-4:], purpose="last4")
        self.village_index = village_index_of(self.address)
        self.can_receive_texts = is_mobile(self.phone)
        super().save(*args, update_fields=update_fields, **kwargs)  # type: ignore[arg-type]

    @property
    def masked_name(self) -> str:
        return mask_name(self.name)

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone)

    @property
    def shown_phone(self) -> str:
        return show_phone(self.phone)

    @property
    def actor(self) -> Actor:
        return Actor.resident(self.pk)


class FactProposalQuerySet(models.QuerySet["FactProposal"]):
    def open(self) -> "FactProposalQuerySet":
        """Nobody has said yet whether it is right."""
        return self.filter(decided_at__isnull=True).order_by("pk")


@tracked("born_on", "address")
class FactProposal(models.Model):
    """What a member of staff typed about somebody who is known already, where it differs from what is known."""

    resident = models.ForeignKey(Resident, on_delete=models.CASCADE, related_name="proposals")
    born_on = EncryptedTextField("태어난 날", blank=True)  # ISO date
    address = EncryptedTextField("주소", blank=True)
    township = models.ForeignKey(
        Township, verbose_name="사는 곳", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField("적은 때", default=timezone.now)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("정한 때", null=True, blank=True)
    is_taken = models.BooleanField("받아들임", null=True, blank=True)

    objects: ClassVar[FactProposalQuerySet] = FactProposalQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "다르게 적힌 것"
        verbose_name_plural = "다르게 적힌 것"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("proposed_by")),
                name="proposal_is_decided_by_somebody_else",
                violation_error_message="본인이 적은 것은 다른 담당자가 정합니다.",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True, decided_at__isnull=True, is_taken__isnull=True)
                | models.Q(decided_by__isnull=False, decided_at__isnull=False, is_taken__isnull=False),
                name="proposal_is_decided_as_a_whole",
                violation_error_message="누가 언제 어떻게 정했는지가 모두 있어야 합니다.",
            ),
        ]

    def __str__(self) -> str:
        return f"다르게 적힌 것 {self.pk}"

    @property
    def facts(self) -> dict[str, Any]:
        """What was typed, without what was left open."""
        typed = {"born_on": self.born_on, "address": self.address, "township": self.township}
        return {name: value for name, value in typed.items() if value}

    @property
    def rows(self) -> list[tuple[str, Any, Any]]:
        """Each fact with its label, as it is known and as it was typed."""
        labels = {"born_on": "태어난 날", "address": "주소", "township": "사는 곳"}
        return [(labels[name], getattr(self.resident, name), typed) for name, typed in self.facts.items()]


class Verification(models.Model):
    """One 6-digit code sent to one phone; only its keyed hash is kept."""

    phone = EncryptedTextField("전화번호")
    phone_index = models.CharField(max_length=64, db_index=True)
    address_index = models.CharField(max_length=64, db_index=True)  # blind index of the IP address
    code_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=VerificationState, default=VerificationState.SENT)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(default=timezone.now, db_index=True)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = "휴대전화 확인"
        verbose_name_plural = "휴대전화 확인"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(tries__lte=settings.VERIFICATION_TRIES),
                name="verification_tries_limited",
                violation_error_message="인증번호가 다섯 번 맞지 않아 잠시 멈추었습니다.",
            )
        ]

    def __str__(self) -> str:
        return f"확인 {self.pk}"


class PuzzleTry(models.Model):
    """Somebody answered this puzzle; there is no second try, right or wrong (services.actions.puzzles)."""

    key = models.CharField(max_length=32)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = "셈으로 확인"
        verbose_name_plural = "셈으로 확인"
        constraints = [
            models.UniqueConstraint(
                fields=["key"], name="puzzle_tried_once", violation_error_message="이미 답하신 물음입니다."
            )
        ]

    def __str__(self) -> str:
        return f"셈으로 확인 {self.pk}"


class DraftQuerySet(models.QuerySet["Draft"]):
    def living(self) -> "DraftQuerySet":
        """Those that can still be gone on with."""
        return self.filter(expires_at__gt=timezone.now())


class Draft(models.Model):
    """A half-filled form, encrypted; the session holds only its key. It belongs to the phone proved for it, if any."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    answers: "models.Field[Any, Any]" = EncryptedJSONField(default=dict)
    phone = EncryptedTextField("전화번호", blank=True)  # E.164, where the code went
    phone_index = models.CharField(max_length=64, blank=True, db_index=True)
    claimed_at = models.DateTimeField(null=True, editable=False)  # is being sent
    updated_at = models.DateTimeField(auto_now=True)
    expires_at = models.DateTimeField(db_index=True)

    objects: ClassVar[DraftQuerySet] = DraftQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "쓰던 신청서"
        verbose_name_plural = "쓰던 신청서"

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    def keep(self) -> None:
        """Of a proved phone to the end of the day DRAFT_DAYS from now; of nobody as long as a session may last."""
        if self.phone_index:
            morning = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
            self.expires_at = morning + timedelta(days=settings.DRAFT_DAYS + 1)
        else:
            self.expires_at = timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE)

    @property
    def last_day(self) -> date:
        """The last day on which it can be gone on with, to its end."""
        return timezone.localdate(self.expires_at - timedelta(seconds=1))
