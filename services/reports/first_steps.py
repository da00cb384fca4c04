"""From an empty portal to a working service: what is still to be done, computed from what is there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string

from services.enums.people import Role
from services.models import User
from services.reports.people import Todo

TO_NOBODY = frozenset({"console", "file"})  # senders that reach no telephone


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One thing to be done once; `who` does it, and at `url` if the administrator may open that page."""

    what: str
    who: str
    is_done: bool
    url: str = ""


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """The steps of one service."""

    title: str
    steps: Sequence[FirstStep]

    @property
    def left(self) -> int:
        return sum(not step.is_done for step in self.steps)


def first_steps() -> list[FirstSteps]:
    """Of the portal itself, then of every app (FIRST_STEP_SOURCES)."""
    sources: list[Callable[[], FirstSteps]] = [import_string(path) for path in settings.FIRST_STEP_SOURCES]
    return [source() for source in sources]


def of_the_portal() -> FirstSteps:
    """Who works here, and whether messages reach anybody."""
    people = reverse("services:staff_people")
    active = User.objects.filter(is_active=True).prefetch_related("groups").order_by("pk")
    roles = [user.roles for user in active]
    chief = Role.ADMINISTRATOR.label

    def has(*wanted: Role) -> bool:
        return all(any(role in one for one in roles) for role in wanted)

    two = len([one for one in roles if one & {Role.SLATE_OFFICER, Role.SLATE_APPROVER}]) > 1
    chiefs = sum(Role.ADMINISTRATOR in one for one in roles)
    return FirstSteps(
        "사람과 알림",
        (
            FirstStep("관리자가 두 사람 이상입니다(한 사람이 열쇠를 잃어도 됩니다).", chief, chiefs > 1, people),
            FirstStep("상담 담당자가 있습니다.", chief, has(Role.CONSULTATION_OFFICER), people),
            FirstStep(
                "슬레이트 담당자와 결재자가 서로 다른 사람으로 있습니다.",
                chief,
                two and has(Role.SLATE_OFFICER, Role.SLATE_APPROVER),
                people,
            ),
            FirstStep("에너지 담당자가 있습니다.", chief, has(Role.ENERGY_MANAGER), people),
            FirstStep("감사 담당자가 있습니다.", chief, has(Role.AUDITOR), people),
            FirstStep(
                "문자를 보내는 곳이 정해져 있습니다(SMS_SENDER).", "서버 담당", settings.SMS_SENDER not in TO_NOBODY
            ),
        ),
    )


def todos(user: User) -> list[Todo]:
    """STAFF_TODAY_SOURCES: how many first steps are left."""
    if Role.ADMINISTRATOR not in user.roles:
        return []
    left = sum(group.left for group in first_steps())
    return [Todo("처음 준비에 남은 일", left, reverse("services:staff_first_steps"), "warn")]
