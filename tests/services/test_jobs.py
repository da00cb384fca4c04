"""Periodic work: once a period, whoever asks; caught up after downtime; and a portal that knows how it is."""

import datetime as dt
import time

import pytest
import time_machine
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from gimje_portal.beat import LOCK, LoneScheduler
from gimje_portal.celery import app
from services.actions import jobs
from services.actions.jobs import forget, once, purge, run_missed
from services.actions.notices import post
from services.actions.people import check_code, send_code
from services.enums.documents import MediaType, ScanState
from services.enums.notices import NoticeState
from services.models import Document, Draft, JobRun, Notice, ReadingLogEntry, Tick, Verification
from services.notices.messages import Message
from services.reports import jobs as reports
from services.rules.jobs import Daily, Monthly, Period
from services.rules.refusal import Refused
from services.tasks import dispatch_notices, follow_deliveries, seal_history, tick
from services.tasks import purge as purge_task
from tests.races import at_once
from tests.services.test_verification import code_of

TEN = Daily(dt.time(10))


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=timezone.get_default_timezone())


class TestSchedules:
    def test_days_between_two_moments(self):
        periods = TEN.due_between(at("2026-11-20 10:00"), at("2026-11-23 09:59"))
        assert [period.key for period in periods] == ["2026-11-21", "2026-11-22"]
        assert periods[0].on == dt.date(2026, 11, 21)

    def test_a_month_belongs_to_its_day(self):
        periods = Monthly(3, dt.time(6)).due_between(at("2026-10-03 06:00"), at("2027-01-03 06:00"))
        assert [period.key for period in periods] == ["2026-11", "2026-12", "2027-01"]


@pytest.mark.django_db
class TestOnce:
    def test_twice_a_year(self):
        schedule = Monthly(5, dt.time(7), months=(1, 7))
        periods = schedule.due_between(at("2026-01-05 07:00"), at("2027-01-05 07:00"))
        assert [(period.key, period.on) for period in periods] == [
            ("2026-07", dt.date(2026, 7, 5)),
            ("2027-01", dt.date(2027, 1, 5)),
        ]

    def test_the_second_caller_of_a_period_is_turned_away(self):
        with once("remind", "2026-11-23") as first, once("remind", "2026-11-23") as second:
            assert (first, second) == (True, False)
        with once("remind", "2026-11-24") as other_day:
            assert other_day

    def test_work_that_failed_may_be_done_again(self):
        def fail() -> None:
            with once("remind", "2026-11-23"):
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        with once("remind", "2026-11-23") as again:
            assert again

    def test_work_whose_process_died_is_taken_over_after_ten_minutes(self, clock):
        clock("2026-11-23 10:00")
        JobRun.objects.create(job="remind", period="2026-11-23")
        clock("2026-11-23 10:10")
        with once("remind", "2026-11-23") as too_early:
            assert not too_early
        clock("2026-11-23 10:11")
        with once("remind", "2026-11-23") as taken_over:
            assert taken_over

    def test_after_three_days_of_downtime_every_missed_day_is_done_oldest_first(self, clock):
        clock("2026-11-20 10:00")
        days: list[dt.date] = []
        assert run_missed("remind", TEN, lambda period: days.append(period.on)) == 1
        clock("2026-11-23 11:00")
        assert run_missed("remind", TEN, lambda period: days.append(period.on)) == 3
        assert run_missed("remind", TEN, lambda period: days.append(period.on)) == 0
        assert [day.day for day in days] == [20, 21, 22, 23]

    def test_a_new_portal_does_not_catch_up_with_last_week(self, clock):
        clock("2026-11-23 11:00")
        assert [period.key for period in reports.missed_periods("remind", TEN, timezone.now(), reach=jobs.REACH)] == [
            "2026-11-23"
        ]


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_run_a_period_once():
    ran: list[str] = []

    def work(period: Period) -> None:
        ran.append(period.key)
        time.sleep(0.05)

    at_once(*[lambda: run_missed("remind", TEN, work)] * 6)
    assert len(ran) == 1


@pytest.mark.django_db(transaction=True)
def test_only_one_beat_sends_and_the_next_takes_over_when_it_dies(monkeypatch):
    sent: list[int] = []

    def celery_tick(self: LoneScheduler) -> float:
        sent.append(id(self))
        return 60.0

    monkeypatch.setattr("celery.beat.Scheduler.tick", celery_tick)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        beat = LoneScheduler(app=app, lazy=True)  # type: ignore[arg-type]
        assert beat.tick() == 5
        assert sent == []
        other.close()
        deadline = time.monotonic() + 5
        while not sent and time.monotonic() < deadline:
            beat.tick()
        assert len(sent) == 1
        beat.tick()
        assert len(sent) == 2
    finally:
        other.close()
        connection.close()


