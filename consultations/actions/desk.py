"""What a browser remembers of an adviser's desk: which address it came by, whether a code has opened it, kept words.

No case changes here, so nobody acts: whatever is written at the desk is a verb of its own.
"""

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone

from consultations.actions.links import refuse_without_mobile
from consultations.models import AdviserLink
from services.actions import access
from services.actions.drafts import save_answers
from services.actions.people import check_code, send_code
from services.models import Draft, Verification, blind_index
from services.rules.refusal import Refused

LINK, CODE, OPEN, KEPT = "desk_link", "desk_code", "desk_open", "desk_kept"  # the desk's own session keys
NO_CODE = "인증번호를 아직 받지 않으셨습니다. '인증번호 받기'를 눌러 주세요."


def remember(session: SessionBase, link: AdviserLink) -> None:
    """This browser came by the address of `link`; that opens nothing yet, and another desk that was open is closed."""
    if session.get(LINK) != link.pk:
        leave_desk(session)
        session[LINK] = link.pk


def send_desk_code(session: SessionBase, link: AdviserLink, *, address: str) -> Verification:
    """Send six digits to the adviser's registered mobile phone. Raises Refused (F08, F09, no mobile phone)."""
    refuse_without_mobile(link.adviser)
    verification = send_code(link.adviser.mobile, address=address, is_registered=True)
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
    mine = {key: session[key] for key in (LINK, KEPT) if key in session}
    access.make_room(session)  # a resident who was at this screen before
    session.update(mine)
    session[OPEN] = [link.pk, passed.phone_index, int(timezone.now().timestamp())]
    AdviserLink.objects.filter(pk=link.pk).update(last_opened_at=timezone.now())


def _phone_index(link: AdviserLink) -> str:
    return blind_index(link.adviser.mobile, purpose="phone")


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


# Words that were typed when the screen had closed


def keep_words(session: SessionBase, reference: str, typed: dict[str, str]) -> None:
    """Keep a result that came too late, encrypted, until the same browser has proved the phone again."""
    draft = save_answers(Draft(kind="desk_result"), **typed)
    session[KEPT] = {"key": str(draft.pk), "reference": reference}


def kept_words(session: SessionBase, reference: str) -> dict[str, str]:
    """What `keep_words` kept for this booking, or nothing."""
    kept = session.get(KEPT) or {}
    if kept.get("reference") != reference:
        return {}
    draft = Draft.objects.living().filter(pk=kept["key"], kind="desk_result").first()
    return dict(draft.answers or {}) if draft else {}


def forget_words(session: SessionBase) -> None:
    """The result is written."""
    kept = session.pop(KEPT, None)
    if kept:
        Draft.objects.filter(pk=kept["key"]).delete()
