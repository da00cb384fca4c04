"""The outbox: a message is a row with a once-key before it is an SMS."""

from functools import cache
from typing import ClassVar

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models.functions import Cast
from django.utils import timezone

from services.enums.notices import CallOutcome, Channel, NoticeMove, NoticeState
from services.enums.people import Role
from services.models.encryption import EncryptedTextField
from services.models.people import User
from services.rules.notices import mask_address, mask_email
from services.rules.phones import mask_phone


@cache
def case_models() -> tuple[type[models.Model], ...]:
    """Every table of cases: a resident's row that not every member of staff may see."""
    mine = (one for one in apps.get_models() if one is not Notice and hasattr(one._default_manager, "seen_by"))
    return tuple(one for one in mine if any(field.name == "resident" for field in one._meta.fields))


def cases_seen_by(user: User) -> dict[str, "models.QuerySet[models.Model]"]:
    """Of every table of cases ("slate.application") the rows that this member of staff may see."""
    return {one._meta.label_lower: one._default_manager.seen_by(user) for one in case_models()}  # type: ignore[attr-defined]


class NoticeQuerySet(models.QuerySet["Notice"]):
    def due(self) -> "NoticeQuerySet":
        """What the dispatcher may claim now: waiting and due, or claimed by somebody whose lease ran out.

        Letters and calls are the work of people.
        """
        now = timezone.now()
        waiting = models.Q(state__in=list(NoticeState.WAITING), next_at__lte=now)
        abandoned = models.Q(state=NoticeState.SENDING, lease_until__lt=now)
        return self.filter(waiting | abandoned, channel__in=list(Channel.BY_MACHINE))

    def letters_to_print(self) -> "NoticeQuerySet":
        """Letters that nobody has posted yet, the oldest first."""
        due = self.filter(channel=Channel.LETTER, state__in=list(NoticeState.WAITING), next_at__lte=timezone.now())
        return due.order_by("created_at", "pk")

    def seen_by(self, user: User) -> "NoticeQuerySet":
        """Those of this person's desks (NOTICE_DESKS) about a case that they may see; a clerk has no others.

        An administrator sees whether messages go out, and none of what they say (`staff_views.notices`).
        """
        if Role.ADMINISTRATOR in user.roles:
            return self
        cases = cases_seen_by(user)
        mine, seen, of_a_case = models.Q(pk__in=()), models.Q(pk__in=()), models.Q(subject_kind__in=list(cases))
        for role in user.roles:
            for beginning in settings.NOTICE_DESKS.get(role.value, ()):
                own = models.Q(kind__startswith=beginning)
                mine |= own & of_a_case if role == Role.TOWNSHIP_CLERK else own
        for kind, rows in cases.items():
            keys = rows.order_by().values(key=Cast("pk", models.CharField()))
            seen |= models.Q(subject_kind=kind, subject_id__in=keys)
        return self.filter(mine & (seen | ~of_a_case))

    def dead(self) -> "NoticeQuerySet":
        return self.filter(state=NoticeState.DEAD)


