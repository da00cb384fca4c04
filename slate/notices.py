"""Which message, to whom, with which once-key (COPY 5.1: S20 to S25, S28, S29, S40)."""

from datetime import date
from typing import Any

from django.conf import settings

from services.models import Draft
from services.notices.messages import Message, compose
from slate.models import Application, Decision, InfoRequest

_HERE = "slate/notices"


def submitted(application: Application) -> tuple[Message, str]:
    """S20: the application is in; the day of the first answer."""
    message = compose(
        f"{_HERE}/submitted",
        title="슬레이트 지원 신청을 접수했습니다",
        application=application,
        reference=application.reference,
        name=application.resident.name,
        by=application.due_on,
    )
    return message, f"application:{application.pk}:submitted"


def returned(application: Application, request: InfoRequest) -> tuple[Message, str]:
    """S22: more papers are needed, by a day."""
    message = compose(
        f"{_HERE}/returned",
        title="서류가 더 필요합니다",
        application=application,
        reference=application.reference,
        name=application.resident.name,
        items=request.needed,
        note=request.note,
        by=request.due_on,
        city_address=settings.SITE_ADDRESS,
    )
    return message, f"application:{application.pk}:returned:{request.number}"


def returned_reminder(application: Application, request: InfoRequest) -> tuple[Message, str]:
    """S23: the day by which the papers are wanted is near."""
    message = compose(
        f"{_HERE}/returned_reminder",
        title="서류를 내실 날이 다가왔습니다",
        application=application,
        reference=application.reference,
        by=request.due_on,
    )
    return message, f"application:{application.pk}:returned:{request.number}:reminder"


def progress(application: Application, day: int, *, is_late: bool) -> tuple[Message, str]:
    """S25: on the 30th, 60th, ... day after receipt, the city is still at it (MW-11); names no day that has passed."""
    message = compose(
        f"{_HERE}/progress_late" if is_late else f"{_HERE}/progress",
        title="신청을 확인하고 있습니다",
        application=application,
        reference=application.reference,
        by=application.due_on,
    )
    return message, f"application:{application.pk}:progress:{day}"


def draft_ends(draft: Draft, until: date) -> tuple[Message, str]:
    """S21: a form that was not finished will be deleted; another key each time its life was made longer."""
    message = compose(f"{_HERE}/draft_ends", title="쓰시던 신청서가 지워집니다", until=until)
    return message, f"draft:{draft.pk}:draft_ends:{until}"


def supplied(application: Application, request: InfoRequest) -> tuple[Message, str]:
    """S24: the papers have come."""
    message = compose(
        f"{_HERE}/supplied", title="보내신 서류를 받았습니다", application=application, reference=application.reference
    )
    return message, f"application:{application.pk}:supplied:{request.number}"


def approved(application: Application, decision: Decision, letter: dict[str, Any]) -> tuple[Message, str]:
    """S28: supported; the amount only in the long form. `letter` is the decision letter, as texts."""
    message = compose(
        f"{_HERE}/approved",
        title="슬레이트 철거를 지원합니다",
        application=application,
        reference=application.reference,
        name=application.resident.name,
        decision=decision,
        letter=letter,
    )
    return message, f"application:{application.pk}:approved:{decision.pk}"


def refused(application: Application, decision: Decision, letter: dict[str, Any]) -> tuple[Message, str]:
    """S29: not supported; the short form never says why. `letter` is the decision letter, as texts."""
    message = compose(
        f"{_HERE}/refused",
        title="이번에는 지원하지 못합니다",
        application=application,
        reference=application.reference,
        name=application.resident.name,
        decision=decision,
        letter=letter,
        reason=application.reason_sentence,
    )
    return message, f"application:{application.pk}:refused:{decision.pk}"


def withdrawn(application: Application) -> tuple[Message, str]:
    """S40: withdrawn; whoever did not do it should ring."""
    message = compose(
        f"{_HERE}/withdrawn",
        title="슬레이트 신청을 취소했습니다",
        application=application,
        reference=application.reference,
    )
    return message, f"application:{application.pk}:withdrawn"