@pytest.mark.django_db
class TestTasks:
    @pytest.mark.parametrize("task", [tick, dispatch_notices, follow_deliveries, seal_history, purge_task])
    def test_a_task_may_run_twice_and_ignores_what_it_does_not_know(self, task):
        task.apply(kwargs={"from_the_future": 1}, throw=True)
        task.apply(throw=True)

    def test_the_tick_is_one_row(self, clock):
        clock("2026-11-23 10:00")
        tick()
        clock("2026-11-23 10:01")
        tick()
        assert Tick.objects.get().at == at("2026-11-23 10:01")

    def test_what_may_not_be_kept_is_deleted_and_the_rest_stays(self, clock, make_resident, make_staff):
        clock("2024-01-01 10:00")
        resident = make_resident()
        reading = {
            "user": make_staff(),
            "resident": resident,
            "subject_kind": "x",
            "subject_id": "1",
            "action": "보기",
        }
        ReadingLogEntry.objects.create(**reading)
        draft = Draft(kind="booking")
        draft.keep()
        draft.save()
        post(Message("k", "", "옛 알림"), once_key="old", resident=resident)
        clock("2025-12-30 10:00")
        purge()
        assert ReadingLogEntry.objects.count() == 1
        clock("2026-01-02 10:00")
        ReadingLogEntry.objects.create(**reading)
        post(Message("k", "", "새 알림"), once_key="new", resident=resident)
        purge()
        assert ReadingLogEntry.objects.get().at == at("2026-01-02 10:00")
        assert Notice.objects.get().once_key == "new"
        forget()
        assert not Draft.objects.exists()

    @pytest.mark.parametrize("minute", range(0, 60 * 24, 115))
    def test_what_nobody_proved_a_phone_for_is_gone_within_a_day_with_its_files(self, clock, minute):
        """Whenever it was written; the task is asked each hour."""
        clock("2026-11-20 00:00")
        start = timezone.now() + dt.timedelta(minutes=minute)
        with time_machine.travel(start, tick=False):
            draft = Draft(kind="slate")
            draft.keep()
            draft.save()
            paper = Document(
                subject_kind="services.draft", subject_id=str(draft.pk), kind="whole", name="a.jpg", size=1
            )
            paper.media_type, paper.sha256, paper.original_path = MediaType.JPEG, f"{minute:064d}", f"none/{minute}"
            paper.scan, paper.actor_kind, paper.actor_key = ScanState.CLEAN, "resident", "visitor"
            paper.save()
        first = start.replace(minute=12) + dt.timedelta(hours=1) * (start.minute > 12)
        for hours in range(24):
            with time_machine.travel(first + dt.timedelta(hours=hours), tick=False):
                purge_task.apply(throw=True)
                if hours == 10:
                    assert Draft.objects.exists()
        assert not Draft.objects.exists()
        assert not Document.objects.exists()

    def test_what_a_proved_phone_began_is_there_to_the_end_of_its_last_day_and_not_longer(self, clock):
        clock("2026-11-20 16:15")
        draft = Draft(kind="slate", phone="+821012345678", phone_index="a" * 64)
        draft.keep()
        draft.save()
        assert str(draft.last_day) == "2026-12-20"  # the 30 days that the page names
        for moment, left in (("2026-12-20 23:59", 1), ("2026-12-21 01:12", 0)):
            clock(moment)
            purge_task.apply(throw=True)
            assert Draft.objects.count() == left, moment

    def test_a_check_of_a_phone_is_kept_a_day(self, clock):
        clock("2026-11-20 10:00")
        sent = send_code("+821012345678", address="203.0.113.9")
        clock("2026-11-20 10:03")
        with pytest.raises(Refused, match="3분이 지났습니다"):
            check_code(sent.pk, code_of(sent))
        for moment, left in (("2026-11-21 10:00", 1), ("2026-11-21 10:12", 0)):
            clock(moment)
            purge_task.apply(throw=True)
            assert Verification.objects.count() == left
            assert Notice.objects.filter(once_key__startswith="verification:").count() == left

    def test_who_looked_stands_there_for_two_years(self, clock, make_resident, make_staff):
        clock("2023-11-20 10:00")  # a leap day lies between
        seen = {"subject_kind": "x", "subject_id": "1", "action": "보기"}
        ReadingLogEntry.objects.create(user=make_staff(), resident=make_resident(), **seen)
        for moment, left in (("2025-11-20 10:00", 1), ("2025-11-22 10:00", 0)):
            clock(moment)
            purge()
            assert ReadingLogEntry.objects.count() == left

    @pytest.mark.parametrize("days", ["READING_LOG_DAYS", "NOTICE_DAYS"])
    def test_what_is_kept_for_a_time_goes_when_it_is_over_and_not_a_day_before(
        self, clock, make_resident, make_staff, settings, days
    ):
        start = at("2024-01-01 10:00")
        clock("2024-01-01 10:00")
        resident = make_resident()
        if days == "NOTICE_DAYS":
            post(Message("k", "", "알림"), once_key="kept", resident=resident)
        else:
            seen = {"subject_kind": "x", "subject_id": "1", "action": "보기"}
            ReadingLogEntry.objects.create(user=make_staff(), resident=resident, **seen)
        rows = Notice.objects if days == "NOTICE_DAYS" else ReadingLogEntry.objects
        end = start + dt.timedelta(days=getattr(settings, days))
        clock(f"{end:%Y-%m-%d %H:%M}")
        purge()
        assert rows.count() == 1
        clock(f"{end + dt.timedelta(minutes=1):%Y-%m-%d %H:%M}")
        purge()
        assert rows.count() == 0

    def test_every_beat_entry_names_a_task_that_exists(self, settings):
        app.loader.import_default_modules()
        names = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
        assert names <= set(app.tasks)


