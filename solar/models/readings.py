"""Raw readings, the batches they came in, and rollups made from them.

The raw table is one table, not monthly partitions: nine plants at five minutes make 78 MB a year, COPY into 12
partitions was measured as no faster, and the primary key (source, start) serves every read.
"""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone

from solar.enums import BatchMove, BatchOrigin, BatchState, ReadingFlag
from solar.models.plants import ApiKey, Plant, Source
from solar.rules.energy import completeness_percent


class ImportBatch(models.Model):
    """One file or one push of readings, whole: it can be read again, and taken back as one.

    The bytes stay in the row, compressed (a year of five-minute readings is about 0.3 MB): kept by the same backup
    and the same transaction as what was made of them.
    """

    source = models.ForeignKey(Source, verbose_name="장치", on_delete=models.PROTECT, related_name="batches")
    origin = models.CharField(max_length=5, choices=BatchOrigin, default=BatchOrigin.FILE)
    state = models.CharField("상태", max_length=10, choices=BatchState, default=BatchState.PREVIEW)
    file_name = models.CharField("파일", max_length=120, blank=True)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()  # zlib
    size = models.PositiveIntegerField("크기(바이트)", default=0)
    mapping = models.JSONField(default=dict)
    idempotency_key = models.CharField(max_length=80, blank=True)
    answer = models.JSONField(null=True)  # what the API answered, given again for the same key or the same bytes
    line_count = models.PositiveIntegerField("줄 수", default=0)
    new_count = models.PositiveIntegerField("받음", default=0)
    same_count = models.PositiveIntegerField("같음", default=0)
    conflict_count = models.PositiveIntegerField("값이 다름", default=0)
    rejected_count = models.PositiveIntegerField("버림", default=0)
    flagged_count = models.PositiveIntegerField("이상한 값", default=0)
    total_j = models.BigIntegerField(default=0)
    first_at = models.DateTimeField("처음", null=True)
    last_at = models.DateTimeField("끝", null=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="solar_batches"
    )
    api_key = models.ForeignKey(ApiKey, on_delete=models.SET_NULL, null=True, related_name="batches")
    uploaded_at = models.DateTimeField("올린 때", default=timezone.now)
    settled_at = models.DateTimeField("받은 때", null=True)

    moves: ClassVar = BatchMove

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        verbose_name = "올린 자료"
        verbose_name_plural = "올린 자료"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "sha256"],
                condition=models.Q(state__in=sorted(BatchState.LIVE)),
                name="same_file_once_per_source",
                violation_error_message="같은 파일을 이미 올렸습니다.",
            ),
            models.UniqueConstraint(
                fields=["source", "idempotency_key"],
                condition=~models.Q(idempotency_key=""),
                name="idempotency_key_once_per_source",
                violation_error_message="같은 요청을 이미 받았습니다.",
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="allowed_moves", field="state", transitions=BatchMove.transitions()),
        ]

    def __str__(self) -> str:
        return f"{self.file_name or self.get_origin_display()} {self.uploaded_at:%Y-%m-%d %H:%M}"

    @property
    def label(self) -> BatchState:
        return BatchState(self.state)


class Reading(models.Model):
    """Energy of one interval of one source, in joules. A flagged reading counts; nothing is invented."""

    pk = models.CompositePrimaryKey("source", "start_at")
    # Neither foreign key is checked by the database, and the batch has no index (undo reads its period by the primary
    # key): each would cost every inserted row. Sources and batches are never deleted (PROTECT).
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    start_at = models.DateTimeField()
    joules = models.BigIntegerField()
    flags = models.SmallIntegerField(default=0)
    batch = models.ForeignKey(
        ImportBatch, on_delete=models.PROTECT, related_name="readings", db_index=False, db_constraint=False
    )

    class Meta:
        verbose_name = "계측값"
        verbose_name_plural = "계측값"

    def __str__(self) -> str:
        return f"{self.source_id} {self.start_at:%Y-%m-%d %H:%M} {self.joules}J"


