"""The demonstration shows everything, and only where DEMO is on."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from gimje_portal.demo import services as demo
from services.actions.people import send_code
from services.enums.people import Role
from services.models import Township, User
from tests.services.test_verification import code_of


@pytest.fixture
def _demo(settings, db):
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    demo.load()


@pytest.mark.usefixtures("_demo")
def test_one_member_of_staff_for_every_role():
    for role in Role:
        user = User.objects.get(username=role.value)
        assert user.roles == {role}
        assert str(user).startswith("시연")
        assert user.check_password(demo.PASSWORD)
    assert User.objects.get(username="township_clerk").township == Township.objects.get(name="만경읍")
    assert not User.objects.filter(is_superuser=True).exists()


@pytest.mark.usefixtures("_demo")
def test_loading_again_changes_nothing():
    before = [(login.username, login.code) for login in demo.logins()]
    demo.load()
    assert [(login.username, login.code) for login in demo.logins()] == before
    assert User.objects.count() == len(Role)


@pytest.mark.usefixtures("_demo")
def test_the_page_shows_log_ins_and_the_newcomers_own_code(client):
    verification = send_code("+821012345678", address="10.0.0.1")
    page = client.get("/demo/").content.decode()
    for text in (demo.PASSWORD, "slate_approver", f"인증번호 {code_of(verification)}"):
        assert text in page
    assert all(len(login.code) == 6 and login.code in page for login in demo.logins())


@pytest.mark.usefixtures("_demo")
def test_without_demo_nothing_is_shown(client, settings):
    settings.DEMO = False
    assert client.get("/demo/").status_code == 404
    assert demo.logins() == []
    for arguments in ([], ["--logins"]):
        with pytest.raises(CommandError, match="DEMO is off"):
            call_command("load_demo", *arguments)
    page = client.get("/staff/account/login/").content.decode()
    assert "시연" not in page.split("<main")[1]


def test_a_demonstration_is_never_an_official_site():
    import os
    import subprocess
    import sys

    environment = os.environ | {"DEMO": "1", "OFFICIAL_SITE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ImproperlyConfigured.__name__ in done.stderr
    assert "DEMO: excludes OFFICIAL_SITE" in done.stderr


@pytest.mark.usefixtures("_demo")
def test_the_command_lists_every_log_in(capsys):
    call_command("load_demo", "--logins")
    told = capsys.readouterr().out
    assert all(role.value in told for role in Role)
    assert demo.PASSWORD in told
