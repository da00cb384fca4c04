"""Bookings, and the advisers' time they hold."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.utils import timezone

from consultations.enums import (
    BookingKind,
    BookingMove,
    BookingState,
    CancelReason,
    ConsentKind,
    HelperConsent,
    JointOrder,
    Need,
    Source,
    Topic,
)
from consultations.models.timetable import Adviser, ClinicDay
from consultations.rules.deadlines import can_still_change, is_same_day, survey_until
from consultations.rules.reminders import reminder_of, reminder_times
from services.enums.people import Role
from services.models import User
from services.models.consents import needs_consents
from services.models.encryption import EncryptedJSONField, EncryptedTextField
from services.models.history import tracked
from services.rules.korean import time_ko


class BookingQuerySet(models.QuerySet["Booking"]):
    def live(self) -> "BookingQuerySet":
        return self.filter(state__in=BookingState.LIVE)

    def seen_by(self, user: User) -> "BookingQuerySet":
        """What this member of staff may see: everything, or as a clerk the own township and the own bookings."""
        if user.roles & {Role.CONSULTATION_OFFICER, Role.AUDITOR}:
            return self
        return self.filter(models.Q(clinic_day__venue__township=user.township_id or 0) | models.Q(taken_by=user))

    def with_place(self) -> "BookingQuerySet":
        return self.select_related("resident", "clinic_day__venue")

    def in_conflict(self) -> "BookingQuerySet":
        """Live ones of which an adviser who holds their time has said that the matter may not be theirs (LA-05)."""
        flagged = Hold.objects.filter(
            booking=models.OuterRef("pk"), adviser__conflict_flags__booking=models.OuterRef("pk")
        )
        return self.live().filter(models.Exists(flagged))


@tracked("question", "other_party", "needs", "need_language", "helper_relation")
class Booking(models.Model):
    """A resident's time with one or two advisers. The question is readable only by them and the resident (LA-06)."""

    reference = models.CharField("예약번호", max_length=6)
    resident = models.ForeignKey(
        "services.Resident", verbose_name="상담받는 분", on_delete=models.PROTECT, related_name="bookings"
    )
    clinic_day = models.ForeignKey(ClinicDay, verbose_name="상담일", on_delete=models.PROTECT, related_name="bookings")
    on = models.DateField("날짜")  # of the clinic day, for the once-a-day constraint
    starts_at = models.DateTimeField("시작")
    minutes = models.PositiveSmallIntegerField("분")
    kind = models.CharField("상담", max_length=6, choices=BookingKind)
    joint_order = models.CharField("순서", max_length=4, choices=JointOrder, default=JointOrder.SAME)
    topic = models.CharField("분야", max_length=16, choices=Topic, default=Topic.UNSURE)
    state = models.CharField("상태", max_length=12, choices=BookingState, default=BookingState.CONFIRMED)
    source = models.CharField("어떻게", max_length=8, choices=Source, default=Source.WEB)
    question = EncryptedTextField("상담 내용", blank=True)
    other_party = EncryptedTextField("상대방 이름", blank=True)
    has_lawsuit = models.BooleanField("진행 중인 재판", null=True, blank=True)
    needs: "models.Field[Any, Any]" = EncryptedJSONField("필요한 도움", default=list)
    need_language = EncryptedTextField("통역할 말", blank=True)
    helper = models.ForeignKey(
        "services.Resident", on_delete=models.PROTECT, null=True, blank=True, related_name="helped_bookings"
    )
    helper_relation = EncryptedTextField("관계", blank=True)
    helper_consent = models.CharField("대신하는 데 동의한 방법", max_length=8, choices=HelperConsent, blank=True)
    helper_consent_on = models.DateField("대신하는 데 동의한 날", null=True, blank=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="taken_bookings"
    )
    arrived_at = models.DateTimeField("오신 때", null=True, blank=True)
    cancel_reason = models.CharField("취소 이유", max_length=12, choices=CancelReason, blank=True)
    ended_at = models.DateTimeField("마친 때", null=True, blank=True)
    texts_destroyed_at = models.DateTimeField("상담 내용을 지운 때", null=True, blank=True)
    needs_destroyed_at = models.DateTimeField("필요한 도움을 지운 때", null=True, blank=True)
    sequence = models.PositiveSmallIntegerField("바뀐 횟수", default=0)  # of the calendar file, and of its reminders
    created_at = models.DateTimeField("신청한 때", default=timezone.now)

    moves: ClassVar = BookingMove

    objects: ClassVar[BookingQuerySet] = BookingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["starts_at", "pk"]
        verbose_name = "상담 예약"
        verbose_name_plural = "상담 예약"
        constraints = [
            models.UniqueConstraint(
                fields=["reference"],
                name="booking_reference_is_unique",
                violation_error_message="이 예약번호는 이미 있습니다.",
            ),
            models.UniqueConstraint(
                fields=["resident", "on"],
                condition=models.Q(state="CONFIRMED"),
                name="booking_once_a_day",
                violation_error_message="그날 이미 예약하신 상담이 있습니다. 한 분이 하루에 한 번 받으실 수 있습니다.",
            ),
            models.CheckConstraint(
                condition=models.Q(joint_order="SAME") | models.Q(kind="BOTH"),
                name="booking_order_is_of_two_advisers",
                violation_error_message="순서는 세무사와 변호사를 모두 만나는 상담에만 있습니다.",
            ),
            models.CheckConstraint(
                condition=models.Q(helper__isnull=True)
                | models.Q(taken_by__isnull=True)
                | (~models.Q(helper_consent="") & models.Q(helper_consent_on__isnull=False)),
                name="helped_booking_by_staff_has_consent",
                violation_error_message=(
                    "상담받는 분이 대신 예약하는 데 동의하셨는지 적어 주세요. 어떻게, 언제 동의하셨는지가 필요합니다."
                ),
            ),
        ]
        indexes = [models.Index(fields=["clinic_day", "starts_at"], name="booking_of_a_day")]
        triggers = [
            pgtrigger.FSM(
                name="booking_moves",
                field="state",
                transitions=BookingMove.transitions(),
            ),
            needs_consents(
                "consultations.booking", ConsentKind.REQUIRED, when="NEW.source IN ('WEB', 'HELPER', 'API')"
            ),
        ]

    def __str__(self) -> str:
        return f"상담 예약 {self.pk}"

    @property
    def shown_reference(self) -> str:
        return f"{self.reference[:3]}-{self.reference[3:]}"

    @property
    def label(self) -> BookingState:
        return BookingState(self.state)

    @property
    def is_live(self) -> bool:
        return self.state in BookingState.LIVE

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def is_open_to_advisers(self) -> bool:
        """Whether its adviser may still read who came and why: CONSULTATION_ADVISER_DAYS after the end (PD-01)."""
        last = (self.ended_at or self.starts_at) + timedelta(days=settings.CONSULTATION_ADVISER_DAYS)
        return timezone.now() <= last

    @property
    def can_change_online(self) -> bool:
        """Whether its resident may still move or cancel it on the web (COPY C08)."""
        hours = settings.CONSULTATION_CHANGE_HOURS
        return self.is_live and can_still_change(self.starts_at, timezone.now(), hours=hours)

    @property
    def has_begun(self) -> bool:
        return self.starts_at <= timezone.now()

    @property
    def may_arrive(self) -> bool:
        """Whether somebody can be noted as come: on the day itself."""
        return self.is_live and self.arrived_at is None and self.on == timezone.localdate()

    @property
    def noted_at(self) -> datetime | None:
        """When staff last noted that somebody came, was advised or stayed away; of anything else nothing."""
        return self.arrived_at if self.is_live else self.ended_at if self.state in BookingState.NOTED else None

    @property
    def may_be_taken_back(self) -> bool:
        """Whether what staff noted last may be undone: the same day."""
        return self.noted_at is not None and is_same_day(self.noted_at, timezone.now())

    @property
    def is_held(self) -> bool:
        return self.state in BookingState.CAME

    @property
    def is_asked_how_it_was(self) -> bool:
        """Whether the two questions may be put: the consultation took place and not too long ago."""
        last = survey_until(self.on, days=settings.CONSULTATION_SURVEY_DAYS)
        return self.is_held and timezone.localdate() <= last

    @property
    def need_labels(self) -> list[str]:
        return [str(Need(need).label) for need in self.needs or []]

    @property
    def is_in_turns(self) -> bool:
        """Both advisers, one after the other."""
        return self.joint_order != JointOrder.SAME

    @property
    def turns(self) -> str:
        """ "세무사 오후 3시 20분, 변호사 오후 3시 40분" for one after the other, else empty. One query or none."""
        if not self.is_in_turns:
            return ""
        holds = self.holds.select_related("adviser").order_by("period")
        return ", ".join(
            f"{one.adviser.get_kind_display()} {time_ko(timezone.localtime(one.period.lower))}"
            for one in holds
            if one.period.lower  # every hold has both ends
        )

    @property
    def reminders_to_come(self) -> str:
        """When this resident is still going to be reminded by text: "3일 전, 하루 전, 2시간 전", or nothing."""
        wanted = [reminder_of(text) for text in settings.CONSULTATION_REMINDERS]
        times = reminder_times(timezone.localtime(self.starts_at), wanted, hours=settings.NOTICE_HOURS)
        return ", ".join(one.reminder.words for one in times if one.at > timezone.now())

    @property
    def slot_key(self) -> str:
        """Start and count of moves, for once-keys: moving away and back is a new appointment."""
        start = timezone.localtime(self.starts_at)
        return f"{start:%Y%m%dT%H%M}" + (f".{self.sequence}" if self.sequence else "")