class ReadingConflict(models.Model):
    """Somebody said something else about a slot that already had a value: the loser is kept here."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="conflicts")
    start_at = models.DateTimeField()
    kept_j = models.BigIntegerField()
    offered_j = models.BigIntegerField()

    class Meta:
        ordering = ["batch", "start_at", "pk"]
        verbose_name = "서로 다른 값"
        verbose_name_plural = "서로 다른 값"

    def __str__(self) -> str:
        return f"{self.batch_id} {self.start_at}"


class RejectedRow(models.Model):
    """A row of a file that was not taken, and why."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rejected_rows")
    line = models.PositiveIntegerField("줄")
    text = models.CharField("적힌 것", max_length=200)
    reason = models.CharField("까닭", max_length=80)

    class Meta:
        ordering = ["batch", "line", "pk"]
        verbose_name = "버린 줄"
        verbose_name_plural = "버린 줄"

    def __str__(self) -> str:
        return f"{self.line}: {self.reason}"


class DirtyDay(models.Model):
    """A plant's day whose rollups are older than its readings.

    The bucket is a day, not an hour: a day of 288 readings is rolled up in milliseconds, and bands, completeness and
    reports are all of days. It is a plant's, not a source's: two workers must never write one plant's day at once.
    """

    pk = models.CompositePrimaryKey("plant", "day")
    plant = models.ForeignKey(Plant, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    marked_at = models.DateTimeField(default=timezone.now)
    retry_at = models.DateTimeField(null=True)  # it could not be rolled up: left alone until then, or until news

    class Meta:
        verbose_name = "다시 더할 날"
        verbose_name_plural = "다시 더할 날"

    def __str__(self) -> str:
        return f"{self.plant_id} {self.day}"


class Rollup(models.Model):
    """What every rollup counts: energy, and how many of the readings that daylight lets us expect are there."""

    joules = models.BigIntegerField()
    simulated_j = models.BigIntegerField(default=0)
    n_got = models.PositiveIntegerField()
    n_expected = models.PositiveIntegerField()
    flags = models.SmallIntegerField(default=0)

    class Meta:
        abstract = True

    @property
    def completeness(self) -> int:
        return completeness_percent(self.n_got, self.n_expected)

    @property
    def is_simulated(self) -> bool:
        return bool(self.flags & ReadingFlag.SIMULATED)


class RollupHour(Rollup):
    """Hours, from raw readings."""

    pk = models.CompositePrimaryKey("plant", "hour_at")
    plant = models.ForeignKey(Plant, on_delete=models.CASCADE, related_name="+", db_index=False)
    hour_at = models.DateTimeField()

    class Meta:
        verbose_name = "시간별"
        verbose_name_plural = "시간별"

    def __str__(self) -> str:
        return f"{self.plant_id} {self.hour_at}"


class RollupDay(Rollup):
    """Days of Korean time, from hours; energy also by time band of the tariff. `n_got` counts daylight hours only up
    to what is expected of each, so that surplus readings of one hour cannot hide a gap in another."""

    pk = models.CompositePrimaryKey("plant", "day")
    plant = models.ForeignKey(Plant, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    light_j = models.BigIntegerField()
    mid_j = models.BigIntegerField()
    peak_j = models.BigIntegerField()

    class Meta:
        verbose_name = "날짜별"
        verbose_name_plural = "날짜별"

    def __str__(self) -> str:
        return f"{self.plant_id} {self.day}"


class RollupMonth(Rollup):
    """Months, from days; `month` is the first day."""

    pk = models.CompositePrimaryKey("plant", "month")
    plant = models.ForeignKey(Plant, on_delete=models.CASCADE, related_name="+", db_index=False)
    month = models.DateField()
    light_j = models.BigIntegerField()
    mid_j = models.BigIntegerField()
    peak_j = models.BigIntegerField()

    objects: ClassVar[models.Manager["RollupMonth"]] = models.Manager()

    class Meta:
        verbose_name = "달별"
        verbose_name_plural = "달별"

    def __str__(self) -> str:
        return f"{self.plant_id} {self.month:%Y-%m}"
