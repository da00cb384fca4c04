"""A portal without demonstration: nothing in it, nobody in it, what its pages may say, and the way out of it."""

import json
from collections.abc import Mapping
from html import unescape
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from consultations.models import Booking, ClinicDay, Venue
from services.enums.people import Role
from services.models import HistoryEntry, Notice, Township, User
from slate.models import Application
from solar.actions.rollups import roll_up_all
from tests.conftest import StrictClient
from tests.consultations.factories import ANSWERS, code
from tests.slate.conftest import private_files  # noqa: F401 - a fixture
from tests.slate.test_pages import CONSENTS, CONTACT, PART, photo
from tests.slate.test_tables import YEAR

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


CHIEF = "jikwan"
STAFF = {
    "han": ("한상담", "consultation_officer"),
    "oh": ("오석면", "slate_officer"),
    "choi": ("최결재", "slate_approver"),
    "yang": ("양태양", "energy_manager"),
    "gam": ("감사라", "auditor"),
    "second": ("둘관리", "administrator"),
}


def log_in(username: str, password: str) -> StrictClient:
    """By the portal's own form; the second factor is tested in tests/services/test_staff_login.py."""
    client = StrictClient()
    response = client.post("/staff/account/login/", {"login": username, "password": password})
    assert response.status_code == 302, response.content.decode()
    return client


def saved(client: StrictClient, page: str, typed: Mapping[str, object], *args: object) -> str:
    """What the page says after something was saved on it."""
    response = client.post(reverse(page, args=args), typed, follow=True)
    form = response.context and response.context.get("form")
    assert response.redirect_chain, form and form.errors
    return unescape(response.content.decode())


