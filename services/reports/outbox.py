"""Do messages leave: how long the oldest waits, whether the provider takes any, whether codes ran out unsent."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max, Min, Q
from django.utils import timezone

from services.enums.notices import Channel, NoticeState
from services.models import Notice, NoticeAttempt
from services.rules.notices import last_opening

OLD_AFTER = timedelta(minutes=10)
DEAD_FROM = 3  # so many messages failed since the last one that was taken
MANY_RETRIES = 10
LOOK_BACK = timedelta(minutes=15)
CODES_LOOK_BACK = timedelta(minutes=10)


def faults() -> dict[str, bool]:
    """By the name under which /readyz shows it; docs/operations.md has a runbook for each."""
    return {
        "outbox": oldest_seconds() > OLD_AFTER.total_seconds(),
        "provider": failed_since_success() >= DEAD_FROM,
        "retries": retries_grow(),
        "codes_expired": expired_codes() > 0,
    }


def oldest_seconds() -> int:
    """How long the oldest message waits that should have left: counted from the moment it was posted for.

    A try that failed does not make it younger. What is not urgent waits for the day's opening (KR-04) without ageing.
    Letters and calls are the work of people.
    """
    now = timezone.now()
    unsent = Q(state__in=[*NoticeState.WAITING, NoticeState.SENDING], channel__in=list(Channel.BY_MACHINE))
    waiting = Notice.objects.filter(unsent, due_at__lte=now).filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))
    found = waiting.aggregate(
        urgent=Min("due_at", filter=Q(is_urgent=True)), other=Min("due_at", filter=Q(is_urgent=False))
    )
    opening = last_opening(now, settings.NOTICE_HOURS)
    since: list[datetime] = [found["urgent"]] if found["urgent"] else []
    if found["other"] and opening:
        since.append(max(found["other"], opening))
    return max((int((now - moment).total_seconds()) for moment in since), default=0)


def failed_since_success() -> int:
    """Messages whose try failed after the last one that anybody took, and that wait for another."""
    last_ok = NoticeAttempt.objects.filter(ok=True).aggregate(last=Max("at"))["last"]
    failed = NoticeAttempt.objects.filter(ok=False, notice__state=NoticeState.RETRY)
    if last_ok:
        failed = failed.filter(at__gt=last_ok)
    return failed.values("notice").distinct().count()


def retries_grow() -> bool:
    """Many messages wait for another try, and in the last quarter of an hour more tries failed than in that before."""
    if Notice.objects.filter(state=NoticeState.RETRY).count() < MANY_RETRIES:
        return False
    now = timezone.now()
    failed = NoticeAttempt.objects.filter(ok=False)
    recent = failed.filter(at__gt=now - LOOK_BACK).count()
    return recent > failed.filter(at__gt=now - 2 * LOOK_BACK, at__lte=now - LOOK_BACK).count()


def expired_codes() -> int:
    """Codes of the last minutes that ran out before they were sent, none of them having been sent since."""
    now = timezone.now()
    codes = Notice.objects.filter(is_urgent=True, expires_at__gt=now - CODES_LOOK_BACK)
    unsent = [*NoticeState.WAITING, NoticeState.SENDING, NoticeState.SKIPPED]
    missed = codes.filter(expires_at__lte=now, sent_at__isnull=True, state__in=unsent)
    last_sent = Notice.objects.filter(is_urgent=True).aggregate(last=Max("sent_at"))["last"]
    return (missed.filter(expires_at__gt=last_sent) if last_sent else missed).count()
