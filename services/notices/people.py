"""The message that proves a person's phone: the code."""

from services.models import Verification
from services.notices.messages import Message, compose


def code_message(code: str) -> Message:
    """S01, the only message that also goes at night."""
    return compose("services/notices/code", code=code)


def code_key(verification: Verification) -> str:
    return f"verification:{verification.pk}"
