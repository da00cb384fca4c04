"""What an officer does before a decision: assign, ask for more, check, propose."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from services.actions.constraints import friendly
from services.enums.people import Role
from services.models import User
from services.rules.refusal import Refused
from slate import notices, rules
from slate.actions.moves import locked, move, need_state, tell, touch
from slate.enums import ApplicationState, CheckItem, Household, Needed, RefusalReason
from slate.models import Application, InfoRequest
from slate.reports import quote_of


@transaction.atomic
def assign(applications: Iterable[Application], officer: User, *, by: User) -> int:
    """Give applications to an officer; new ones go into checking (A3). Returns how many were changed.

    Raises Refused when the person is no slate officer.
    """
    if Role.SLATE_OFFICER not in officer.roles:
        raise Refused("슬레이트 담당자가 아닙니다. 다른 분을 골라 주세요.")
    changed = 0
    for row in sorted(applications, key=lambda application: application.pk):
        application = locked(row)
        if application.state == ApplicationState.SUBMITTED:
            move(application, ApplicationState.CHECKING, by=by.actor, name="assigned", officer=officer)
        elif application.status.is_open and application.officer_id != officer.pk:
            touch(application, by=by.actor, name="assigned", officer=officer)
        else:
            continue
        changed += 1
    return changed


@transaction.atomic
def request_more(application: Application, *, items: list[Needed], note: str, by: User, version: int) -> InfoRequest:
    """Ask the applicant for more (A4): message and letter, and the clock stops."""
    application = locked(application, version=version)
    need_state(application, ApplicationState.CHECKING)
    today = timezone.localdate()
    with friendly("info_request_one_open"):
        request = InfoRequest.objects.create(
            application=application,
            number=application.info_requests.count() + 1,
            items=[item.value for item in items],
            note=note,
            asked_by=by,
            due_on=today + timedelta(days=application.programme.supply_days),
        )
    move(application, ApplicationState.NEEDS_INFO, by=by.actor, name="returned", paused_on=today)
    tell(application, notices.returned(application, request), by_letter=True)
    return request


@transaction.atomic
def save_checks(
    application: Application,
    *,
    checked: Iterable[CheckItem],
    household: Household,
    verified_on: date | None,
    valid_until: date | None,
    by: User,
    version: int,
) -> Application:
    """Keep what the officer has confirmed; the household class he saw decides the priority."""
    application = locked(application, version=version)
    need_state(application, ApplicationState.CHECKING)
    return touch(
        application,
        by=by.actor,
        name="checked",
        checked=[item.value for item in checked],
        household=household,
        household_verified_on=verified_on,
        household_valid_until=valid_until,
        priority=rules.priority_of(household, is_linked=application.is_linked),
    )


@transaction.atomic
def mark_eligible(application: Application, *, by: User, version: int) -> Application:
    """Everything is confirmed (A7). Raises Refused while something on the list is not, or a proof has run out."""
    application = locked(application, version=version)
    need_state(application, ApplicationState.CHECKING)
    if missing := application.missing_checks:
        names = ", ".join(str(item.label) for item in missing)
        raise Refused(f"아직 확인하지 않은 것이 있습니다: {names}.")
    if application.household == Household.UNKNOWN:
        raise Refused("가구 자격을 먼저 정해 주세요.", field="household")
    if application.household in Household.PROVED:
        _need_valid_proof(application)
    return move(application, ApplicationState.ELIGIBLE, by=by.actor, name="eligible")


def _need_valid_proof(application: Application) -> None:
    if not application.household_verified_on:
        raise Refused("가구 자격을 확인한 날을 적어 주세요.", field="verified_on")
    if not application.household_valid_until:
        raise Refused("가구 자격이 언제까지 유효한지 적어 주세요.", field="valid_until")
    if application.household_valid_until < timezone.localdate():
        raise Refused("가구 자격이 이미 끝났습니다. 새 증명서를 받아 주세요.", field="valid_until")


@transaction.atomic
def propose_approval(application: Application, *, by: User, version: int) -> Application:
    """Lay an eligible application before the approver (A11).

    Raises Refused when the year's rules give nothing or are not known.
    """
    application = locked(application, version=version)
    need_state(application, ApplicationState.ELIGIBLE)
    quote = quote_of(application)
    if not quote.is_known:
        raise Refused("이 건물의 지원 기준을 아직 모릅니다. 지원 기준을 먼저 적어 주세요.")
    if not quote.support_won:
        raise Refused("올해 기준으로는 지원할 금액이 없습니다. 지원 제외를 올려 주세요.")
    return move(
        application,
        ApplicationState.SELECTION_PROPOSED,
        by=by.actor,
        name="approval_proposed",
        proposed_by=by,
        proposed_at=timezone.now(),
        reason_code="",
        reason_sentence="",
    )


@transaction.atomic
def propose_refusal(
    application: Application, *, code: RefusalReason, sentence: str, by: User, version: int
) -> Application:
    """Lay a refusal before the approver (A8); the applicant will read `sentence` as it stands."""
    application = locked(application, version=version)
    need_state(application, ApplicationState.CHECKING)
    return move(
        application,
        ApplicationState.REFUSAL_PROPOSED,
        by=by.actor,
        name="refusal_proposed",
        reason=sentence,
        proposed_by=by,
        proposed_at=timezone.now(),
        reason_code=code,
        reason_sentence=sentence,
    )
