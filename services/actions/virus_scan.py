"""ClamAV over its socket, by its INSTREAM protocol; what cannot be scanned is not taken."""

import socket
import struct
import time

import structlog
from django.conf import settings

from services.enums.documents import ScanState

CHUNK = 64 * 1024
LONGEST_ANSWER = 4096
log = structlog.get_logger(__name__)


class NotClean(Exception):
    """The scanner found something, or could not say that the file is clean."""


def scan(data: bytes) -> ScanState:
    """CLEAN when clamd says so; NOT_SCANNED when no scanner is configured; else raises NotClean (fails closed)."""
    if not settings.CLAMAV_SOCKET:
        return ScanState.NOT_SCANNED
    try:
        answer = _ask(data)
    except OSError as error:
        log.error("virus_scanner_away", error=type(error).__name__)
        raise NotClean from error
    if answer == b"stream: OK":
        return ScanState.CLEAN
    log.warning("virus_scan_refused", answer=answer[:80].decode("ascii", "replace"))
    raise NotClean


def _ask(data: bytes) -> bytes:
    """Send the whole file; give clamd's one line back, without its final NUL. Raises OSError, also when it is slow."""
    ends_at = time.monotonic() + settings.CLAMAV_SECONDS
    with _connect() as connection:
        connection.sendall(b"zINSTREAM\0")
        for start in range(0, len(data), CHUNK):
            connection.settimeout(_left(ends_at))
            part = data[start : start + CHUNK]
            connection.sendall(struct.pack("!L", len(part)) + part)
        connection.sendall(struct.pack("!L", 0))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
            connection.settimeout(_left(ends_at))
            part = connection.recv(LONGEST_ANSWER)
            if not part:
                raise ConnectionResetError("clamd hung up before its answer was complete")
            answer += part
    return answer.rstrip(b"\0")


def _connect() -> socket.socket:
    """CLAMAV_SOCKET is a path, or "host:port"."""
    where, seconds = settings.CLAMAV_SOCKET, settings.CLAMAV_SECONDS
    if not where.startswith("/"):
        host, _, port = where.rpartition(":")
        return socket.create_connection((host, int(port)), timeout=seconds)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(seconds)
    try:
        connection.connect(where)
    except OSError:
        connection.close()
        raise
    return connection


def _left(ends_at: float) -> float:
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError("clamd is too slow")
    return left
