"""`python3 -m tests.production`: sets production up from docs/operations/ in a temporary folder and uses it.

Debian's PostgreSQL, Redis and nginx, real gunicorn with a socket that is held for it, worker and beat, TLS. It needs
root (PostgreSQL runs as its own user) and says so elsewhere; missing packages are installed with apt.
"""

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlencode

from gimje_portal import web
from gimje_portal.launcher.console import say
from tests.production.browser import Browser, Load, secret_on, totp
from tests.production.machine import NAME, OPERATIONS, Machine, connects, machine, run, wait_for

PACKAGES = {
    "nginx": "nginx-light",
    "redis-server": "redis-server",
    "psql": "postgresql",
    "openssl": "openssl",
    "git": "git",
    "logrotate": "logrotate",
    "runuser": "util-linux",
}
PASSWORD = "Jipyeongseon-2026"
DAY = """
from datetime import timedelta
from django.utils import timezone
from services.actions.history import acting
from tests.consultations.factories import BY, clinic_day
with acting(BY):
    clinic_day("LAW", on=timezone.localdate() + timedelta(days=7))
"""


def main() -> int:
    if reason := cannot():
        say(f"Production is not tried: {reason}.")
        return 0
    begun = time.monotonic()
    with machine() as here:
        try:
            walk(here)
        except BaseException:
            for log in sorted((here.folder / "log").glob("*.out")):
                say(f"--- {log.name}\n{log.read_text(errors='replace')[-1500:]}", stream=sys.stderr)
            raise
    say(f"Production as docs/operations/ says it: all well, {time.monotonic() - begun:.0f} s")
    return 0


