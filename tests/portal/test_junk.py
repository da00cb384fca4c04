"""Junk in every field of every form and in every question of every address, by everybody: never a fault of ours.

Each person walks from their first page over all links, so that a new page is tried from its first day, and then knocks
at every address of the URLconf that is open to them. Every try is undone: the next one meets the same world. What a
half-filled form of steps makes of junk, in each of its states, is tried in tests/portal/test_journeys.py.
"""

import json
import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings as project
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InternalError, connection, transaction
from django.urls import resolve, reverse

from gimje_portal.rights import AnyStaff, LoggedIn, Public, VerifiedResident, access_for
from services.enums.people import Role
from services.models import Resident, User
from tests.conftest import StrictClient
from tests.portal.test_links import LEAVE, Walk, _world  # noqa: F401 - a fixture
from tests.portal.test_rights import URLS, address

EXE = b"MZ\x90\x00\x03\x00\xff\xfe not what was asked for"
JUNK: list[str | bytes] = [
    "",
    "가" * 1500,
    "x",
    "a\x00b",
    b"\xed\xa0\x80",  # half a character
    "😀\u202e\u3164",
    "-1",
    "0",
    "1e400",
    "NaN",
    "99999999999999999999",
    "0000-00-00",
    "99999-12-31",
    "\u0663",  # an Arabic digit
    "=1+1",
    "//evil.example/x",
    "450309-1234567",
]
OF_ALL, OF_ONE = 2, 1  # tries with junk in all fields at once, and in one field of a form that is right otherwise
QUERY = re.compile(r"\b(?:GET|asked)(?:\.get\(|\[)\"(\w+)\"|\"(\w+)\" in [\w.]*GET\b")
ROOMS = ("services", "consultations", "slate", "solar", "gimje_portal")


def query_names() -> list[str]:
    """What views read of a query without a form."""
    found: set[str] = set()
    for room in ROOMS:
        for path in (project.BASE_DIR / room).rglob("*.py"):
            for names in QUERY.findall(path.read_text(encoding="utf-8")):
                found |= set(filter(None, names))
    return sorted(found)


ASKED = query_names()


