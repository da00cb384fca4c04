"""Applications with their building parts, requests for more, and decisions that nobody changes."""

from datetime import date, time
from decimal import Decimal
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from services.enums.notices import Channel
from services.enums.people import Role
from services.models import Consent, EncryptedJSONField, EncryptedTextField, Resident, User, blind_index
from services.models.consents import needs_consents
from services.models.history import tracked
from services.models.people import village_index_of
from services.rules.lots import Lot
from services.rules.names import name_key
from services.rules.phones import is_mobile, mask_name, show_phone
from slate import rules
from slate.enums import (
    ApplicationMove,
    ApplicationState,
    BuildingKind,
    CheckItem,
    ConsentKind,
    ContactWay,
    Household,
    InUse,
    Needed,
    Origin,
    Outcome,
    Ownership,
    Priority,
    RefusalReason,
    SlatePlace,
    WithdrawReason,
    Work,
    YesNoUnknown,
)
from slate.models.programmes import Programme

PAPER_TIME = time(9)  # a form on paper has a day and no time: it counts from the morning
_WHOLE_CITY = frozenset({Role.SLATE_OFFICER, Role.SLATE_APPROVER, Role.AUDITOR})


class ApplicationQuerySet(models.QuerySet["Application"]):
    def of(self, residents: "models.QuerySet[Resident] | list[Resident]") -> "ApplicationQuerySet":
        return self.filter(resident__in=residents)

    def in_full(self) -> "ApplicationQuerySet":
        """With what messages and letters name."""
        return self.select_related("programme", "resident", "township")

    def without_consent(self) -> "ApplicationQuerySet":
        """Open ones of tenants, family or heirs whose owner's consent nobody has confirmed."""
        return self.filter(~Q(state__in=ApplicationState.DEAD), ~Q(ownership=Ownership.OWNER), owner_confirmed_at=None)

    def rivals_of(self, application: "Application") -> "ApplicationQuerySet":
        """Other open ones of the year that ask for one of the same buildings."""
        marks = list(application.parts.values_list("fingerprint", flat=True))
        asked = self.filter(programme=application.programme_id, parts__fingerprint__in=marks)
        return asked.exclude(pk=application.pk).exclude(state__in=ApplicationState.DEAD).distinct().order_by("pk")

    def contested(self) -> "ApplicationQuerySet":
        """Open ones whose building another open one asks for too, and of none of them the owner is confirmed."""
        same = BuildingPart.objects.filter(programme=OuterRef("programme"), fingerprint=OuterRef("fingerprint"))
        others = same.exclude(application=OuterRef("application")).exclude(
            application__state__in=ApplicationState.DEAD
        )
        mine = BuildingPart.objects.filter(application=OuterRef("pk"))
        return self.filter(
            Exists(mine.filter(Exists(others))),
            ~Exists(mine.filter(Exists(others.filter(application__owner_confirmed_at__isnull=False)))),
            owner_confirmed_at=None,
        ).exclude(state__in=ApplicationState.DEAD)

    def with_approver(self) -> "ApplicationQuerySet":
        return self.filter(state__in=ApplicationState.WITH_APPROVER)

    def due_by(self, day: date, *, since: date = date.min) -> "ApplicationQuerySet":
        """Waiting for the city's answer, whose day is `day` or before, and not before `since`."""
        return self.filter(state__in=ApplicationState.WAITING_FOR_ANSWER, due_on__range=(since, day))

    def seen_by(self, user: User) -> "ApplicationQuerySet":
        """The slate roles see the city; a township clerk sees only their own township."""
        if user.roles & _WHOLE_CITY:
            return self
        return self.filter(township=user.township_id) if user.township_id else self.none()


_NEEDS_DECISION = """
    IF NEW.state IN ('approved', 'refused') AND OLD.state IN ('selection_proposed', 'refusal_proposed')
        AND NOT EXISTS (
            SELECT 1 FROM slate_decision d WHERE d.application_id = NEW.id AND d.outcome = NEW.state
                AND d.application_version = OLD.version
        ) THEN
        RAISE EXCEPTION 'a decision needs its record' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
"""