def cannot() -> str:
    """Why it cannot be tried here; installs what is missing where that is possible."""
    if os.getuid() != 0:
        return "it needs root, as on a server"
    missing = [package for program, package in PACKAGES.items() if not shutil.which(program, path=PATH)]
    if missing and not shutil.which("apt-get"):
        return f"{', '.join(missing)} are missing, and this is no Debian"
    if missing:
        env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        # Debian starts what it installs; ours have their own ports and folders.
        policy = Path("/usr/sbin/policy-rc.d")
        is_ours = not policy.exists()
        if is_ours:
            policy.write_text("#!/bin/sh\nexit 101\n")
            policy.chmod(0o755)
        try:
            subprocess.run(["/usr/bin/apt-get", "update", "-qq"], env=env, check=True)
            packages = ["/usr/bin/apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
            subprocess.run(packages, env=env, check=True, stdout=subprocess.DEVNULL)
        except subprocess.CalledProcessError:
            return f"apt could not install {', '.join(missing)}"
        finally:
            if is_ours:
                policy.unlink()
    return ""


PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


@contextmanager
def step(what: str) -> Iterator[Callable[[str], None]]:
    notes: list[str] = []
    begun = time.monotonic()
    yield notes.append
    say(f"  {time.monotonic() - begun:5.1f} s  {what}{': ' if notes else ''}{'; '.join(notes)}")


def walk(here: Machine) -> None:
    os.environ["PATH"] = PATH
    with step("PostgreSQL, Redis and a message provider"):
        here.start_servers()
        here.write_environment()
        here.repository()
    with step("first release (release.sh)") as note:
        note(here.release("HEAD").strip().splitlines()[-1])
    with step("nginx with TLS"):
        here.start_nginx()
    visitor = Browser(here.https, here.folder / "ssl" / "fullchain.pem")
    with step("probes, redirects, headers"):
        probes(here, visitor)
    with step("the first administrator logs in with a second factor"):
        administrator(here)
    with step("a consultation is booked, its code comes by text message") as note:
        note(book(here))
    with step("backup, rehearsal, restore into a new database") as note:
        note(back_up(here))
    with step("wrong keys and wrong settings start nothing"):
        refusals(here)
    with step("restart, release and way back under load") as note:
        note(releases(here, visitor))
    with step("a full disk") as note:
        note(full_disk(here, visitor))
    with step("what is said when nobody answers"):
        nobody_answers(here, visitor)
    with step("logs and the other files"):
        logs(here)


def probes(here: Machine, visitor: Browser) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        assert inside(here, path).startswith(("ok", "{", "#")), path
    assert "backup" in degraded(here), "there is none yet"
    front = visitor.get("/")
    assert front.status == 200
    assert "max-age=31536000" in front.headers["Strict-Transport-Security"]
    assert "camera=()" in front.headers["Permissions-Policy"]
    assert visitor.ask("GET", "/metrics").status in (403, 404), "passed on by nginx: not from inside"
    style = re.search(r'href="(/static/[^"]+\.css)"', front.text)
    assert style
    assert "immutable" in visitor.get(style[1]).headers["Cache-Control"]


def inside(here: Machine, path: str) -> str:
    """From this machine, by address, without TLS."""
    connection = http.client.HTTPConnection("127.0.0.1", here.web, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    assert answer.status == 200, f"{path}: {answer.status} {text}"
    return text


def degraded(here: Machine) -> list[str]:
    return list(json.loads(inside(here, "/readyz"))["degraded"])


def administrator(here: Machine) -> None:
    said = here.manage("create_administrator", "jikwan", "--name", "지관리")
    password = said.split("first password: ")[1].split("\n")[0]
    browser = Browser(here.https, here.folder / "ssl" / "fullchain.pem")
    answer = browser.post("/staff/account/login/", login="jikwan", password=password)
    assert answer.status == 302, answer.text[:2000]
    assert browser.ask("GET", "/staff/").location.startswith("/staff/account/2fa/"), "the password alone opens nothing"
    page = browser.get("/staff/account/2fa/totp/activate/")
    if "password" in page.text and "reauthenticate" in page.text:
        browser.post("/staff/account/reauthenticate/?next=/staff/account/2fa/totp/activate/", password=password)
        page = browser.get("/staff/account/2fa/totp/activate/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert token
    form = urlencode({"csrfmiddlewaretoken": token[1], "code": totp(secret_on(page.text))})
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    done = browser.ask("POST", "/staff/account/2fa/totp/activate/", form, **kind)
    assert done.status == 302, done.text[:3000]
    assert "처음 준비" in browser.get("/staff/").text


def book(here: Machine) -> str:
    """Through nginx and the API, with the code that the worker handed to the provider."""
    here.manage("shell", "-c", DAY)
    browser = Browser(here.https, here.folder / "ssl" / "fullchain.pem")
    api = "/api/v1/consultations"
    days = browser.api("GET", f"{api}/slots?kind=LAW")["days"]
    slot = next(one["value"] for day in days for one in day["slots"] if one["is_free"])
    key = browser.api("POST", f"{api}/verifications", {"phone": "010-2000-0003"})["id"]
    begun = time.monotonic()
    wait_for(lambda: here.provider.registered, "the code at the provider")
    waited = time.monotonic() - begun
    text = next(iter(here.provider.registered.values()))["text"]
    code = re.search(r"인증번호 (\d{6})", text)
    assert code, text
    token = browser.api("POST", f"{api}/verifications/{key}/check", {"code": code[1]})["token"]
    facts = {"kind": "LAW", "topic": "LEASE", "slot": slot, "name": "시연 김만경", "born_on": "1945-03-09"}
    facts |= {"township": "만경읍", "consents": {"COLLECTION": True, "ADVISER": True}}
    headers = {"Authorization": f"Phone {token}", "Idempotency-Key": "7f3a"}
    booking = browser.api("POST", f"{api}/bookings", facts, **headers)
    assert booking["reference"]
    return f"code after {waited:.1f} s"


def back_up(here: Machine) -> str:
    said = here.manage("backup", here.folder / "backups")
    assert "backup" not in degraded(here)
    newest = max((here.folder / "backups").glob("gimje-*.tar"))
    rehearsed = here.manage("restore", "--rehearse", newest)
    assert "comes back whole" in rehearsed, rehearsed
    here.sql("CREATE DATABASE second OWNER gimje")
    other = here.folder / "lib" / "second"
    new = {"DATABASE_URL": f"postgresql://gimje:pa55word@127.0.0.1:{here.database}/second", "DATA_DIR": str(other)}
    restored = here.manage("restore", newest, env=new)
    assert "Restored as of" in restored
    assert "all hold" in here.manage("verify_history", env=new)
    here.manage("migrate", "--check", env=new)
    return f"{said.strip().partition(': ')[2]}; {rehearsed.strip().splitlines()[-1]}"


def refusals(here: Machine) -> None:
    other = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
    for env, sentence in (
        ({"FIELD_KEYS": "notakey"}, "FIELD_KEYS: key 1 of 1 is no Fernet key"),
        ({"SMS_SENDER": ""}, "SMS_SENDER: must be solapi"),
        ({"FIELD_KEYS": other}, "none of these keys reads this database"),
    ):
        said = here.manage("check", "--deploy", "--fail-level", "WARNING", env=env, code=1)
        assert sentence in said, said[-1500:]
    current = (here.folder / "srv" / "current").resolve()
    wrong = here.environment(FIELD_KEYS=other)
    said = run(current / "venv/bin/python", "-c", "import gimje_portal.wsgi", env=wrong, cwd=current, code=1)
    assert "FIELD_KEYS: none of these keys reads this database" in said, said[-1500:]
    celery = ("-m", "celery", "-A", "gimje_portal", "worker", "--concurrency", "1")
    done = subprocess.run(
        [current / "venv/bin/python", *celery],
        env=wrong,
        cwd=current,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "FIELD_KEYS: none of these keys reads this database" in done.stdout + done.stderr


def releases(here: Machine, visitor: Browser) -> str:
    pages = ("/", "/consultations/", "/slate/", "/api/v1/consultations/slots?kind=LAW", "/healthz")
    before = (here.folder / "srv" / "current").readlink()
    with Load(here.https, visitor.certificate, *pages) as load:
        time.sleep(1)
        here.restart("gimje-web")
        here.restart("gimje-web")  # while its processes are being born
        here.release("HEAD")
        assert (here.folder / "srv" / "current").readlink() != before
        here.release("--back")
        assert (here.folder / "srv" / "current").readlink() == before
        time.sleep(1)
    assert set(load.answers) == {"200"}, load.answers
    assert max(here.stops) < web.graceful_timeout, f"a process did not hear that it is to stop: {here.stops}"
    return (
        f"{load.answers['200']} requests in 4 restarts, 0 failed, the slowest {load.slowest:.1f} s; "
        f"the web stopped in {', '.join(f'{seconds:.1f}' for seconds in here.stops)} s"
    )


def full_disk(here: Machine, visitor: Browser) -> str:
    """The runbook: PostgreSQL has no room, pages say so, room is made, and all goes on without a restart of ours."""
    if not here.has_small_disk:
        return "not tried: this machine lets us mount nothing"
    serving, filler = here.units["gimje-web"].process, here.folder / "postgresql" / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(2**20))
    wait_for(lambda: not here.writes(), "a full disk")
    answer = visitor.ask("GET", "/consultations/")

    def says_so() -> bool:
        nonlocal answer
        here.writes()  # between two falls PostgreSQL may stand for a moment
        answer = visitor.ask("GET", "/consultations/")
        return answer.status == 503

    wait_for(says_so, "the page that says so")
    assert "잠시 쉬고 있습니다" in answer.text
    assert "No space left on device" in (here.folder / "log" / "postgresql.out").read_text(errors="replace")
    filler.unlink()
    here.start_postgresql()
    wait_for(lambda: visitor.ask("GET", "/consultations/").status == 200, "the page")
    assert here.units["gimje-web"].process is serving
    begun, sent = time.monotonic(), len(here.provider.registered)
    visitor.api("POST", "/api/v1/consultations/verifications", {"phone": "010-2000-0004"})
    wait_for(lambda: len(here.provider.registered) > sent, "a code")
    return f"503 while it was full, a code {time.monotonic() - begun:.1f} s after room was made"


def nobody_answers(here: Machine, visitor: Browser) -> None:
    here.stop("gimje-web")
    here.socket.close()
    wait_for(lambda: not connects(here.web), "the closed socket")
    answer = visitor.ask("GET", "/consultations/")
    assert answer.status == 503
    assert "잠시 쉬고 있습니다" in answer.text
    assert answer.headers["Retry-After"] == "60"


def logs(here: Machine) -> None:
    lines = (here.folder / "log" / "access.log").read_text()
    assert "127.0.0.0 [" in lines
    assert "127.0.0.1" not in lines
    assert "verifications/" not in lines  # where a code is checked: the address opens something
    web = (here.folder / "log" / "gimje-web.out").read_text()
    assert '"client": "' in web
    assert not re.search(r'"(ip|client)": "\d+\.\d+', web)
    for log in (here.folder / "log").glob("*.out"):
        assert "010-2000-0003" not in log.read_text(errors="replace"), log.name
        assert "1020000003" not in log.read_text(errors="replace"), log.name
    rotation = here.folder / "rotation"
    rotation.write_text(here.here((OPERATIONS / "logrotate").read_text()))
    run("logrotate", "--debug", "--state", here.folder / "rotation.state", rotation)
    if verify := shutil.which("systemd-analyze"):
        units = map(str, sorted(OPERATIONS.glob("gimje-*.[st]*")))
        said = subprocess.run([verify, "verify", *units], capture_output=True, text=True, check=False)
        faults = [line for line in said.stderr.splitlines() if "not executable" not in line and "gimje" in line]
        assert not faults, faults
    assert NAME in (OPERATIONS / "gimje.env.example").read_text()


if __name__ == "__main__":
    sys.exit(main())
