"""Everybody opens every link of every page that they are shown: no refusal, no dead end, no closed door."""

import importlib
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve, reverse

from gimje_portal.rights import AnyStaff, LoggedIn, Public, VerifiedResident, access_for
from services.enums.people import Role
from services.models import Resident, User
from tests.conftest import StrictClient
from tests.solar.factories import make_source
from tests.solar.test_rollups import at, take

EACH = 2  # so many pages of one kind; the next case is opened by the same view and the same template
LEAVE = ("account_logout", "services:my_leave", "consultations:desk_leave")
NOT_OURS = ("/static/", "/media/")


class Doors(HTMLParser):
    """The addresses of links and of forms on a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "a" and said.get("href"):
            self.links.append(said["href"] or "")
        if tag == "form":
            self.forms.append(((said.get("method") or "get").lower(), said.get("action") or ""))


@dataclass
class Walk:
    """One person's way through the portal, from the first page on; what was wrong stands in `faults`."""

    client: StrictClient
    may_send: frozenset[object]
    opened: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    each: int = EACH

    def from_(self, *starts: str) -> "Walk":
        known, kinds = set(starts), Counter[tuple[str, ...]]()
        todo = deque((start, "the beginning") for start in starts)
        while todo:
            address, came_from = todo.popleft()
            for link in self._open(address, came_from):
                kind = _kind(link)
                if link not in known and kind and kinds[kind] < self.each:
                    known.add(link)
                    kinds[kind] += 1
                    todo.append((link, address))
        return self

    def _open(self, address: str, came_from: str) -> Iterator[str]:
        response = self.client.get(address)
        if response.status_code >= 400:
            self.faults.append(f"{response.status_code} {address} from {came_from}")
            return
        self.opened.add(address)
        self.names.add(resolve(urlsplit(address).path).view_name)
        self.look(address, response)
        if response.status_code in (301, 302):
            yield urljoin(address, response["Location"])
        elif not response.streaming and response.get("Content-Type", "").startswith("text/html"):
            doors = Doors(response.content.decode())
            for method, action in doors.forms:
                self._may_send(method, urljoin(address, action), address)
            for link in doors.links:
                yield urldefrag(urljoin(address, link)).url

    def look(self, address: str, response: Any) -> None:
        """For those who do more on each page (tests/portal/test_junk.py)."""

    def _may_send(self, method: str, action: str, page: str) -> None:
        """A button whose page is closed to this person is a dead end too."""
        try:
            name = resolve(urlsplit(action).path).view_name
        except Resolver404:
            self.faults.append(f"no page behind the form {method} {action} on {page}")
            return
        access = access_for(name)
        is_open = access & self.may_send if isinstance(access, frozenset) else access in self.may_send
        if not is_open:
            self.faults.append(f"closed to this person: the form {method} {action} on {page}")


def _kind(link: str) -> tuple[str, ...]:
    """Links of one kind lead to the same view with the same questions; empty for what is not a page of ours."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or parts.path.startswith(NOT_OURS):
        return ()
    try:
        name = resolve(parts.path).view_name
    except Resolver404:
        return ("nowhere", link)
    return () if name in LEAVE else (name, *sorted(key for key, _ in parse_qsl(parts.query)))


@pytest.fixture
def _world(db, clock, settings, tmp_path):
    """The demonstration with everything in it, and a few hours of one plant."""
    clock("2026-11-30 10:00")
    settings.DEMO = True
    settings.STAFF_MFA_REQUIRED = False
    settings.DATA_DIR = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    for app in ("services", "consultations", "slate"):
        importlib.import_module(f"gimje_portal.demo.{app}").load()
    meter = make_source(slug="council", code="meter", interval_s=3600)
    take(meter, {at("2026-11-29 12:00"): 50_000_000}, b"a Sunday")


@pytest.mark.usefixtures("_world")
def test_every_role_may_open_whatever_it_is_shown():
    faults, opened = [], {}
    for role in Role:
        client = StrictClient()
        user = User.objects.get(username=role.value)
        client.force_login(user)
        walk = Walk(client, frozenset({role, AnyStaff, LoggedIn, Public})).from_(reverse("services:staff_today"))
        opened[role] = walk.names
        faults += [f"{role}: {fault}" for fault in walk.faults]
    assert not faults, "\n".join(faults)
    assert all(names for names in opened.values())


@pytest.mark.usefixtures("_world")
def test_a_citizen_may_open_whatever_they_are_shown(client, resident_client):
    stranger = Walk(StrictClient(), frozenset({Public, VerifiedResident})).from_("/")
    faults = [f"stranger: {fault}" for fault in stranger.faults]
    for resident in Resident.objects.order_by("pk")[:12]:
        walk = Walk(resident_client(resident), frozenset({Public, VerifiedResident})).from_(reverse("services:my"))
        faults += [f"{resident}: {fault}" for fault in walk.faults]
    assert not faults, "\n".join(faults)
