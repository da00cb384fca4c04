"""Which message, to whom, with which once-key (COPY 5.1: S20, S22, S24, S28, S29, S40)."""

from services.notices.messages import Message, compose
from slate.models import Application, Decision, InfoRequest

_HERE = "slate/notices"


def submitted(application: Application) -> tuple[Message, str]:
    """S20: the application is in; the day of the first answer."""
    message = compose(
        f"{_HERE}/submitted",
        title="슬레이트 지원 신청을 접수했습니다",
        application=application,
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
        name=application.resident.name,
        items=request.needed,
        note=request.note,
        by=request.due_on,
    )
    return message, f"application:{application.pk}:returned:{request.number}"


def supplied(application: Application, request: InfoRequest) -> tuple[Message, str]:
    """S24: the papers have come."""
    message = compose(f"{_HERE}/supplied", title="보내신 서류를 받았습니다", application=application)
    return message, f"application:{application.pk}:supplied:{request.number}"


def approved(application: Application, decision: Decision) -> tuple[Message, str]:
    """S28: supported; the amount only in the long form."""
    message = compose(
        f"{_HERE}/approved",
        title="슬레이트 철거를 지원합니다",
        application=application,
        name=application.resident.name,
        decision=decision,
    )
    return message, f"application:{application.pk}:approved:{decision.pk}"


def refused(application: Application, decision: Decision) -> tuple[Message, str]:
    """S29: not supported; the short form never says why."""
    message = compose(
        f"{_HERE}/refused",
        title="이번에는 지원하지 못합니다",
        application=application,
        name=application.resident.name,
        decision=decision,
        reason=application.reason_sentence,
    )
    return message, f"application:{application.pk}:refused:{decision.pk}"


def withdrawn(application: Application) -> tuple[Message, str]:
    """S40: withdrawn; whoever did not do it should ring."""
    message = compose(f"{_HERE}/withdrawn", title="슬레이트 신청을 취소했습니다", application=application)
    return message, f"application:{application.pk}:withdrawn"
