"""What an officer does before a decision: assign, ask for more, check, propose."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from services.actions.constraints import friendly
from services.actions.moves import lock, move, note, refuse_unless
from services.actions.notices import post_many
from services.actions.turns import in_turn
from services.enums.people import Role
from services.models import User
from services.rules.history import Actor
from services.rules.lots import parse_lot
from services.rules.refusal import Refused
from slate import notices, rules
from slate.enums import ApplicationMove, ApplicationState, CheckItem, Household, Needed, Ownership, RefusalReason
from slate.models import Application, BuildingPart, InfoRequest
from slate.models.applications import fingerprint, lot_marks
from slate.reports import quote_of
from slate.reports.evidence import evidence_of
from slate.reports.lookalikes import taken_by

UNPROPOSED = {"proposed_by": None, "proposed_at": None}  # a proposal that was given back, or taken back


@dataclass(frozen=True, slots=True)
class Checks:
    """What the officer has confirmed, and the household as the proof shows it: seen on a day, valid until a day.

    `lot` is where the building stands, as the register names it; empty where nobody has found it yet.
    """

    checked: Iterable[CheckItem]
    household: Household
    verified_on: date | None = None
    valid_until: date | None = None
    lot: str = ""


@in_turn
def assign(application_ids: Iterable[int], officer: User, *, by: Actor) -> list[Application]:
    """Give applications to an officer; new ones go into checking (A3). Returns those that were changed.

    Raises Refused when the person is no slate officer.
    """
    if Role.SLATE_OFFICER not in officer.roles:
        raise Refused("슬레이트 담당자가 아닙니다. 다른 분을 골라 주세요.")
    changed = []
    for application_id in sorted(application_ids):
        application = lock(Application.objects, application_id)
        if application.state == ApplicationState.SUBMITTED:
            changed.append(move(application, ApplicationMove.ASSIGNED, by=by, officer=officer))
        elif application.status.is_open and application.officer_id != officer.pk:
            changed.append(note(application, ApplicationMove.ASSIGNED, by=by, officer=officer))
    return changed


@in_turn
def request_more(
    application_id: int, *, items: Iterable[Needed], note: str, by: Actor, version: int | None = None
) -> InfoRequest:
    """Ask the applicant for more (A4): message and letter, and the clock stops."""
    application = lock(Application.objects.in_full(), application_id, version=version)
    today = timezone.localdate()
    move(application, ApplicationMove.RETURNED, by=by, paused_on=today)
    with friendly("info_request_one_open"):
        request = InfoRequest.objects.create(
            application=application,
            number=application.info_requests.count() + 1,
            items=[item.value for item in items],
            note=note,
            asked_by_id=by.staff_id,
            due_on=today + timedelta(days=application.programme.supply_days),
        )
    post_many([notices.returned(application, request)])
    return request


@in_turn
def save_checks(application_id: int, checks: Checks, *, by: Actor, version: int | None = None) -> Application:
    """Keep what the officer has confirmed; the household class they saw decides the priority.

    Each check names the papers it rests on, and is refused without them. The owner's consent, once confirmed, makes
    the buildings this application's. Raises Refused when the lot cannot be read, or when a building is another's.
    """
    application = lock(Application.objects.in_full(), application_id, version=version)
    refuse_unless(ApplicationMove.CHECKED, application, by=by)
    checked = [item.value for item in checks.checked]
    evidence = {one.item.value: one for one in evidence_of(application, checks.household)}
    if lacking := next((evidence[item] for item in checked if not evidence[item].is_enough), None):
        raise Refused(f"'{lacking.item.label}': {lacking.shown}. '서류 더하기'에서 올려 주세요.", field="checked")
    settled = _settle_lot(application, checks.lot) | _settle_owner(
        application, is_confirmed=CheckItem.OWNER in checked
    )
    _take_buildings(application, settled)
    return move(
        application,
        ApplicationMove.CHECKED,
        by=by,
        checked=checked,
        evidence={item: [paper.pk for paper in evidence[item].papers] for item in checked},
        household=checks.household,
        household_verified_on=checks.verified_on,
        household_valid_until=checks.valid_until,
        priority=rules.priority_of(checks.household, is_linked=application.is_linked),
        **settled,
    )


def _settle_lot(application: Application, typed: str) -> dict[str, Any]:
    if not typed or typed == application.lot:
        return {}
    try:
        return lot_marks(application.township.code, parse_lot(typed))
    except Refused as refusal:
        raise Refused(refusal.sentence, field="lot") from refusal


def _settle_owner(application: Application, *, is_confirmed: bool) -> dict[str, Any]:
    """The day on which an officer found the owner's consent; taken back when they find that it is none."""
    if application.ownership == Ownership.OWNER or is_confirmed == (application.owner_confirmed_at is not None):
        return {}
    return {"owner_confirmed_at": timezone.now() if is_confirmed else None}


