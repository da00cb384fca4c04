"""A year's rules and money: programme, support rates, unit prices, budget lines and their ledger."""

from datetime import date
from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from services.enums.history import ActorKind
from services.enums.moves import Move
from services.models.phones import PhoneNumberField
from services.models.tables import Kept, TableRow
from slate import rules
from slate.enums import Confidence, Fund, Household, LedgerKind, Mode, ProgrammeMove, RateHousehold, Work

YEARS = [
    MinValueValidator(2012, "2012년부터 2099년까지 적을 수 있습니다."),
    MaxValueValidator(2099, "2012년부터 2099년까지 적을 수 있습니다."),
]  # SL-10: the city's first year was 2012
_ASSUMED_TERMS = "김제시가 정하기 전까지 법과 다른 시의 예를 따라 가정했습니다."


def _vulnerable_by_default() -> list[str]:
    return [Household.BASIC_LIVELIHOOD.value, Household.NEAR_POOR.value]


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def open_on(self, day: date) -> "ProgrammeQuerySet":
        """Programmes that take applications on a day; without a last day they take them until money ends."""
        return self.filter(Q(closes_on__isnull=True) | Q(closes_on__gte=day), opens_on__lte=day)


class Programme(TableRow):
    """One year of the slate subsidy and what the city decides for it (COPY 10)."""

    year = models.PositiveSmallIntegerField("사업연도", unique=True, validators=YEARS)
    opens_on = models.DateField("접수 시작")
    closes_on = models.DateField("접수 끝", null=True, blank=True)
    planned_buildings = models.PositiveIntegerField("계획(동)", default=0)
    budget_won = models.PositiveBigIntegerField("발표한 예산(원)", default=0)
    source = models.CharField("근거", max_length=200, blank=True)
    national_bp = models.PositiveIntegerField("국비 비율(만분율)", validators=[MaxValueValidator(10_000)])
    province_bp = models.PositiveIntegerField("도비 비율(만분율)", validators=[MaxValueValidator(10_000)])
    shares_source = models.CharField("재원 비율 근거", max_length=200)
    shares_confidence = models.CharField("재원 비율 확실함", max_length=10, choices=Confidence)
    vulnerable_households = ArrayField(
        models.CharField(max_length=20, choices=Household), verbose_name="취약계층", default=_vulnerable_by_default
    )
    default_area_m2 = models.DecimalField("면적을 모를 때(m²)", max_digits=6, decimal_places=1, default=110)
    first_answer_days = models.PositiveSmallIntegerField("첫 답까지(근무일)", default=14)
    objection_days = models.PositiveSmallIntegerField("이의신청 기간(일)", default=30)
    objection_answer_days = models.PositiveSmallIntegerField("이의신청 답(일)", default=14)
    objection_extend_days = models.PositiveSmallIntegerField("이의신청 답 늦춤(일)", default=10)
    supply_days = models.PositiveSmallIntegerField("보완 기간(일)", default=14)
    department = models.CharField("맡은 부서", max_length=40, default="청소자원과")
    phone = PhoneNumberField("문의 전화", default="063-540-3114", of_office=True)
    legal_basis = models.CharField("근거 법령", max_length=200, default="석면안전관리법 제25조제2항, 제26조")
    tribunal = models.CharField(
        "행정심판위원회", max_length=60, blank=True, help_text="비워 두시면 결정하는 날의 도 이름을 따릅니다."
    )
    retention = models.CharField("보관하는 기간", max_length=20, default="5년")
    contractor_retention = models.CharField("업체가 보관하는 기간", max_length=20, default="1년")
    terms_source = models.CharField("기간·기관의 근거", max_length=200, default=_ASSUMED_TERMS)
    terms_confidence = models.CharField(
        "기간·기관의 확실함", max_length=10, choices=Confidence, default=Confidence.ASSUMPTION
    )
    court = models.CharField("행정법원", max_length=60, default="전주지방법원")

    objects: ClassVar[ProgrammeQuerySet] = ProgrammeQuerySet.as_manager()  # type: ignore[assignment]
    moves: ClassVar[type[Move]] = ProgrammeMove

    class Meta:
        ordering = ["-year"]
        verbose_name = "사업연도"
        verbose_name_plural = "사업연도"
        constraints = [
            models.CheckConstraint(
                condition=Q(national_bp__lte=10_000 - F("province_bp")),
                name="programme_shares_make_a_whole",
                violation_error_message="국비와 도비의 비율이 100%%를 넘습니다.",
            ),
            models.CheckConstraint(
                condition=Q(closes_on__isnull=True) | Q(closes_on__gte=F("opens_on")),
                name="programme_closes_after_it_opens",
                violation_error_message="접수 끝 날짜가 시작 날짜보다 앞입니다.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}년 슬레이트 지원"

    def clean(self) -> None:
        if self.opens_on and self.year and self.opens_on.year not in (self.year - 1, self.year):
            raise ValidationError({"opens_on": "접수 시작이 사업연도나 그 앞 해가 아닙니다. 날짜를 다시 적어 주세요."})
        if self.pk and self.closes_on:
            self._clean_end(self.closes_on)

    def _clean_end(self, closes_on: date) -> None:
        """Nobody's application shall stand outside the round in which it was taken."""
        last = self.applications.aggregate(last=models.Max("submitted_at"))["last"]
        if last and timezone.localdate(last) > closes_on:
            day = f"{timezone.localdate(last):%Y-%m-%d}"
            raise ValidationError({"closes_on": f"{day}에 받은 신청이 있습니다. 그날이나 그 뒤로 적어 주세요."})

    def kept(self) -> Kept | None:
        money = {"year", "national_bp", "province_bp"}
        promised = {"opens_on", "vulnerable_households", "default_area_m2", "first_answer_days"}
        if self.applications.exists():
            return Kept(
                "이미 받은 신청이 있어 재원 비율, 지원받는 가구와 약속한 기한은 바꿀 수 없습니다.",
                frozenset(money | promised | {"retention", "contractor_retention"}),
            )
        if self.lines.exists():
            return Kept("예산을 나누어 배정해서 재원 비율은 바꿀 수 없습니다.", frozenset(money))
        return None

    def is_open(self, day: date) -> bool:
        return self.opens_on <= day and (self.closes_on is None or day <= self.closes_on)

    def tribunal_on(self, day: date) -> str:
        return self.tribunal or rules.tribunal_on(day)

    def split(self, amount_won: int) -> rules.Shares:
        """The sum by fund with this year's shares."""
        return rules.split(amount_won, national_bp=self.national_bp, province_bp=self.province_bp)


class SupportRate(TableRow):
    """A year's rule: how much the city pays for one kind of work and household, with its source (SL-07)."""

    year = models.PositiveSmallIntegerField("연도", validators=YEARS)
    work = models.CharField("일", max_length=12, choices=Work)
    household = models.CharField("가구", max_length=10, choices=RateHousehold)
    mode = models.CharField("방법", max_length=12, choices=Mode)
    cap_won = models.PositiveBigIntegerField("한도(원)", null=True, blank=True)
    full_area_m2 = models.DecimalField("전액 면적(m²)", max_digits=6, decimal_places=1, null=True, blank=True)
    note = models.CharField("덧붙임", max_length=200, blank=True)
    source = models.CharField("근거", max_length=200, blank=True)
    confidence = models.CharField("확실함", max_length=10, choices=Confidence)

    class Meta:
        ordering = ["-year", "work", "household"]
        verbose_name = "지원 기준"
        verbose_name_plural = "지원 기준"
        constraints = [
            models.UniqueConstraint(
                fields=["year", "work", "household"],
                name="support_rate_once",
                violation_error_message="이 연도와 일, 가구의 기준은 이미 있습니다.",
            ),
            models.CheckConstraint(
                condition=~Q(mode=Mode.CAP) | Q(cap_won__isnull=False),
                name="support_rate_cap_has_amount",
                violation_error_message="한도 금액을 적어 주세요.",
            ),
            models.CheckConstraint(
                condition=~Q(mode=Mode.FULL_TO_AREA) | Q(full_area_m2__gt=0),
                name="support_rate_area_has_limit",
                violation_error_message="전액으로 지원하는 면적을 적어 주세요.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.get_work_display()} {self.get_household_display()}"

    def kept(self) -> Kept | None:
        if Programme.objects.filter(year=self.year, applications__decisions__isnull=False).exists():
            return Kept("이 기준으로 이미 결정한 신청이 있습니다. 그해에는 고치지 않습니다.")
        return None

    @property
    def rule(self) -> rules.Rate:
        return rules.Rate(Mode(self.mode), self.cap_won, self.full_area_m2)


def _is_decided_since(day: date) -> bool:
    """Whether somebody's support was decided on or after the day, and so by the prices of it."""
    return Programme.objects.filter(applications__decisions__decided_at__date__gte=day).exists()


class UnitPrice(TableRow):
    """Price of a square metre from a day on; the city's tender fixes it, until then a derived figure (rules 5)."""

    work = models.CharField("일", max_length=12, choices=Work)
    from_on = models.DateField("이날부터")
    won_per_m2 = models.PositiveIntegerField("1m²에(원)")
    source = models.CharField("근거", max_length=200)
    confidence = models.CharField("확실함", max_length=10, choices=Confidence)

    class Meta:
        ordering = ["work", "-from_on"]
        verbose_name = "단가"
        verbose_name_plural = "단가"
        constraints = [
            models.UniqueConstraint(
                fields=["work", "from_on"],
                name="unit_price_once_a_day",
                violation_error_message="이날의 단가는 이미 있습니다.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_work_display()} {self.from_on} {self.won_per_m2}"

    def clean(self) -> None:
        if self.from_on and _is_decided_since(self.from_on):
            raise ValidationError({"from_on": "그날부터 이미 결정한 신청이 있습니다. 오늘보다 뒤의 날을 적어 주세요."})

    def kept(self) -> Kept | None:
        if _is_decided_since(self.from_on):
            return Kept("이 단가로 이미 결정한 신청이 있습니다. 바뀐 단가는 그날부터 새로 적어 주세요.")
        return None


class PastFigure(TableRow):
    """A published figure with its source and date; sources that differ stand side by side, nobody mends them."""

    period = models.CharField("기간", max_length=30)
    what = models.CharField("무엇", max_length=60)
    amount = models.BigIntegerField("값")
    unit = models.CharField("단위", max_length=10)
    source = models.CharField("출처", max_length=200)
    published = models.CharField("발표한 때", max_length=20)
    note = models.CharField("덧붙임", max_length=200, blank=True)
    order = models.PositiveSmallIntegerField("순서")

    class Meta:
        ordering = ["order"]
        verbose_name = "발표한 숫자"
        verbose_name_plural = "발표한 숫자"

    def __str__(self) -> str:
        return f"{self.period} {self.what}"


class BudgetLine(models.Model):
    """Money of one year for one kind of work from one fund.

    The balances are made by the ledger's trigger; a change of theirs that is not from there is refused.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="lines")
    work = models.CharField("일", max_length=12, choices=Work)
    fund = models.CharField("재원", max_length=10, choices=Fund)
    allotted_won = models.BigIntegerField("배정(원)", default=0, editable=False)
    committed_won = models.BigIntegerField("묶어 둔 돈(원)", default=0, editable=False)
    spent_won = models.BigIntegerField("쓴 돈(원)", default=0, editable=False)

    class Meta:
        ordering = ["programme", "work", "pk"]
        verbose_name = "예산"
        verbose_name_plural = "예산"
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "work", "fund"],
                name="budget_line_once",
                violation_error_message="이 예산은 이미 있습니다.",
            ),
            models.CheckConstraint(
                condition=Q(spent_won__gte=0)
                & Q(spent_won__lte=F("committed_won"))
                & Q(committed_won__lte=F("allotted_won")),
                name="budget_line_never_over",
                violation_error_message="예산이 모자랍니다. 예산을 먼저 늘려 주세요.",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="balances_from_ledger",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF TG_OP = 'INSERT' THEN
                        IF NEW.allotted_won <> 0 OR NEW.committed_won <> 0 OR NEW.spent_won <> 0 THEN
                            RAISE EXCEPTION 'balances come from the ledger' USING ERRCODE = 'restrict_violation';
                        END IF;
                    ELSIF pg_trigger_depth() < 2 AND (NEW.allotted_won, NEW.committed_won, NEW.spent_won)
                            IS DISTINCT FROM (OLD.allotted_won, OLD.committed_won, OLD.spent_won) THEN
                        RAISE EXCEPTION 'balances come from the ledger' USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_work_display()} {self.get_fund_display()}"

    @property
    def left_won(self) -> int:
        return self.allotted_won - self.committed_won


class LedgerEntry(models.Model):
    """One movement of money on one line, never changed: each column is added to the line's balance."""

    line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField("종류", max_length=10, choices=LedgerKind)
    allotted_won = models.BigIntegerField("배정(원)", default=0)
    committed_won = models.BigIntegerField("묶음(원)", default=0)
    spent_won = models.BigIntegerField("지급(원)", default=0)
    application = models.ForeignKey(
        "slate.Application", on_delete=models.PROTECT, null=True, blank=True, related_name="ledger"
    )
    part = models.ForeignKey(
        "slate.BuildingPart", on_delete=models.PROTECT, null=True, blank=True, related_name="ledger"
    )
    actor_kind = models.CharField(max_length=10, choices=ActorKind)
    actor_key = models.CharField(max_length=80)
    note = models.CharField("덧붙임", max_length=120, blank=True)
    at = models.DateTimeField("때", default=timezone.now)

    class Meta:
        ordering = ["pk"]
        verbose_name = "원장"
        verbose_name_plural = "원장"
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(kind__in=[LedgerKind.ALLOT, LedgerKind.TRANSFER, LedgerKind.CARRY_OVER])
                    & Q(committed_won=0, spent_won=0)
                )
                | (Q(kind=LedgerKind.RESERVE) & Q(allotted_won=0, spent_won=0, committed_won__gt=0))
                | (Q(kind=LedgerKind.RELEASE) & Q(allotted_won=0, spent_won=0, committed_won__lt=0))
                | (Q(kind__in=[LedgerKind.ADJUST, LedgerKind.COMMIT]) & Q(allotted_won=0, spent_won=0))
                | (Q(kind=LedgerKind.SPEND) & Q(allotted_won=0, committed_won=0, spent_won__gt=0))
                | (Q(kind=LedgerKind.RECOVER) & Q(allotted_won=0, spent_won__lt=0)),
                name="ledger_entry_fits_its_kind",
                violation_error_message="원장에 적는 방법이 종류와 맞지 않습니다.",
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="moves_the_balances",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="""
                    UPDATE slate_budgetline SET
                        allotted_won = allotted_won + NEW.allotted_won,
                        committed_won = committed_won + NEW.committed_won,
                        spent_won = spent_won + NEW.spent_won
                    WHERE id = NEW.line_id;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="append_only",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate,
                func="RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'restrict_violation';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.kind}"
