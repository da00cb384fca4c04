"""Staff come in by password and second factor, through allauth's own pages; nobody comes in with less."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from axes.models import AccessAttempt

from gimje_portal.demo.services import _code as code_now
from gimje_portal.staff_accounts import StaffSocialAdapter
from services.enums.people import Role
from services.models import CacheRow, User

PASSWORD = "Jipyeongseon-2026"


@pytest.fixture
def officer(make_staff) -> User:
    user = make_staff(Role.SLATE_OFFICER, username="oh")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def secret(officer) -> str:
    made = generate_totp_secret()
    TOTP.activate(officer, made)
    return made


def log_in(client, password: str = PASSWORD, username: str = "oh"):
    return client.post("/staff/account/login/", {"login": username, "password": password})


def set_up_second_factor(client):
    """As a new member of staff does it: the password once more, then the app's digits."""
    again = client.get("/staff/account/2fa/totp/activate/").url
    assert client.post(again, {"password": PASSWORD}).url == "/staff/account/2fa/totp/activate/"
    assert "열쇠 글자" in client.get("/staff/account/2fa/totp/activate/").content.decode()
    code = code_now(client.session["mfa.totp.secret"])
    return client.post("/staff/account/2fa/totp/activate/", {"code": code})


def test_password_and_second_factor_open_the_work_page(client, officer, secret, clock):
    clock("2026-11-20 09:00")
    assert client.get("/staff/").url == "/staff/account/login/?next=/staff/"
    assert log_in(client).url == "/staff/account/2fa/authenticate/"
    assert client.get("/staff/").status_code == 302, "the password alone opens nothing"
    page = client.get("/staff/account/2fa/authenticate/").content.decode()
    assert 'autocomplete="one-time-code"' in page
    response = client.post("/staff/account/2fa/authenticate/", {"code": code_now(secret)})
    assert response.url == "/staff/"
    assert client.get("/staff/").status_code == 200


def test_a_wrong_second_factor_is_told_in_korean(client, officer, secret, clock):
    clock("2026-11-20 09:00")
    log_in(client)
    wrong = f"{(int(code_now(secret)) + 1) % 1_000_000:06d}"
    page = client.post("/staff/account/2fa/authenticate/", {"code": wrong}).content.decode()
    assert "인증 숫자가 맞지 않습니다." in page


def test_a_second_factor_is_used_once(client, officer, secret, clock):
    clock("2026-11-20 09:00")
    code = code_now(secret)
    log_in(client)
    client.post("/staff/account/2fa/authenticate/", {"code": code})
    client.post("/staff/account/logout/")
    log_in(client)
    page = client.post("/staff/account/2fa/authenticate/", {"code": code}).content.decode()
    assert "인증 숫자가 맞지 않습니다." in page


def test_ten_wrong_second_factors_stop_the_right_one_too(client, officer, secret, clock):
    clock("2026-11-20 09:00")
    log_in(client)
    right = code_now(secret)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for _ in range(10):
        client.post("/staff/account/2fa/authenticate/", {"code": wrong})
    page = client.post("/staff/account/2fa/authenticate/", {"code": right}).content.decode()
    assert "여러 번 맞지 않아 잠시 멈추었습니다." in page
    assert CacheRow.objects.exists(), "the count is in the database and holds for every process"
    clock("2026-11-20 09:16")
    assert client.post("/staff/account/2fa/authenticate/", {"code": code_now(secret)}).status_code == 302


def test_the_second_factor_is_encrypted_at_rest(officer, secret):
    stored = Authenticator.objects.get(user=officer).data["secret"]
    assert secret not in stored
    assert stored.startswith("gAAAA")


def test_without_a_second_factor_only_its_set_up_opens(client, officer, clock):
    clock("2026-11-20 09:00")
    log_in(client)
    assert client.get("/staff/").url == "/staff/account/2fa/"
    page = client.get("/staff/account/2fa/").content.decode()
    assert "먼저 두 번째 확인 방법을 정해 주세요." in page
    assert set_up_second_factor(client).url == "/staff/account/2fa/recovery-codes/"
    assert client.get("/staff/").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "2fa/",
        "2fa/recovery-codes/",
        "2fa/recovery-codes/generate/",
        "2fa/totp/deactivate/",
        "2fa/webauthn/",
        "2fa/webauthn/add/",
        "password/change/",
        "logout/",
        "reauthenticate/",
        "2fa/reauthenticate/",
    ],
)
def test_every_account_page_is_korean(client, officer, clock, path):
    clock("2026-11-20 09:00")
    log_in(client)
    set_up_second_factor(client)
    response = client.get(f"/staff/account/{path}", follow=True)
    assert response.status_code == 200
    page = response.content.decode()
    for word in ("Password", "Authenticator", "Security Key", "Recovery", "Sign "):
        assert word not in page, word