def _take_buildings(application: Application, settled: Mapping[str, Any]) -> None:
    """Give each part the mark of its place, and hold it or let it go."""
    for name, value in settled.items():
        setattr(application, name, value)
    parts, counted = list(application.parts.all()), Counter[str]()
    for part in parts:
        counted[part.kind] += 1
        place = application.lot or application.address
        part.fingerprint = fingerprint(application.township.code, place, part.kind, counted[part.kind])
        part.is_live = application.holds_buildings
    marks = [part.fingerprint for part in parts]
    holder = taken_by(marks, application.programme) if application.holds_buildings else None
    if holder and holder.pk != application.pk:
        raise Refused(
            f"이 건물은 다른 신청({holder.reference})의 것입니다. 두 신청을 견주어 보고, "
            "같은 건물이면 지원 제외를 올려 주세요.",
            field="lot" if "lot" in settled else None,
        )
    with friendly("building_part_once_a_year"):
        BuildingPart.objects.bulk_update(parts, ["fingerprint", "is_live"])


@in_turn
def confirm(application_id: int, checks: Checks, *, by: Actor, version: int | None = None) -> Application:
    """Keep the checks and mark the application eligible, both or neither. Raises Refused as `mark_eligible`."""
    kept = save_checks(application_id, checks, by=by, version=version)
    return mark_eligible(application_id, by=by, version=kept.version)


@in_turn
def mark_eligible(application_id: int, *, by: Actor, version: int | None = None) -> Application:
    """Everything is confirmed (A7). Raises Refused while something on the list is not, or a proof has run out."""
    application = lock(Application.objects, application_id, version=version)
    refuse_unless(ApplicationMove.ELIGIBLE, application, by=by)
    if missing := application.missing_checks:
        names = ", ".join(str(item.label) for item in missing)
        raise Refused(f"아직 확인하지 않은 것이 있습니다: {names}.")
    if not application.lot:
        raise Refused("지번을 읽을 수 없는 주소입니다. 건축물대장에서 지번을 찾아 적어 주세요.", field="lot")
    if application.household == Household.UNKNOWN:
        raise Refused("가구 자격을 먼저 정해 주세요.", field="household")
    if application.household in Household.PROVED:
        _need_valid_proof(application)
    return move(application, ApplicationMove.ELIGIBLE, by=by)


def _need_valid_proof(application: Application) -> None:
    if not application.household_verified_on:
        raise Refused("가구 자격을 확인한 날을 적어 주세요.", field="verified_on")
    if not application.household_valid_until:
        raise Refused("가구 자격이 언제까지 유효한지 적어 주세요.", field="valid_until")
    if application.household_valid_until < timezone.localdate():
        raise Refused("가구 자격이 이미 끝났습니다. 새 증명서를 받아 주세요.", field="valid_until")


@in_turn
def propose_approval(application_id: int, *, by: Actor, version: int | None = None) -> Application:
    """Lay an eligible application before the approver (A11).

    Raises Refused when the year's rules give nothing or are not known.
    """
    application = lock(Application.objects.in_full(), application_id, version=version)
    refuse_unless(ApplicationMove.APPROVAL_PROPOSED, application, by=by)
    quote = quote_of(application)
    if not quote.is_known:
        raise Refused("이 건물의 지원 기준을 아직 모릅니다. 지원 기준을 먼저 적어 주세요.")
    if not quote.support_won:
        raise Refused("올해 기준으로는 지원할 금액이 없습니다. 지원 제외를 올려 주세요.")
    return move(
        application,
        ApplicationMove.APPROVAL_PROPOSED,
        by=by,
        proposed_by_id=by.staff_id,
        proposed_at=timezone.now(),
        reason_code="",
        reason_sentence="",
    )


@in_turn
def propose_refusal(
    application_id: int, *, code: RefusalReason, sentence: str, by: Actor, version: int | None = None
) -> Application:
    """Lay a refusal before the approver (A8); the applicant will read `sentence` as it stands."""
    application = lock(Application.objects, application_id, version=version)
    return move(
        application,
        ApplicationMove.REFUSAL_PROPOSED,
        by=by,
        reason=sentence,
        proposed_by_id=by.staff_id,
        proposed_at=timezone.now(),
        reason_code=code,
        reason_sentence=sentence,
    )


@in_turn
def take_back(application_id: int, *, reason: str, by: Actor, version: int | None = None) -> Application:
    """The proposer takes back what nobody has decided yet; the case is where it was before.

    Raises Refused for anybody else: an approver gives it back.
    """
    application = lock(Application.objects, application_id, version=version)
    refuse_unless(ApplicationMove.TAKEN_BACK, application, by=by)
    if application.proposed_by_id != by.staff_id:
        raise Refused("결재에 올린 사람만 거둘 수 있습니다. 결재자는 되돌려 보낼 수 있습니다.")
    return move(
        application, ApplicationMove.TAKEN_BACK, by=by, reason=reason, reason_code="", reason_sentence="", **UNPROPOSED
    )


@in_turn
def take_address(application_id: int, *, by: Actor, version: int | None = None) -> Application:
    """Letters of this case go from now on to where the person lives by what they said last.

    What was said in the case stays in its history. Raises Refused where there is nothing newer.
    """
    application = lock(Application.objects.in_full(), application_id, version=version)
    if not application.has_newer_address:
        raise Refused("이 신청에 적힌 주소가 가장 새 주소입니다.", conflict=True)
    address = application.resident.address
    return note(application, ApplicationMove.ADDRESS_TAKEN, by=by, postal_address=address)
