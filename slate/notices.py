"""Which message, to whom, with which once-key (COPY 5.1: S20 to S25, S28, S29, S40)."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.conf import settings

from services.enums.notices import Channel
from services.models import Draft
from services.notices.messages import Letter, Message, compose
from slate.models import Application, Decision, InfoRequest

_HERE = "slate/notices"


def submitted(application: Application) -> Letter:
    """S20: the application is in; the day of the first answer."""
    message = compose(
        f"{_HERE}/submitted",
        title="슬레이트 지원 신청을 접수했습니다",
        application=application,
        reference=application.reference,
        name=application.name,
        by=application.due_on,
    )
    return _letter(application, message, "submitted")


def owner_consent(application: Application) -> Letter:
    """Not in COPY: somebody who is not the owner brings the owner's consent by a day; until then nothing is taken."""
    return _of_owner(application, "owner_consent", "건물 주인의 동의서를 내 주세요", on_paper=True)


def owner_consent_reminder(application: Application) -> Letter:
    """Not in COPY: the day by which the owner's consent is wanted is near."""
    return _of_owner(application, "owner_consent_reminder", "동의서를 내실 날이 다가왔습니다")


def contested(application: Application, other: Application) -> Letter:
    """Not in COPY: to everybody who asks for one building: it is decided once it is known whose it is."""
    title, event = "같은 건물을 다른 분도 신청했습니다", f"contested:{other.pk}"
    return _of_owner(application, "contested", title, event=event, on_paper=True)


def rival_confirmed(application: Application, winner: Application) -> Letter:
    """Not in COPY: to whoever asked for the building too: the owner of another application is confirmed."""
    title, event = "주인이 확인된 다른 신청을 먼저 봅니다", f"rival_confirmed:{winner.pk}:{application.version}"
    return _of_owner(application, "rival_confirmed", title, event=event, on_paper=True)


def _of_owner(application: Application, kind: str, title: str, *, event: str = "", on_paper: bool = False) -> Letter:
    message = compose(
        f"{_HERE}/{kind}",
        title=title,
        application=application,
        reference=application.reference,
        name=application.name,
        by=application.owner_due_on,
        city_address=settings.SITE_ADDRESS,
    )
    return _letter(application, message, event or kind, on_paper=on_paper)


def returned(application: Application, request: InfoRequest) -> Letter:
    """S22: more papers are needed, by a day."""
    message = compose(
        f"{_HERE}/returned",
        title="서류가 더 필요합니다",
        application=application,
        reference=application.reference,
        name=application.name,
        items=request.needed,
        note=request.note,
        by=request.due_on,
        city_address=settings.SITE_ADDRESS,
    )
    return _letter(application, message, f"returned:{request.number}", on_paper=True)


def returned_reminder(application: Application, request: InfoRequest) -> Letter:
    """S23: the day by which the papers are wanted is near."""
    message = compose(
        f"{_HERE}/returned_reminder",
        title="서류를 내실 날이 다가왔습니다",
        application=application,
        reference=application.reference,
        by=request.due_on,
    )
    return _letter(application, message, f"returned:{request.number}:reminder")


def progress(application: Application, day: int, *, is_late: bool) -> Letter:
    """S25: on the 30th, 60th, ... day after receipt, the city is still at it (MW-11); names no day that has passed."""
    message = compose(
        f"{_HERE}/progress_late" if is_late else f"{_HERE}/progress",
        title="신청을 확인하고 있습니다",
        application=application,
        reference=application.reference,
        by=application.due_on,
    )
    return _letter(application, message, f"progress:{day}")


def draft_ends(draft: Draft, until: date, phone: str) -> Letter:
    """S21: a form that was not finished will be deleted; another key each time its life was made longer."""
    message = compose(f"{_HERE}/draft_ends", title="쓰시던 신청서가 지워집니다", until=until)
    return Letter(message, f"draft:{draft.pk}:draft_ends:{until}", phone=phone, expires_at=draft.expires_at)


def supplied(application: Application, request: InfoRequest) -> Letter:
    """S24: the papers have come."""
    message = compose(
        f"{_HERE}/supplied", title="보내신 서류를 받았습니다", application=application, reference=application.reference
    )
    return _letter(application, message, f"supplied:{request.number}")


def approved(application: Application, decision: Decision, letter: dict[str, Any]) -> Letter:
    """S28: supported; the amount only in the long form. `letter` is the decision letter, as texts."""
    message = compose(
        f"{_HERE}/approved",
        title="슬레이트 철거를 지원합니다",
        application=application,
        reference=application.reference,
        name=application.name,
        decision=decision,
        letter=letter,
    )
    return _decided(application, message, f"approved:{decision.pk}")


def refused(application: Application, decision: Decision, letter: dict[str, Any]) -> Letter:
    """S29: not supported; the short form never says why. `letter` is the decision letter, as texts."""
    message = compose(
        f"{_HERE}/refused",
        title="이번에는 지원하지 못합니다",
        application=application,
        reference=application.reference,
        name=application.name,
        decision=decision,
        letter=letter,
        reason=application.reason_sentence,
    )
    return _decided(application, message, f"refused:{decision.pk}")


def withdrawn(application: Application) -> Letter:
    """S40: withdrawn; an applicant who did not do it should ring."""
    message = compose(
        f"{_HERE}/withdrawn",
        title="슬레이트 신청을 취소했습니다",
        application=application,
        reference=application.reference,
    )
    return _letter(application, message, "withdrawn")


def once_key(application_id: int, event: str) -> str:
    """What makes a message about an application go once."""
    return f"application:{application_id}:{event}"


def _decided(application: Application, message: Message, event: str) -> Letter:
    """On paper; before that only to whoever agreed to it."""
    letter = _letter(application, message, event, on_paper=True)
    return letter if application.hears_decisions_at_once else replace(letter, only=Channel.LETTER)


def _letter(application: Application, message: Message, event: str, *, on_paper: bool = False) -> Letter:
    """To the applicant by the contact of the case, once an event; what ends a step or asks for papers on paper too."""
    is_short = not (message.body or message.letter)  # nothing to put into an envelope
    return Letter(
        message,
        once_key(application.pk, event),
        resident=application.resident,
        phone=application.phone,
        subject=application,
        postal_address=application.postal_address,
        first=None if is_short and application.asked_channel == Channel.LETTER else application.asked_channel,
        also=(Channel.LETTER,) if on_paper else (),
    )
