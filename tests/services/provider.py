"""A message provider on localhost that speaks Solapi's documented protocol and misbehaves as it is told."""

import datetime as dt
import hashlib
import hmac
import json
import re
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

SECRET = "provider-secret"
AUTHORIZATION = re.compile(r"HMAC-SHA256 apiKey=(\S+), date=(\S+), salt=(\S+), signature=(\w{64})")


class Provider:
    """Keeps what it registered; `mood` is how the next answers are: ok, slow, gone, broken, html, types, ..."""

    def __init__(self) -> None:
        self.registered: dict[str, dict] = {}  # message id -> message with customFields and statusCode
        self.requests: list[tuple[str, str]] = []
        self.mood = "ok"
        self.refuse: dict[str, str] = {}  # number -> status code of a refusal
        self.salts: set[str] = set()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.provider = self  # type: ignore[attr-defined]
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def keys(self) -> list[str]:
        return [message["customFields"]["key"] for message in self.registered.values()]

    def is_signed(self, headers) -> bool:
        match = AUTHORIZATION.fullmatch(headers.get("Authorization", ""))
        if not match:
            return False
        _key, date, salt, signature = match.groups()
        expected = hmac.new(SECRET.encode(), f"{date}{salt}".encode(), hashlib.sha256).hexdigest()
        is_fresh = salt not in self.salts and 12 <= len(salt) <= 64 and dt.datetime.fromisoformat(date).tzinfo
        self.salts.add(salt)
        return bool(is_fresh) and hmac.compare_digest(expected, signature)

    def register(self, body: dict) -> tuple[int, dict]:
        for message in body["messages"]:
            if any(len(value) > 100 for value in message["customFields"].values()) or not message["text"]:
                return 400, {"errorCode": "ValidationError", "errorMessage": "잘못된 요청"}
        good, failed = [], []
        for number, message in enumerate(body["messages"]):
            code = self.refuse.get(message["to"], "2000")
            message_id = f"M4V{len(self.registered):08d}{number}"
            item = {"messageId": message_id, "statusCode": code, "customFields": message["customFields"]}
            if code == "2000":
                self.registered[message_id] = message | item
                good.append(item | {"statusMessage": "정상 접수"})
            else:
                failed.append(item | {"to": message["to"], "from": message["from"], "type": message["type"]})
        answer = {"groupInfo": {"groupId": "G4V1"}, "failedMessageList": failed}
        return 200, answer | ({"messageList": good} if body.get("showMessageList") else {})

    def listed(self, query: dict[str, list[str]]) -> tuple[int, dict]:
        wanted = json.loads(query["messageIds[in]"][0]) if "messageIds[in]" in query else None
        number = query.get("to", [None])[0]
        found = {
            key: message
            for key, message in self.registered.items()
            if (wanted is None or key in wanted) and (number is None or message["to"] == number)
        }
        return 200, {"startKey": None, "limit": 20, "messageList": found}


WRONG_TYPES = {"groupInfo": 7, "messageList": "no", "failedMessageList": {"a": 1}}
SPOILED = {
    "html": lambda answer: b"<html>Bad gateway</html>",
    "cut": lambda answer: json.dumps(answer).encode()[:-7],
    "binary": lambda answer: b"\xff\xfe\x00garbage",
    "list": lambda answer: json.dumps([answer]).encode(),
    "wrong types": lambda answer: json.dumps(WRONG_TYPES).encode(),
    "null": lambda answer: b'{"messageList": [null, {"customFields": null}], "failedMessageList": null}',
}


class Handler(BaseHTTPRequestHandler):
    """One request to the provider."""

    @property
    def provider(self) -> Provider:
        return self.server.provider  # type: ignore[attr-defined]

    def log_message(self, *args: object) -> None:
        return

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.path == "/messages/v4/send-many/detail"
        self.behave("POST", lambda: self.provider.register(body))

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        assert self.path.startswith("/messages/v4/list?")
        self.behave("GET", lambda: self.provider.listed(query))

    def behave(self, method: str, work: Callable[[], tuple[int, dict]]) -> None:
        provider, mood = self.provider, self.provider.mood
        provider.requests.append((method, self.path))
        if not provider.is_signed(self.headers):
            self.answer(403, json.dumps({"errorCode": "SignatureDoesNotMatch", "errorMessage": "서명 오류"}).encode())
        elif mood == "down":
            self.answer(503, json.dumps({"errorCode": "Down", "errorMessage": "점검"}).encode())
        elif mood == "hang up":
            self.connection.close()
        else:
            self.work(mood, *work())

    def work(self, mood: str, status: int, answer: dict) -> None:
        if mood == "lost answer":  # registered, but nobody hears of it
            self.connection.close()
            return
        if mood == "slow":
            time.sleep(0.6)
        body = SPOILED[mood](answer) if mood in SPOILED else json.dumps(answer).encode()
        self.answer(status, body)

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