class Hold(models.Model):
    """An adviser's time that is taken. The database lets no two holds of an adviser touch."""

    clinic_day = models.ForeignKey(ClinicDay, on_delete=models.PROTECT, related_name="holds")
    adviser = models.ForeignKey(Adviser, on_delete=models.PROTECT, related_name="holds")
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, null=True, blank=True, related_name="holds")
    offer = models.ForeignKey(
        "consultations.SeatOffer", on_delete=models.PROTECT, null=True, blank=True, related_name="holds"
    )
    period = DateTimeRangeField("시간")

    class Meta:
        verbose_name = "맡은 시간"
        verbose_name_plural = "맡은 시간"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(booking__isnull=False, offer__isnull=True)
                | models.Q(booking__isnull=True, offer__isnull=False),
                name="hold_is_for_a_booking_or_an_offer",
                violation_error_message="맡은 시간은 예약 하나나 빈자리 안내 하나에 딸립니다.",
            ),
            ExclusionConstraint(
                name="hold_adviser_is_free",
                expressions=[
                    (
                        models.Func(
                            models.F("adviser_id"), models.F("adviser_id"), models.Value("[]"), function="int8range"
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message=(
                    "방금 다른 분이 이 시간을 예약했습니다. 적으신 내용은 그대로 있습니다. "
                    "남은 시간 가운데 골라 주세요."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.adviser_id} {self.period}"
