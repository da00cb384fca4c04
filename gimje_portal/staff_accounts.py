"""How staff come in: nobody signs up, an administrator makes accounts, secrets are encrypted, guesses counted."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from axes.models import AccessLog
from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from gimje_portal.demo.services import PASSWORD as DEMONSTRATION_PASSWORD
from services.actions import access
from services.models import User
from services.models.encryption import key_ring
from services.reports.people import counted_address
from services.views.addresses import own_address


class RefuseDemonstrationPassword(BaseBackend):
    """The password that everybody knows opens nothing outside a demonstration, whatever rows came with a database."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        if not settings.DEMO and credentials.get("password") == DEMONSTRATION_PASSWORD:
            raise PermissionDenied


class StaffAccountAdapter(DefaultAccountAdapter):
    """Log-in only."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "이 계정은 지금 쓸 수 없습니다. 관리자에게 물어보세요.",
        "incorrect_password": "비밀번호가 맞지 않습니다. 다시 확인해 주세요.",
        "enter_current_password": "지금 쓰는 비밀번호가 맞지 않습니다. 다시 확인해 주세요.",
        "too_many_login_attempts": "여러 번 맞지 않아 잠시 멈추었습니다. 15분 뒤에 다시 해 주세요.",
        "username_password_mismatch": "아이디나 비밀번호가 맞지 않습니다. 다시 확인해 주세요.",
        "rate_limited": "짧은 시간에 여러 번 눌렀습니다. 잠시 뒤에 다시 해 주세요.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """For the rate limits; who is unknown shares one count."""
        return counted_address(request) or "unknown"

    def login(self, request: HttpRequest, user: Any) -> None:
        """Whoever used this browser as a resident before is gone: staff must not find an open case."""
        access.make_room(request.session)
        super().login(request, user)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Guesses at a name from strangers' addresses never lock it where it came in before."""
        key: str = super()._get_login_attempts_cache_key(request, **credentials)
        address = counted_address(request)
        known = AccessLog.objects.filter(username=credentials.get("username", ""), ip_address=address)
        return f"{key}:{address}" if address and known.exists() else key

    def is_safe_url(self, url: str | None) -> bool:
        """Where `next` may lead after log-in: by the same rule as everywhere."""
        return bool(url) and own_address(context.request, str(url), otherwise="") == url


class StaffSocialAdapter(DefaultSocialAccountAdapter):
    """OIDC opens only accounts that an administrator made: the provider's user name must be an active one of ours."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        if sociallogin.is_existing:
            return
        known = _claims(sociallogin.account.extra_data)
        user = User.objects.filter(username=known.get("preferred_username") or "", is_active=True).first()
        if user is not None:
            sociallogin.connect(request, user)


def _claims(data: dict[str, Any]) -> dict[str, Any]:
    return data.get("userinfo") or data.get("id_token") or data


class StaffMFAAdapter(DefaultMFAAdapter):
    """Second factors: the secret is encrypted like every other secret column."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "인증 숫자가 맞지 않습니다. 앱에 지금 보이는 숫자 6개를 적어 주세요.",
    }

    def encrypt(self, text: str) -> str:
        return key_ring().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return key_ring().decrypt(encrypted_text.encode()).decode()

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """No mail: staff addresses are not kept here; the history shows every change of a factor."""
