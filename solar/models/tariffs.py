"""Dated rules as rows, with their source: contract classes, rates, time bands, charges, emission factors."""

from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import BigIntegerField, F, Func, Value
from django.db.models.functions import Cast
from django.utils import timezone

from services.models.history import tracked
from services.models.tables import Kept, TableRow
from solar.enums import Band, ChargeKind, Season

_DAY_OF_BANDS = RegexValidator(r"^[LMP]{24}$", "24시간마다 L, M, P 가운데 하나를 적어 주세요.")


def _valid_days() -> Func:
    return Func(F("valid_from"), F("valid_to"), Value("[)"), function="daterange", output_field=DateRangeField())


def _only(field: str) -> Func:
    """A range of one integer: the exclusion then needs no btree_gist, which the embedded server lacks."""
    number = Cast(F(field), BigIntegerField())
    return Func(number, number, Value("[]"), function="int8range")


class DatedRule(TableRow):
    """A row of law or tariff: valid from a day up to another, with where it was read and how sure it is.

    Never overwritten: a change is a new row from its day on (solar/actions/tariffs.py), which ends the one before.
    """

    of: ClassVar[tuple[str, ...]] = ()  # the fields that rows following one another have in common

    valid_from = models.DateField("적용 시작")
    valid_to = models.DateField("적용 끝(그날은 뺌)", null=True, blank=True)
    source = models.CharField("출처", max_length=200)
    confidence = models.CharField("믿음 정도", max_length=200)
    checked_on = models.DateField("확인한 날", default=timezone.localdate)

    class Meta:
        abstract = True

    def kept(self) -> Kept | None:
        return Kept("적용하는 값은 고치지 않습니다. 바뀐 값은 적용하는 날부터 새로 적어 주세요.")

    def held(self) -> str:
        return ""  # solar.actions.tariffs.withdraw says whether it may go


class TariffClass(TableRow):
    """A contract class of the supply terms' general service."""

    name = models.CharField("계약종별", max_length=10)
    option = models.CharField("선택", max_length=5, blank=True)
    voltage = models.CharField("전압", max_length=10)

    class Meta:
        ordering = ["name", "voltage", "option"]
        verbose_name = "계약종별"
        verbose_name_plural = "계약종별"
        constraints = [
            models.UniqueConstraint(
                fields=["name", "option", "voltage"],
                name="tariff_class_once",
                violation_error_message="이 계약종별은 이미 있습니다.",
            )
        ]

    def __str__(self) -> str:
        option = f" 선택{self.option}" if self.option else ""
        return f"일반용 {self.name} {self.voltage}{option}"

    def kept(self) -> Kept | None:
        if self.rates.exists() or self.plants.exists():
            return Kept("이 계약종별로 적은 요금이나 설비가 있어 바꿀 수 없습니다. 다른 계약종별은 새로 적어 주세요.")
        return None


