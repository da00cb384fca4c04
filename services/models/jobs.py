"""Periodic work: one row per job and period, and the watchdog's tick."""

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


class Tick(models.Model):
    """The last time beat reached a worker and the worker reached the database; one row."""

    name = models.CharField(primary_key=True, max_length=20)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "맥박"
        verbose_name_plural = "맥박"

    def __str__(self) -> str:
        return f"{self.name} {self.at}"
