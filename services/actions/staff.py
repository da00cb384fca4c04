"""Accounts of staff: adding, changing roles, closing, and a new second factor; each with its history."""

import secrets
import string

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group

from services.actions.history import record
from services.actions.moves import lock, note
from services.actions.turns import in_turn
from services.enums.people import Role, StaffMove
from services.models import Township, User
from services.rules.history import Actor
from services.rules.refusal import Refused

_LETTERS = "".join(sorted(set(string.ascii_letters + string.digits) - set("0O1lI")))


def _first_password() -> str:
    """Sixteen letters that are not mistaken for one another, shown once."""
    return "".join(secrets.choice(_LETTERS) for _ in range(16))


@in_turn
def add_staff(
    *,
    username: str,
    display_name: str,
    by: Actor,
    roles: frozenset[Role],
    department: str = "",
    township: Township | None = None,
) -> tuple[User, str]:
    """A new member of staff and the first password. Raises Refused when the user name is taken."""
    if User.objects.filter(username__iexact=username).exists():
        raise Refused("이 아이디는 이미 있습니다. 다른 아이디를 적어 주세요.", field="username")
    user = User(username=username, display_name=display_name)
    password = _first_password()
    user.set_password(password)
    user.save()
    record(user, StaffMove.ADDED, by=by, after=user.username[:40])
    user = change_staff(
        user.pk, by=by, roles=roles, display_name=display_name, department=department, township=township
    )
    return user, password


@in_turn
def change_staff(
    user_id: int, *, by: Actor, roles: frozenset[Role], display_name: str, department: str, township: Township | None
) -> User:
    """Set name, roles, department and township.

    Raises Refused for the last administrator's own role, and for a clerk without a township: whose cases a clerk
    sees follows from it.
    """
    user = lock(User.objects.all(), user_id)
    if Role.ADMINISTRATOR in user.roles and Role.ADMINISTRATOR not in roles:
        _refuse_without_administrator(user)
    if Role.TOWNSHIP_CLERK in roles and township is None:
        raise Refused("읍·면·동 담당자가 맡은 곳이 비어 있습니다. 읍·면·동을 골라 주세요.", field="township")
    before = dict(_facts(user))
    user.groups.set(Group.objects.filter(name__in=[role.value for role in roles]))
    user.display_name, user.department, user.township = display_name, department, township
    user.save()
    user = User.objects.get(pk=user_id)  # with its new roles
    changed = [f"{what}: {before[what]} → {now}" for what, now in _facts(user) if before[what] != now]
    if changed:
        record(user, StaffMove.CHANGED, by=by, reason="; ".join(changed))
    return user


def _facts(user: User) -> list[tuple[str, str]]:
    """What an account says, in words for its history."""
    return [
        ("하는 일", ", ".join(user.role_labels) or "없음"),
        ("이름", user.display_name or "없음"),
        ("부서", user.department or "없음"),
        ("읍·면·동", str(user.township or "시 전체")),
    ]


def _refuse_without_administrator(user: User) -> None:
    """Two administrators who leave at once queue up here: each locks all of them."""
    active = User.objects.filter(groups__name=Role.ADMINISTRATOR, is_active=True).order_by("pk")
    if {one.pk for one in active.select_for_update(of=("self",))} <= {user.pk}:
        raise Refused("관리자가 한 사람도 남지 않습니다. 다른 관리자를 먼저 정해 주세요.")


@in_turn
def close_account(user_id: int, *, by: Actor, reason: str) -> User:
    """The person leaves: no log-in any more; what was done stays under the name. Open screens close at the next click.

    Raises Refused for the last administrator and for one's own account.
    """
    user = lock(User.objects.all(), user_id)
    if by.user_id == user.pk:
        raise Refused("본인 계정은 닫을 수 없습니다. 다른 관리자에게 말씀해 주세요.")
    if not user.is_active:
        raise Refused("이미 닫은 계정입니다.", conflict=True)
    if Role.ADMINISTRATOR in user.roles:
        _refuse_without_administrator(user)
    return note(user, StaffMove.CLOSED, by=by, reason=reason, is_active=False)


@in_turn
def reopen_account(user_id: int, *, by: Actor, reason: str) -> User:
    """The person is back. Raises Refused when the account is open."""
    user = lock(User.objects.all(), user_id)
    if user.is_active:
        raise Refused("이미 열려 있는 계정입니다.", conflict=True)
    return note(user, StaffMove.REOPENED, by=by, reason=reason, is_active=True)


@in_turn
def reset_second_factor(user_id: int, *, by: Actor, reason: str) -> tuple[User, str]:
    """A lost telephone: all second factors go, and a new first password is shown once."""
    user = lock(User.objects.all(), user_id)
    if by.user_id == user.pk:
        raise Refused("본인 것은 '두 번째 확인 방법'에서 바꾸세요.")
    Authenticator.objects.filter(user=user).delete()
    password = _first_password()
    user.set_password(password)  # also ends every open session of this person
    user.save(update_fields=["password"])
    record(user, StaffMove.RESET, by=by, reason=reason)
    return user, password
