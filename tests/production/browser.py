"""A visitor over TLS who knows the city's certificate, keeps cookies and fills in forms; standard library only."""

import hashlib
import hmac
import http.client
import json
import re
import socket
import ssl
import threading
import time
from base64 import b32decode
from collections import Counter
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from tests.production.machine import NAME


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    text: str

    @property
    def location(self) -> str:
        return str(self.headers.get("Location", "")).removeprefix(f"https://{NAME}")


@dataclass
class Browser:
    port: int
    certificate: Path
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tls = ssl.create_default_context(cafile=str(self.certificate))

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> Answer:
        """One request on a connection of its own."""
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        connection = http.client.HTTPConnection(NAME)
        connection.sock = self.tls.wrap_socket(raw, server_hostname=NAME)
        try:
            jar = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            sent = {"Host": NAME, "Connection": "close", "Origin": f"https://{NAME}"} | headers
            connection.request(method, path, body, sent | ({"Cookie": jar} if jar else {}))
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return Answer(response.status, response.headers, text)

    def get(self, path: str) -> Answer:
        """Follows redirects."""
        answer = self.ask("GET", path)
        for _ in range(5):
            if answer.status not in (301, 302):
                break
            answer = self.ask("GET", answer.location)
        return answer

    def post(self, path: str, **typed: str) -> Answer:
        page = self.ask("GET", path).text
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token, f"{path} has no form: {page[:500]}"
        form = urlencode({"csrfmiddlewaretoken": token[1]} | typed)
        return self.ask("POST", path, form, **{"Content-Type": "application/x-www-form-urlencoded"})

    def api(self, method: str, path: str, facts: object = None, **headers: str) -> dict:
        answer = self.ask(method, path, json.dumps(facts), **{"Content-Type": "application/json"} | headers)
        assert 200 <= answer.status < 300, f"{path}: {answer.status} {answer.text[:500]}"
        return json.loads(answer.text)


def totp(secret: str) -> str:
    """The six digits that an authenticator app shows now (RFC 6238)."""
    key = b32decode(secret + "=" * (-len(secret) % 8))
    made = hmac.new(key, int(time.time() // 30).to_bytes(8, "big"), hashlib.sha1).digest()
    at = made[-1] & 15
    return f"{(int.from_bytes(made[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def secret_on(page: str) -> str:
    """The key that a page for a second factor shows: the longest run of base32 letters."""
    runs = [re.sub(r"\s", "", one) for one in re.findall(r"[A-Z2-7]{4}(?:\s?[A-Z2-7]{4}){3,}", unescape(page))]
    assert runs, page[:3000]
    return max(runs, key=len)


class Load:
    """Visitors who never stop asking; every answer that is not 200 is a failed request."""

    def __init__(self, port: int, certificate: Path, *paths: str, visitors: int = 6) -> None:
        self.answers: Counter[str] = Counter()
        self.slowest = 0.0
        self.is_over = threading.Event()
        self.threads = [
            threading.Thread(target=self.visit, args=(Browser(port, certificate), paths, number))
            for number in range(visitors)
        ]

    def visit(self, browser: Browser, paths: tuple[str, ...], number: int) -> None:
        while not self.is_over.is_set():
            path, begun = paths[number % len(paths)], time.monotonic()
            number += 1
            try:
                outcome = str(browser.ask("GET", path).status)
            except (OSError, http.client.HTTPException) as error:
                outcome = type(error).__name__
            self.slowest = max(self.slowest, time.monotonic() - begun)
            self.answers[outcome if outcome == "200" else f"{path} {outcome}"] += 1
            time.sleep(0.3)  # the machine is theirs and the release's

    def __enter__(self) -> "Load":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self.is_over.set()
        for thread in self.threads:
            thread.join()
