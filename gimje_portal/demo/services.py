"""Demonstration staff: one of each role, with a password everybody knows and a second factor that /demo/ shows."""

import time
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.contrib.auth.models import Group

from services.enums.people import Role
from services.models import Township, User

PASSWORD = "gimje-demo-2026"  # noqa: S105 - public on purpose: only a demonstration has these people
STAFF = {
    Role.TOWNSHIP_CLERK: ("시연 나만경", "만경읍"),
    Role.CONSULTATION_OFFICER: ("시연 한상담", "기획감사실"),
    Role.SLATE_OFFICER: ("시연 오석면", "환경과"),
    Role.SLATE_APPROVER: ("시연 최결재", "환경과"),
    Role.SETTLEMENT_OFFICER: ("시연 정정산", "환경과"),
    Role.ADVISER: ("시연 문세무", "마을세무사"),
    Role.CONTRACTOR: ("시연 강철거", "시연철거(주)"),
    Role.ENERGY_MANAGER: ("시연 양태양", "경제진흥과"),
    Role.PROGRAMME_OFFICER: ("시연 유강좌", "홍보축제실"),
    Role.AUDITOR: ("시연 감사라", "기획감사실"),
    Role.ADMINISTRATOR: ("시연 지관리", "정보통신과"),
}


@dataclass(frozen=True, slots=True)
class Login:
    """What a visitor of the demonstration needs to come in as this person now."""

    username: str
    name: str
    role: str
    code: str  # the second factor of this half minute


def load() -> None:
    """Add who is missing; a changed password or second factor of a demonstration person is put back."""
    for role, (name, department) in STAFF.items():
        user = User.objects.filter(username=role.value).first() or User(username=role.value)
        user.display_name, user.department = name, department
        if role == Role.TOWNSHIP_CLERK:
            user.township = Township.objects.get(name=department)
        if not user.has_usable_password() or not user.check_password(PASSWORD):
            user.set_password(PASSWORD)
        user.save()
        user.groups.set(Group.objects.filter(name=role.value))
        if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
            TOTP.activate(user, generate_totp_secret())


def logins() -> list[Login]:
    """Every demonstration log-in with its code; nothing outside a demonstration."""
    if not settings.DEMO:
        return []
    factors = Authenticator.objects.filter(user__username__in=Role.values, type=Authenticator.Type.TOTP)
    codes = {factor.user_id: _code(decrypt(factor.data["secret"])) for factor in factors.order_by("pk")}
    users = User.objects.filter(username__in=Role.values).order_by("pk")
    return [Login(user.username, str(user), Role(user.username).label, codes.get(user.pk, "")) for user in users]


def _code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // settings.MFA_TOTP_PERIOD)))
