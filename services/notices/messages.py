"""A message's words: templates in, checked texts out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.template import Context, Template
from django.template.exceptions import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils import timezone
from django.utils.module_loading import import_string

from services.enums.notices import Channel
from services.models import Notice, Resident
from services.rules.korean import cp949_bytes, date_letter
from services.rules.notices import cp949_safe
from services.rules.phones import is_mobile, mask_phone

SMS_BYTES = 90
LMS_BYTES = 2000


@dataclass(frozen=True, slots=True)
class Message:
    """`kind` names the templates; `short` fits one SMS (KR-04); the others are longer forms or empty."""

    kind: str
    title: str
    short: str
    body: str = ""
    letter: str = ""
    reference: str = ""
    spoken: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """One message on its way to one person: to `resident`, or to a bare `phone` (E.164) where nobody is known yet.

    `phone` and `postal_address` beside a resident are those given for this case; without them the person's are taken.
    `first` is the channel that the person asked for in this case; otherwise the phone and the wishes decide.
    `too_late` says why it is recorded as skipped from the start instead of being sent; `only` leaves no other channel.
    """

    message: Message
    once_key: str
    resident: Resident | None = None
    phone: str = ""
    postal_address: str = ""
    subject: models.Model | None = None
    also: tuple[Channel, ...] = ()
    not_before: datetime | None = None
    expires_at: datetime | None = None
    is_urgent: bool = False
    too_late: str = ""
    only: Channel | None = None
    first: Channel | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody may say on the phone to a message that asks: the officer ticks `label`, and `verb` does it.

    The verb takes the id of the message's subject, and `by`.
    """

    label: str
    verb: Callable[..., object]


def answers_for(notice: Notice) -> Mapping[str, Answer]:
    """The answers of a message that asks (CALL_ANSWERS, by kind); of any other none."""
    path = settings.CALL_ANSWERS.get(notice.kind)
    answers: Mapping[str, Answer] = import_string(path) if path else {}
    return answers


@dataclass(frozen=True, slots=True)
class Preview:
    """One message that a button will send, as the page before the button shows it."""

    to: str  # the name and the masked number
    how: str
    at: str  # when it is not at once
    text: str


def previews(letters: Sequence[Letter]) -> list[Preview]:
    """Who is going to be told what by these letters, and how; nothing is written."""
    return [_preview(letter) for letter in letters]


def previews_of_many(letters: Sequence[Letter]) -> list[Preview]:
    """The same for a whole list, without names: how many are told in which way, and the first one's words."""
    ways: dict[tuple[str, str], list[Preview]] = {}
    for letter in letters:
        one = _preview(letter)
        ways.setdefault((letter.message.kind, one.how), []).append(one)
    return [replace(group[0], to=f"{len(group)}분께") for group in ways.values()]


def _preview(letter: Letter) -> Preview:
    person = letter.resident
    phone = letter.phone or (person.phone if person else "")
    is_texted = letter.only is None and is_mobile(phone)
    moment = timezone.localtime(letter.not_before) if letter.not_before else None
    return Preview(
        to=" ".join(filter(None, [person.name if person else "", mask_phone(phone)])),
        how="문자" if is_texted else "전화 ('전화할 분' 목록에 올립니다)",
        at=f"{date_letter(moment.date())} {moment:%H:%M}" if moment else "",
        text=letter.message.short if is_texted else _said(letter.message),
    )


def _said(message: Message) -> str:
    """What an officer reads aloud on the telephone."""
    return message.spoken or message.body or message.short


def compose(kind: str, *, title: str = "", reference: str = "", **values: Any) -> Message:
    """Render `templates/<kind>.sms.txt` and, where they exist, its `.long.txt`, `.letter.txt` and `.call.txt`.

    `kind` is like "consultations/notices/booked". `reference` is given to the texts and ends the e-mail's subject.
    What CP949 cannot carry is left out. Raises ValueError when a text is too long for its channel.
    """
    values["reference"] = reference
    short = cp949_safe(_render(f"{kind}.sms.txt", values))
    body = cp949_safe(_render_if_any(f"{kind}.long.txt", values))
    if cp949_bytes(short) > LMS_BYTES or cp949_bytes(body) > LMS_BYTES:
        msg = f"{kind} is longer than {LMS_BYTES} bytes."
        raise ValueError(msg)
    letter, spoken = (_render_if_any(f"{kind}.{form}.txt", values) for form in ("letter", "call"))
    return Message(kind, title, short, body, letter, reference, spoken)


def _render(name: str, values: dict[str, Any]) -> str:
    # Plain text: an apostrophe in a name must not arrive as &#x27;.
    template: Template = get_template(name).template  # type: ignore[attr-defined]
    return template.render(Context(values, autoescape=False)).strip()


def _render_if_any(name: str, values: dict[str, Any]) -> str:
    try:
        return _render(name, values)
    except TemplateDoesNotExist as error:
        if str(error) != name:  # it exists, but what it includes does not
            raise
        return ""
