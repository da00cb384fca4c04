"""The plants, the devices that measure them, and the keys those devices send readings with."""

import hashlib
import secrets
from datetime import date
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone

from services.models.history import tracked
from services.models.tables import Kept, TableRow
from services.rules.history import Actor
from solar.enums import KeyMove, Label, SourceKind, Unit, Zone
from solar.models.tariffs import TariffClass

_ON_EARTH = "위도는 -90부터 90까지, 경도는 -180부터 180까지입니다. 김제는 위도 35.80, 경도 126.88입니다."
LATITUDES = [MinValueValidator(-90, _ON_EARTH), MaxValueValidator(90, _ON_EARTH)]
LONGITUDES = [MinValueValidator(-180, _ON_EARTH), MaxValueValidator(180, _ON_EARTH)]


class PlantGroup(TableRow):
    """Sites of which only the sum of the sizes is known (만경읍 행정복지센터 외 6개소: 108 kW in all)."""

    name = models.CharField("이름", max_length=60, unique=True)
    capacity_w = models.PositiveIntegerField("합한 크기(W)")
    year = models.PositiveSmallIntegerField("설치한 해")
    note = models.CharField("알림", max_length=200, blank=True)

    class Meta:
        ordering = ["year", "name"]
        verbose_name = "설비 묶음"
        verbose_name_plural = "설비 묶음"

    def __str__(self) -> str:
        return self.name


class PlantQuerySet(models.QuerySet["Plant"]):
    def shown(self) -> "PlantQuerySet":
        """All plants in the order of the announcement, with what a page prints of them."""
        return self.select_related("group", "tariff_class").order_by("order")


@tracked()
class Plant(TableRow):
    """A solar plant on a public building. Sizes and costs are the announcement's; assumptions say that they are."""

    slug = models.SlugField("주소 이름", max_length=40, unique=True)
    name = models.CharField("이름", max_length=60, unique=True)
    group = models.ForeignKey(
        PlantGroup, verbose_name="묶음", on_delete=models.PROTECT, null=True, blank=True, related_name="plants"
    )
    order = models.PositiveSmallIntegerField("순서", unique=True)
    capacity_w = models.PositiveIntegerField("크기(W)", null=True, blank=True)  # null: only the group's sum is known
    assumed_capacity_w = models.PositiveIntegerField("시뮬레이션에 쓴 크기(W)", null=True, blank=True)
    year = models.PositiveSmallIntegerField("설치한 해")
    opens_on = models.DateField("완공 예정", null=True, blank=True)  # first day of the month that was announced
    latitude = models.FloatField("위도", default=35.80, validators=LATITUDES)
    longitude = models.FloatField("경도", default=126.88, validators=LONGITUDES)
    cost_national_won = models.BigIntegerField("국비(원)", null=True, blank=True)
    cost_city_won = models.BigIntegerField("시비(원)", null=True, blank=True)
    planned_saving_won = models.BigIntegerField("한 해 절감 계획(원)", null=True, blank=True)
    tariff_class = models.ForeignKey(
        TariffClass, verbose_name="계약종별", on_delete=models.PROTECT, related_name="plants"
    )
    tariff_is_assumed = models.BooleanField("계약종별은 확인 전", default=True)
    counts_vat = models.BooleanField("부가가치세도 아낀 돈에 넣음", default=True)

    objects: ClassVar[PlantQuerySet] = PlantQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["order"]
        verbose_name = "태양광 설비"
        verbose_name_plural = "태양광 설비"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(capacity_w__isnull=False) | models.Q(group__isnull=False),
                name="plant_size_known_alone_or_in_group",
                violation_error_message="설비 크기를 적거나, 합한 크기를 아는 묶음을 골라 주세요.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def kept(self) -> Kept | None:
        if self.sources.filter(first_on__isnull=False).exists():
            return Kept("받은 자료가 있어 주소 이름은 바꿀 수 없습니다.", frozenset({"slug"}))
        return None

    def get_absolute_url(self) -> str:
        return reverse("solar:plant", args=[self.slug])

    @property
    def compared_w(self) -> int | None:
        """Watts that per-kW comparisons divide by: the known size, else the share assumed for the simulation."""
        return self.capacity_w or self.assumed_capacity_w

    @property
    def size_is_assumed(self) -> bool:
        return self.capacity_w is None

    @property
    def cost_won(self) -> int | None:
        known = [cost for cost in (self.cost_national_won, self.cost_city_won) if cost is not None]
        return sum(known) if known else None

    def is_planned(self, today: date) -> bool:
        return self.opens_on is not None and today < self.opens_on


