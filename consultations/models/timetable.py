"""When, where and with whom: dated timetable rules, venues, advisers and the clinic days made from them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.utils import timezone

from consultations.enums import AdviserKind, BookingState, ClinicDayMove, ClinicDayState
from consultations.rules.seating import slot_starts
from services.enums.people import Role
from services.models import User
from services.models.history import tracked
from services.models.phones import PhoneNumberField
from services.models.tables import Kept, TableRow
from services.rules.phones import is_mobile, parse_phone
from services.rules.refusal import Refused

WEEKDAYS = [(number, f"{name}요일") for number, name in enumerate("월화수목금토일")]


class Venue(TableRow):
    """A place where clinic days are held: a township office or the city hall."""

    township = models.OneToOneField(
        "services.Township",
        verbose_name="읍·면·동",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="venue",
    )
    name = models.CharField("이름", max_length=40, unique=True)
    address = models.CharField("주소", max_length=80, blank=True)
    room = models.CharField("방", max_length=40, blank=True)
    phone = PhoneNumberField("전화", blank=True, of_office=True)
    map_url = models.URLField(
        "지도 주소",
        max_length=200,
        blank=True,
        help_text="지도 누리집에서 '공유'를 눌러 나온 주소. 예: https://map.naver.com/...",
        validators=[URLValidator(["https"], message="https://로 시작하는 지도 주소를 적어 주세요.")],
    )
    wheelchair = models.CharField(
        "휠체어로 오시는 분께",
        max_length=100,
        blank=True,
        help_text="예: 현관 왼쪽에 경사로가 있습니다. 승강기는 없습니다.",
    )
    parking = models.CharField("주차", max_length=100, blank=True, help_text="예: 앞마당에 10대. 무료입니다.")
    order = models.PositiveSmallIntegerField("순서", default=0)
    is_active = models.BooleanField(
        "쓰는 곳", default=True, help_text="끄면 새 상담일을 만들지 않습니다. 이미 연 상담일은 그대로입니다."
    )

    class Meta:
        ordering = ["order", "name"]
        verbose_name = "상담 장소"
        verbose_name_plural = "상담 장소"

    def __str__(self) -> str:
        return self.name

    def kept(self) -> Kept | None:
        if self.clinic_days.exists():
            return Kept("이곳에서 연 상담일이 있어 읍·면·동은 바꿀 수 없습니다.", frozenset({"township"}))
        return None


class TimetableRuleQuerySet(models.QuerySet["TimetableRule"]):
    def touching(self, first: date, last: date) -> "TimetableRuleQuerySet":
        open_end = models.Q(valid_until__isnull=True) | models.Q(valid_until__gte=first)
        return self.filter(open_end, valid_from__lte=last)


class TimetableRule(TableRow):
    """Which adviser sits on which n-th weekday, from when to when (TA-08): data, not code."""

    kind = models.CharField("누가", max_length=3, choices=AdviserKind)
    nth = models.PositiveSmallIntegerField("몇째", validators=[MinValueValidator(1), MaxValueValidator(5)])
    weekday = models.PositiveSmallIntegerField("요일", choices=WEEKDAYS)
    opens_at = models.TimeField("시작")
    closes_at = models.TimeField("끝")
    slot_minutes = models.PositiveSmallIntegerField("한 분에(분)", default=20)  # TA-11: a setting
    venues = models.ManyToManyField(Venue, verbose_name="장소", related_name="rules")
    valid_from = models.DateField("언제부터")
    valid_until = models.DateField("언제까지", null=True, blank=True)
    source = models.CharField("근거", max_length=120)

    objects: ClassVar[TimetableRuleQuerySet] = TimetableRuleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["valid_from", "kind", "nth", "pk"]
        verbose_name = "상담 시간표"
        verbose_name_plural = "상담 시간표"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opens_at")),
                name="rule_closes_after_it_opens",
                violation_error_message="끝나는 시간이 시작하는 시간보다 뒤여야 합니다.",
            ),
            models.CheckConstraint(
                condition=models.Q(slot_minutes__range=(5, 120)),
                name="rule_slot_is_5_to_120_minutes",
                violation_error_message="한 분에 5분부터 120분까지 정할 수 있습니다.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.nth}째 {self.get_weekday_display()}"

    def clean(self) -> None:
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValidationError({"valid_until": "끝나는 날이 시작하는 날보다 앞입니다. 날짜를 다시 적어 주세요."})
        if None not in (self.opens_at, self.closes_at, self.slot_minutes) and self.opens_at < self.closes_at:
            self._clean_length()

    def _clean_length(self) -> None:
        if not slot_starts(self.opens_at, self.closes_at, self.slot_minutes):
            raise ValidationError({"closes_at": "한 분도 상담하실 수 없습니다. 시작과 끝을 더 벌려 주세요."})

    def clean_many(self, many: Mapping[str, Sequence[Any]]) -> None:
        """One line a kind, weekday and place at a time: a second one would say other hours for the same chairs."""
        same = TimetableRule.objects.filter(kind=self.kind, nth=self.nth, weekday=self.weekday)
        others = same.filter(venues__in=many.get("venues", ()))
        both = others.touching(self.valid_from, self.valid_until or date.max).exclude(pk=self.pk).first()
        if both:
            until = f"{both.valid_until:%Y-%m-%d}까지" if both.valid_until else "끝나는 날 없이"
            raise ValidationError(
                {"valid_from": f"같은 곳, 같은 요일의 시간표가 {until} 있습니다. 그것에 끝나는 날을 먼저 적어 주세요."}
            )

    def kept(self) -> Kept | None:
        """Days made by this line keep its hours; it can only end."""
        if not self._has_days():
            return None
        names = {field.name for field in self._meta.fields} | {"venues"}
        return Kept(
            "이 시간표로 연 상담일이 있습니다. 언제까지 할지와 근거만 고칠 수 있습니다. 시간이나 장소를 바꾸려면 "
            "이것에 끝나는 날을 적고 새로 적어 주세요. 이미 연 상담일은 그대로이니 '정례 상담일'에서 정해 주세요.",
            frozenset(names - {"valid_until", "source"}),
        )

    def _has_days(self) -> bool:
        days = Sitting.objects.filter(clinic_day__venue__in=self.venues.all(), adviser__kind=self.kind)
        mine = days.filter(clinic_day__on__range=(self.valid_from, self.valid_until or date.max))
        return mine.filter(clinic_day__on__iso_week_day=self.weekday + 1).exists()


class Adviser(TableRow):
    """A village tax accountant or lawyer with a term (TA-04, LA-01); may have no account."""

    kind = models.CharField("누가", max_length=3, choices=AdviserKind)
    name = models.CharField("이름", max_length=40)
    office = models.CharField("사무소", max_length=60, blank=True)
    phone = PhoneNumberField("전화", blank=True)
    venue = models.ForeignKey(
        Venue, verbose_name="맡은 곳", on_delete=models.PROTECT, null=True, blank=True, related_name="advisers"
    )  # empty: travels, by rota
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name="계정",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="adviser",
    )
    term_from = models.DateField("임기 시작")
    term_until = models.DateField("임기 끝")
    is_demo = models.BooleanField("시연", default=False)

    hushed: ClassVar[frozenset[str]] = frozenset({"phone"})

    class Meta:
        ordering = ["kind", "name", "pk"]
        verbose_name = "세무사·변호사"
        verbose_name_plural = "세무사·변호사"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(term_until__gt=models.F("term_from")),
                name="adviser_term_has_a_length",
                violation_error_message="임기 끝이 임기 시작보다 뒤여야 합니다.",
            )
        ]

    def __str__(self) -> str:
        return f"마을{self.get_kind_display()} {self.name}"

    def kept(self) -> Kept | None:
        if self.sittings.exists() or self.enquiries.exists():
            return Kept("맡은 상담이 있어 세무사인지 변호사인지는 바꿀 수 없습니다.", frozenset({"kind"}))
        return None

    @property
    def has_account(self) -> bool:
        """Whether somebody can log in as this adviser; one without an account works from an address of the day."""
        return self.user is not None and self.user.is_active

    @property
    def mobile(self) -> str:
        """The registered mobile phone (E.164), or an empty text where a text message reaches nobody."""
        try:
            phone = parse_phone(self.phone)
        except Refused:
            return ""
        return phone if is_mobile(phone) else ""


class ClinicDayQuerySet(models.QuerySet["ClinicDay"]):
    def seen_by(self, user: User) -> "ClinicDayQuerySet":
        """Whose list of people this member of staff may open: any day's, or as a clerk those at the own venue."""
        if user.roles & {Role.CONSULTATION_OFFICER, Role.AUDITOR}:
            return self
        return self.filter(venue__township=user.township_id or 0)

    def coming(self) -> "ClinicDayQuerySet":
        """Today and later, whatever the state."""
        return self.filter(on__gte=timezone.localdate())

    def moved(self) -> "ClinicDayQuerySet":
        """Held in place of a holiday."""
        return self.filter(moved_from__isnull=False).exclude(state=ClinicDayState.CANCELLED)

    def held(self) -> "ClinicDayQuerySet":
        """Not cancelled, and not closed with nobody booked."""
        somebody = models.Q(bookings__state__in=BookingState.LIVE)
        is_not_closed = ~models.Q(state=ClinicDayState.CLOSED)
        return self.exclude(state=ClinicDayState.CANCELLED).filter(is_not_closed | somebody).distinct()

    def bookable(self) -> "ClinicDayQuerySet":
        return self.coming().filter(state=ClinicDayState.OPEN)


