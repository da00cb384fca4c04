"""What an officer does before a decision: assign, ask for more, check, propose."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
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
from services.rules.phones import show_phone
from services.rules.refusal import Refused
from slate import notices, rules
from slate.actions import owners
from slate.enums import ApplicationMove, ApplicationState, CheckItem, Household, Needed, RefusalReason
from slate.models import Application, BuildingPart, InfoRequest
from slate.models.applications import fingerprint, lot_marks
from slate.reports import quote_of, supported_before
from slate.reports.cases import papers_until
from slate.reports.evidence import LookUp, evidence_of
from slate.reports.lookalikes import taken_by

UNPROPOSED = {"proposed_by": None, "proposed_at": None}  # a proposal that was given back, or taken back


@dataclass(frozen=True, slots=True)
class Checks:
    """What the officer has confirmed, and the household as the proof shows it: seen on a day, valid until a day.

    `lot` is where the building stands, as the register names it; empty where nobody has found it yet. `look_ups` say
    where and when something was looked up for a check.
    """

    checked: Iterable[CheckItem]
    household: Household
    verified_on: date | None = None
    valid_until: date | None = None
    lot: str = ""
    look_ups: Mapping[CheckItem, LookUp] = field(default_factory=dict)


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
            due_on=papers_until(application.programme),
        )
    post_many([notices.returned(application, request)])
    return request


@in_turn
def save_checks(application_id: int, checks: Checks, *, by: Actor, version: int | None = None) -> Application:
    """Keep what the officer has confirmed; the household class they saw decides the priority.

    Each check keeps what it rests on, and is refused without it. The owner, once confirmed, makes the buildings this
    application's, and others who ask for them hear it. Raises Refused when the lot cannot be read, or when a building
    is another's or was supported before.
    """
    application = owners.lock_in_order(application_id, version=version)
    refuse_unless(ApplicationMove.CHECKED, application, by=by)
    checked = [item.value for item in checks.checked]
    _refuse_days_to_come(checks.look_ups)
    evidence = {one.item.value: one for one in evidence_of(application, checks.household, checks.look_ups)}
    if lacking := next((evidence[item] for item in checked if evidence[item].lacking), None):
        raise Refused(f"'{lacking.item.label}': {lacking.lacking}", field="checked")
    was_confirmed = application.owner_confirmed_at is not None
    settled = _settle_lot(application, checks.lot) | owners.confirmed_now(
        application, is_confirmed=CheckItem.OWNER in checked
    )
    marks = _take_buildings(application, settled)
    if CheckItem.NOT_SUPPORTED in checked:
        _refuse_supported_before(application, marks)
    if application.owner_confirmed_at and not was_confirmed:
        owners.tell_rivals(application, by=by)
    return move(
        application,
        ApplicationMove.CHECKED,
        by=by,
        checked=checked,
        evidence={item: evidence[item].as_json() for item in checked},
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


def _refuse_days_to_come(look_ups: Mapping[CheckItem, LookUp]) -> None:
    for item, one in look_ups.items():
        if one.on and one.on > timezone.localdate():
            on = "verified_on" if item == CheckItem.HOUSEHOLD else f"{item}_on"
            raise Refused("찾아본 날이 오늘보다 뒤입니다. 날짜를 다시 적어 주세요.", field=on)


def _refuse_supported_before(application: Application, marks: list[str]) -> None:
    if year := supported_before(marks, application.programme):
        raise Refused(
            f"이 건물은 {year}년에 지원받은 기록이 있습니다. '전에 지원받지 않음'을 확인할 수 없습니다.",
            field="checked",
        )


def _take_buildings(application: Application, settled: Mapping[str, Any]) -> list[str]:
    """Give each part the mark of its place, and hold it or let it go. Returns the marks."""
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
            f"이 건물은 주인이 확인된 다른 신청({holder.reference})의 것입니다. 두 신청을 견주어 보고, "
            "같은 건물이면 지원 제외를 올려 주세요.",
            field="lot" if "lot" in settled else None,
        )
    with friendly("building_part_once_a_year"):
        BuildingPart.objects.bulk_update(parts, ["fingerprint", "is_live"])
    return marks


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
        raise Refused(
            "가구 자격이 이미 끝났습니다. '보완 요청하기'에서 새 증명서를 내 달라고 해 주세요.", field="valid_until"
        )


@in_turn
def propose_approval(application_id: int, *, by: Actor, version: int | None = None) -> Application:
    """Lay an eligible application before the approver (A11).

    Raises Refused when the year's rules give nothing or are not known.
    """
    application = lock(Application.objects.in_full(), application_id, version=version)
    refuse_unless(ApplicationMove.APPROVAL_PROPOSED, application, by=by)
    quote = quote_of(application)
    if not quote.is_known:
        raise Refused("이 건물의 지원 기준을 아직 모릅니다. 결재자가 기준 자료의 '지원 기준'에 먼저 적어야 합니다.")
    if not quote.support_won:
        raise Refused("그해 기준으로는 지원할 금액이 없습니다. '지원 제외 올리기'로 올려 주세요.")
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
    application_id: int,
    *,
    code: RefusalReason,
    sentence: str,
    by: Actor,
    look_up: LookUp | None = None,
    version: int | None = None,
) -> Application:
    """Lay a refusal before the approver (A8); the applicant will read `sentence` as it stands.

    `look_up` says where the officer saw that somebody else is the owner. Raises Refused while others ask for the
    building and nobody has found out whose it is.
    """
    application = lock(Application.objects.in_full(), application_id, version=version)
    refuse_unless(ApplicationMove.REFUSAL_PROPOSED, application, by=by)
    application.reason_code = code
    if code == RefusalReason.NOT_OWNER:
        application.evidence = owners.refutation(application, look_up or LookUp())
    owners.refuse_contested(application, advice=owners.OFFICERS_WAY)
    return move(
        application,
        ApplicationMove.REFUSAL_PROPOSED,
        by=by,
        reason=sentence,
        proposed_by_id=by.staff_id,
        proposed_at=timezone.now(),
        reason_code=code,
        reason_sentence=sentence,
        evidence=application.evidence,
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
def take_contact(application_id: int, *, by: Actor, version: int | None = None) -> Application:
    """Letters and messages of this case go from now on by what is known of the person: name, phone, postal address.

    What was said in the case stays in its history. Raises Refused where nothing differs.
    """
    application = lock(Application.objects.in_full(), application_id, version=version)
    newer = application.newer_contact
    if not newer:
        raise Refused("이 신청에 적힌 연락처와 시민 기록의 연락처가 같습니다.", conflict=True)
    said = ", ".join(
        show_phone(application.phone) if name == "phone" else getattr(application, name) for name in newer
    )
    return note(application, ApplicationMove.CONTACT_TAKEN, by=by, reason=f"신청에 적힌 것: {said}", **newer)
