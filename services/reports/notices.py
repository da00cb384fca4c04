"""Messages, calls and letters as staff see them: only those of their own desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfWriter

from services.enums.notices import NoticeState
from services.enums.people import Role
from services.models import CallTask, Notice, User
from services.reports.pdf import render_pdf
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
    """The letters one after another, each with its own page numbers; about 0.1 s a letter."""
    together = PdfWriter()
    for letter in letters:
        together.append(BytesIO(render_pdf("services/notices/letter.typ", _letter_data(letter, officer))))
    paper = BytesIO()
    together.write(paper)
    together.close()
    return paper.getvalue()


def _letter_data(letter: Notice, officer: User) -> dict[str, object]:
    """What stands on the paper (COPY 5.5)."""
    department = officer.department or "김제시청"
    return {
        "name": letter.resident.name if letter.resident else "",
        "address": letter.to,
        "title": letter.title or "안내",
        "reference": letter.reference,
        "number": f"{department}-{letter.pk}",
        "date": date_letter(timezone.localdate()),
        "paragraphs": letter.shown_text.split("\n"),
        "officer": f"{department} {officer}",
        "phone": settings.SITE_PHONE,
        "city_address": settings.SITE_ADDRESS,
    }
