"""What the clock tells applicants: papers wanted soon, still being looked at, an unfinished form about to go.

Each message has a once-key, so every run may be repeated; a run that was missed is caught up by the next.
"""

from collections.abc import Iterable
from datetime import timedelta

import structlog
from django.utils import timezone

from services.actions.moves import lock
from services.actions.notices import post_many
from services.actions.turns import in_turn
from services.models import Draft, Notice
from services.notices.messages import Letter
from services.rules.refusal import Refused
from slate import notices, rules
from slate.enums import ApplicationState
from slate.models import Application, InfoRequest

DRAFT_KIND = "slate"
AHEAD = timedelta(days=3)
log = structlog.get_logger(__name__)


def remind_of_papers() -> int:
    """S23, three days before the day the papers are wanted. Returns how many were told."""
    today = timezone.localdate()
    near = InfoRequest.objects.filter(answered_at__isnull=True, due_on__range=(today, today + AHEAD))
    rows = near.select_related("application__resident").order_by("pk")
    letters = [(row.application_id, notices.returned_reminder(row.application, row)) for row in rows]
    return _tell_each(letters, {ApplicationState.NEEDS_INFO})


def tell_progress() -> int:
    """S25, on every 30th day after receipt while the city's answer is due (MW-11). Returns how many were told."""
    today = timezone.localdate()
    waiting = Application.objects.filter(state__in=ApplicationState.WAITING_FOR_ANSWER).select_related("resident")
    rows = waiting.filter(submitted_at__lt=timezone.now() - timedelta(days=rules.PROGRESS_DAYS - 1)).order_by("pk")
    days = [(row, rules.progress_day(timezone.localdate(row.submitted_at), today)) for row in rows]
    letters = [(row.pk, notices.progress(row, day, is_late=row.due_on < today)) for row, day in days if day]
    return _tell_each(letters, ApplicationState.WAITING_FOR_ANSWER)


def _tell_each(letters: list[tuple[int, Letter]], states: Iterable[str]) -> int:
    """Tell each that has not been told and is still in one of the states when its row is locked."""
    keys = [letter.once_key for _, letter in letters]
    told = set(Notice.objects.filter(once_key__in=keys).order_by().values_list("once_key", flat=True))
    count = 0
    for application_id, letter in letters:
        if letter.once_key in told:
            continue
        try:
            count += _tell(application_id, letter, states)
        except Refused as refusal:  # somebody holds the row: the next morning tells
            log.warning("reminder_put_off", once_key=letter.once_key, why=refusal.sentence)
    return count


@in_turn
def _tell(application_id: int, letter: Letter, states: Iterable[str]) -> bool:
    if lock(Application.objects, application_id).state not in states:
        return False
    post_many([letter])
    return True


def warn_of_ending_drafts() -> int:
    """S21, three days before an unfinished form is deleted, only to a phone that was proved by a code."""
    now = timezone.now()
    count = 0
    for draft in Draft.objects.filter(kind=DRAFT_KIND, expires_at__range=(now, now + AHEAD)).order_by("pk"):
        letter = notices.draft_ends(draft, timezone.localdate(draft.expires_at), draft.phone)
        if draft.phone and not Notice.objects.filter(once_key=letter.once_key).exists():
            _post(letter)
            count += 1
    return count


@in_turn
def _post(letter: Letter) -> None:
    post_many([letter])
