"""What applicants see of their application, and what waits for staff: answers to the ground floor's questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone

from services.enums.notices import Channel
from services.enums.people import Role
from services.models import Resident, User
from services.reports.calendar import EveryHoliday
from services.reports.catalogue import HomeNote
from services.reports.people import Case, Todo
from services.rules.calendar import on_or_after
from services.rules.korean import date_long, won, won_about
from services.rules.phones import show_phone
from slate.enums import ApplicationState
from slate.models import Application, Decision, InfoRequest, Programme
from slate.reports.money import current_programme, total
from slate.reports.owners import contest_of

S = ApplicationState
NOTHING_TO_DO = "지금 하실 일은 없습니다."
KEEP_THE_ROOF = "지붕을 먼저 걷어내지 마세요."
STEPS = ("접수", "서류 확인", "지원할 집 정하기", "면적 재기", "본인 부담금 확인", "철거", "마침")
_AT_STEP = {
    S.SUBMITTED: 1,
    S.CHECKING: 1,
    S.NEEDS_INFO: 1,
    S.REFUSAL_PROPOSED: 1,
    S.ELIGIBLE: 2,
    S.SELECTION_PROPOSED: 2,
    S.APPROVED: 3,
}


@dataclass(frozen=True, slots=True)
class Status:
    """Where an application is: label and tone, what is going on, what the applicant has to do (COPY 3.7)."""

    label: str
    tone: str
    sentence: str
    todo: str


def status_of(application: Application) -> Status:
    """The four things everybody asks, from the row and its last decision or request."""
    state = application.status
    sentence, todo = _words(application, state)
    contest = contest_of(application)
    if contest:
        sentence = f"{sentence} {contest.sentence}"
    if todo in (NOTHING_TO_DO, KEEP_THE_ROOF):
        if contest and contest.winner:
            todo = f"이 신청을 그만두시려면 취소해 주세요. 사실과 다르면 전화해 주세요: {application.programme.phone}"
        elif application.waits_for_owner:
            todo = _owner_todo(application)
    return Status(state.citizen_label, state.tone, sentence, todo)


def _words(application: Application, state: ApplicationState) -> tuple[str, str]:
    if state in (S.CHECKING, S.REFUSAL_PROPOSED):
        officer = f"{application.officer} 담당자가" if application.officer else "담당자가"
        return f"{officer} 서류를 확인하고 있습니다. {_by_day(application, '답해드립니다')}", NOTHING_TO_DO
    if state == S.NEEDS_INFO:
        return _needs_info(application)
    if state in (S.APPROVED, S.REFUSED):
        return _decided(application, state)
    if state == S.WITHDRAWN:
        closed = date_long(timezone.localdate(application.closed_at)) if application.closed_at else ""
        return f"{closed}에 신청을 취소하셨습니다.", "신청 기간이면 다시 신청하실 수 있습니다."
    plain = {
        S.SUBMITTED: ("신청을 접수했습니다. 곧 담당자를 정합니다.", "첫 답을 드립니다", NOTHING_TO_DO),
        S.ELIGIBLE: ("지원 자격을 확인했습니다. 지원할 집을 정하는 중입니다.", "알려드립니다", KEEP_THE_ROOF),
        S.SELECTION_PROPOSED: ("지원할 집을 정하고 있습니다.", "알려드립니다", KEEP_THE_ROOF),
    }
    sentence, promise, todo = plain[state]
    return f"{sentence} {_by_day(application, promise)}", todo


def _by_day(application: Application, promise: str) -> str:
    """The day of the answer; a day that has passed is not promised any more (MW-11)."""
    today = timezone.localdate()
    if application.due_on < today:
        return f"{date_long(application.due_on, this_year=today.year)}에 답해드리지 못했습니다. 늦어서 죄송합니다."
    return f"{date_long(application.due_on, this_year=today.year)}까지 {promise}."


def _owner_todo(application: Application) -> str:
    """What somebody who is not the owner has to do, as long as nobody has the owner's consent."""
    until = date_long(application.owner_due_on) if application.owner_due_on else ""
    if application.consent_is_late:
        return (
            f"건물 주인의 동의서를 {until}까지 기다렸습니다. 지금이라도 내 주세요. 동의서가 없으면 지원할 수 없습니다."
        )
    return f"{until}까지 건물 주인의 동의서를 내 주세요. 그때까지는 다른 분도 이 건물을 신청할 수 있습니다."


def _needs_info(application: Application) -> tuple[str, str]:
    request = open_request(application)
    until = date_long(request.due_on) if request else ""
    if request and request.is_late:
        todo = f"아래 서류를 {until}까지 기다렸습니다. 지금이라도 내 주세요."
    else:
        todo = f"{until}까지 아래 서류를 내 주세요."
    return "서류가 더 필요합니다. 내실 때까지 답하는 날을 세지 않습니다.", todo


def _decided(application: Application, state: ApplicationState) -> tuple[str, str]:
    decision = last_decision(application)
    if state == S.APPROVED:
        cap = won(decision.support_won) if decision else ""
        return f"슬레이트 철거를 지원합니다. 시가 {cap}까지 냅니다.", "업체에 돈을 먼저 주지 마세요."
    days = decision.objection_days if decision else application.programme.objection_days
    return (
        f"이번에는 지원하지 못합니다. 이유: {application.reason_sentence}",
        f"결정 편지를 받으신 날부터 {days}일 안에 이의신청을 하실 수 있습니다.",
    )


