"""What an officer does before a decision: assign, ask for more, check, propose."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from services.actions.constraints import friendly
from services.actions.moves import lock, move, note, refuse_unless
from services.actions.notices import post_many
from services.actions.turns import in_turn
from services.enums.people import Role
from services.models import User
from services.rules.history import Actor
from services.rules.refusal import Refused
from slate import notices, rules
from slate.enums import ApplicationMove, ApplicationState, CheckItem, Household, Needed, RefusalReason
from slate.models import Application, InfoRequest
from slate.reports import quote_of


@dataclass(frozen=True, slots=True)
class Checks:
    """What the officer has confirmed, and the household as the proof shows it: seen on a day, valid until a day."""

    checked: Iterable[CheckItem]
    household: Household
    verified_on: date | None = None
    valid_until: date | None = None


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
    """Keep what the officer has confirmed; the household class they saw decides the priority."""
    application = lock(Application.objects, application_id, version=version)
    return move(
        application,
        ApplicationMove.CHECKED,
        by=by,
        checked=[item.value for item in checks.checked],
        household=checks.household,
        household_verified_on=checks.verified_on,
        household_valid_until=checks.valid_until,
        priority=rules.priority_of(checks.household, is_linked=application.is_linked),
    )


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
