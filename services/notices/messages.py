"""A message's words: templates in, checked texts out."""

from dataclasses import dataclass
from typing import Any

from django.template.exceptions import TemplateDoesNotExist
from django.template.loader import get_template

from services.rules.korean import cp949_bytes

SMS_BYTES = 90
LMS_BYTES = 2000


@dataclass(frozen=True, slots=True)
class Message:
    """`kind` names the templates; `short` fits one SMS (KR-04), `body` is the long form or empty."""

    kind: str
    title: str
    short: str
    body: str


def compose(kind: str, *, title: str = "", **values: Any) -> Message:
    """Render `templates/<kind>.sms.txt` and, if there is one, `<kind>.long.txt`.

    `kind` is like "consultations/notices/booked". Raises ValueError when a text is too long for its channel.
    """
    short = get_template(f"{kind}.sms.txt").render(values).strip()
    try:
        body = get_template(f"{kind}.long.txt").render(values).strip()
    except TemplateDoesNotExist:
        body = ""
    if cp949_bytes(short) > LMS_BYTES or cp949_bytes(body) > LMS_BYTES:
        msg = f"{kind} is longer than {LMS_BYTES} bytes."
        raise ValueError(msg)
    return Message(kind, title, short, body)
