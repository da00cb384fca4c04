"""A portal without demonstration: nothing in it, nobody in it, and what its pages may say then."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from services.enums.people import Role
from services.models import HistoryEntry, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _real(settings):
    settings.DEMO = False


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("create_administrator", *arguments, stdout=out)
    return out.getvalue()


class TestTheFirstAdministrator:
    def test_is_made_by_one_command_with_history(self):
        said = run("jikwan", "--name", "지관리")
        chief = User.objects.get(username="jikwan")
        password = said.split("first password: ")[1].split("\n")[0]
        assert chief.check_password(password)
        assert chief.roles == {Role.ADMINISTRATOR}
        assert chief.display_name == "지관리"
        entry = HistoryEntry.objects.filter(subject_kind="services.user", subject_id=str(chief.pk)).order_by("seq")[0]
        assert (entry.move, entry.actor_key) == ("added", "create_administrator")

    def test_is_not_made_twice(self):
        run("jikwan")
        with pytest.raises(CommandError, match="이미 있습니다"):
            run("jikwan")

    def test_who_lost_the_second_factor_gets_a_new_password(self):
        first = run("jikwan").split("first password: ")[1].split("\n")[0]
        again = run("jikwan", "--reset").split("first password: ")[1].split("\n")[0]
        chief = User.objects.get(username="jikwan")
        assert again != first
        assert chief.check_password(again)

    def test_nobody_else_is_reset_from_the_server(self, make_staff):
        make_staff(Role.AUDITOR, username="oh")
        with pytest.raises(CommandError, match="no active administrator"):
            run("oh", "--reset")


class TestWhatAnEmptyPortalSays:
    @pytest.mark.parametrize(
        "page", ["/", "/services/catalogue/", "/consultations/", "/slate/", "/solar/", "/my/start/"]
    )
    def test_no_page_says_that_it_is_a_trial(self, client, page):
        assert "실제로 신청되지 않습니다" not in client.get(page, follow=True).content.decode()

    def test_a_demonstration_says_it_on_every_page(self, client, settings):
        settings.DEMO = True
        assert "실제로 신청되지 않습니다" in client.get("/").content.decode()

    def test_nothing_that_the_portal_runs_is_open_while_it_takes_nothing(self, client):
        for slug in ("consultation", "slate"):
            page = client.get(reverse("services:service_page", args=[slug])).content.decode()
            assert "신청 받는 중" not in page, slug
            assert "전화로 물어봐 주세요" in page, slug

    def test_no_button_leads_to_nothing(self, client):
        advice = client.get(reverse("consultations:start")).content.decode()
        assert reverse("consultations:booking_kind") not in advice
        assert "지금은 예약을 받는 상담일이 없습니다" in advice
        assert "공휴일이면" not in advice
        assert reverse("slate:application_address") not in client.get(reverse("slate:start")).content.decode()
