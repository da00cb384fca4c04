"""Always-on enquiries as residents, officers and advisers see them; only `turns_of` reads texts."""

from collections.abc import Sequence
from copy import copy
from datetime import date

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from consultations.enums import EnquiryMove, EnquiryState, TurnKind
from consultations.models import Adviser, Enquiry, Turn
from consultations.models.enquiries import EnquiryQuerySet
from consultations.reports.bookings import Step
from services.enums.people import Role
from services.models import HistoryEntry, Resident, User
from services.reports.calendar import EveryHoliday
from services.reports.people import Case, Todo
from services.rules.calendar import Pause, due_on
from services.rules.korean import date_long

WHAT = "언제든 질문하기(상시 상담)"


def takes_questions() -> bool:
    """Whether there is an adviser in office whom a question could be given to (SERVICE_OPEN_SOURCES)."""
    today = timezone.localdate()
    return Adviser.objects.filter(term_from__lte=today, term_until__gte=today).exists()


def is_paused(enquiry: Enquiry) -> bool:
    """The adviser waits for the resident."""
    return enquiry.pauses.filter(received_on__isnull=True).exists()


def due_of(enquiry: Enquiry) -> date:
    """The last day of the period with its extension; paused days do not count. One query."""
    ended = enquiry.pauses.filter(round=enquiry.round, received_on__isnull=False) if enquiry.pk else []
    pauses = [Pause(one.sent_on, one.received_on) for one in ended if one.received_on]
    days = settings.CONSULTATION_ANSWER_DAYS + enquiry.extra_days
    return due_on(enquiry.asked_on, days, EveryHoliday(), pauses=pauses)


def longer(enquiry: Enquiry, days: int) -> Enquiry:
    """The question as it would be with its answer promised so many days later; nothing is written."""
    later = copy(enquiry)
    later.extra_days = days
    later.due_on = due_of(later)
    return later


def turns_of(enquiry: Enquiry) -> list[Turn]:
    """The texts that were sent, oldest first: for the resident and the assigned adviser, for nobody else (LA-06)."""
    return list(enquiry.turns.filter(sent_at__isnull=False).select_related("adviser").order_by("pk"))


def draft_of(enquiry: Enquiry, adviser: Adviser) -> str:
    """Unsent words of this adviser."""
    kept = enquiry.turns.filter(kind=TurnKind.ANSWER, adviser=adviser, sent_at__isnull=True).first()
    return kept.text if kept else ""


def adviser_of(user: User) -> Adviser | None:
    return Adviser.objects.filter(user=user).first()


# The resident


def enquiry_cases(residents: Sequence[Resident]) -> list[Case]:
    """The questions of these residents for 내 신청 확인 (RESIDENT_CASE_SOURCES). One query."""
    rows = Enquiry.objects.filter(resident__in=residents).with_pause().order_by("-created_at")
    return [case_of(enquiry) for enquiry in rows]


def find_by_reference(reference: str, last4_index: str) -> Case | None:
    """The question of this number if its resident's phone ends so (REFERENCE_SOURCES)."""
    found = Enquiry.objects.filter(reference=reference, resident__last4_index=last4_index).with_pause().first()
    return case_of(found) if found else None


def case_of(enquiry: Enquiry) -> Case:
    return Case(
        what=WHAT,
        reference=enquiry.reference,
        asked_at=enquiry.created_at,
        state=enquiry.label.citizen_label,
        tone=enquiry.label.tone,
        todo=todo_of(enquiry, waits_for_reply=getattr(enquiry, "waits_for_reply", False)),
        url=reverse("consultations:enquiry", args=[enquiry.reference]),
        is_open=enquiry.is_open,
        subject_kind="consultations.enquiry",
        subject_id=str(enquiry.pk),
    )


def todo_of(enquiry: Enquiry, *, waits_for_reply: bool) -> str:
    """One sentence: what the resident can do, or by when the answer comes."""
    if enquiry.state == EnquiryState.ANSWERED:
        return "답변이 왔습니다. 읽어 보세요."
    if not enquiry.is_waiting:
        return "지금 하실 일은 없습니다."
    if waits_for_reply:
        return "더 여쭤본 것이 있습니다. 읽고 답해 주세요. 답해 주실 때까지 기한은 멈춥니다."
    return f"{date_long(enquiry.due_on, this_year=timezone.localdate().year)}까지 답해드립니다."


def timeline(enquiry: Enquiry) -> list[Step]:
    """지금 어디까지, in the words a citizen reads. One query."""
    labels = {
        EnquiryMove.RECEIVED: "질문을 받았습니다",
        EnquiryMove.ASSIGNED: "맡을 세무사·변호사를 정했습니다",
        EnquiryMove.ASKED_BACK: "더 여쭤보았습니다",
        EnquiryMove.REPLIED: "답해 주셨습니다",
        EnquiryMove.EXTENDED: "답하는 날을 늦추었습니다",
        EnquiryMove.ANSWERED: "답했습니다",
        EnquiryMove.FOLLOWED_UP: "다시 물어보셨습니다",
        EnquiryMove.REFERRED: "다른 곳을 안내했습니다",
        EnquiryMove.MEETING_BOOKED: "만날 약속을 잡았습니다",
        EnquiryMove.CLOSED: "마쳤습니다",
    }
    entries = HistoryEntry.objects.filter(subject_kind="consultations.enquiry", subject_id=str(enquiry.pk))
    this_year = timezone.localdate().year
    steps = [
        Step(
            labels[EnquiryMove(entry.move)],
            "done",
            when=date_long(timezone.localtime(entry.at).date(), this_year=this_year),
        )
        for entry in entries.order_by("seq")
        if entry.move in labels
    ]
    if enquiry.is_waiting and is_paused(enquiry):
        return [*steps, Step("답해 주시기를 기다립니다", "current", text="답해 주실 때까지 기한이 멈춥니다.")]
    if enquiry.is_waiting:
        return [
            *steps,
            Step("답을 준비하고 있습니다", "current", when=f"{date_long(enquiry.due_on, this_year=this_year)}까지"),
        ]
    return steps


# Staff


def enquiries_of(adviser: Adviser) -> EnquiryQuerySet:
    """What this adviser was given and has to answer."""
    rows = Enquiry.objects.filter(adviser=adviser, state__in=EnquiryState.WITH_ADVISER).with_pause()
    return rows.order_by("due_on", "pk")


def advisers_for(kinds: Sequence[str]) -> "QuerySet[Adviser]":
    """Advisers who may be given a question of these professions today: in term, with an account."""
    today = timezone.localdate()
    in_term = Adviser.objects.filter(term_from__lte=today, term_until__gte=today)
    return in_term.filter(kind__in=kinds, user__isnull=False).order_by("kind", "name")


def staff_todos(user: User) -> list[Todo]:
    """Questions without an adviser and late ones for officers; the own ones for an adviser (STAFF_TODAY_SOURCES)."""
    today, todos = timezone.localdate(), []
    if Role.CONSULTATION_OFFICER in user.roles:
        url, waiting = reverse("consultations:staff_enquiries"), Enquiry.objects.waiting()
        unassigned = waiting.filter(state=EnquiryState.RECEIVED).count()
        todos += [
            Todo("맡을 사람을 정할 질문", unassigned, f"{url}?state=RECEIVED", "warn"),
            Todo("답하는 날이 지난 질문", waiting.filter(due_on__lt=today).count(), f"{url}?state=late", "danger"),
        ]
    if Role.ADVISER in user.roles and (adviser := adviser_of(user)):
        todos.append(Todo("답할 질문", enquiries_of(adviser).count(), reverse("consultations:staff_my_days")))
    return todos
