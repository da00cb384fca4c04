"""Messages, calls and letters as staff see them: only those of their own desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from services.enums.notices import NoticeState
from services.enums.people import Role
from services.models import CallTask, Notice, User
from services.reports.pdf import EXPLAINED, papers_pdf
from services.reports.people import Todo
from services.rules.korean import date_letter

if TYPE_CHECKING:
    pass


def todos(user: User) -> list[Todo]:
    """전화할 분, 부칠 편지 and 보내지 못한 알림 for 오늘 할 일 (STAFF_TODAY_SOURCES)."""
    if not any(role.value in settings.NOTICE_DESKS for role in user.roles):
        return []
    dead_url = f"{reverse('services:staff_notices')}?state={NoticeState.DEAD}"
    dead = Todo("보내지 못한 알림", Notice.objects.seen_by(user).dead().count(), dead_url, "danger")
    if user.roles <= {Role.ADMINISTRATOR, Role.AUDITOR}:
        return [dead] if Role.ADMINISTRATOR in user.roles else []
    due = CallTask.objects.open().seen_by(user).filter(due_on__lte=timezone.localdate()).count()
    return [
        Todo("전화할 분", due, reverse("services:staff_calls"), "warn"),
        Todo("부칠 편지", Notice.objects.seen_by(user).letters_to_print().count(), reverse("services:staff_letters")),
        dead,
    ]


@dataclass(frozen=True, slots=True)
class Script:
    """What an officer says on the phone (COPY 5.4), in order."""

    opening: str
    check: str
    matter: str
    ending: str


def script_for(task: CallTask, officer: User) -> Script:
    """The words of one call; the matter is the notice's long text."""
    resident = task.notice.resident
    return Script(
        opening=f"안녕하세요. 김제시청 {officer.department} {officer}입니다. ".replace("  ", " ")
        + (f"{resident.name} 님 계신가요?" if resident else ""),
        check="본인이 맞으신지 태어난 날을 여쭙겠습니다.",
        matter=task.notice.shown_text,
        ending="더 궁금하신 점이 있나요? 시청에서는 돈이나 비밀번호를 묻지 않습니다. 고맙습니다.",
    )


def birthday_of(task: CallTask) -> date | None:
    """What the person on the phone is asked for, where it is known."""
    resident = task.notice.resident
    return date.fromisoformat(resident.born_on) if resident and resident.born_on else None


def letters_pdf(letters: Sequence[Notice], officer: User) -> bytes:
    """The letters one after another as one PDF/UA, each with its own page numbers; about 0.1 s and a little each."""
    return papers_pdf(f"김제시 편지 {len(letters)}통", [_paper_of(letter, officer) for letter in letters])


def _paper_of(letter: Notice, officer: User) -> dict[str, object]:
    """The app's own paper where it has one for this kind of message, else the notice's words in the same frame."""
    own = settings.LETTER_PAPERS.get(letter.kind)
    made: dict[str, object] | None = import_string(own)(letter) if own else None
    return made or _plain_paper(letter, officer)


def _plain_paper(letter: Notice, officer: User) -> dict[str, object]:
    """What stands on the paper (COPY 5.5)."""
    department, today = officer.department or "김제시청", date_letter(timezone.localdate())
    to = ", ".join(filter(None, [f"{letter.resident.name} 님" if letter.resident else "", letter.to]))
    head = [
        ["받는 분", to],
        ["접수번호", letter.reference],
        ["문서번호", f"{department}-{letter.pk}"],
        ["시행일", today],
    ]
    return {
        "title": letter.title or "안내",
        "head": [row for row in head if row[1]],
        "sections": [
            {"title": "", "lines": [one for one in letter.shown_text.split("\n") if one.strip()], "facts": []}
        ],
        "date": today,
        "signed": "김제시장",
        "foot": [["담당", f"{department} {officer}"], ["전화", settings.SITE_PHONE], ["주소", settings.SITE_ADDRESS]],
        "help": EXPLAINED,
    }