class Forms(HTMLParser):
    """The forms of a page: method, address, and what each field says now."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, dict[str, list[str]]]] = []
        self._select = self._area = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {key: value or "" for key, value in attrs}
        if tag == "form":
            self.found.append((said.get("method", "get").lower(), said.get("action", ""), {}))
        elif self.found and tag in ("input", "button", "textarea", "select", "option"):
            self._field(tag, said)

    def _field(self, tag: str, said: dict[str, str]) -> None:
        fields = self.found[-1][2]
        if tag == "option":
            if self._select and ("selected" in said or not fields[self._select]):
                fields[self._select] = [said.get("value", "")]
            return
        name = said.get("name", "")
        if not name:
            return
        values = fields.setdefault(name, [])
        self._select, self._area = (name if tag == "select" else ""), (name if tag == "textarea" else "")
        is_box = said.get("type") in ("radio", "checkbox")
        if tag in ("input", "button") and (not is_box or "checked" in said or not values):
            values.append(said.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._area:
            self.found[-1][2][self._area] = [data]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""


def junk_for(names: Sequence[str], number: int) -> dict[str, Any]:
    """Another piece of junk in each field, other ones with each number; now and then a file."""
    sent: dict[str, list[Any]] = {name: [JUNK[(number + 2 * place) % len(JUNK)]] for place, name in enumerate(names)}
    if names and number % 4 == 3:
        sent[names[number % len(names)]] = [SimpleUploadedFile("a.xlsx", EXE)]
    return sent


def tries(fields: dict[str, list[str]], *, seed: int, is_known: bool) -> Iterator[dict[str, Any]]:
    """What is sent to one form; less where another person has sent it all."""
    names = list(fields)
    yield junk_for(names, seed)
    if is_known:
        return
    yield {}
    for number in range(1, OF_ALL):
        yield junk_for(names, seed + 2 * number)
    for number in range(min(OF_ONE, len(names))):
        name = names[(seed + number) % len(names)]
        yield fields | {name: [JUNK[(seed + 3 * number) % len(JUNK)]]}
    yield {name: [*values, *JUNK[:3]] for name, values in fields.items()}  # each several times
    yield {name: [SimpleUploadedFile("가.png", EXE)] for name in names}


def undone(work: Callable[[], Any]) -> Any:
    """The answer to a request; what it wrote is taken back."""
    mark = transaction.savepoint()
    try:
        response = work()
        if response.streaming:
            for _part in response:  # to its end: a cursor of the database is open as long as it runs
                pass
        return response
    finally:
        connection.needs_rollback = False
        transaction.savepoint_rollback(mark)


def what_is_wrong(response: Any) -> str:
    """Empty for a redirect, a file, or a page or sentence in Korean that is no fault of ours."""
    if response.status_code >= 500:
        error = response.exc_info[1] if getattr(response, "exc_info", None) else ""
        return f"{response.status_code} {error!r:.200}"
    if response.status_code in (301, 302, 303) or response.streaming:
        return ""
    is_page = response.get("Content-Type", "").startswith(("text/html", "text/plain"))
    is_answer = response.get("Content-Type", "").startswith("application/json") and response.status_code >= 400
    text = response.content.decode() if is_page or is_answer else ""
    is_said = not (is_page or is_answer) or re.search("[가-힣]|\\\\u[ac][0-9a-f]{3}", text)
    return "" if is_said else f"{response.status_code} without a sentence: {text[:80]!r}"


@dataclass
class Tried:
    """What somebody has tried already; the number of tries."""

    forms: set[tuple[str, ...]] = field(default_factory=set)
    pages: Counter[str] = field(default_factory=Counter)
    doors: set[tuple[str, bool]] = field(default_factory=set)
    count: int = 0


@dataclass(kw_only=True)
class Attack(Walk):
    """A walk that sends junk to every form and every page on its way."""

    who: str
    tried: Tried
    last: str = ""

    def look(self, address: str, response: Any) -> None:
        if not response.get("Content-Type", "").startswith("text/html") or response.status_code != 200:
            return
        view, questions = resolve(urlsplit(address).path).view_name, list(ASKED)
        for method, action, fields in Forms(response.content.decode()).found:
            if method == "get":
                questions = [*fields, *(name for name in ASKED if name not in fields)]
            else:
                self.send(urljoin(address, action), fields)
        is_known = self.tried.pages[view] > 0
        self.tried.pages[view] += 1
        for number in range(0 if is_known else 1):
            self.ask(address, questions, number * 4 + len(view))

    def send(self, url: str, fields: dict[str, list[str]]) -> None:
        fields = {name: values for name, values in fields.items() if name != "csrfmiddlewaretoken"}
        view = resolve(urlsplit(url).path).view_name
        kind = (view, *sorted(fields))
        mine = (self.who, *kind)
        if mine in self.tried.forms:
            return
        is_known = kind in self.tried.forms
        self.tried.forms |= {kind, mine}
        for number, sent in enumerate(tries(fields, seed=len(self.tried.forms), is_known=is_known)):
            self.judge(partial(self.client.post, url, sent), f"POST {url} #{number} {_short(sent)}")
        if not is_known:
            broken: dict[str, Any] = {
                "data": b"--x\r\nContent-Disposition: \x00\xff",
                "content_type": "multipart/form-data; boundary=x",
            }
            self.judge(lambda: self.client.post(url, **broken), f"POST {url} a broken body")

    def ask(self, url: str, names: Sequence[str], number: int) -> None:
        query = {name: [JUNK[(number + place) % len(JUNK)]] for place, name in enumerate(names)}
        bare = {name: [one for one in values if one != "a\x00b"] for name, values in query.items()}
        self.judge(lambda: self.client.get(urlsplit(url).path, bare), f"GET {url} {_short(bare)}")

    def knock(self, url: str, number: int) -> None:
        """An address without a page that leads there, with what other pages send; by a stranger and by others."""
        door = (url, self.who == "stranger")
        if door in self.tried.doors:
            return
        self.tried.doors.add(door)
        self.judge(lambda: self.client.post(url, junk_for(ASKED, number)), f"POST {url}")

    def judge(self, send: Callable[[], Any], what: str) -> None:
        self.tried.count += 1
        cookies = self.client.cookies.copy()
        try:
            wrong = what_is_wrong(undone(send))
        except InternalError:
            pytest.fail(
                f"The try before this one broke the transaction: {what} after {self.last}\n"
                + "\n".join(self.faults[-3:])
            )
        if wrong:
            self.faults.append(f"{self.who}: {wrong} after {what}")
        self.last = what
        self.client.cookies = SimpleCookie(cookies)


def _short(sent: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value!r:.30}" for name, value in sent.items())[:300]


STAFF_MAY = {AnyStaff, LoggedIn}
Visitor = tuple[str, StrictClient, bool, str]  # who, their browser, of the staff, first page


def open_to(*, is_staff: bool) -> Iterator[str]:
    """Every address of the URLconf that these may open."""
    for name, converters in URLS:
        access = access_for(name)
        is_of_staff = isinstance(access, frozenset) or access in STAFF_MAY
        is_open = is_of_staff if is_staff else access in (Public, VerifiedResident)
        if is_open and name not in LEAVE:
            yield address(name, converters)


def visitors(resident_client: Callable[[Resident], StrictClient], user: User) -> Iterator[Visitor]:
    """Without and with a proved phone, and a member of staff with every role: who may come is tried elsewhere."""
    yield "stranger", StrictClient(), False, "/"
    resident = Resident.objects.filter(slate_applications__isnull=False).order_by("pk")[0]
    yield "resident", resident_client(resident), False, reverse("services:my")
    client = StrictClient()
    client.force_login(user)
    yield "staff", client, True, reverse("services:staff_today")


@pytest.fixture
def _quiet() -> Iterator[None]:
    """Thousands of lines that nobody reads."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.usefixtures("_world", "_quiet")
