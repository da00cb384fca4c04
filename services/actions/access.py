"""What one browser may open without an account, and what ends it: the one place that gives access and takes it away.

A computer is shared: at the library, at the township's office, in a family. Whatever opens something of a person dies
when nobody touches the screen (RESIDENT_IDLE_MINUTES), with 나가기, with the next phone's code, and when a member of
staff logs in.
"""

from cryptography.fernet import InvalidToken
from django.contrib.sessions.backends.base import SessionBase
from django.db import models
from django.utils import timezone

from services.actions import drafts
from services.enums.access import Held
from services.models import Verification
from services.models.encryption import key_ring
from services.reports.people import Case

# What is not a resident's: members of staff stay logged in, an empty page says why it is empty.
STAYS = ("staff_since", "staff_seen", Held.SEEN_AT, Held.WAS_IDLE, Held.CLOSED)
STAYS_BEGINNING = ("_auth_user", "account_", "socialaccount_")


def touch(session: SessionBase) -> None:
    """Somebody is using this browser now."""
    session[Held.SEEN_AT] = int(timezone.now().timestamp())


def opens_something(session: SessionBase) -> bool:
    return any(session.get(key) for key in Held.OPENS)


def enter(session: SessionBase, verification: Verification, *, keeps: str = "") -> int:
    """The phone is theirs, and with it the form of kind `keeps`; whatever opened something here before opens no more.

    Returns how many forms were thrown away because they were nobody's (services.actions.drafts.bind).
    """
    session.cycle_key()
    gone = drafts.bind(session, verification.phone, verification.phone_index, keeps=keeps)
    mine = session.get(Held.DRAFTS)
    _drop(session)
    if mine:
        session[Held.DRAFTS] = mine
    session[Held.PHONE], session[Held.VERIFICATION] = verification.phone_index, verification.pk
    touch(session)
    for key in (Held.WAS_IDLE, Held.CLOSED):
        session.pop(key, None)
    return gone


def await_code(session: SessionBase, verification: Verification, *, next_url: str, keeps: str) -> None:
    """A code is on its way; its page says so until it is typed."""
    session.pop(Held.PUZZLE, None)
    session[Held.WAITING] = {"id": verification.pk, "next": next_url, "keeps": keeps}
    touch(session)


def await_answer(session: SessionBase, phone_e164: str, *, next_url: str, keeps: str) -> None:
    """A code for this phone goes out as soon as a puzzle is answered (services.actions.puzzles)."""
    phone = key_ring().encrypt(phone_e164.encode()).decode()
    session[Held.PUZZLE] = {"phone": phone, "next": next_url, "keeps": keeps}
    touch(session)


def phone_awaiting_answer(session: SessionBase) -> str:
    """The phone (E.164) of `await_answer`, or an empty text."""
    asked = session.get(Held.PUZZLE)
    try:
        return key_ring().decrypt(asked["phone"].encode()).decode() if asked else ""
    except InvalidToken:  # its key was taken out of FIELD_KEYS meanwhile
        return ""


def open_case(session: SessionBase, case: Case, reference: str, last4_index: str) -> None:
    """The summary of one case, by its number and the phone's last digits."""
    session.cycle_key()
    session[Held.CASE] = [case.subject_kind, case.subject_id, reference, last4_index]
    touch(session)


def note_sent(session: SessionBase, kind: str, case: models.Model) -> None:
    """A form of this kind has just become `case`."""
    session[Held.SENT] = session.get(Held.SENT, {}) | {kind: case.pk}


def close_idle(session: SessionBase) -> None:
    """Nobody touched the screen: nothing opens any more; forms of a proved phone wait for its next code."""
    drafts.close(session)
    _drop(session)
    session[Held.WAS_IDLE] = True


def make_room(session: SessionBase) -> None:
    """A member of staff logs in: a resident who was here before is gone, without a word to either."""
    drafts.close(session)
    _drop(session)
    session.pop(Held.CLOSED, None)


def leave(session: SessionBase) -> None:
    """나가기: nothing of this person stays on this device."""
    drafts.leave(session)
    session.flush()


def _drop(session: SessionBase) -> None:
    """Everything goes that is not named in STAYS, also what a later page may have put there."""
    for key in list(session.keys()):
        if key not in STAYS and not key.startswith(STAYS_BEGINNING):
            del session[key]