@tracked("name", "phone", "address", "lot", "postal_address", "owner_name", "owner_phone", "remark", "reason_sentence")
class Application(models.Model):
    """One resident asks for the slate of one place to be removed; may have several building parts."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="applications")
    reference = models.CharField("접수번호", max_length=20, unique=True)
    state = models.CharField(
        "상태", max_length=20, choices=ApplicationState, default=ApplicationState.SUBMITTED, editable=False
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="slate_applications")
    township = models.ForeignKey("services.Township", on_delete=models.PROTECT, related_name="slate_applications")
    name = EncryptedTextField("신청하신 분")  # as said in this case; what is known since is the resident's
    phone = EncryptedTextField("전화번호")  # E.164
    address = EncryptedTextField("건물 주소")
    lot = EncryptedTextField("지번", blank=True)  # as `Lot.shown` writes its parts; empty until somebody has found it
    lot_index = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    block_index = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    village_index = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    postal_address = EncryptedTextField("편지 주소")
    household = models.CharField("가구", max_length=20, choices=Household)
    city_may_verify = models.BooleanField("시가 자격 확인", default=True)
    household_verified_on = models.DateField("자격 확인한 날", null=True, blank=True)
    household_valid_until = models.DateField("자격 유효한 날", null=True, blank=True)
    is_linked = models.BooleanField("연계 사업", default=False)
    priority = models.CharField("순위", max_length=2, choices=Priority)
    ownership = models.CharField("주인", max_length=10, choices=Ownership)
    owner_name = EncryptedTextField("주인 이름", blank=True)
    owner_phone = EncryptedTextField("주인 전화번호", blank=True)
    owner_agreed = models.BooleanField("주인 동의", default=False)
    owner_due_on = models.DateField("주인 동의서를 내실 날", null=True, blank=True)  # empty for the owner's own
    owner_paper_at = models.DateTimeField("주인 동의서를 받은 때", null=True, blank=True)
    owner_confirmed_at = models.DateTimeField("주인을 확인한 때", null=True, blank=True)  # until then it is a claim
    remark = EncryptedTextField("하고 싶은 말", blank=True)
    contact_way = models.CharField("연락 방법", max_length=10, choices=ContactWay, default=ContactWay.SMS)
    origin = models.CharField("접수한 곳", max_length=10, choices=Origin, default=Origin.ONLINE)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    submitted_at = models.DateTimeField("접수한 때", default=timezone.now)
    due_on = models.DateField("기한")
    paused_on = models.DateField("멈춘 날", null=True, blank=True)
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="담당자",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="slate_applications",
    )
    checked = ArrayField(models.CharField(max_length=20, choices=CheckItem), verbose_name="확인한 것", default=list)
    evidence = models.JSONField(
        "확인한 것의 근거", default=dict, editable=False
    )  # check -> slate.reports.evidence.Basis
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    proposed_at = models.DateTimeField("올린 때", null=True, blank=True)
    reason_code = models.CharField("제외 이유", max_length=20, choices=RefusalReason, blank=True)
    reason_sentence = EncryptedTextField("이유 문장", blank=True)
    withdraw_reason = models.CharField("그만둔 이유", max_length=12, choices=WithdrawReason, blank=True)
    closed_at = models.DateTimeField("마친 때", null=True, blank=True)
    closed_from = models.CharField("마치기 전 상태", max_length=20, choices=ApplicationState, blank=True)

    objects: ClassVar[ApplicationQuerySet] = ApplicationQuerySet.as_manager()  # type: ignore[assignment]
    moves: ClassVar = ApplicationMove

    class Meta:
        ordering = ["due_on", "pk"]
        verbose_name = "슬레이트 지원 신청"
        verbose_name_plural = "슬레이트 지원 신청"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ApplicationState.values),
                name="application_state_is_known",
                violation_error_message="알 수 없는 상태입니다.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=ApplicationState.WITH_APPROVER) | Q(proposed_by__isnull=False),
                name="application_proposal_has_proposer",
                violation_error_message="결재를 올린 사람이 없습니다.",
            ),
            models.CheckConstraint(
                condition=Q(lot_index="", block_index="") | ~Q(lot_index="") & ~Q(block_index=""),
                name="application_lot_has_both_marks",
                violation_error_message="지번의 표시가 맞지 않습니다.",
            ),
            models.CheckConstraint(
                condition=Q(ownership=Ownership.OWNER, owner_due_on__isnull=True)
                | ~Q(ownership=Ownership.OWNER) & Q(owner_due_on__isnull=False),
                name="application_owners_consent_has_a_day",
                violation_error_message="주인 동의서를 내실 날이 없습니다.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=ApplicationState.SUPPORTED) | Q(owner_confirmed_at__isnull=False),
                name="application_owner_is_known_before_support",
                violation_error_message="건물 주인을 확인하기 전에는 지원을 정할 수 없습니다.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ApplicationState.DEAD) & ~Q(closed_from="")
                | ~Q(state__in=ApplicationState.DEAD) & Q(closed_from=""),
                name="application_end_knows_where_it_was",
                violation_error_message="어디서 마쳤는지 적혀 있지 않습니다.",
            ),
            models.CheckConstraint(
                condition=~Q(state=ApplicationState.NEEDS_INFO) | Q(paused_on__isnull=False),
                name="application_clock_stops_while_waiting",
                violation_error_message="보완을 기다리는 동안에는 기한을 세지 않습니다.",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_on"], name="application_state_due"),
            models.Index(fields=["township", "state"], name="application_township"),
        ]
        triggers = [
            pgtrigger.FSM(name="allowed_moves", field="state", transitions=ApplicationMove.transitions()),
            needs_consents("slate.application", ConsentKind.REQUIRED),
            pgtrigger.Trigger(
                name="needs_decision", when=pgtrigger.Before, operation=pgtrigger.Update, func=_NEEDS_DECISION
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def status(self) -> ApplicationState:
        return ApplicationState(self.state)

    @property
    def is_dated(self) -> bool:
        """Whether only the day of receipt is known, as of a form on paper."""
        moment = timezone.localtime(self.submitted_at)
        return self.origin == Origin.COUNTER and moment.time() == PAPER_TIME

    @property
    def place(self) -> str:
        """With the township before it, once."""
        name = self.township.name
        return self.address if self.address.startswith(name) else f"{name} {self.address}"

    @property
    def masked_name(self) -> str:
        return mask_name(self.name)

    @property
    def shown_phone(self) -> str:
        return show_phone(self.phone)

    @property
    def can_receive_texts(self) -> bool:
        return is_mobile(self.phone)

    @property
    def asked_channel(self) -> Channel | None:
        """How the applicant wants to be told first, where they chose something else than a message to the phone."""
        return {ContactWay.CALL: Channel.CALL, ContactWay.POST: Channel.LETTER}.get(ContactWay(self.contact_way))

    @property
    def hears_decisions_at_once(self) -> bool:
        """Whether they agreed to hear a decision before its letter comes. One query."""
        return Consent.objects.of(self).in_force().filter(kind=ConsentKind.ELECTRONIC).exists()

    @property
    def newer_contact(self) -> dict[str, str]:
        """What is known of the person, where it differs from what was said here and messages may still follow."""
        if not self.status.is_open:
            return {}
        person = self.resident
        known = {"phone": person.phone, "postal_address": person.address}
        newer = {field: value for field, value in known.items() if value and value != getattr(self, field)}
        return newer if name_key(person.name) == name_key(self.name) else {"name": person.name} | newer

    @property
    def holds_buildings(self) -> bool:
        """Whether nobody else may apply for its buildings: not before its owner is confirmed, not once it is dead."""
        return self.status.is_open and self.owner_confirmed_at is not None

    @property
    def wants_consent(self) -> bool:
        """Whether somebody else than the owner asks and nobody has confirmed the owner's consent."""
        return self.status.is_open and self.ownership != Ownership.OWNER and self.owner_confirmed_at is None

    @property
    def waits_for_owner(self) -> bool:
        """Whether the applicant still has to bring the owner's consent."""
        return self.wants_consent and self.owner_paper_at is None

    @property
    def consent_is_late(self) -> bool:
        return self.owner_due_on is not None and self.owner_due_on < timezone.localdate()

    @property
    def household_label(self) -> str:
        return Household(self.household).short_label

    @property
    def verdict(self) -> str:
        """What was decided, while that stands: `somebody_was_faster` names it to the second of two people."""
        return str(self.status.label) if self.state in ApplicationState.DECIDED else ""

    @property
    def may_withdraw(self) -> bool:
        return ApplicationMove.WITHDRAWN.target(self.state) is not None

    @property
    def missing_checks(self) -> list[CheckItem]:
        """What the officer has not confirmed yet."""
        return [item for item in CheckItem if item.value not in self.checked]


