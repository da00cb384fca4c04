"""What keeps consultations from taking place, and everybody it affects: the worklist that ends at zero untold."""

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.utils import timezone

from consultations.enums import AffectedMove, AffectedState, DisruptionKind, DisruptionMove
from consultations.models.bookings import Booking
from consultations.models.timetable import Adviser, ClinicDay, Venue
from services.enums.notices import CallOutcome, Channel, NoticeState
from services.enums.people import Role
from services.models import Notice, User
from services.models.encryption import EncryptedTextField
from services.models.history import tracked


class DisruptionQuerySet(models.QuerySet["Disruption"]):
    def open(self) -> "DisruptionQuerySet":
        """Somebody is still to be told, or nothing is arranged for them yet."""
        return self.filter(closed_at__isnull=True)

    def standing(self) -> "DisruptionQuerySet":
        """Reported and not withdrawn, whether or not everybody is told."""
        return self.filter(withdrawn_at__isnull=True)

    def seen_by(self, user: User) -> "DisruptionQuerySet":
        """What this member of staff may see: everything, or as a clerk the own township's venue."""
        if user.roles & {Role.CONSULTATION_OFFICER, Role.AUDITOR}:
            return self
        return self.filter(venue__township=user.township_id or 0)


@tracked("reason")
class Disruption(models.Model):
    """An adviser who cannot come, a day or a venue that closes, a conflict of interest. Who reported it: history."""

    kind = models.CharField("무슨 일", max_length=14, choices=DisruptionKind)
    venue = models.ForeignKey(Venue, verbose_name="장소", on_delete=models.PROTECT, related_name="disruptions")
    first_on = models.DateField("언제부터")
    last_on = models.DateField("언제까지")
    clinic_day = models.ForeignKey(
        ClinicDay,
        verbose_name="상담일",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="disruptions",
    )  # empty when a venue closes
    adviser = models.ForeignKey(
        Adviser, verbose_name="누가", on_delete=models.PROTECT, null=True, blank=True, related_name="disruptions"
    )
    reason = EncryptedTextField("이유", blank=True)  # may tell of somebody's health
    reported_at = models.DateTimeField("적은 때", default=timezone.now)
    closed_at = models.DateTimeField("모두 알린 때", null=True, blank=True)
    withdrawn_at = models.DateTimeField("거둔 때", null=True, blank=True)

    moves: ClassVar = DisruptionMove

    objects: ClassVar[DisruptionQuerySet] = DisruptionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["first_on", "venue__order", "pk"]
        verbose_name = "상담에 생긴 일"
        verbose_name_plural = "상담에 생긴 일"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_on__gte=models.F("first_on")),
                name="disruption_ends_after_it_begins",
                violation_error_message="끝나는 날이 시작하는 날보다 앞설 수 없습니다.",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["ABSENCE", "CONFLICT"], clinic_day__isnull=False, adviser__isnull=False)
                | models.Q(kind__in=["DAY_CLOSED", "DAY_CANCELLED"], clinic_day__isnull=False, adviser__isnull=True)
                | models.Q(kind="VENUE_CLOSED", clinic_day__isnull=True, adviser__isnull=True),
                name="disruption_names_what_is_missing",
                violation_error_message="못 오는 사람이나 닫는 날이 비어 있습니다.",
            ),
            models.UniqueConstraint(
                fields=["kind", "clinic_day", "adviser"],
                condition=models.Q(closed_at__isnull=True, clinic_day__isnull=False),
                nulls_distinct=False,
                name="disruption_reported_once",
                violation_error_message="다른 담당자가 먼저 적었습니다. 화면을 새로 열어 확인해 주세요.",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True) | models.Q(closed_at__isnull=False),
                name="disruption_withdrawn_is_closed",
                violation_error_message="거둔 일은 끝난 일입니다.",
            ),
            ExclusionConstraint(
                name="venue_closes_once_at_a_time",
                expressions=[
                    (
                        models.Func(
                            models.F("venue_id"), models.F("venue_id"), models.Value("[]"), function="int8range"
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        models.Func(
                            models.F("first_on"),
                            models.F("last_on"),
                            models.Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=models.Q(kind="VENUE_CLOSED", withdrawn_at__isnull=True),
                violation_error_message="이 장소는 그 기간에 이미 닫았습니다.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.first_on}"

    @property
    def label(self) -> DisruptionKind:
        return DisruptionKind(self.kind)


def _was_reached() -> models.Q:
    """Told: the message was sent, or somebody spoke to them. What the city cancels is settled on the phone (S07)."""
    notices = Notice.objects.filter(once_key=models.OuterRef("notice_key"))
    by_call = notices.filter(channel=Channel.CALL, call__outcome__in=list(CallOutcome.REACHED))
    by_text = notices.filter(channel__in=list(Channel.BY_PHONE), state__in=list(NoticeState.ARRIVED))
    needs_a_call = models.Q(state=AffectedState.CANCELLED)
    return (
        models.Q(told_at__isnull=False) | models.Q(models.Exists(by_call)) | (models.Exists(by_text) & ~needs_a_call)
    )


class AffectedQuerySet(models.QuerySet["Affected"]):
    def unsettled(self) -> "AffectedQuerySet":
        """Nothing is arranged for these yet."""
        return self.filter(state__in=AffectedState.UNSETTLED)

    def to_tell(self) -> "AffectedQuerySet":
        """For these something has changed or will."""
        return self.exclude(state__in=AffectedState.UNCHANGED)

    def untold(self) -> "AffectedQuerySet":
        """The one definition of untold: nobody has reached them yet."""
        return self.to_tell().filter(~_was_reached())

    def with_told(self) -> "AffectedQuerySet":
        """Each row knows as `is_told` whether they were reached."""
        told = models.ExpressionWrapper(_was_reached(), output_field=models.BooleanField())
        return self.annotate(is_told=told)

    def with_people(self) -> "AffectedQuerySet":
        return self.select_related("booking__resident", "booking__clinic_day__venue", "clinic_day", "settled_by")


@tracked()
class Affected(models.Model):
    """One booking on a worklist: where it was, what was arranged, and by which message its resident learns of it."""

    disruption = models.ForeignKey(Disruption, on_delete=models.PROTECT, related_name="affected")
    booking = models.ForeignKey(Booking, verbose_name="예약", on_delete=models.PROTECT, related_name="affected")
    clinic_day = models.ForeignKey(
        ClinicDay, verbose_name="처음 상담일", on_delete=models.PROTECT, related_name="affected"
    )
    starts_at = models.DateTimeField("처음 시간")
    state = models.CharField("상태", max_length=10, choices=AffectedState, default=AffectedState.OPEN)
    notice_key = models.CharField("알림", max_length=120, blank=True)  # the once-key of the message
    told_at = models.DateTimeField("말로 알린 때", null=True, blank=True)  # spoken to, without a message of ours
    settled_at = models.DateTimeField("정한 때", null=True, blank=True)
    settled_by: "models.ForeignKey[Any, Any]" = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="settled_bookings"
    )  # empty when its resident or a job did it

    moves: ClassVar = AffectedMove

    objects: ClassVar[AffectedQuerySet] = AffectedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["starts_at", "pk"]
        verbose_name = "영향받은 예약"
        verbose_name_plural = "영향받은 예약"
        constraints = [
            models.UniqueConstraint(
                fields=["disruption", "booking"],
                name="affected_once",
                violation_error_message="이 예약은 이미 명단에 있습니다.",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["OPEN", "CALLING"], settled_at__isnull=True)
                | (~models.Q(state__in=["OPEN", "CALLING"]) & models.Q(settled_at__isnull=False)),
                name="affected_settled_has_a_moment",
                violation_error_message="정한 때가 비어 있습니다.",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["OPEN", "KEPT", "ENDED"]) | ~models.Q(notice_key=""),
                name="affected_is_told_by_a_message",
                violation_error_message="알리는 문자나 전화 없이 정할 수 없습니다.",
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="affected_moves",
                field="state",
                transitions=AffectedMove.transitions(),
            )
        ]

    def __str__(self) -> str:
        return f"영향받은 예약 {self.pk}"

    @property
    def label(self) -> AffectedState:
        return AffectedState(self.state)

    @property
    def is_unsettled(self) -> bool:
        return self.state in AffectedState.UNSETTLED
