"""Accounts of staff: adding, changing roles, closing, and a new second factor; each with its history."""

import secrets
import string

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.db import transaction

from services.actions.history import record
from services.enums.people import Role
from services.models import Township, User
from services.rules.history import Actor
from services.rules.refusal import Refused

_LETTERS = "".join(sorted(set(string.ascii_letters + string.digits) - set("0O1lI")))


def _first_password() -> str:
    """Sixteen letters that are not mistaken for one another, shown once."""
    return "".join(secrets.choice(_LETTERS) for _ in range(16))


@transaction.atomic
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
    user = User(username=username, display_name=display_name, department=department, township=township)
    password = _first_password()
    user.set_password(password)
    user.save()
    record(user, "added", by=by, after=user.username)
    change_staff(user, by=by, roles=roles, department=department, township=township)
    return user, password


@transaction.atomic
def change_staff(user: User, *, by: Actor, roles: frozenset[Role], department: str, township: Township | None) -> User:
    """Set roles, department and township. Raises Refused for the last administrator's own role."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if Role.ADMINISTRATOR in user.roles and Role.ADMINISTRATOR not in roles:
        _refuse_without_administrator(user)
    before = ",".join(sorted(user.roles))
    user.groups.set(Group.objects.filter(name__in=[role.value for role in roles]))
    user.is_staff = user.is_superuser = Role.ADMINISTRATOR in roles  # Django admin: reference data only
    user.department, user.township = department, township
    user.save()
    reason = f"{before or '-'} -> {','.join(sorted(roles)) or '-'}"
    record(user, "roles_changed", by=by, reason=reason)
    return user


def _refuse_without_administrator(user: User) -> None:
    others = User.objects.filter(groups__name=Role.ADMINISTRATOR, is_active=True).exclude(pk=user.pk)
    if not others.exists():
        raise Refused("관리자가 한 사람도 남지 않습니다. 다른 관리자를 먼저 정해 주세요.")


@transaction.atomic
def close_account(user: User, *, by: Actor, reason: str) -> User:
    """The person leaves: no log-in any more; what was done stays under the name. Open screens close at the next click.

    Raises Refused for the last administrator and for one's own account.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    if by.user_id == user.pk:
        raise Refused("본인 계정은 닫을 수 없습니다. 다른 관리자에게 말씀해 주세요.")
    if Role.ADMINISTRATOR in user.roles:
        _refuse_without_administrator(user)
    if User.objects.filter(pk=user.pk, is_active=True).update(is_active=False) != 1:
        raise Refused("이미 닫은 계정입니다.", conflict=True)
    user.is_active = False
    record(user, "closed", by=by, before="active", after="closed", reason=reason)
    return user


@transaction.atomic
def reopen_account(user: User, *, by: Actor, reason: str) -> User:
    """The person is back. Raises Refused when the account is open."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if User.objects.filter(pk=user.pk, is_active=False).update(is_active=True) != 1:
        raise Refused("이미 열려 있는 계정입니다.", conflict=True)
    user.is_active = True
    record(user, "reopened", by=by, before="closed", after="active", reason=reason)
    return user


@transaction.atomic
def reset_second_factor(user: User, *, by: Actor, reason: str) -> str:
    """A lost telephone: all second factors go, and a new first password is shown once."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if by.user_id == user.pk:
        raise Refused("본인 것은 '두 번째 확인 방법'에서 바꾸세요.")
    Authenticator.objects.filter(user=user).delete()
    password = _first_password()
    user.set_password(password)  # also ends every open session of this person
    user.save(update_fields=["password"])
    record(user, "second_factor_reset", by=by, reason=reason)
    return password