def lot_marks(township_code: str, lot: Lot | None) -> dict[str, str]:
    """The lot as the application keeps it: readable only with the keys, and its keyed hashes for looking up."""
    if lot is None:
        return {"lot": "", "lot_index": "", "block_index": "", "village_index": ""}
    return {
        "lot": lot.shown,
        "lot_index": blind_index(rules.lot_key(township_code, lot), purpose="lot"),
        "block_index": blind_index(rules.block_key(township_code, lot), purpose="block"),
        "village_index": village_index_of(lot.village),
    }


def fingerprint(township_code: str, address: str, kind: str, number: int) -> str:
    """Keyed hash that is the same for the same building part, whoever applies."""
    return blind_index(rules.building_key(township_code, address, kind, number), purpose="building")


@tracked()
class BuildingPart(models.Model):
    """One roof with its own amount: a house, a shed, a heap of slate. The later work item belongs to it."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="parts")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField("차례")
    kind = models.CharField("종류", max_length=10, choices=BuildingKind)
    in_use = models.CharField("쓰임", max_length=10, choices=InUse)
    built_year = models.PositiveSmallIntegerField("지은 해", null=True, blank=True)
    in_register = models.CharField("건축물대장", max_length=10, choices=YesNoUnknown)
    slate_place = models.CharField("슬레이트 자리", max_length=10, choices=SlatePlace)
    is_overlaid = models.CharField("덧댄 지붕", max_length=10, choices=YesNoUnknown)
    area_m2 = models.DecimalField("면적(m²)", max_digits=7, decimal_places=1)
    is_area_guessed = models.BooleanField("면적을 모름", default=False)
    wants_reroofing = models.BooleanField("지붕 개량", default=False)
    reroofing_m2 = models.DecimalField("새 지붕(m²)", max_digits=7, decimal_places=1, default=0)
    fingerprint = models.CharField(max_length=64, editable=False)
    is_live = models.BooleanField(default=True, editable=False)  # whether it holds the building (holds_buildings)

    class Meta:
        ordering = ["application", "number"]
        verbose_name = "건물 부분"
        verbose_name_plural = "건물 부분"
        indexes = [models.Index(fields=["programme", "fingerprint"], name="building_part_by_mark")]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "fingerprint"],
                condition=Q(is_live=True),
                name="building_part_once_a_year",
                violation_error_message="이 건물은 이미 신청되어 있습니다. 한 건물에 신청은 하나만 받습니다.",
            ),
            models.UniqueConstraint(
                fields=["application", "number"],
                name="building_part_number_once",
                violation_error_message="건물 부분의 차례가 겹칩니다.",
            ),
            models.CheckConstraint(
                condition=Q(area_m2__gt=0),
                name="building_part_has_area",
                violation_error_message=(
                    "슬레이트 면적이 0입니다. 가로와 세로를 적거나 '잘 모르겠습니다'를 골라 주세요."
                ),
            ),
            models.CheckConstraint(
                condition=Q(reroofing_m2__gte=0) & Q(reroofing_m2__lte=F("area_m2")),
                name="reroofing_within_removed_area",
                violation_error_message="새 지붕이 걷어낼 지붕보다 넓습니다. 걷어내는 면적까지만 지원합니다.",
            ),
            models.CheckConstraint(
                condition=Q(wants_reroofing=False) | Q(kind=BuildingKind.HOUSE, in_use=InUse.LIVED_IN),
                name="reroofing_only_where_people_live",
                violation_error_message="새 지붕은 실제로 살고 계신 집만 지원합니다.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {Decimal(self.area_m2).normalize():f}m²"

    @property
    def works(self) -> list[tuple[Work, Any]]:
        """What is paid for this part and its area: the removal, and a new roof where one is wanted."""
        works = [(BuildingKind(self.kind).work, self.area_m2)]
        if self.wants_reroofing:
            works.append((Work.REROOFING, self.reroofing_m2 or self.area_m2))
        return works


@tracked("note", "answer")
class InfoRequest(models.Model):
    """The city asked for more (보완): while one is open the clock stands still (MW-07, MW-10)."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="info_requests")
    number = models.PositiveSmallIntegerField("차례")
    items = ArrayField(models.CharField(max_length=20, choices=Needed), verbose_name="필요한 것")
    note = EncryptedTextField("안내", blank=True)
    answer = EncryptedTextField("답", blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("요청한 때", default=timezone.now)
    due_on = models.DateField("내실 날")
    answered_at = models.DateTimeField("받은 때", null=True, blank=True)

    class Meta:
        ordering = ["application", "number"]
        verbose_name = "보완 요청"
        verbose_name_plural = "보완 요청"
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(answered_at__isnull=True),
                name="info_request_one_open",
                violation_error_message="이미 보완을 요청했습니다.",
            )
        ]

    def __str__(self) -> str:
        return f"보완 {self.application_id}-{self.number}"

    @property
    def is_late(self) -> bool:
        return self.due_on < timezone.localdate()

    @property
    def needed(self) -> list[Needed]:
        return [Needed(item) for item in self.items]


