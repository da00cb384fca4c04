"""The portal says what is not well with it: to machines in /readyz and /metrics, to the administrator on a page."""

import ast
import datetime as dt
import re
from pathlib import Path

import pytest
from django.conf import settings as project
from django.urls import reverse
from django.utils import timezone

from services.actions import jobs
from services.actions.faults import each
from services.actions.notices import dispatch_due, post
from services.actions.notices.senders import Outcome, SendResult
from services.actions.people import send_code
from services.enums.people import Role
from services.models import JobFault, JobRun, Notice, Tick
from services.notices.messages import Message
from services.reports import installation, operations, outbox
from services.reports import jobs as reports
from services.rules.notices import last_opening
from solar.models import Plant

pytestmark = pytest.mark.django_db


class Dead:
    """A provider that takes nothing."""

    batch = 50

    def send(self, batch):
        return {letter.pk: SendResult(Outcome.LATER, detail="http 500") for letter in batch}

    def outcomes(self, provider_ids):
        return {}


@pytest.fixture(autouse=True)
def _broker(monkeypatch) -> None:
    monkeypatch.setattr(reports, "broker_answers", lambda: True)


@pytest.fixture
def dead(monkeypatch) -> None:
    monkeypatch.setattr("services.actions.notices.dispatch.sender_for", lambda channel: Dead())


def posted(make_resident, count: int) -> list[Notice]:
    people = [make_resident(f"시연 {n}", phone=f"+821012340{n:03}") for n in range(count)]
    return [post(Message("k", "", "알림"), once_key=f"n{one.pk}", resident=one) for one in people]


def ready() -> tuple[bool, set[str]]:
    Tick.objects.update_or_create(name="worker", defaults={"at": timezone.now()})
    state = reports.readiness()
    return state.is_ready, set(state.degraded)


class TestMessages:
    def test_a_dead_provider_is_named_although_each_try_moves_the_next_one(self, clock, make_resident, dead):
        clock("2026-11-23 10:00")
        posted(make_resident, 6)
        for minute in (0, 5, 15):
            clock(f"2026-11-23 10:{minute:02}")
            dispatch_due()
        state = reports.readiness()
        assert state.oldest_notice_seconds == 15 * 60  # from posting, not from the next try
        assert {"outbox", "provider"} <= set(state.degraded)

    def test_one_message_that_was_taken_since_clears_the_provider(self, clock, make_resident, monkeypatch, dead):
        clock("2026-11-23 10:00")
        posted(make_resident, 3)
        dispatch_due()
        assert outbox.failed_since_success() == 3
        monkeypatch.undo()
        monkeypatch.setattr(reports, "broker_answers", lambda: True)
        clock("2026-11-23 10:05")
        dispatch_due()
        assert outbox.failed_since_success() == 0
        assert "provider" not in ready()[1]

    def test_growing_retries(self, clock, make_resident, dead):
        clock("2026-11-23 10:00")
        posted(make_resident, 10)
        assert not outbox.retries_grow()
        dispatch_due()
        assert outbox.retries_grow()
        clock("2026-11-23 10:31")  # tries of half an hour ago are no growth
        assert not outbox.retries_grow()

    @pytest.mark.parametrize(
        ("now", "seconds"),
        [("2026-11-23 19:59", 0), ("2026-11-23 23:00", 0), ("2026-11-24 08:59", 0), ("2026-11-24 09:12", 12 * 60)],
    )
    def test_a_night_does_not_age_a_message(self, clock, make_resident, now, seconds):
        clock("2026-11-23 19:59")
        posted(make_resident, 1)
        clock(now)
        assert outbox.oldest_seconds() == seconds

    def test_a_message_for_a_later_day_is_not_old(self, clock, make_resident):
        clock("2026-11-23 10:00")
        later = timezone.now() + dt.timedelta(days=2)
        post(Message("k", "", "알림"), once_key="a", resident=make_resident(), not_before=later)
        clock("2026-11-25 09:59")
        assert outbox.oldest_seconds() == 0
        clock("2026-11-25 10:11")
        assert outbox.oldest_seconds() == 11 * 60

    def test_the_hours_of_messages(self):
        at = dt.datetime.fromisoformat
        assert last_opening(at("2026-11-23T10:00+09:00"), (9, 20)) == at("2026-11-23T09:00+09:00")
        assert last_opening(at("2026-11-23T20:00+09:00"), (9, 20)) is None

    def test_a_code_that_ran_out_unsent_hurts_and_is_over_with_the_next_that_leaves(self, clock):
        clock("2026-11-23 10:00")
        send_code("+821012345678", address="203.0.113.9")
        assert ready() == (True, set())
        clock("2026-11-23 10:03:30")
        assert outbox.expired_codes() == 1
        is_ready, names = ready()
        assert not is_ready
        assert "codes_expired" in names
        dispatch_due()  # the worker is back: it puts the old one aside
        assert outbox.expired_codes() == 1
        send_code("+821012345678", address="203.0.113.9")
        dispatch_due()
        assert outbox.expired_codes() == 0


