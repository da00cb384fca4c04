"""Periodic work: one row per job and period, what a job could not do, and the watchdog's tick."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.utils import timezone


class JobRun(models.Model):
    """A job ran for a period; the unique key makes two beats, a late beat or a restart harmless."""

    job = models.CharField("일", max_length=60)
    period = models.CharField("기간", max_length=40)  # "2026-11-23", "2026-11"
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    detail = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-started_at"]
        verbose_name = "정기 작업"
        verbose_name_plural = "정기 작업"
        constraints = [
            models.UniqueConstraint(
                fields=["job", "period"], name="job_once_per_period", violation_error_message="이미 한 작업입니다."
            )
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.period}"


REFUSED_TIMES, REFUSED_FOR = 3, timedelta(hours=1)  # what is refused for longer is refused for ever


class JobFaultQuerySet(models.QuerySet["JobFault"]):
    def shown(self) -> "JobFaultQuerySet":
        """Every fault; of the refusals those that do not end by themselves."""
        lasts = models.Q(times__gte=REFUSED_TIMES, last_at__gte=models.F("first_at") + REFUSED_FOR)
        return self.filter(models.Q(is_refusal=False) | lasts)


class JobFault(models.Model):
    """One item that a job could not do while it did the others; gone as soon as it succeeds.

    `item` is "consultations.booking:17" or words of the job's own; `reason` is the kind of the error and its place in
    the code. Neither ever holds personal data. A refusal is counted as long as it is the same one.
    """

    job = models.CharField("일", max_length=60)
    item = models.CharField("무엇", max_length=120)
    reason = models.CharField("까닭", max_length=160)
    first_at = models.DateTimeField("처음", default=timezone.now)
    last_at = models.DateTimeField("마지막", default=timezone.now)
    times = models.PositiveIntegerField("횟수", default=1)
    is_refusal = models.BooleanField("거절", default=False)

    objects: ClassVar[JobFaultQuerySet] = JobFaultQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["job", "first_at", "pk"]
        verbose_name = "멈춘 일"
        verbose_name_plural = "멈춘 일"
        constraints = [
            models.UniqueConstraint(
                fields=["job", "item"], name="job_fault_once", violation_error_message="이미 적어 둔 일입니다."
            )
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.item}"


class Tick(models.Model):
    """When something last happened, one row each: a worker reached the database, a backup was written, …"""

    name = models.CharField(primary_key=True, max_length=20)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "맥박"
        verbose_name_plural = "맥박"

    def __str__(self) -> str:
        return f"{self.name} {self.at}"
