"""The catalogue: one page a municipal service or programme, and what the city says today."""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from services.enums.catalogue import (
    AnnouncementMove,
    Schedule,
    ServiceGroup,
    ServiceKind,
    ServicePageMove,
    ServiceState,
)
from services.models.phones import PhoneNumberField
from services.rules.catalogue import period_words, service_state
from services.rules.search import index_of, initials_of


class ServicePageQuerySet(models.QuerySet["ServicePage"]):
    def shown(self) -> "ServicePageQuerySet":
        return self.filter(is_shown=True)


class ServicePage(models.Model):
    """What a citizen asks about a service: who, what to bring, how long, how much, where, whom to call."""

    slug = models.SlugField("주소 이름", max_length=40, unique=True)
    title = models.CharField("이름", max_length=60)
    kind = models.CharField("종류", max_length=10, choices=ServiceKind)
    group = models.CharField("묶음", max_length=12, choices=ServiceGroup)
    order = models.PositiveSmallIntegerField("순서", default=100)
    summary = models.CharField("한 줄 소개", max_length=200)
    audience = models.TextField("누가 쓰나요?", max_length=600)
    bring = models.TextField("무엇이 필요한가요?", max_length=600)
    duration = models.CharField("얼마나 걸리나요?", max_length=200)
    cost = models.CharField("비용은 얼마인가요?", max_length=200)
    place = models.CharField("어디에서 하나요?", max_length=200)
    facts = models.TextField("더 알아 두실 것", max_length=1200, blank=True)
    phone = PhoneNumberField("전화", blank=True, of_office=True, help_text="비워 두면 대표 전화를 보여드립니다.")
    legal_basis = models.CharField("근거", max_length=200, blank=True)
    schedule = models.CharField("신청 기간", max_length=8, choices=Schedule, default=Schedule.ASK)
    opens_on = models.DateField("신청 시작일", null=True, blank=True)
    closes_on = models.DateField("신청 마감일", null=True, blank=True)
    app_page = models.CharField("신청 화면", max_length=60, blank=True)  # URL name of the app that runs it
    app_label = models.CharField("신청 단추의 말", max_length=30, blank=True)
    keywords = models.CharField("찾는 말", max_length=300, blank=True, help_text="쉼표로 나누어 적습니다.")
    source = models.CharField("출처", max_length=300, blank=True)  # for staff: where the facts come from
    is_shown = models.BooleanField("보임", default=True, db_default=True)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    updated_at = models.DateTimeField("고친 때", default=timezone.now, editable=False)
    title_letters = models.TextField(editable=False)
    keyword_letters = models.TextField(editable=False)
    text_letters = models.TextField(editable=False)
    title_initials = models.TextField(editable=False)
    keyword_initials = models.TextField(editable=False)

    moves: ClassVar = ServicePageMove
    objects: ClassVar[ServicePageQuerySet] = ServicePageQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = "서비스 안내"
        verbose_name_plural = "서비스 안내"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes_on__isnull=True)
                | models.Q(opens_on__isnull=True)
                | models.Q(closes_on__gte=models.F("opens_on")),
                name="service_page_period_in_order",
                violation_error_message="신청 마감일이 시작일보다 빠릅니다. 날짜를 다시 적어 주세요.",
            ),
            models.CheckConstraint(
                condition=~models.Q(schedule=Schedule.PERIOD)
                | models.Q(opens_on__isnull=False, closes_on__isnull=False),
                name="service_page_period_has_days",
                violation_error_message="정한 기간에는 시작일과 마감일이 모두 필요합니다.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: object, **kwargs: object) -> None:
        keywords = self.keyword_list
        self.title_letters = index_of([self.title])
        self.keyword_letters = index_of(keywords)
        self.text_letters = index_of([self.summary, self.audience, self.bring, self.facts, self.place])
        self.title_initials = index_of([self.title], initials_of)
        self.keyword_initials = index_of(keywords, initials_of)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def keyword_list(self) -> list[str]:
        return [word.strip() for word in self.keywords.split(",") if word.strip()]

    def state_on(self, day: date) -> ServiceState:
        return service_state(self.schedule, self.opens_on, self.closes_on, day)

    def period_on(self, day: date) -> str:
        return period_words(self.schedule, self.opens_on, self.closes_on, day)


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    def on(self, day: date) -> "AnnouncementQuerySet":
        return self.filter(shown_from__lte=day, shown_until__gte=day)


class Announcement(models.Model):
    """오늘의 알림: one or two sentences for some days, perhaps with a service to look at."""

    text = models.CharField("알림", max_length=200)
    page = models.ForeignKey(
        ServicePage,
        verbose_name="함께 보여줄 서비스",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="announcements",
    )
    shown_from = models.DateField("보이는 첫날")
    shown_until = models.DateField("보이는 마지막 날")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="쓴 사람", on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField("쓴 때", default=timezone.now, editable=False)

    moves: ClassVar = AnnouncementMove
    objects: ClassVar[AnnouncementQuerySet] = AnnouncementQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-shown_from", "-pk"]
        verbose_name = "오늘의 알림"
        verbose_name_plural = "오늘의 알림"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(shown_until__gte=models.F("shown_from")),
                name="announcement_days_in_order",
                violation_error_message="마지막 날이 첫날보다 빠릅니다. 날짜를 다시 적어 주세요.",
            )
        ]

    def __str__(self) -> str:
        return self.text
