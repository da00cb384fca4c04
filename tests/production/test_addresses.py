"""One address function: for limits, log-in, reading log and logs, behind a proxy and without one."""

import json

import pytest
import structlog
from axes.models import AccessAttempt, AccessLog
from django.core.cache import cache
from django.utils import timezone

from gimje_portal.demo.services import PASSWORD as DEMONSTRATION_PASSWORD
from gimje_portal.logs import client_mark
from services.actions.jobs import purge
from services.actions.people import send_code
from services.enums.people import Role
from services.reports.people import address_of, is_passed_on_unbelieved
from services.rules.networks import clean_address, counted_as
from services.rules.refusal import Refused

PASSWORD = "Jipyeongseon-2026"
LOGIN = "/staff/account/login/"
HERE, THERE, OFFICE = "203.0.113.7", "203.0.113.8", "198.51.100.20"


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        (" 203.0.113.7:4711 ", "203.0.113.7"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ("2001:DB8:0:0::7", "2001:db8::7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::1"),
        ("unknown", ""),
        ("", ""),
        ("203.0.113.7, 1", ""),
        ("999.1.1.1", ""),
    ],
)
def test_addresses_as_proxies_write_them(given, address):
    assert clean_address(given) == address


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("", ""),
    ],
)
def test_ipv6_counts_by_64(address, counted):
    assert counted_as(address) == counted


@pytest.mark.parametrize(
    ("count", "forwarded", "peer", "found"),
    [
        (0, "", HERE, HERE),
        (0, OFFICE, HERE, HERE),
        (1, OFFICE, "127.0.0.1", OFFICE),
        (1, f"8.8.8.8, {OFFICE}", "127.0.0.1", OFFICE),
        (2, f"8.8.8.8, {OFFICE}, 10.0.0.2", "127.0.0.1", OFFICE),
        (2, OFFICE, "127.0.0.1", "127.0.0.1"),
        (1, "", "127.0.0.1", "127.0.0.1"),
        (1, "rubbish", "127.0.0.1", ""),
    ],
)
def test_only_so_many_proxies_are_believed(rf, settings, count, forwarded, peer, found):
    settings.PROXY_COUNT = count
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert address_of(rf.get("/", headers=headers, REMOTE_ADDR=peer)) == found


@pytest.mark.parametrize(
    ("count", "forwarded", "peer", "is_wrong"),
    [
        (0, OFFICE, "127.0.0.1", True),
        (0, OFFICE, "10.0.0.2", True),
        (2, OFFICE, "127.0.0.1", True),
        (1, OFFICE, "127.0.0.1", False),
        (0, "", "127.0.0.1", False),
        (1, "127.0.0.1", "127.0.0.1", False),  # somebody on the server asks through its nginx
        (0, OFFICE, "8.8.8.8", False),  # a visitor who writes the header: no proxy of ours
    ],
)
def test_a_proxy_count_that_hides_the_visitors_is_noticed(rf, settings, count, forwarded, peer, is_wrong):
    settings.PROXY_COUNT = count
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert is_passed_on_unbelieved(rf.get("/", headers=headers, REMOTE_ADDR=peer)) is is_wrong


def test_one_network_of_ipv6_gets_no_more_codes_than_one_address(db, settings):
    settings.VERIFICATION_PER_ADDRESS_PER_HOUR = 3
    for last in range(3):
        send_code(f"+8210123456{last:02}", address=f"2001:db8:1:2::{last}")
    with pytest.raises(Refused, match="한 시간 뒤에"):
        send_code("+821012345699", address="2001:db8:1:2:aaaa::1")
    send_code("+821012345699", address="2001:db8:1:3::1")


# Log-in of staff


@pytest.fixture
def officer(make_staff, settings):
    settings.PROXY_COUNT = 1
    cache.clear()
    user = make_staff(Role.SLATE_OFFICER, username="oh")
    user.set_password(PASSWORD)
    user.save()
    return user


def log_in(client, address: str, password: str = PASSWORD, username: str = "oh"):
    headers = {"X-Forwarded-For": f"1.2.3.4, {address}"}
    return client.post(LOGIN, {"login": username, "password": password}, headers=headers)


def test_wrong_passwords_behind_a_proxy_lock_that_visitor_only(client, officer):
    for _ in range(5):
        locked = log_in(client, HERE, "wrong")
    assert locked.status_code == 429
    assert "15분 뒤에" in locked.content.decode()
    assert AccessAttempt.objects.get().ip_address == HERE
    assert log_in(client, HERE).status_code == 429
    assert log_in(client, THERE).status_code == 302