@tracked()
class Source(TableRow):
    """A device (or a model) that tells what one plant makes, and how its files are written."""

    plant = models.ForeignKey(Plant, verbose_name="설비", on_delete=models.PROTECT, related_name="sources")
    code = models.SlugField("짧은 이름", max_length=40)
    name = models.CharField("이름", max_length=60)
    kind = models.CharField("종류", max_length=10, choices=SourceKind, default=SourceKind.INVERTER)
    rated_w = models.PositiveIntegerField("장치 크기(W)", null=True, blank=True)
    unit = models.CharField("단위", max_length=5, choices=Unit, default=Unit.KW)
    interval_s = models.PositiveIntegerField("간격(초)", default=300)
    label = models.CharField("시각이 뜻하는 것", max_length=5, choices=Label, default=Label.START)
    zone = models.CharField("시계", max_length=20, choices=Zone, default=Zone.SEOUL)
    latitude = models.FloatField(
        "위도", null=True, blank=True, validators=LATITUDES
    )  # only where it differs from the plant's
    longitude = models.FloatField("경도", null=True, blank=True, validators=LONGITUDES)
    is_demo = models.BooleanField("시연 자료", default=False)
    credit = models.CharField("출처", max_length=200, blank=True)
    begins_on = models.DateField("단 날", null=True, blank=True)
    first_on = models.DateField("첫 자료", null=True, editable=False)  # Korean days that the readings cover
    last_on = models.DateField("마지막 자료", null=True, editable=False)

    class Meta:
        ordering = ["plant__order", "code"]
        verbose_name = "계측 장치"
        verbose_name_plural = "계측 장치"
        constraints = [
            models.UniqueConstraint(
                fields=["plant", "code"],
                name="source_code_once_per_plant",
                violation_error_message="이 설비에 같은 이름의 장치가 이미 있습니다.",
            ),
            models.CheckConstraint(
                condition=models.Q(interval_s__in=[60, 300, 600, 900, 1800, 3600]),
                name="source_interval_divides_an_hour",
                violation_error_message="간격은 1분, 5분, 10분, 15분, 30분, 1시간 가운데 하나여야 합니다.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plant} · {self.name}"

    def kept(self) -> Kept | None:
        if self.batches.exists():
            why = (
                "받은 자료가 있어 설비, 짧은 이름, 종류와 간격은 바꿀 수 없습니다. 장치를 바꾸셨으면 새로 적어 주세요."
            )
            return Kept(why, frozenset({"plant", "code", "kind", "interval_s"}))
        return None

    @property
    def place(self) -> tuple[float, float]:
        """(latitude, longitude) of the device."""
        return (
            self.plant.latitude if self.latitude is None else self.latitude,
            self.plant.longitude if self.longitude is None else self.longitude,
        )


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def valid(self) -> "ApiKeyQuerySet":
        """Keys with which a logger may send now; one that was rotated ends a week later."""
        return self.filter(models.Q(revoked_at__isnull=True) | models.Q(revoked_at__gt=timezone.now()))


class ApiKey(models.Model):
    """A key with which one plant's loggers send readings; only its SHA-256 is kept.

    Own twenty lines instead of djangorestframework-api-key: that package hashes every request's key as if it were a
    password (PBKDF2 or scrypt), while a random key of 256 bits needs one SHA-256, and it knows no plant.
    """

    plant = models.ForeignKey(Plant, verbose_name="설비", on_delete=models.PROTECT, related_name="api_keys")
    name = models.CharField("이름", max_length=60)
    prefix = models.CharField("앞자리", max_length=8, unique=True, editable=False)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField("만든 때", default=timezone.now, editable=False)
    revoked_at = models.DateTimeField("끊는 때", null=True, blank=True)

    moves: ClassVar = KeyMove
    objects: ClassVar[ApiKeyQuerySet] = ApiKeyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["plant", "name"]
        verbose_name = "장치 열쇠"
        verbose_name_plural = "장치 열쇠"

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"

    @property
    def is_valid(self) -> bool:
        return self.revoked_at is None or self.revoked_at > timezone.now()

    @property
    def actor(self) -> Actor:
        return Actor.api_key(self.prefix)

    @staticmethod
    def new_secret() -> tuple[str, str, str]:
        """(secret to show once, its prefix, its hash)."""
        prefix = secrets.token_hex(4)
        secret = f"{prefix}.{secrets.token_urlsafe(32)}"
        return secret, prefix, ApiKey.hash_of(secret)

    @staticmethod
    def hash_of(secret: str) -> str:
        return hashlib.sha256(secret.encode()).hexdigest()
