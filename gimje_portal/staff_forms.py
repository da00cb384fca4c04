"""allauth's forms with our words and no placeholders (a label is always visible)."""

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as MFAReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms

from services.forms.fields import Door

SIX_DIGITS = {"inputmode": "numeric", "autocomplete": "one-time-code"}


def _relabel(form: forms.Form, labels: dict[str, str]) -> None:
    for name, field in form.fields.items():
        field.widget.attrs.pop("placeholder", None)
        if name in ("password", "oldpassword"):
            field.help_text = ""  # allauth's link to a page that staff do not have: an administrator gives a new one
        field.label = labels.get(name, field.label)


class StaffLoginForm(Door, LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("remember", None)  # the session ends by idle and absolute time-out
        _relabel(self, {"login": "아이디", "password": "비밀번호"})


class StaffReauthenticateForm(Door, ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self, {"password": "비밀번호"})


class StaffChangePasswordForm(Door, ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self, {"oldpassword": "지금 비밀번호", "password1": "새 비밀번호", "password2": "새 비밀번호 다시"})


class StaffCodeForm(Door, AuthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self, {"code": "인증 숫자"})
        self.fields["code"].widget.attrs |= SIX_DIGITS
        self.fields["code"].help_text = "인증 앱에 보이는 숫자 6개 또는 복구 번호 8자리"


class StaffReauthenticateCodeForm(Door, MFAReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self, {"code": "인증 숫자"})
        self.fields["code"].widget.attrs |= SIX_DIGITS


class StaffActivateForm(Door, ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self, {"code": "인증 앱에 보이는 숫자 6개"})
        self.fields["code"].widget.attrs |= SIX_DIGITS
