"""Wrong keys, other files, waiting codes, a budget that runs out, an old backup: named, and refused where it hurts."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from cryptography.fernet import Fernet
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, OperationalError, connection
from django.utils import timezone

from gimje_portal import middleware
from gimje_portal.demo import services as demonstration
from gimje_portal.environment import Wrong, read
from services.actions import installation, jobs
from services.actions.keys import rotate
from services.actions.people import send_code
from services.models import Installation, Notice, Tick, Verification
from services.reports import installation as reports
from services.reports import jobs as readiness
from services.rules.refusal import Refused
from tests.portal.test_environment import LEAST

HERE = "203.0.113.7"


@pytest.fixture
def marked(db, settings, tmp_path, monkeypatch):
    """A portal after its first start, with files of its own."""
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        }
    }
    monkeypatch.setattr(connection, "close", lambda: None)  # the test's transaction goes on
    installation.refuse_wrong_keys()
    monkeypatch.setattr(readiness, "broker_answers", lambda: True)
    jobs.tick()
    return tmp_path / "files" / reports.MARK_FILE


def named(client) -> tuple[int, list[str]]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json()["degraded"]


# Keys


def test_a_new_portal_is_marked_once(marked, client):
    first = Installation.objects.get()
    assert marked.read_text() == str(first.files_mark)
    installation.refuse_wrong_keys()
    assert Installation.objects.get().files_mark == first.files_mark
    assert named(client) == (200, [])


def test_there_is_one_row_only(marked):
    with pytest.raises(IntegrityError, match="installation_is_one"):
        Installation.objects.create(pk=2, key_check="x", index_check="y")


@pytest.mark.parametrize(
    ("name", "value"), [("FIELD_KEYS", [Fernet.generate_key().decode()]), ("BLIND_INDEX_KEY", "another")]
)
def test_keys_of_another_database_start_nothing_and_close_the_host(marked, settings, client, name, value):
    setattr(settings, name, value)
    with pytest.raises(ImproperlyConfigured, match=f"^{name}: "):
        installation.refuse_wrong_keys()
    assert named(client) == (503, ["keys"])
    assert Installation.objects.filter(pk=1).count() == 1, "the wrong key marked nothing anew"


def test_a_new_key_in_front_of_the_old_one_fits_and_after_rotation_alone(marked, settings):
    old, new = settings.FIELD_KEYS[0], Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, old]
    installation.refuse_wrong_keys()
    rotate()
    settings.FIELD_KEYS = [new]
    installation.refuse_wrong_keys()
    settings.FIELD_KEYS = [old]
    with pytest.raises(ImproperlyConfigured, match="FIELD_KEYS"):
        installation.refuse_wrong_keys()


def test_a_database_that_is_away_is_no_reason_not_to_start(marked, monkeypatch):
    def away():
        raise OperationalError

    monkeypatch.setattr(installation, "mark", away)
    installation.refuse_wrong_keys()


# Files


@pytest.mark.parametrize("content", [None, "00000000-0000-0000-0000-000000000000", "\udcff"])
def test_a_host_with_other_files_gets_no_visitors(marked, client, content):
    marked.unlink()
    if content:
        marked.write_bytes(content.encode("utf-8", "surrogateescape"))
    assert named(client) == (503, ["files"])
    installation.mark_files()
    assert named(client) == (200, [])


def test_a_bucket_that_is_away_is_named_too(marked, client, settings, monkeypatch):
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {"bucket_name": "gimje", "endpoint_url": "http://127.0.0.1:1", "region_name": "kr-standard"},
        }
    }
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    assert named(client) == (503, ["files"])


# Codes


def test_a_code_that_nobody_sends_is_named_before_it_is_too_old(marked, client, clock):
    clock("2026-11-23 10:00")
    jobs.tick()
    send_code("+821012345678", address=HERE)
    clock("2026-11-23 10:00:59")
    assert named(client) == (200, [])
    clock("2026-11-23 10:01:01")
    assert named(client) == (503, ["codes"])
    Notice.objects.update(state="SENT")
    assert named(client)[0] == 200


def test_codes_of_yesterday_accuse_nobody(marked, client, clock):
    clock("2026-11-23 10:00")
    send_code("+821012345678", address=HERE)
    clock("2026-11-23 10:30")
    jobs.tick()
    assert "codes" not in named(client)[1]


def test_the_budget_of_the_city_warns_before_it_is_used_up(marked, client, settings):
    settings.VERIFICATION_PER_DAY = 5
    for last in range(3):
        send_code(f"+82101234567{last}", address=HERE)
    assert named(client) == (200, [])
    send_code("+821012345679", address=HERE)
    assert named(client) == (200, ["code_budget"])
    page = client.get("/metrics").content.decode()
    assert "gimje_codes_today 4.0" in page
    assert "gimje_codes_budget 5.0" in page
    assert 'gimje_degraded{what="code_budget"} 1.0' in page


def test_a_used_up_budget_locks_out_nobody_who_has_an_open_case(marked, settings, make_resident, monkeypatch):
    settings.VERIFICATION_PER_DAY = 1
    send_code("+821099990000", address=HERE)
    resident = make_resident()
    with pytest.raises(Refused, match="모두 보냈습니다"):
        send_code(resident.phone, address=HERE)
    case = SimpleNamespace(is_open=True, asked_at=timezone.now())
    source = f"{__name__}.cases_source"
    monkeypatch.setitem(globals(), "cases_source", lambda residents: [case] * (resident in residents))
    settings.RESIDENT_CASE_SOURCES = [source]
    send_code(resident.phone, address=HERE)
    with pytest.raises(Refused, match="모두 보냈습니다"):
        send_code("+821099990001", address=HERE)
    case.is_open = False
    with pytest.raises(Refused, match="모두 보냈습니다"):
        send_code(resident.phone, address=HERE)
    assert Verification.objects.count() == 2


# Proxies


def test_a_forwarded_header_that_is_not_believed_is_named_for_a_day(marked, client, settings, clock):
    clock("2026-11-23 10:00")
    middleware._note_in_the_hour.cache_clear()
    settings.PROXY_COUNT = 1
    client.get("/", headers={"X-Forwarded-For": HERE})
    assert not reports.is_forwarded_unbelieved()
    settings.PROXY_COUNT = 0
    client.get("/", headers={"X-Forwarded-For": HERE})
    assert reports.is_forwarded_unbelieved()
    assert "proxy" in named(client)[1]
    assert "PROXY_COUNT is 0" in " ".join(ours())
    clock("2026-11-24 10:01")
    assert "proxy" not in named(client)[1]


# Backups


@pytest.mark.parametrize(
    ("hours", "https", "age", "is_old"),
    [
        (26, False, None, False),
        (26, True, None, True),
        (26, True, 25, False),
        (26, False, 27, True),
        (0, True, None, False),
        (0, True, 900, False),
    ],
)
def test_an_old_backup_is_named(marked, client, settings, hours, https, age, is_old):
    settings.BACKUP_HOURS, settings.HTTPS = hours, https
    if age is not None:
        jobs.tick(reports.BACKUP)
        Tick.objects.filter(name=reports.BACKUP).update(at=timezone.now() - timedelta(hours=age))
    assert named(client) == (200, ["backup"] * is_old)


# check --deploy, and the start


def ours() -> list[str]:
    found = run_checks(tags=None, include_deployment_checks=True)
    return [str(message.msg) for message in found if str(message.id).startswith("portal.E0")]


def test_check_deploy_asks_broker_keys_files_and_people(marked, settings, make_staff, monkeypatch):
    assert not [text for text in ours() if text.startswith(("REDIS_URL: n", "FIELD_KEYS", "DATA_DIR: these", "DEMO:"))]
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    marked.unlink()
    user = make_staff(username="administrator")
    user.set_password(demonstration.PASSWORD)
    user.save()
    from gimje_portal import checks

    monkeypatch.setattr(checks, "broker_answers", readiness.__dict__["broker_answers"])
    texts = " ".join(ours())
    assert "FIELD_KEYS: none of these keys reads this database" in texts
    assert "DATA_DIR: these are not the files of this database" in texts
    assert "DEMO: demonstration people are in this database: administrator." in texts


def test_check_deploy_asks_the_broker(db, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert any(text.startswith("REDIS_URL: nobody answers") for text in ours())


@pytest.mark.parametrize("sender", [None, "console", "file"])
def test_a_site_with_https_whose_messages_reach_nobody_does_not_start(sender):
    given = LEAST | {"HTTPS": "1"} | ({"SMS_SENDER": sender} if sender else {})
    with pytest.raises(Wrong, match=r"^SMS_SENDER: must be solapi with HTTPS"):
        read(given)
    read(given | {"DEMO": "1"})
    read(given | {"HTTPS": "0"})