@tracked()
class ClinicDay(models.Model):
    """One day at one venue. Locking its row is the queue in which bookings of that day are decided."""

    on = models.DateField("날짜")
    venue = models.ForeignKey(Venue, verbose_name="장소", on_delete=models.PROTECT, related_name="clinic_days")
    state = models.CharField("상태", max_length=10, choices=ClinicDayState, default=ClinicDayState.OPEN)
    election = models.CharField("선거", max_length=60, blank=True)
    legal_basis = models.CharField("근거", max_length=200, blank=True)
    basis_document = models.CharField("문서 번호", max_length=60, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="decided_clinic_days"
    )
    decided_at = models.DateTimeField("결정한 때", null=True, blank=True)
    moved_from = models.DateField("옮기기 전 공휴일", null=True, blank=True)  # TA-12: never by itself
    reopens = models.BooleanField("거두면 다시 엶", default=False)  # closed by a report, not by an officer on purpose

    moves: ClassVar = ClinicDayMove

    objects: ClassVar[ClinicDayQuerySet] = ClinicDayQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["on", "venue__order", "pk"]
        verbose_name = "정례 상담일"
        verbose_name_plural = "정례 상담일"
        triggers = [pgtrigger.FSM(name="clinic_day_moves", field="state", transitions=ClinicDayMove.transitions())]
        constraints = [
            models.UniqueConstraint(
                fields=["on", "venue"],
                name="clinic_day_once_per_venue",
                violation_error_message="이 장소에는 그날 상담일이 이미 있습니다.",
            ),
            models.UniqueConstraint(
                fields=["moved_from", "venue"],
                condition=models.Q(moved_from__isnull=False) & ~models.Q(state="CANCELLED"),
                name="holiday_moves_once",
                violation_error_message="이 공휴일의 상담은 이미 다른 날로 옮겼습니다.",
            ),
            models.CheckConstraint(
                condition=models.Q(election="")
                | ~models.Q(state__in=["OPEN", "CLOSED"])
                | (~models.Q(legal_basis="") & models.Q(decided_by__isnull=False)),
                name="clinic_day_in_election_window_has_a_basis",
                violation_error_message=(
                    "선거 기간 확인이 끝나지 않아 열 수 없습니다. 근거와 결정자를 먼저 적어 주세요."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(reopens=False) | models.Q(state="CLOSED"),
                name="clinic_day_that_reopens_is_closed",
                violation_error_message="닫힌 상담일만 다시 열 수 있습니다.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.venue_id}"

    @property
    def label(self) -> ClinicDayState:
        return ClinicDayState(self.state)

    def moment(self, at: time) -> datetime:
        """That time of this day, in Korean time."""
        return datetime.combine(self.on, at, tzinfo=timezone.get_default_timezone())


class Sitting(models.Model):
    """One adviser's hours on one clinic day."""

    clinic_day = models.ForeignKey(ClinicDay, on_delete=models.CASCADE, related_name="sittings")
    adviser = models.ForeignKey(Adviser, on_delete=models.PROTECT, related_name="sittings")
    opens_at = models.TimeField("시작")
    closes_at = models.TimeField("끝")
    slot_minutes = models.PositiveSmallIntegerField("한 분에(분)")
    is_absent = models.BooleanField("못 옴", default=False)

    class Meta:
        ordering = ["clinic_day", "adviser"]
        verbose_name = "상담 자리"
        verbose_name_plural = "상담 자리"
        constraints = [
            models.UniqueConstraint(
                fields=["clinic_day", "adviser"],
                name="adviser_sits_once_a_clinic_day",
                violation_error_message="이 세무사·변호사는 그날 이미 맡았습니다.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.clinic_day_id} {self.adviser_id}"

    def starts(self, day: ClinicDay) -> list[datetime]:
        return [day.moment(start) for start in slot_starts(self.opens_at, self.closes_at, self.slot_minutes)]