class TestJobs:
    def test_a_dead_worker_is_503_and_a_new_portal_is_not(self, client, clock):
        clock("2026-11-23 10:00")
        assert reports.readiness().is_ready
        jobs.tick()
        clock("2026-11-23 10:04")
        assert client.get("/readyz").status_code == 503

    def test_bad_items_are_counted_by_job(self, client, clock):
        clock("2026-11-23 10:00")
        each([0, 1], lambda number: 1 // number, job="slate.tell_progress")
        assert ready() == (True, {"jobs"})
        assert reports.readiness().jobs == {"slate.tell_progress": 1}
        assert 'gimje_job_bad_items{job="slate.tell_progress"} 1.0' in client.get("/metrics").content.decode()

    def test_a_period_that_is_late_by_three_hours_is_named(self, clock):
        clock("2026-11-23 04:10")
        JobRun.objects.create(job="purge", period="2026-11-22", finished_at=timezone.now())
        clock("2026-11-23 07:09")
        assert ready() == (True, set())
        clock("2026-11-23 07:10")
        assert ready() == (True, {"periods"})
        assert reports.readiness().periods == {"purge": ["2026-11-23"]}

    def test_every_job_with_a_period_is_watched(self):
        """The name given to `run_missed` in the tasks is the name in PERIODIC_JOBS."""
        found = set()
        for path in Path(project.BASE_DIR).glob("*/tasks.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                is_call = isinstance(node, ast.Call) and "run_missed" in ast.unparse(node.func)
                if is_call and isinstance(node.args[0], ast.Constant):  # type: ignore[attr-defined]
                    found.add(node.args[0].value)  # type: ignore[attr-defined]
        assert found == set(project.PERIODIC_JOBS)


class TestPage:
    def test_it_says_what_is_wrong_and_what_to_do(self, staff_client, clock, make_resident, dead):
        clock("2026-11-23 10:00")
        posted(make_resident, 3)
        dispatch_due()
        plant = Plant.objects.order_by("pk")[0]
        each([1], lambda _: 1 // 0, job="solar.roll_up", name=lambda _: f"solar.plant:{plant.pk} 2024-06-04")
        client = staff_client(Role.ADMINISTRATOR)
        page = client.get(reverse("services:staff_operations")).content.decode()
        assert "문자 회사가 알림을 받지 않습니다." in page
        assert f"태양광 설비 {plant.pk} 2024-06-04" in page
        link = re.search(r'<a href="([^"]+)">태양광 설비', page)
        assert link
        assert client.get(link[1]).status_code == 200
        assert "시연 0" not in page
        assert "멈춘 일" in client.get(reverse("services:staff_today")).content.decode()

    def test_a_portal_that_is_well(self, staff_client, clock):
        clock("2026-11-23 10:00")
        jobs.tick()
        page = staff_client(Role.ADMINISTRATOR).get(reverse("services:staff_operations")).content.decode()
        assert "모두 잘 돌아가고 있습니다." in page

    def test_every_name_has_words_and_a_runbook(self):
        names = {*installation.faults(), *outbox.faults(), "broker", "disk", "tick", "jobs", "periods"}
        assert set(operations.WORDS) == names
        runbook = (Path(project.BASE_DIR) / "docs" / "operations.md").read_text(encoding="utf-8")
        assert not [name for name in names if f"`{name}`" not in runbook]

    def test_every_job_has_words(self):
        """A job that notes bad items is named on the page in Korean."""
        named = set()
        for app in ("services", "consultations", "slate", "solar"):
            for path in (Path(project.BASE_DIR) / app / "actions").rglob("*.py"):
                text = path.read_text(encoding="utf-8")
                named |= set(re.findall(r'job="([a-z_.]+)"', text))
                named |= (
                    set(re.findall(r'= "((?:services|solar)\.[a-z_]+)"', text))
                    if "_JOB" in text or "JOB =" in text
                    else set()
                )
        assert named <= set(operations.JOB_WORDS)
        assert not JobFault.objects.exists()
