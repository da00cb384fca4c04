"""Always-on enquiries: what everybody may know of them stands apart from their texts, which two people may read."""

from datetime import timedelta
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone

from consultations.enums import (
    AnswerBy,
    AnsweredBy,
    BookingKind,
    CallTime,
    ConsentKind,
    EnquiryMove,
    EnquiryState,
    Source,
    Topic,
    TurnKind,
)
from consultations.models.timetable import Adviser
from services.enums.people import Role
from services.models import User
from services.models.consents import needs_consents
from services.models.encryption import EncryptedTextField
from services.models.history import tracked


class EnquiryQuerySet(models.QuerySet["Enquiry"]):
    def waiting(self) -> "EnquiryQuerySet":
        """Somebody has to answer these."""
        return self.filter(state__in=EnquiryState.WAITING)

    def seen_by(self, user: User) -> "EnquiryQuerySet":
        """What this officer may see: everything, or as a clerk those taken by oneself; the rows carry no text."""
        if user.roles & {Role.CONSULTATION_OFFICER, Role.AUDITOR}:
            return self
        return self.filter(taken_by=user)

    def with_pause(self) -> "EnquiryQuerySet":
        """Each row knows as `waits_for_reply` whether its adviser asked back and waits for the resident."""
        pauses = EnquiryPause.objects.filter(enquiry=models.OuterRef("pk"), received_on__isnull=True)
        return self.annotate(waits_for_reply=models.Exists(pauses))


@tracked()
class Enquiry(models.Model):
    """A question to a village tax accountant or lawyer: schedule, field and state. No text of it is in this table."""

    reference = models.CharField("접수번호", max_length=12)
    resident = models.ForeignKey(
        "services.Resident", verbose_name="물어보신 분", on_delete=models.PROTECT, related_name="enquiries"
    )
    kind = models.CharField("상담", max_length=6, choices=BookingKind)
    topic = models.CharField("분야", max_length=16, choices=Topic, default=Topic.UNSURE)
    answer_by = models.CharField("답하는 방법", max_length=8, choices=AnswerBy)
    call_time = models.CharField("전화할 때", max_length=10, choices=CallTime, blank=True)
    urgent_on = models.DateField("급한 날", null=True, blank=True)
    state = models.CharField("상태", max_length=10, choices=EnquiryState, default=EnquiryState.RECEIVED)
    adviser = models.ForeignKey(
        Adviser, verbose_name="맡은 사람", on_delete=models.PROTECT, null=True, blank=True, related_name="enquiries"
    )
    source = models.CharField("어떻게", max_length=8, choices=Source, default=Source.WEB)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="taken_enquiries"
    )
    round = models.PositiveSmallIntegerField("몇 번째 질문", default=1)
    asked_on = models.DateField("접수일")  # of this round: the clock runs from here (MW-02, MW-04)
    due_on = models.DateField("기한")
    extra_days = models.PositiveSmallIntegerField("늦춘 날", default=0)  # of this round: once, by the period (MW-08)
    created_at = models.DateTimeField("물어보신 때", default=timezone.now)
    ended_at = models.DateTimeField("마친 때", null=True, blank=True)

    moves: ClassVar = EnquiryMove

    objects: ClassVar[EnquiryQuerySet] = EnquiryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["due_on", "pk"]
        verbose_name = "상시 상담"
        verbose_name_plural = "상시 상담"
        constraints = [
            models.UniqueConstraint(
                fields=["reference"],
                name="enquiry_reference_is_unique",
                violation_error_message="이 접수번호는 이미 있습니다.",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["RECEIVED", "REFERRED", "CLOSED"]) | models.Q(adviser__isnull=False),
                name="enquiry_in_work_has_an_adviser",
                violation_error_message="맡은 세무사·변호사가 없습니다. 먼저 맡을 사람을 정해 주세요.",
            ),
            models.CheckConstraint(
                condition=models.Q(due_on__gte=models.F("asked_on")),
                name="enquiry_is_due_after_it_was_asked",
                violation_error_message="기한은 접수일보다 앞설 수 없습니다.",
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="enquiry_moves",
                field="state",
                transitions=EnquiryMove.transitions(),
            ),
            needs_consents("consultations.enquiry", ConsentKind.REQUIRED),
        ]

    def __str__(self) -> str:
        return f"상시 상담 {self.pk}"

    @property
    def label(self) -> EnquiryState:
        return EnquiryState(self.state)

    @property
    def is_open_to_advisers(self) -> bool:
        """Whether its adviser may still read it: CONSULTATION_ADVISER_DAYS after the end (PD-01)."""
        days = timedelta(days=settings.CONSULTATION_ADVISER_DAYS)
        return self.ended_at is None or timezone.now() <= self.ended_at + days

    @property
    def is_open(self) -> bool:
        return self.state in EnquiryState.OPEN

    @property
    def is_waiting(self) -> bool:
        return self.state in EnquiryState.WAITING


@tracked("text")
class Turn(models.Model):
    """One text between a resident and the adviser. Only these two may read it (LA-06); a draft has no `sent_at`."""

    enquiry = models.ForeignKey(Enquiry, on_delete=models.CASCADE, related_name="turns")
    round = models.PositiveSmallIntegerField("몇 번째 질문")
    kind = models.CharField(max_length=8, choices=TurnKind)
    adviser = models.ForeignKey(Adviser, on_delete=models.PROTECT, null=True, blank=True, related_name="turns")
    given = models.CharField("어떻게", max_length=8, choices=AnsweredBy, blank=True)
    text = EncryptedTextField("내용")
    sent_at = models.DateTimeField("보낸 때", null=True, blank=True)

    class Meta:
        ordering = ["enquiry", "pk"]
        verbose_name = "상시 상담 글"
        verbose_name_plural = "상시 상담 글"
        constraints = [
            models.UniqueConstraint(
                fields=["enquiry", "round"],
                condition=models.Q(kind="ANSWER"),
                name="one_answer_a_question",
                violation_error_message="이 질문에는 이미 답했습니다. 화면을 새로 열어 확인해 주세요.",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind__in=["ANSWER", "ASK_BACK"]) | models.Q(adviser__isnull=False),
                name="advice_names_its_adviser",
                violation_error_message="답변에는 답한 세무사·변호사가 있어야 합니다.",
            ),
        ]

    def __str__(self) -> str:
        return f"상시 상담 글 {self.pk}"

    @property
    def is_by_adviser(self) -> bool:
        return self.kind in TurnKind.BY_ADVISER


class EnquiryPause(models.Model):
    """Days on which the clock stands still: the adviser asked back and waits for the resident (MW-07)."""

    enquiry = models.ForeignKey(Enquiry, on_delete=models.CASCADE, related_name="pauses")
    round = models.PositiveSmallIntegerField("몇 번째 질문")
    sent_on = models.DateField("여쭤본 날")
    received_on = models.DateField("답을 받은 날", null=True, blank=True)

    class Meta:
        ordering = ["enquiry", "pk"]
        verbose_name = "멈춘 기한"
        verbose_name_plural = "멈춘 기한"
        constraints = [
            models.UniqueConstraint(
                fields=["enquiry"],
                condition=models.Q(received_on__isnull=True),
                name="enquiry_pauses_once_at_a_time",
                violation_error_message="이미 여쭤보고 답을 기다리고 있습니다.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.sent_on} ~ {self.received_on or ''}"