@pytest.mark.parametrize("path", ["signup/", "email/", "password/reset/", "password/set/"])
def test_what_the_portal_does_not_use_is_closed(client, officer, db, path):
    assert client.get(f"/staff/account/{path}").status_code == 403


def test_a_recovery_code_opens_once(client, officer, secret, clock):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    clock("2026-11-20 09:00")
    code = RecoveryCodes.activate(officer).get_unused_codes()[0]
    log_in(client)
    assert client.post("/staff/account/2fa/authenticate/", {"code": code}).url == "/staff/"
    client.post("/staff/account/logout/")
    log_in(client)
    page = client.post("/staff/account/2fa/authenticate/", {"code": code}).content.decode()
    assert "인증 숫자가 맞지 않습니다." in page


def test_five_wrong_passwords_lock_the_account_and_the_right_one_too(client, officer, clock):
    clock("2026-11-20 09:00")
    for _ in range(4):
        assert "아이디나 비밀번호가 맞지 않습니다." in log_in(client, "wrong").content.decode()
    locked = log_in(client, "wrong")
    assert locked.status_code == 429
    assert "15분 뒤에 다시" in locked.content.decode()
    assert log_in(client).status_code == 429
    assert AccessAttempt.objects.get().failures_since_start >= 5, "the count is in the database"
    clock("2026-11-20 09:20")
    assert log_in(client).status_code == 302


def test_a_stranger_learns_nothing_about_user_names(client, officer, db):
    known, unknown = log_in(client, "wrong").content.decode(), log_in(client, "wrong", "nobody").content.decode()
    sentence = "아이디나 비밀번호가 맞지 않습니다. 다시 확인해 주세요."
    assert sentence in known
    assert sentence in unknown


def test_a_deactivated_person_does_not_come_in(client, officer):
    User.objects.filter(pk=officer.pk).update(is_active=False)
    assert "_auth_user_id" not in client.session
    log_in(client)
    assert client.get("/staff/").status_code == 302


def test_an_idle_screen_closes(staff_client, clock):
    clock("2026-11-20 09:00")
    client = staff_client(Role.SLATE_OFFICER)
    client.get("/staff/")
    clock("2026-11-20 09:29")
    assert client.get("/staff/").status_code == 200
    clock("2026-11-20 10:00")
    response = client.get("/staff/", follow=True)
    assert "오래 쓰지 않아 화면을 닫았습니다." in response.content.decode()
    assert client.get("/staff/").status_code == 302


def test_a_working_day_ends_even_for_the_busy(staff_client, clock):
    clock("2026-11-20 09:00")
    client = staff_client(Role.SLATE_OFFICER)
    for hour in range(9, 19):
        for minute in (0, 25, 50):
            clock(f"2026-11-20 {hour:02}:{minute:02}")
            assert client.get("/staff/").status_code == 200
    clock("2026-11-20 19:01")
    assert client.get("/staff/").status_code == 302


# One log-in for the whole city (OIDC)


class FakeLogin:
    """What allauth hands over after the provider's answer."""

    is_existing = False

    def __init__(self, **claims: str) -> None:
        self.account = type("Account", (), {"extra_data": {"userinfo": claims}})
        self.connected_to: User | None = None

    def connect(self, request, user) -> None:
        self.connected_to = user


@pytest.mark.parametrize(
    ("username", "is_active", "opens"), [("oh", True, True), ("oh", False, False), ("x", True, False)]
)
def test_oidc_opens_only_active_accounts_that_exist(officer, rf, username, is_active, opens):
    User.objects.filter(pk=officer.pk).update(is_active=is_active)
    login, adapter = FakeLogin(preferred_username=username), StaffSocialAdapter()
    adapter.pre_social_login(rf.get("/"), login)
    assert (login.connected_to == officer) is opens
    assert not adapter.is_open_for_signup(rf.get("/"), login)


def test_without_configuration_no_provider_is_offered(client, db):
    assert "통합 로그인" not in client.get("/staff/account/login/").content.decode()
