"""An adviser's address for one clinic day: making it, withdrawing it, and opening it with a code by text message."""

import hashlib
import secrets
from datetime import datetime, time, timedelta

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.core.signing import BadSignature, Signer
from django.utils import timezone

from consultations.actions.seats import lock_day
from consultations.enums import ClinicDayState
from consultations.models import Adviser, AdviserLink, ClinicDay
from consultations.rules.deadlines import link_ends_on
from services.actions.constraints import friendly
from services.actions.history import record
from services.actions.people import check_code, save_answers, send_code
from services.actions.turns import in_turn
from services.models import Draft, User, Verification, blind_index
from services.rules.phones import is_mobile, parse_phone
from services.rules.refusal import Refused

_SIGNER = Signer(sep=".", salt="consultations.desk")  # a full stop survives in every messenger
LINK, CODE, OPEN, KEPT = "desk_link", "desk_code", "desk_open", "desk_kept"  # the desk's own session keys
NO_CODE = "인증번호를 아직 받지 않으셨습니다. '인증번호 받기'를 눌러 주세요."


# --- Making and withdrawing ------------------------------------------------------------------------------------------


@in_turn
def make_link(day_id: int, adviser_id: int, *, user: User) -> tuple[AdviserLink, str]:
    """A new address for one adviser and day, and its token, which is known only now; the address before it ends.

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
    _refuse_without_mobile(sitting.adviser)
    _revoke(day, sitting.adviser, user)
    token = secrets.token_urlsafe(32)
    midnight = datetime.combine(ends_on + timedelta(days=1), time(), tzinfo=timezone.get_default_timezone())
    with friendly("adviser_link_one_a_day"):
        link = AdviserLink.objects.create(
            adviser=sitting.adviser,
            clinic_day=day,
            token_hash=hash_of(token),
            made_by=user,
            expires_at=midnight,
        )
    record(day, "link_made", by=user.actor, reason=str(sitting.adviser))
    return link, _SIGNER.sign(token)


@in_turn
def revoke_link(day_id: int, adviser_id: int, *, user: User) -> None:
    """Withdraw the address of an adviser for a day, at once. Raises Refused when there is none (any more)."""
    day = lock_day(day_id)
    if not _revoke(day, Adviser.objects.get(pk=adviser_id), user):
        raise Refused("거둘 전용 주소가 없습니다. 이미 거두었거나 쓸 수 있는 날이 지났습니다.", conflict=True)


def _revoke(day: ClinicDay, adviser: Adviser, user: User) -> bool:
    """The caller has locked the day. Only the end of a live address is a line in the history."""
    links = AdviserLink.objects.filter(clinic_day=day, adviser=adviser, revoked_at__isnull=True)
    was_live = links.live().exists()
    links.update(revoked_at=timezone.now())
    if was_live:
        record(day, "link_revoked", by=user.actor, reason=str(adviser))
    return was_live


def mobile_of(adviser: Adviser) -> str:
    """The adviser's registered mobile phone (E.164), or an empty text where a text message reaches nobody."""
    try:
        phone = parse_phone(adviser.phone)
    except Refused:
        return ""
    return phone if is_mobile(phone) else ""


def _refuse_without_mobile(adviser: Adviser) -> None:
    if not mobile_of(adviser):
        raise Refused(
            f"{adviser}: 등록된 휴대전화 번호가 없습니다. 전용 주소를 열 때 이 번호로 인증번호를 보냅니다. "
            "관리자에게 세무사·변호사 정보에 휴대전화 번호를 적어 달라고 해 주세요."
        )


def hash_of(token: str) -> str:
    """What the database keeps of a token; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


# --- Opening ---------------------------------------------------------------------------------------------------------


def find_link(signed: str) -> AdviserLink | None:
    """The link of this address, live or not; a made-up address costs no query."""
    try:
        token = _SIGNER.unsign(signed)
    except BadSignature:
        return None
    return AdviserLink.objects.filter(token_hash=hash_of(token)).first()


def remember(session: SessionBase, link: AdviserLink) -> None:
    """This browser came by the address of `link`; that opens nothing yet, and another desk that was open is closed."""
    if session.get(LINK) != link.pk:
        leave_desk(session)
        session[LINK] = link.pk


def send_desk_code(session: SessionBase, link: AdviserLink, *, address: str) -> Verification:
    """Send six digits to the adviser's registered mobile phone. Raises Refused (F08, F09, no mobile phone)."""
    _refuse_without_mobile(link.adviser)
    verification = send_code(mobile_of(link.adviser), address=address)
    session[CODE] = verification.pk
    return verification


def open_desk(session: SessionBase, link: AdviserLink, code: str) -> None:
    """The right code opens this link for this browser. Raises Refused as `check_code`; wrong tries are counted.

    Must not run inside another transaction, as `check_code`.
    """
    waiting = Verification.objects.filter(pk=session.get(CODE) or 0).first()
    if waiting is None:
        raise Refused(NO_CODE, field="code")
    passed = check_code(waiting.pk, code)
    if passed.phone_index != _phone_index(link):
        raise Refused("휴대전화 번호가 바뀌었습니다. 인증번호를 다시 받아 주세요.", field="code")
    session.cycle_key()
    session.pop(CODE, None)
    session[OPEN] = [link.pk, passed.phone_index, int(timezone.now().timestamp())]
    AdviserLink.objects.filter(pk=link.pk).update(last_opened_at=timezone.now())


def _phone_index(link: AdviserLink) -> str:
    return blind_index(mobile_of(link.adviser), purpose="phone")


def is_open(session: SessionBase, link: AdviserLink) -> bool:
    """Whether this browser has proved the phone of this link's adviser and was used within RESIDENT_IDLE_MINUTES."""
    pk, phone_index, seen_at = session.get(OPEN) or (0, "", 0)
    now = int(timezone.now().timestamp())
    is_theirs = pk == link.pk and phone_index == _phone_index(link)  # no longer when the number on record changes
    if not is_theirs or now - seen_at > settings.RESIDENT_IDLE_MINUTES * 60:
        session.pop(OPEN, None)
        return False
    session[OPEN] = [pk, phone_index, now]
    return True


def leave_desk(session: SessionBase) -> None:
    """나가기: nothing of the desk stays in this browser; a resident's or staff's own session is not touched."""
    forget_words(session)
    for key in (LINK, CODE, OPEN):
        session.pop(key, None)


# --- Words that were typed when the screen had closed ----------------------------------------------------------------


def keep_words(session: SessionBase, reference: str, typed: dict[str, str]) -> None:
    """Keep a result that came too late, encrypted, until the same browser has proved the phone again."""
    draft = Draft.objects.create(kind="desk_result")
    save_answers(draft, **typed)
    session[KEPT] = {"key": str(draft.pk), "reference": reference}


def kept_words(session: SessionBase, reference: str) -> dict[str, str]:
    """What `keep_words` kept for this booking, or nothing."""
    kept = session.get(KEPT) or {}
    if kept.get("reference") != reference:
        return {}
    draft = Draft.objects.filter(pk=kept["key"], kind="desk_result", expires_at__gt=timezone.now()).first()
    return dict(draft.answers or {}) if draft else {}  # type: ignore[arg-type]


def forget_words(session: SessionBase) -> None:
    """The result is written."""
    kept = session.pop(KEPT, None)
    if kept:
        Draft.objects.filter(pk=kept["key"]).delete()
