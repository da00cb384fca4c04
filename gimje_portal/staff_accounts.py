"""How allauth treats staff: nobody signs up, accounts are made by an administrator."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest


class StaffAccountAdapter(DefaultAccountAdapter):
    """Log-in only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class StaffSocialAdapter(DefaultSocialAccountAdapter):
    """OIDC connects only accounts that an administrator made."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:
        return False