class Decision(models.Model):
    """What was decided, on what ground and for how much; a correction is a new row that supersedes this one.

    The letter is printed from this row alone. `letter` holds the personal part, encrypted; its keyed digest makes a
    change visible where key rotation is allowed to re-encrypt it.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="decisions")
    application_version = models.PositiveIntegerField()
    number = models.CharField("문서번호", max_length=60, unique=True)
    outcome = models.CharField("결정", max_length=10, choices=Outcome)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField("결정한 때", default=timezone.now)
    cost_won = models.BigIntegerField("예상 비용(원)")
    support_won = models.BigIntegerField("지원금(원)")
    own_share_won = models.BigIntegerField("본인 부담금(원)")
    national_won = models.BigIntegerField("국비(원)")
    province_won = models.BigIntegerField("도비(원)")
    city_won = models.BigIntegerField("시비(원)")
    parts = models.JSONField("건물 부분별 계산", default=list)  # amounts, areas and copies of the rule rows
    priority = models.CharField("순위", max_length=2, choices=Priority)
    reason_code = models.CharField("제외 이유", max_length=20, choices=RefusalReason, blank=True)
    legal_basis = models.CharField("근거 법령", max_length=200)
    remedies = models.TextField("불복 방법")
    objection_days = models.PositiveSmallIntegerField("이의신청 기간(받은 날부터, 일)")
    evidence = models.JSONField("확인한 자료", default=list)  # SHA-256 of the documents
    letter = EncryptedJSONField("편지에 쓰는 것")
    letter_digest = models.CharField(max_length=64)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )

    class Meta:
        ordering = ["application", "pk"]
        verbose_name = "결정"
        verbose_name_plural = "결정"
        constraints = [
            models.CheckConstraint(
                condition=~Q(proposed_by=F("decided_by")),
                name="decision_needs_two_people",
                violation_error_message="올린 사람은 결재할 수 없습니다. 다른 분이 결재해야 합니다.",
            ),
            models.CheckConstraint(
                condition=Q(cost_won=F("support_won") + F("own_share_won"))
                & Q(support_won=F("national_won") + F("province_won") + F("city_won")),
                name="decision_amounts_add_up",
                violation_error_message="금액의 합이 맞지 않습니다.",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.REFUSED) | ~Q(reason_code=""),
                name="decision_refusal_has_reason",
                violation_error_message="지원하지 않는 이유를 골라 주세요.",
            ),
            models.UniqueConstraint(
                fields=["application", "application_version"],
                name="decision_once_a_version",
                violation_error_message="이미 결정했습니다. 결정을 보고 다시 확인해 주세요.",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - 'letter') = (to_jsonb(OLD) - 'letter') THEN
                        RETURN NEW; -- key rotation re-encrypts the letter; its digest stays
                    END IF;
                    RAISE EXCEPTION 'a decision is never changed' USING ERRCODE = 'restrict_violation';
                """,
            ),
            pgtrigger.Trigger(
                name="no_truncate",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                func="RAISE EXCEPTION 'a decision is never changed' USING ERRCODE = 'restrict_violation';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.get_outcome_display()}"