@pytest.mark.django_db
class TestReadiness:
    @pytest.fixture(autouse=True)
    def _broker(self, monkeypatch) -> None:
        monkeypatch.setattr(reports, "broker_answers", lambda: True)

    def test_a_fresh_tick_and_a_small_outbox_are_well(self, client, clock):
        clock("2026-11-23 10:00")
        jobs.tick()
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["degraded"]) == (200, [])

    @pytest.mark.parametrize(("minutes", "degraded"), [(3, []), (4, ["tick"])])
    def test_a_tick_older_than_three_minutes_is_named(self, client, clock, minutes, degraded):
        clock("2026-11-23 10:00")
        jobs.tick()
        clock(f"2026-11-23 10:0{minutes}")
        assert client.get("/readyz").json()["degraded"] == degraded

    def test_an_old_outbox_is_named(self, client, clock, make_resident):
        clock("2026-11-23 10:00")
        post(Message("k", "", "알림"), once_key="a", resident=make_resident())
        clock("2026-11-23 10:11")
        jobs.tick()
        assert client.get("/readyz").json()["degraded"] == ["outbox"]

    def test_no_broker_and_little_disk_are_degraded_but_ready(self, client, clock, monkeypatch):
        clock("2026-11-23 10:00")
        jobs.tick()
        monkeypatch.setattr(reports, "broker_answers", lambda: False)
        monkeypatch.setattr(reports, "_free_bytes", lambda: 5)
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["degraded"]) == (200, ["broker", "disk"])

    def test_metrics_hold_counts_only(self, client, make_resident):
        post(Message("k", "", "만경읍 알림"), once_key="a", resident=make_resident())
        answer = client.get("/metrics")
        found = {
            sample.name: (sample.labels, sample.value)
            for family in text_string_to_metric_families(answer.content.decode())
            for sample in family.samples
        }
        assert found["gimje_notices_open"] == ({"state": "queued", "channel": "sms"}, 1)
        assert found["gimje_database_up"] == ({}, 1)
        assert found["gimje_tick_age_seconds"] == ({}, -1)
        assert answer["Content-Type"].startswith("text/plain")
        assert "만경" not in answer.content.decode()
        assert "1012345678" not in answer.content.decode()

    def test_metrics_come_from_the_database_and_not_from_this_process(self, client, make_resident):
        """Another process posted it: the next scrape of any process counts it, and forgets it when it is gone."""
        post(Message("k", "", "알림"), once_key="a", resident=make_resident())
        assert "gimje_notices_open{" in client.get("/metrics").content.decode()
        Notice.objects.update(state=NoticeState.SENT)
        assert "gimje_notices_open{" not in client.get("/metrics").content.decode()

    def test_a_scraper_that_speaks_openmetrics_gets_it(self, client, db):
        answer = client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
        assert answer["Content-Type"].startswith("application/openmetrics-text")
        assert answer.content.endswith(b"# EOF\n")

    def test_without_a_database_the_scrape_says_so(self, client, monkeypatch):
        def away():
            raise OperationalError

        monkeypatch.setattr(reports, "_tick_seconds", away)
        assert "gimje_database_up 0.0" in client.get("/metrics").content.decode()

    @pytest.mark.parametrize(
        ("extra", "status"),
        [
            ({}, 200),
            ({"REMOTE_ADDR": "203.0.113.9"}, 404),
            ({"headers": {"X-Forwarded-For": "203.0.113.9"}}, 404),
        ],
    )
    def test_without_a_token_only_this_machine_reads_metrics(self, client, extra, status):
        assert client.get("/metrics", **extra).status_code == status

    @pytest.mark.parametrize(("given", "status"), [("Bearer s3cret", 200), ("Bearer wrong", 404), ("", 404)])
    def test_with_a_token_the_token_decides(self, client, settings, given, status):
        settings.METRICS_TOKEN = "s3cret"
        assert client.get("/metrics", headers={"Authorization": given}).status_code == status


def test_a_missing_broker_is_noticed_at_once(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    begun = time.monotonic()
    assert not reports.broker_answers()
    assert time.monotonic() - begun < 0.5


@pytest.mark.django_db
def test_verify_history_says_how_much_it_checked(capsys):
    call_command("verify_history")
    assert "all hold" in capsys.readouterr().out
