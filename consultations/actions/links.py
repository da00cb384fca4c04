"""An adviser's address for one clinic day: made and withdrawn."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

from consultations.actions.queue import lock_day
from consultations.enums import ClinicDayMove, ClinicDayState
from consultations.models import Adviser, AdviserLink, ClinicDay
from consultations.rules.deadlines import link_ends_on
from services.actions import moves
from services.actions.constraints import friendly
from services.actions.turns import in_turn
from services.rules.history import Actor
from services.rules.refusal import Refused


@in_turn
def make_link(day_id: int, adviser_id: int, *, by: Actor) -> tuple[AdviserLink, str]:
    """A new address for one adviser and day, with its secret part, known only now; the address before it ends.

    Raises Refused: not sitting that day, day cancelled or too long ago, has an account, no mobile phone on record.
    """
    day = lock_day(day_id)
    sitting = day.sittings.filter(adviser_id=adviser_id, is_absent=False).select_related("adviser__user").first()
    if sitting is None or day.state == ClinicDayState.CANCELLED:
        raise Refused("이날 상담하는 세무사·변호사가 아닙니다. 화면을 새로 열어 확인해 주세요.", conflict=True)
    ends_on = link_ends_on(day.on, days=settings.CONSULTATION_LINK_DAYS)
    if timezone.localdate() > ends_on:
        raise Refused("이 상담일은 결과를 적는 날이 지나 전용 주소를 만들 수 없습니다.")
    if sitting.adviser.has_account:
        raise Refused("이 세무사·변호사는 계정이 있습니다. 계정으로 들어오시도록 알려 주세요.")
    refuse_without_mobile(sitting.adviser)
    _revoke(day, sitting.adviser, by=by)
    address, token_hash = AdviserLink.new_token()
    midnight = datetime.combine(ends_on + timedelta(days=1), time(), tzinfo=timezone.get_default_timezone())
    with friendly("adviser_link_one_a_day"):
        link = AdviserLink.objects.create(
            adviser=sitting.adviser,
            clinic_day=day,
            token_hash=token_hash,
            made_by_id=by.user_id,  # type: ignore[misc] # staff only: the column is not null
            expires_at=midnight,
        )
    moves.note(day, ClinicDayMove.LINK_MADE, by=by, reason=str(sitting.adviser))
    return link, address


@in_turn
def revoke_link(day_id: int, adviser_id: int, *, by: Actor) -> ClinicDay:
    """Withdraw the address of an adviser for a day, at once. Raises Refused when there is none (any more)."""
    day = lock_day(day_id)
    if not _revoke(day, Adviser.objects.get(pk=adviser_id), by=by):
        raise Refused("거둘 전용 주소가 없습니다. 이미 거두었거나 쓸 수 있는 날이 지났습니다.", conflict=True)
    return day


def _revoke(day: ClinicDay, adviser: Adviser, *, by: Actor) -> bool:
    """The caller has locked the day. Only the end of a live address is a line in the history."""
    links = AdviserLink.objects.filter(clinic_day=day, adviser=adviser, revoked_at__isnull=True)
    was_live = links.live().exists()
    links.update(revoked_at=timezone.now())
    if was_live:
        moves.note(day, ClinicDayMove.LINK_REVOKED, by=by, reason=str(adviser))
    return was_live


def refuse_without_mobile(adviser: Adviser) -> None:
    if not adviser.mobile:
        raise Refused(
            f"{adviser}: 등록된 휴대전화 번호가 없습니다. 전용 주소를 열 때 이 번호로 인증번호를 보냅니다. "
            "관리자에게 세무사·변호사 정보에 휴대전화 번호를 적어 달라고 해 주세요."
        )
