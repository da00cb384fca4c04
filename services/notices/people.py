"""Messages about a person's phone: the code, and the warning to the old number."""

from services.models import Resident, Verification
from services.notices.messages import Message, compose


def code_message(code: str) -> Message:
    """S01, the only message that also goes at night."""
    return compose("services/notices/code", code=code)


def code_key(verification: Verification) -> str:
    return f"verification:{verification.pk}"


def phone_changed_message() -> Message:
    """S71, to the old number."""
    return compose("services/notices/phone_changed")


def phone_changed_key(resident: Resident, moment: int) -> str:
    return f"resident:{resident.pk}:phone_changed:{moment}"