@tracked()
class TariffRate(DatedRule):
    """Prices of one class while they are valid, won per kWh."""

    of = ("tariff_class",)

    tariff_class = models.ForeignKey(
        TariffClass, verbose_name="계약종별", on_delete=models.PROTECT, related_name="rates"
    )
    base_won_per_kw = models.PositiveIntegerField("기본요금(원/kW)")
    summer_light = models.DecimalField("여름 경부하", max_digits=7, decimal_places=2)
    summer_mid = models.DecimalField("여름 중간부하", max_digits=7, decimal_places=2)
    summer_peak = models.DecimalField("여름 최대부하", max_digits=7, decimal_places=2)
    springfall_light = models.DecimalField("봄·가을 경부하", max_digits=7, decimal_places=2)
    springfall_mid = models.DecimalField("봄·가을 중간부하", max_digits=7, decimal_places=2)
    springfall_peak = models.DecimalField("봄·가을 최대부하", max_digits=7, decimal_places=2)
    winter_light = models.DecimalField("겨울 경부하", max_digits=7, decimal_places=2)
    winter_mid = models.DecimalField("겨울 중간부하", max_digits=7, decimal_places=2)
    winter_peak = models.DecimalField("겨울 최대부하", max_digits=7, decimal_places=2)

    class Meta:
        ordering = ["tariff_class", "valid_from"]
        verbose_name = "전력량요금"
        verbose_name_plural = "전력량요금"
        constraints = [
            ExclusionConstraint(
                name="tariff_rate_never_two_at_once",
                expressions=[
                    (_only("tariff_class"), RangeOperators.OVERLAPS),
                    (_valid_days(), RangeOperators.OVERLAPS),
                ],
                violation_error_message="이 계약종별에는 같은 날 적용되는 요금이 이미 있습니다.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.tariff_class} {self.valid_from}"

    def price(self, season: Season, band: Band) -> Decimal:
        price: Decimal = getattr(self, f"{season}_{Band(band).name.lower()}")
        return price


@tracked()
class TimeBands(DatedRule):
    """The bands of every hour of a day, by season: 24 letters L, M, P."""

    summer = models.CharField("여름", max_length=24, validators=[_DAY_OF_BANDS])
    springfall = models.CharField("봄·가을", max_length=24, validators=[_DAY_OF_BANDS])
    winter = models.CharField("겨울", max_length=24, validators=[_DAY_OF_BANDS])

    class Meta:
        ordering = ["valid_from"]
        verbose_name = "시간대"
        verbose_name_plural = "시간대"
        constraints = [
            ExclusionConstraint(
                name="time_bands_never_two_at_once",
                expressions=[(_valid_days(), RangeOperators.OVERLAPS)],
                violation_error_message="같은 날 적용되는 시간대가 이미 있습니다.",
            )
        ]

    def __str__(self) -> str:
        return f"시간대 {self.valid_from}"


@tracked()
class ChargeRate(DatedRule):
    """Climate and fuel charges (won per kWh), fund and VAT (per cent)."""

    of = ("kind",)

    kind = models.PositiveSmallIntegerField("종류", choices=ChargeKind)
    value = models.DecimalField("값", max_digits=7, decimal_places=3)

    class Meta:
        ordering = ["kind", "valid_from"]
        verbose_name = "그 밖의 요금"
        verbose_name_plural = "그 밖의 요금"
        constraints = [
            ExclusionConstraint(
                name="charge_rate_never_two_at_once",
                expressions=[(_only("kind"), RangeOperators.OVERLAPS), (_valid_days(), RangeOperators.OVERLAPS)],
                violation_error_message="같은 날 적용되는 값이 이미 있습니다.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.valid_from}"


_FACTOR = frozenset({"basis", "years", "published_on", "t_per_mwh"})


@tracked()
class EmissionFactor(TableRow):
    """t CO2eq per MWh of the grid, with the basis that names it; one is the city's rule."""

    basis = models.CharField("근거", max_length=100)
    years = models.CharField("해", max_length=20)
    published_on = models.CharField("발표", max_length=20, blank=True)
    t_per_mwh = models.DecimalField("톤/MWh", max_digits=7, decimal_places=5)
    is_public_rule = models.BooleanField("공공부문 기준", default=False)
    note = models.CharField("알림", max_length=200, blank=True)
    confidence = models.CharField("믿음 정도", max_length=200)

    class Meta:
        ordering = ["years"]
        verbose_name = "배출계수"
        verbose_name_plural = "배출계수"
        constraints = [
            models.UniqueConstraint(
                fields=["is_public_rule"],
                condition=models.Q(is_public_rule=True),
                name="one_public_emission_rule",
                violation_error_message="공공부문 기준은 하나만 둘 수 있습니다.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.years} {self.t_per_mwh}"

    def kept(self) -> Kept | None:
        if self.is_public_rule:
            return Kept(
                "공공부문 기준으로 쓰고 있습니다. 기준이 바뀌면 새 배출계수를 적고 기준을 옮겨 주세요.", _FACTOR
            )
        return None
