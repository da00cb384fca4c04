"""Ring the dispatcher after a commit: short, guarded and best effort, because beat sweeps what nobody rang for.

A request only sets a flag. A thread of this process publishes with short socket time-outs, so that a frozen or missing
broker costs the request nothing; after a failure it leaves the broker alone for QUIET_SECONDS.
"""

import os
import threading
import time

import structlog
from celery import current_app

QUIET_SECONDS = 30.0
GAP_SECONDS = 1.0  # one dispatch takes everything that is due: more of them would only cost
SOCKET_SECONDS = 1.0
TASK = "services.tasks.dispatch_notices"
log = structlog.get_logger(__name__)


class Doorbell:
    """One publishing thread per process, started at the first ring; a forked child starts its own."""

    def __init__(self) -> None:
        self._forget()
        os.register_at_fork(after_in_child=self._forget)

    def _forget(self) -> None:
        self._rung = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def ring(self) -> None:
        """Ask for a dispatch; returns at once and never raises."""
        self._rung.set()
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._answer, name="doorbell", daemon=True)
                self._thread.start()

    def _answer(self) -> None:
        while True:
            self._rung.wait()
            self._rung.clear()  # many rings meanwhile are one dispatch
            time.sleep(GAP_SECONDS if publish() else QUIET_SECONDS)


def publish() -> bool:
    """One attempt to publish the dispatch task; False, and a line in the log, if the broker does not take it."""
    try:
        options = current_app.conf.broker_transport_options | {
            "socket_timeout": SOCKET_SECONDS,
            "socket_connect_timeout": SOCKET_SECONDS,
            "retry_on_timeout": False,
            "max_retries": 0,
        }
        with current_app.connection_for_write(transport_options=options) as connection:
            current_app.send_task(TASK, connection=connection, retry=False, expires=60)
    except Exception as error:  # noqa: BLE001 - a doorbell must not break the house
        log.warning("doorbell_failed", error=type(error).__name__)
        return False
    return True


_bell = Doorbell()
ring = _bell.ring