class Notice(models.Model):
    """One message to one person by one channel."""

    once_key = models.CharField("한 번 열쇠", max_length=120)
    kind = models.CharField("내용", max_length=60)  # template path without ending: "consultations/notices/booked"
    channel = models.CharField("방법", max_length=10, choices=Channel)
    state = models.CharField("상태", max_length=10, choices=NoticeState, default=NoticeState.QUEUED)
    resident = models.ForeignKey(
        "services.Resident", on_delete=models.CASCADE, null=True, blank=True, related_name="notices"
    )
    to = EncryptedTextField("받는 곳")  # E.164, e-mail address or postal address
    title = models.CharField("제목", max_length=60, blank=True)
    reference = models.CharField("접수번호", max_length=20, blank=True)
    short = EncryptedTextField("짧은 글", blank=True)  # at most 90 bytes in CP949
    body = EncryptedTextField("긴 글", blank=True)
    spoken = EncryptedTextField("전화로 하는 말", blank=True)
    subject_kind = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    is_urgent = models.BooleanField("밤에도 보냄", default=False)  # only phone codes: they go at night too
    attempts_made = models.PositiveSmallIntegerField("시도", default=0)
    next_at = models.DateTimeField("다음 시도", default=timezone.now)
    due_at = models.DateTimeField("보낼 때", default=timezone.now)  # as it was posted; tries and nights do not move it
    expires_at = models.DateTimeField("이때까지", null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    provider_id = models.CharField(max_length=120, blank=True)
    why = models.CharField("까닭", max_length=120, blank=True)
    paused_by = models.CharField(
        max_length=20, blank=True
    )  # while set, `resume` of this code lets it go out after all
    request_id = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField("때", default=timezone.now)
    sent_at = models.DateTimeField("보낸 때", null=True, blank=True)

    moves: ClassVar = NoticeMove

    objects: ClassVar[NoticeQuerySet] = NoticeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = "알림"
        verbose_name_plural = "알림"
        constraints = [
            models.UniqueConstraint(
                fields=["once_key", "channel"],
                name="notice_once",
                violation_error_message="이 알림은 이미 있습니다.",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                name="notice_pending",
                condition=models.Q(state__in=["queued", "held", "retry", "sending"]),
            ),
            models.Index(fields=["subject_kind", "subject_id"], name="notice_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.once_key} ({self.channel})"

    @property
    def text(self) -> str:
        """What goes out by this channel: the short text only as an SMS; on the telephone words that can be said."""
        if self.channel == Channel.CALL and self.spoken:
            return self.spoken
        return self.short if self.channel == Channel.SMS else self.body or self.short

    @property
    def shown_text(self) -> str:
        """What people may read of it: never a code, from the moment it is posted."""
        return "인증번호는 받는 분만 봅니다." if self.is_urgent else self.text

    @property
    def tone(self) -> str:
        return NoticeState(self.state).tone

    @property
    def is_waiting(self) -> bool:
        return self.state in NoticeState.WAITING

    @property
    def masked_to(self) -> str:
        """The recipient as lists show it (PD-11)."""
        if self.channel == Channel.EMAIL:
            return mask_email(self.to)
        if self.channel == Channel.LETTER:
            return mask_address(self.to)
        return mask_phone(self.to)


class NoticeAttempt(models.Model):
    """One try to hand a notice to a provider."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField(default=timezone.now)
    ok = models.BooleanField()
    detail = models.CharField(max_length=200, blank=True)  # provider's code, never its echo of number or text

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = "알림 시도"
        verbose_name_plural = "알림 시도"

    def __str__(self) -> str:
        return f"{self.notice_id} {'보냄' if self.ok else self.detail}"


class ContactWish(models.Model):
    """How a resident wants to hear from the city, when not by text message alone."""

    resident = models.OneToOneField("services.Resident", on_delete=models.CASCADE, related_name="contact_wish")
    email = EncryptedTextField("전자우편 주소", blank=True)
    by_alimtalk = models.BooleanField("카카오톡 알림", default=True)
    by_letter = models.BooleanField("편지도 받음", default=False)
    updated_at = models.DateTimeField("바꾼 때", auto_now=True)

    class Meta:
        verbose_name = "연락받는 방법"
        verbose_name_plural = "연락받는 방법"

    def __str__(self) -> str:
        return f"연락받는 방법 {self.resident_id}"


class CallTaskQuerySet(models.QuerySet["CallTask"]):
    def open(self) -> "CallTaskQuerySet":
        """People still to be phoned; a notice that was withdrawn or sent again is not called for."""
        return self.filter(closed_at__isnull=True, notice__state=NoticeState.CALL)

    def seen_by(self, user: User) -> "CallTaskQuerySet":
        """People whom this officer's desks phone."""
        return self.filter(notice__in=Notice.objects.seen_by(user))

    def by_urgency(self) -> "CallTaskQuerySet":
        return self.select_related("notice__resident", "by").order_by("due_on", "pk")


class CallTask(models.Model):
    """Somebody must be phoned by a day: the channel for landlines, and the last fallback of every other."""

    notice = models.OneToOneField(Notice, on_delete=models.CASCADE, related_name="call")
    due_on = models.DateField("언제까지")
    outcome = models.CharField("결과", max_length=20, choices=CallOutcome, blank=True)
    tries = models.PositiveSmallIntegerField("시도", default=0)
    note = EncryptedTextField("적은 것", blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="calls"
    )
    called_at = models.DateTimeField("전화한 때", null=True, blank=True)
    closed_at = models.DateTimeField("마친 때", null=True, blank=True)

    objects: ClassVar[CallTaskQuerySet] = CallTaskQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["due_on", "pk"]
        verbose_name = "전화할 분"
        verbose_name_plural = "전화할 분"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True) | ~models.Q(outcome=""),
                name="call_closed_with_outcome",
                violation_error_message="결과를 골라 주세요.",
            )
        ]

    def __str__(self) -> str:
        return f"전화 {self.notice_id} {self.due_on}"