class TestTheWayOut:
    """From nothing to a booking, an application and a reading, through pages and the API alone."""

    @pytest.fixture(autouse=True)
    def _empty(self, settings, clock, private_files):  # noqa: F811
        settings.STAFF_MFA_REQUIRED = False
        settings.SMS_SENDER = "solapi"
        clock("2026-11-29 10:00")
        assert not User.objects.exists()
        assert not Venue.objects.exists()

    @pytest.fixture
    def staff(self) -> dict[str, StrictClient]:
        """Everybody's browser, by user name; the administrator made the accounts."""
        chief = log_in(CHIEF, run(CHIEF).split("first password: ")[1].split("\n")[0])
        browsers = {CHIEF: chief}
        for username, (name, role) in STAFF.items():
            typed = {"username": username, "display_name": name, "roles": [role]}
            page = chief.post(reverse("services:staff_person_new"), typed).content.decode()
            browsers[username] = log_in(username, page.split("<code>")[1].split("</code>")[0])
        return browsers

    def left(self, staff: dict[str, StrictClient]) -> int:
        return staff[CHIEF].get(reverse("services:staff_first_steps")).content.decode().count(">아직<")

    def test_to_a_booking(self, staff, client):
        officer, before = staff["han"], self.left(staff)
        township = Township.objects.get(name="만경읍")
        facts = {"name": "만경읍 행정복지센터", "township": township.pk, "order": "1", "is_active": "on"}
        saved(officer, "consultations:staff_table_venues_new", facts | {"address": "만경읍 만경로 1"})
        facts = {"kind": "LAW", "name": "한변호", "term_from": "2026-01-01", "term_until": "2027-12-31"}
        facts |= {"venue": Venue.objects.get().pk}
        saved(officer, "consultations:staff_table_advisers_new", facts)
        adviser = Venue.objects.get().advisers.get()
        saved(staff[CHIEF], "consultations:staff_table_advisers_row", facts | {"phone": "010-1111-2222"}, adviser.pk)
        facts = {"kind": "LAW", "nth": "4", "weekday": "0", "opens_at": "15:00", "closes_at": "17:00"}
        facts |= {"slot_minutes": "20", "venues": [Venue.objects.get().pk], "valid_from": "2026-12-01"}
        saved(officer, "consultations:staff_table_timetable_new", facts | {"source": "2026년 시정 계획"})
        assert "상담일 1개를 만들었습니다" in saved(
            officer, "consultations:staff_clinic_days_make", {"until": "2026-12-31"}
        )
        assert self.left(staff) == before - 4

        day = ClinicDay.objects.get()
        assert "신청 받는 중" in client.get(reverse("services:service_page", args=["consultation"])).content.decode()
        fixed = {"venue": str(day.venue_id), "slot": f"{day.pk}-1520", "township": str(township.pk)}
        page = "booking_kind"
        while page != "booking_check":
            answers = {name: fixed.get(name, value) for name, value in ANSWERS[page].items()}
            response = client.post(reverse(f"consultations:{page}"), answers)
            assert response.status_code == 302, (page, response.context and response.context["form"].errors)
            if response.url == reverse("services:verify_code"):
                response = client.post(response.url, {"code": code()})
            page = "booking_" + response.url.rstrip("/").rsplit("/", 1)[-1]
        assert "예약했습니다" in client.post(reverse("consultations:booking_check"), follow=True).content.decode()
        booking = Booking.objects.get()
        assert booking.clinic_day == day
        board = reverse("consultations:staff_day_board", args=[day.pk])
        assert booking.shown_reference in officer.get(board).content.decode()

    def test_to_an_application(self, staff, client):
        approver, before = staff["choi"], self.left(staff)
        saved(approver, "slate:staff_table_programmes_new", YEAR | {"opens_on": "2026-11-01"})  # the year is 2027
        facts = {"year": "2027", "work": "house", "household": "all", "mode": "cap", "cap_won": "3440000"}
        saved(approver, "slate:staff_table_rates_new", facts | {"source": "2027년 지침", "confidence": "high"})
        saved(approver, "slate:staff_budget", {"work": "house", "amount_won": "10000000", "note": "예산서"})
        assert self.left(staff) == before - 3
        assert "신청 받는 중" in client.get(reverse("services:service_page", args=["slate"])).content.decode()
        township = Township.objects.get(name="만경읍")
        for page, answers in (
            ("address", {"township": township.pk, "address": "시연리 12-3"}),
            ("parts", PART),
            ("parts", {}),
            ("household", {"household": "general"}),
            ("roof", {"wants_reroofing": "no"}),
            ("photos", {"whole": photo()}),
            ("owner", {"ownership": "owner", "owner_name": "", "owner_phone": "", "owner_agreed": "on"}),
            ("contact", CONTACT),
            ("consents", CONSENTS),
        ):
            response = client.post(reverse(f"slate:application_{page}"), answers)
            assert response.status_code == 302, (page, response.context and response.context["form"].errors)
            if response.url == reverse("services:verify_code"):
                client.post(response.url, {"code": code()})
        client.post(reverse("slate:application_check"), follow=True)
        application = Application.objects.get()
        assert application.programme.year == 2027
        assert application.reference in staff["oh"].get(reverse("slate:staff_queue")).content.decode()
        assert Notice.objects.filter(kind__startswith="slate/").exists()

    def test_to_a_reading(self, staff, client, clock):
        manager, before = staff["yang"], self.left(staff)
        contract = manager.get(reverse("solar:staff_table_plants_new")).context["form"].fields["tariff_class"]
        facts = {"name": "금산면 행정복지센터", "slug": "geumsan", "order": "20", "capacity_w": "27.6", "year": "2026"}
        facts |= {"latitude": "35.72", "longitude": "126.99", "tariff_class": contract.queryset.first().pk}
        assert "저장했습니다" in saved(manager, "solar:staff_table_plants_new", facts)
        plants = manager.get(reverse("solar:staff_table_sources_new")).context["form"].fields["plant"].queryset
        plant = plants.get(slug="geumsan")
        facts = {"plant": plant.pk, "code": "inverter-1", "name": "옥상 인버터", "kind": "inverter", "rated_w": "27.6"}
        facts |= {"unit": "kwh", "interval_s": "3600", "label": "start", "zone": "Asia/Seoul"}
        saved(manager, "solar:staff_table_sources_new", facts)
        page = manager.post(reverse("solar:staff_keys"), {"plant": plant.pk, "name": "옥상"}).content.decode()
        secret = page.split("<code>")[1].split("</code>")[0]

        body = json.dumps({"readings": [["2026-11-28T12:00:00+09:00", 12.5]]})
        header = {"Authorization": f"Api-Key {secret}"}
        answer = client.post(reverse("solar:api_readings"), body, content_type="application/json", headers=header)
        assert answer.json()["accepted"] == 1
        roll_up_all()
        shown = client.get(f"{reverse('solar:plant', args=['geumsan'])}?year=2026&month=11").content.decode()
        assert "12.5" in shown or ">13<" in shown or "13kWh" in shown
        assert self.left(staff) == before - 3
