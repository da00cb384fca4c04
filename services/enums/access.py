"""Names of what a session holds; services.actions.access gives it and takes it away."""

from enum import StrEnum, nonmember


class Held(StrEnum):
    """One key of the session."""

    PHONE = "resident_phone_index"  # opens everything of the people with this phone
    VERIFICATION = "resident_verification"  # the row that proves it
    CASE = "resident_case"  # opens state, time and place of one case, by its number
    SENT = "sent"  # {kind: pk of the case that a form has just become}: its done page, with PHONE
    WAITING = "verification"  # {"id": …, "next": …, "keeps": …}: a code was sent and not yet typed
    PUZZLE = "puzzle"  # {"phone": encrypted, "next": …, "keeps": …}: a code goes out after the answer
    DRAFTS = "drafts"  # {kind: key of the Draft row}: half-filled forms
    SEEN_AT = "resident_seen_at"  # when this browser was last used
    WAS_IDLE = "resident_was_idle"  # said once on 내 신청 확인
    CLOSED = "closed_drafts"  # {kind: its key, or "" when it is gone}: closed by the idle limit

    OPENS = nonmember(
        ("resident_phone_index", "resident_verification", "resident_case", "sent", "verification", "puzzle", "drafts")
    )
