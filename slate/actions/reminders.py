"""What the clock tells applicants: papers wanted soon, still being looked at, an unfinished form about to go.

Each message has a once-key, so every run may be repeated; a run that was missed is caught up by the next.
"""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from services.actions.faults import Tally, each
from services.actions.moves import lock
from services.actions.notices import post_many
from services.models import Draft, Notice
from services.notices.messages import Letter
from slate import notices, rules
from slate.enums import ApplicationState
from slate.models import Application, InfoRequest
from slate.reports.owners import contest_of

DRAFT_KIND = "slate"
AHEAD = timedelta(days=3)


def remind_of_papers() -> Tally[bool]:
    """S23, three days before the day the papers are wanted. Which were told, and which could not be."""
    today = timezone.localdate()
    near = InfoRequest.objects.filter(answered_at__isnull=True, due_on__range=(today, today + AHEAD)).order_by("pk")
    rows = near.values_list("pk", "application_id", "number")
    keys = {pk: notices.once_key(application_id, f"returned:{number}:reminder") for pk, application_id, number in rows}
    return each(_untold(keys), _remind_of_papers, job="slate.remind_of_papers", of=InfoRequest)


def _remind_of_papers(request_id: int) -> bool:
    request = InfoRequest.objects.select_related("application__resident").get(pk=request_id)
    letter = notices.returned_reminder(request.application, request)
    return _tell(request.application_id, letter, {ApplicationState.NEEDS_INFO})


def remind_of_owner_consent() -> Tally[bool]:
    """Three days before the day the owner's consent is wanted. Returns as above."""
    today = timezone.localdate()
    waiting = Application.objects.without_consent().filter(owner_paper_at=None)
    rows = waiting.filter(owner_due_on__range=(today, today + AHEAD)).order_by("pk")
    keys = {pk: notices.once_key(pk, "owner_consent_reminder") for pk in rows.values_list("pk", flat=True)}
    return each(_untold(keys), _remind_of_owner_consent, job="slate.remind_of_owner_consent", of=Application)


def _remind_of_owner_consent(application_id: int) -> bool:
    row = Application.objects.in_full().get(pk=application_id)
    open_states = set(ApplicationState.values) - ApplicationState.DEAD
    contest = contest_of(row)
    if contest and contest.winner:  # a consent could change nothing any more
        return False
    return row.waits_for_owner and _tell(row.pk, notices.owner_consent_reminder(row), open_states)


def tell_progress() -> Tally[bool]:
    """S25, on every 30th day after receipt while the city's answer is due (MW-11). Returns as above."""
    today = timezone.localdate()
    waiting = Application.objects.filter(state__in=ApplicationState.WAITING_FOR_ANSWER).order_by("pk")
    rows = waiting.filter(submitted_at__lt=timezone.now() - timedelta(days=rules.PROGRESS_DAYS - 1))
    days = {pk: rules.progress_day(timezone.localdate(at), today) for pk, at in rows.values_list("pk", "submitted_at")}
    keys = {pk: notices.once_key(pk, f"progress:{day}") for pk, day in days.items() if day}
    return each(_untold(keys), _tell_progress, job="slate.tell_progress", of=Application)


def _tell_progress(application_id: int) -> bool:
    row, today = Application.objects.select_related("resident").get(pk=application_id), timezone.localdate()
    day = rules.progress_day(timezone.localdate(row.submitted_at), today)
    if not day:
        return False
    letter = notices.progress(row, day, is_late=row.due_on < today)
    return _tell(row.pk, letter, ApplicationState.WAITING_FOR_ANSWER)


def _tell(application_id: int, letter: Letter, states: Iterable[str]) -> bool:
    """Tell somebody who has not been told and whose application is still in one of the states once it is locked."""
    if _is_told(letter) or lock(Application.objects, application_id).state not in states:
        return False
    post_many([letter])
    return True


def warn_of_ending_drafts() -> Tally[bool]:
    """S21, three days before an unfinished form is deleted, only to a phone that was proved by a code."""
    now = timezone.now()
    ending = Draft.objects.filter(kind=DRAFT_KIND, expires_at__range=(now, now + AHEAD)).order_by("pk")
    return each(list(ending.values_list("pk", flat=True)), _warn_of_ending, job="slate.warn_of_drafts", of=Draft)


def _warn_of_ending(draft_id: UUID) -> bool:
    draft = Draft.objects.get(pk=draft_id)
    letter = notices.draft_ends(draft, timezone.localdate(draft.expires_at), draft.phone)
    if not draft.phone or _is_told(letter):
        return False
    post_many([letter])
    return True


def _untold(keys: dict[int, str]) -> list[int]:
    """Those whose message has not been posted; one query, so that a morning costs the same whoever has been told."""
    told = set(Notice.objects.filter(once_key__in=keys.values()).order_by().values_list("once_key", flat=True))
    return [pk for pk, key in keys.items() if key not in told]


def _is_told(letter: Letter) -> bool:
    return Notice.objects.filter(once_key=letter.once_key).exists()