def test_a_network_of_ipv6_is_one_visitor(client, officer):
    for last in range(5):
        locked = log_in(client, f"2001:db8:1:2::{last}", "wrong")
    assert locked.status_code == 429
    assert log_in(client, "2001:db8:1:2:ffff::1").status_code == 429
    assert log_in(client, "2001:db8:1:3::1").status_code == 302


def test_guesses_from_everywhere_never_lock_the_place_where_the_name_came_in(client, officer):
    AccessLog.objects.create(username="oh", ip_address=OFFICE, attempt_time=timezone.now())
    for last in range(12):
        page = log_in(client, f"203.0.113.{last}", "wrong")
    assert "여러 번 맞지 않아 잠시 멈추었습니다." in page.content.decode()
    assert "여러 번" in log_in(client, "203.0.113.77").content.decode(), "a stranger's address: also with the password"
    assert log_in(client, OFFICE).status_code == 302


def test_too_many_log_ins_of_one_address_close_no_other_and_say_so_in_our_words(client, officer, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip"}
    for name in ("a", "b"):
        log_in(client, HERE, "wrong", name)
    refused = log_in(client, HERE, "wrong", "c")
    assert refused.status_code == 429
    assert "<h1>잠시 뒤에 다시 해 주세요</h1>" in refused.content.decode()
    assert refused["Retry-After"]
    assert log_in(client, THERE).status_code == 302


def test_the_demonstration_password_opens_only_a_demonstration(client, officer, settings):
    officer.set_password(DEMONSTRATION_PASSWORD)
    officer.save()
    assert "맞지 않습니다" in log_in(client, HERE, DEMONSTRATION_PASSWORD).content.decode()
    settings.DEMO = True
    assert log_in(client, HERE, DEMONSTRATION_PASSWORD).status_code == 302


def test_who_came_in_from_where_is_not_kept_for_ever(db, clock):
    clock("2026-11-20 09:00")
    AccessLog.objects.create(username="oh", ip_address=OFFICE, attempt_time=timezone.now())
    AccessAttempt.objects.create(username="oh", ip_address=HERE, attempt_time=timezone.now(), failures_since_start=1)
    clock("2026-11-22 09:00")
    purge()
    assert (AccessLog.objects.count(), AccessAttempt.objects.count()) == (1, 0)
    clock("2027-06-01 09:00")
    purge()
    assert not AccessLog.objects.exists()


# Logs


def test_no_line_of_the_log_holds_an_address(client, officer, caplog, rf):
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        client.get("/", headers={"X-Forwarded-For": HERE})
        log_in(client, HERE, "wrong")
    assert lines
    text = json.dumps(lines, ensure_ascii=False, default=str) + caplog.text
    assert HERE not in text
    assert "127.0.0.1" not in text
    mark = client_mark(rf.get("/", headers={"X-Forwarded-For": HERE}))
    assert {line["client"] for line in lines if "client" in line} == {mark}
    assert f"client {mark}" in caplog.text, "axes says which client"
    assert client_mark(rf.get("/", headers={"X-Forwarded-For": THERE})) != mark


# Machines


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_probes_ask_by_address_and_without_tls(client, db, settings, path):
    settings.SECURE_SSL_REDIRECT, settings.ALLOWED_HOSTS = True, ["portal.example"]
    assert client.get("/", headers={"Host": "portal.example"}).status_code == 301
    answer = client.get(path, headers={"Host": "10.0.0.5:8000"})
    assert answer.status_code != 400
    assert "Location" not in answer
    assert answer["Cache-Control"] == "private, no-store"
    assert "Set-Cookie" not in answer


def test_a_stranger_learns_only_whether_it_is_ready(client, db, settings):
    outside = client.get("/readyz", headers={"X-Forwarded-For": HERE})
    assert outside.json().keys() == {"ready"}
    assert "degraded" in client.get("/readyz").json()
    settings.METRICS_TOKEN = "s3cret"
    known = client.get("/readyz", headers={"X-Forwarded-For": HERE, "Authorization": "Bearer s3cret"})
    assert "degraded" in known.json()


def test_no_page_may_use_devices(client, db):
    policy = client.get("/")["Permissions-Policy"]
    assert {"camera=()", "microphone=()", "geolocation=()", "payment=()"} <= set(policy.split(", "))
    assert client.get("/no-such-page/")["Permissions-Policy"] == policy
    assert "publickey" not in policy, "security keys of staff need it"