def open_request(application: Application) -> InfoRequest | None:
    """What the applicant was asked for and has not supplied."""
    return application.info_requests.filter(answered_at__isnull=True).first()


def told(application: Application, *, of_decision: bool = False) -> str:
    """What a letter about this application goes by and where to: "문자 1건(…)과 편지 1통(…)을"."""
    whom, asked = f"{application.name} 님께", application.asked_channel
    letter = f"편지 1통({application.postal_address})을"
    if asked == Channel.LETTER or (of_decision and not application.hears_decisions_at_once):
        return f"{whom} {letter}"
    call = "문자 1건" if application.can_receive_texts and asked != Channel.CALL else "전화 안내 1건"
    return f"{whom} {call}({application.shown_phone})과 {letter}"


def newer_contact(application: Application) -> list[tuple[str, str, str]]:
    """Label, what was said in this case, and what is known of the person by now, where the two differ."""
    labels = {"name": "이름", "phone": "전화", "postal_address": "편지 주소"}
    rows = []
    for field, newest in application.newer_contact.items():
        said = getattr(application, field)
        pair = (show_phone(said), show_phone(newest)) if field == "phone" else (said, newest)
        rows.append((labels[field], *pair))
    return rows


def papers_until(programme: Programme) -> date:
    """Until when papers are awaited that are asked for today; never a day on which no office is open (MW-05)."""
    return on_or_after(timezone.localdate() + timedelta(days=programme.supply_days), EveryHoliday())


def last_decision(application: Application) -> Decision | None:
    return application.decisions.order_by("-pk").first()


def steps_of(application: Application) -> list[dict[str, str]]:
    """The way of an application for the timeline; dead ones stop where they were."""
    state = application.status
    at = _AT_STEP[S(application.closed_from) if application.closed_from else state]
    here = "stopped" if state in S.DEAD else "current"
    status = status_of(application)
    steps = []
    for number, label in enumerate(STEPS):
        place = "done" if number < at else here if number == at else "todo"
        text = status.sentence if number == at else ""
        name = status.label if number == at and state in S.DEAD else label
        steps.append({"label": name, "state": place, "text": text})
    return steps


# What the ground floor asks


def case_of(application: Application) -> Case:
    """One row of 내 신청 확인."""
    status = status_of(application)
    return Case(
        what="슬레이트 지붕 철거 지원",
        reference=application.reference,
        asked_at=application.submitted_at,
        state=status.label,
        tone=status.tone,
        todo=status.todo,
        url=reverse("slate:application", args=[application.reference]),
        is_open=application.status.is_open,
        subject_kind=application._meta.label_lower,
        subject_id=str(application.pk),
    )


def cases_of(residents: Sequence[Resident]) -> list[Case]:
    """RESIDENT_CASE_SOURCES."""
    applications = Application.objects.of(list(residents)).select_related("officer").order_by("-submitted_at")
    return [case_of(application) for application in applications]


def find(reference: str, last4_index: str) -> Case | None:
    """REFERENCE_SOURCES: by number and the last four digits of the phone."""
    found = Application.objects.filter(reference=reference, resident__last4_index=last4_index)
    application = found.select_related("officer").first()
    return case_of(application) if application else None


def home_notes() -> list[HomeNote]:
    """HOME_NOTE_SOURCES: until when applications are taken and what money is left."""
    programme = current_programme()
    if programme is None:
        return []
    today = timezone.localdate()
    if not programme.is_open(today):
        return [HomeNote("slate", f"{programme.year}년 신청을 마감했습니다.")]
    until = f"{date_long(programme.closes_on)}까지" if programme.closes_on else "예산이 남아 있는 동안"
    left = won_about(total(programme).left_won)
    return [HomeNote("slate", f"{until} 신청을 받습니다. 남은 예산은 {left}입니다.")]


def todos(user: User) -> list[Todo]:
    """STAFF_TODAY_SOURCES: late, due by tomorrow, to be decided, new in the township."""
    queue, today = reverse("slate:staff_queue"), timezone.localdate()
    result = []
    if Role.SLATE_OFFICER in user.roles:
        mine = Application.objects.filter(officer=user)
        late = mine.due_by(today - timedelta(days=1)).count()
        soon = mine.due_by(today + timedelta(days=1)).count() - late
        new = Application.objects.filter(state=S.SUBMITTED).count()
        without = Application.objects.without_consent()
        result += [
            Todo("슬레이트 소유자 확인", Application.objects.contested().count(), f"{queue}?owner=contested", "warn"),
            Todo("슬레이트 기한 지남", late, f"{queue}?due=late&officer={user.pk}", "danger"),
            Todo("슬레이트 내일까지", soon, f"{queue}?due=soon&officer={user.pk}", "warn"),
            Todo("슬레이트 새 신청", new, f"{queue}?state=submitted"),
            Todo(
                "슬레이트 주인 동의서 확인",
                without.filter(owner_paper_at__isnull=False).count(),
                f"{queue}?owner=came",
            ),
            Todo(
                "슬레이트 주인 동의 기한 지남",
                without.filter(owner_paper_at=None, owner_due_on__lt=today).count(),
                f"{queue}?owner=late",
                "warn",
            ),
        ]
    if Role.SLATE_APPROVER in user.roles:
        waiting = Application.objects.with_approver().exclude(proposed_by=user).count()
        result.append(Todo("슬레이트 결재", waiting, reverse("slate:staff_approvals"), "warn"))
    return result
