"""Two who ask for one building: neither is decided before an officer has found out whose it is."""

from typing import Any

from django.utils import timezone

from services.actions.moves import lock, note
from services.actions.notices import post_many
from services.rules.history import Actor
from services.rules.refusal import Refused
from slate import notices
from slate.enums import ApplicationMove, CheckItem, RefusalReason
from slate.models import Application
from slate.reports.evidence import LookUp, evidence_of, refuted_owner
from slate.reports.owners import contest_of

OFFICERS_WAY = "'자격 확인하기'에서 주인을 확인하거나, 주인이 아닌 분의 신청을 '주인 동의 없음'으로 올려 주세요."
APPROVERS_WAY = "담당자에게 되돌려 보내 주세요."


def meet_rivals(application: Application, *, by: Actor) -> None:
    """Somebody asks for a building that others ask for too: it is marked, and all of them hear it."""
    rivals = [lock(Application.objects.in_full(), pk) for pk in _rivals(application)]
    for rival in rivals:
        note(rival, ApplicationMove.RIVAL_CAME, by=by, reason=application.reference)
        post_many([notices.contested(rival, application)])
    if rivals:
        note(application, ApplicationMove.RIVAL_CAME, by=by, reason=", ".join(one.reference for one in rivals))
        post_many([notices.contested(application, rivals[0])])


def lock_in_order(application_id: int, *, version: int | None) -> Application:
    """This application, with everybody else who asks for its building: by id, so that two officers wait in one line.

    Raises Refused(conflict) as `lock`.
    """
    others = _rivals(Application.objects.get(pk=application_id))
    seen = dict.fromkeys(others) | {application_id: version}
    rows = {pk: lock(Application.objects.in_full(), pk, version=seen[pk]) for pk in sorted(seen)}
    return rows[application_id]


def tell_rivals(application: Application, *, by: Actor) -> None:
    """The owner is confirmed: whoever else asked for the building comes after, and hears it."""
    for pk in _rivals(application):
        rival = lock(Application.objects.in_full(), pk)
        note(rival, ApplicationMove.RIVAL_CONFIRMED, by=by, reason=application.reference)
        post_many([notices.rival_confirmed(rival, application)])


def refuse_contested(application: Application, *, advice: str) -> None:
    """Raises Refused while others ask for the building and of nobody the owner is confirmed.

    A refusal that rests on the register (somebody else is the owner) is a way to settle it. `advice` is what the one
    who is refused can do.
    """
    contest = contest_of(application)
    if contest is None or contest.winner:
        return
    if application.reason_code == RefusalReason.NOT_OWNER and refuted_owner(application):
        return
    others = ", ".join(rival.reference for rival in contest.rivals)
    raise Refused(f"이 건물을 다른 분도 신청했습니다({others}). 누가 건물 주인인지 먼저 확인해야 합니다. {advice}")


def refutation(application: Application, look_up: LookUp) -> dict[str, Any]:
    """The evidence of the case, with what shows that the applicant is not the owner.

    Raises Refused where others ask for the building too and neither a register nor a look-up is there.
    """
    known: dict[str, Any] = dict(application.evidence)
    owner = next(one for one in evidence_of(application, look_ups={CheckItem.OWNER: look_up}) if one.item == "owner")
    if owner.is_registered:
        return known | {RefusalReason.NOT_OWNER.value: owner.as_json()}
    contest = contest_of(application)
    if contest and not contest.winner:
        raise Refused(
            "다른 분도 신청한 건물입니다. 건축물대장이나 등기를 '서류 더하기'에서 올리거나, "
            "찾아본 곳과 날과 번호를 모두 적어 주세요.",
            field="owner_where",
        )
    return known


def confirmed_now(application: Application, *, is_confirmed: bool) -> dict[str, Any]:
    """The moment in which an officer found the owner; taken back when they find that it is not so."""
    if is_confirmed == (application.owner_confirmed_at is not None):
        return {}
    return {"owner_confirmed_at": timezone.now() if is_confirmed else None}


def _rivals(application: Application) -> list[int]:
    return list(Application.objects.rivals_of(application).values_list("pk", flat=True))