def test_junk_is_answered_calmly_by_every_page(resident_client, make_staff, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
    faults, tried, names = list[str](), Tried(), set[str]()
    for name, client, is_staff, start in visitors(resident_client, make_staff(*Role, username="all")):
        client.raise_request_exception = False
        attack = Attack(
            client, frozenset({*Role, *STAFF_MAY, Public, VerifiedResident}), who=name, tried=tried, each=1
        )
        attack.from_(start)
        for number, url in enumerate(open_to(is_staff=is_staff)):
            attack.knock(url, number)
        faults += [
            one for one in attack.faults if one[:1] == "5" or " after " in one
        ]  # others: tests/portal/test_links.py
        names |= attack.names
    assert not faults, f"{len(faults)} of {tried.count}\n" + "\n".join(faults)
    assert tried.count > 600, tried.count
    assert len(names) > 80, len(names)


# Programs


BODIES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"x"',
    b"\x00",
    b"\xff\xfe",
    b'{"a": 1e400}',
    b'{"kind": "\\ud800", "phone": "\\u0000", "venue": 1e400, "slot": -1, "name": {"a": []}}',
    b"[" * 5000,
    json.dumps({"phone": ["x"] * 50, "code": {"a": 1}, "consents": "yes", "plant": None, "readings": [None]}).encode(),
]


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, _ in URLS if access_for(name) and ":api_" in name])
def test_a_program_is_answered_calmly_too(name):
    url = address(name, dict(URLS)[name])
    client, faults = StrictClient(raise_request_exception=False), []
    for method in ("post", "patch", "put", "delete", "get"):
        for body in BODIES if method == "post" else BODIES[:2]:
            for kind in ("application/json", "text/csv", "multipart/form-data", ""):
                send = getattr(client, method)
                headers = {"Authorization": "Bearer \x7f", "Idempotency-Key": "가" * 300}
                asked = {"data": body, "content_type": kind} if method != "get" else {"data": {"page": "x"}}
                if wrong := what_is_wrong(undone(lambda: send(url, headers=headers, **asked))):  # noqa: B023
                    faults.append(f"{wrong} after {method} {body[:40]!r} as {kind}")
    assert faults == []
