"""What a resident has with the city, gathered from every app that settings name."""

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.urls import resolve
from django.utils import timezone
from django.utils.module_loading import import_string

from services.enums.access import Held
from services.enums.notices import NoticeState
from services.models import Notice, ReadingLogEntry, Resident, User, Verification
from services.rules.networks import clean_address, counted_as, is_of_a_proxy


@dataclass(frozen=True, slots=True)
class Case:
    """One thing a resident asked for, as a row of 내 신청 확인."""

    what: str  # "세금·법률 무료 상담"
    reference: str
    asked_at: datetime
    state: str  # citizen label
    tone: str  # badge tone: info, progress, warn, good, idle, danger
    todo: str  # "지금 하실 일은 없습니다." or one sentence
    url: str
    is_open: bool
    subject_kind: str = ""  # "slate.application": whose history is shown
    subject_id: str = ""
    appointment: str = ""  # when and where, where there is one


@dataclass(frozen=True, slots=True)
class Todo:
    """One line of 오늘 할 일: how many of what wait for this member of staff, and where."""

    label: str
    count: int
    url: str
    tone: str = "info"


def cases_of(residents: Sequence[Resident]) -> list[Case]:
    """Everything of these residents in all apps, newest first (RESIDENT_CASE_SOURCES)."""
    sources: list[Callable[[Sequence[Resident]], list[Case]]] = [
        import_string(path) for path in settings.RESIDENT_CASE_SOURCES
    ]
    cases = [case for source in sources for case in source(residents)]
    return sorted(cases, key=lambda case: case.asked_at, reverse=True)


def residents_of(phone_index: str) -> list[Resident]:
    """Everybody who uses this phone; none for an empty index."""
    if not phone_index:
        return []
    return list(Resident.objects.filter(phone_index=phone_index).select_related("township").order_by("pk"))


def has_open_case(phone_index: str) -> bool:
    """Whether something of a person with this phone is still going on: whoever has such a case is never locked out."""
    return any(case.is_open for case in cases_of(residents_of(phone_index)))


def verified_phone(session: SessionBase) -> str:
    """The phone (E.164) that was verified in this session, or an empty text."""
    index = session.get(Held.PHONE)
    if not index:
        return ""
    key = session.get(Held.VERIFICATION)
    verification = Verification.objects.filter(pk=key or 0, phone_index=index).first()
    return verification.phone if verification else ""


def case_by_reference(reference: str, last4_index: str) -> Case | None:
    """The case of this number if its phone ends so (REFERENCE_SOURCES: `find(reference, last4_index)`)."""
    for path in settings.REFERENCE_SOURCES:
        find: Callable[[str, str], Case | None] = import_string(path)
        if case := find(reference, last4_index):
            return case
    return None


def is_theirs(session: SessionBase, resident: Resident) -> bool:
    """Whether this visitor may see the cases of `resident`: only after a code to their phone.

    A number and four digits (`open_by_reference`) open a summary and nothing behind it: numbers can be guessed.
    """
    phone_index = session.get(Held.PHONE)
    return bool(phone_index) and phone_index == resident.phone_index


def todos_of(user: User) -> list[Todo]:
    """What waits for this member of staff in all apps (STAFF_TODAY_SOURCES).

    Nothing that counts zero, and nothing behind a door that is closed to them: that is somebody else's work.
    """
    sources: list[Callable[[User], list[Todo]]] = [import_string(path) for path in settings.STAFF_TODAY_SOURCES]
    todos = [todo for source in sources for todo in source(user) if todo.count]
    return [todo for todo in todos if may_open(user, resolve(urlsplit(todo.url).path).view_name)]


def may_open(user: User, page: str) -> bool:
    """Whether this member of staff may open the page of this URL name (MAY_OPEN)."""
    return bool(import_string(settings.MAY_OPEN)(user, page))


def address_of(request: HttpRequest) -> str:
    """The visitor's IP address, through as many trusted proxies as PROXY_COUNT says; an empty text when unknown.

    The only place that reads it: axes, allauth, the limits, the reading log and the logs ask here.
    """
    forwarded = forwarded_for(request)
    return clean_address(forwarded[-settings.PROXY_COUNT]) if _is_believed(forwarded) else peer_of(request)


def peer_of(request: HttpRequest) -> str:
    """Who holds the other end of the connection: the visitor, or the last proxy."""
    return clean_address(str(request.META.get("REMOTE_ADDR") or ""))


def forwarded_for(request: HttpRequest) -> list[str]:
    """What proxies, or the visitor, wrote: the last one stands at the end."""
    return [part for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]


def counted_address(request: HttpRequest) -> str | None:
    """`address_of` as limits count it; None when unknown (AXES_CLIENT_IP_CALLABLE)."""
    return counted_as(address_of(request)) or None


def is_passed_on_unbelieved(request: HttpRequest) -> bool:
    """A proxy of ours passed this on, and PROXY_COUNT hides the visitor: all visitors would be one address."""
    forwarded = forwarded_for(request)
    return bool(forwarded) and is_of_a_proxy(peer_of(request)) and not _is_believed(forwarded)


def _is_believed(forwarded: Sequence[str]) -> bool:
    return 0 < settings.PROXY_COUNT <= len(forwarded)


def readings_about(phone_index: str) -> list[ReadingLogEntry]:
    """Officers who saw the data of the people with this phone, newest first, at most 200."""
    if not phone_index:
        return []
    readings = ReadingLogEntry.objects.filter(resident__phone_index=phone_index)
    return list(readings.select_related("user").order_by("-at", "-pk")[:200])


class CodeFate(enum.Enum):
    """What became of a code on its way to the phone."""

    ON_ITS_WAY = "on its way"
    LATE = "late"  # still with us after CODE_IS_LATE
    LOST = "lost"  # F10: the carrier refused it, or it was too old before it could go


CODE_IS_LATE = timedelta(seconds=30)
NOT_OUT = (*NoticeState.WAITING, NoticeState.SENDING)


def fate_of_code(verification: Verification) -> CodeFate:
    """As the outbox knows it at this moment."""
    notice = Notice.objects.filter(once_key=f"verification:{verification.pk}").order_by("-pk").first()
    if notice is None or notice.state in (NoticeState.DEAD, NoticeState.SKIPPED):
        return CodeFate.LOST
    is_late = notice.state in NOT_OUT and timezone.now() - notice.created_at > CODE_IS_LATE
    return CodeFate.LATE if is_late else CodeFate.ON_ITS_WAY
