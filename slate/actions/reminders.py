"""What the clock tells applicants: papers wanted soon, still being looked at, an unfinished form about to go.

Each message has a once-key, so every run may be repeated; a run that was missed is caught up by the next.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from services.actions import notices as outbox
from services.models import Draft, Notice
from services.notices.messages import Message
from slate import notices, rules
from slate.actions.moves import locked, tell
from slate.enums import ApplicationState
from slate.models import Application, InfoRequest

DRAFT_KIND = "slate"
AHEAD = timedelta(days=3)


def remind_of_papers() -> int:
    """S23, three days before the day the papers are wanted. Returns how many were told."""
    today = timezone.localdate()
    near = InfoRequest.objects.filter(answered_at__isnull=True, due_on__range=(today, today + AHEAD))
    rows = near.select_related("application").order_by("pk")
    found = [(row.application, notices.returned_reminder(row.application, row)) for row in rows]
    return _tell_each(found, {ApplicationState.NEEDS_INFO})


def tell_progress() -> int:
    """S25, on every 30th day after receipt while the city's answer is due (MW-11). Returns how many were told."""
    today = timezone.localdate()
    waiting = Application.objects.filter(state__in=ApplicationState.WAITING_FOR_ANSWER)
    rows = waiting.filter(submitted_at__lt=timezone.now() - timedelta(days=rules.PROGRESS_DAYS - 1)).order_by("pk")
    days = [(row, rules.progress_day(timezone.localdate(row.submitted_at), today)) for row in rows]
    found = [(row, notices.progress(row, day, is_late=row.due_on < today)) for row, day in days if day]
    return _tell_each(found, ApplicationState.WAITING_FOR_ANSWER)


def _tell_each(found: list[tuple[Application, tuple[Message, str]]], states: Iterable[str]) -> int:
    """Tell each that has not been told and is still in one of the states when its row is locked."""
    keys = [once_key for _, (_, once_key) in found]
    told = set(Notice.objects.filter(once_key__in=keys).order_by().values_list("once_key", flat=True))
    count = 0
    for application, notice in found:
        if notice[1] in told:
            continue
        with transaction.atomic():
            row = locked(application)
            if row.state in states:
                tell(row, notice)
                count += 1
    return count


def warn_of_ending_drafts() -> int:
    """S21, three days before an unfinished form is deleted, only to a phone that was proved by a code."""
    now = timezone.now()
    count = 0
    for draft in Draft.objects.filter(kind=DRAFT_KIND, expires_at__range=(now, now + AHEAD)).order_by("pk"):
        phone = proved_phone(draft)
        message, once_key = notices.draft_ends(draft, timezone.localdate(draft.expires_at))
        if not phone or Notice.objects.filter(once_key=once_key).exists():
            continue
        with transaction.atomic():
            outbox.post(message, once_key=once_key, phone=phone, expires_at=draft.expires_at)
        count += 1
    return count


def proved_phone(draft: Draft) -> str:
    """The phone of a form whose owner has shown that it is his, or nothing."""
    answers: dict[str, object] = draft.answers or {}  # type: ignore[assignment]
    contact = answers.get("contact")
    phone = str(contact.get("phone", "")) if isinstance(contact, dict) else ""
    return phone if phone and answers.get("proved_phone") == phone else ""
