"""How gunicorn serves the portal on a city's servers: `gunicorn --config python:gimje_portal.web`, words after it win.

A restart is felt by everybody who asks meanwhile, so it is short. What all processes need is imported once, before
the first of them; one that has been told to stop finishes what it serves, takes nothing new and is gone at once.
"""

import gc
import importlib
import os
import signal
import sys
from typing import Any

wsgi_app = "gimje_portal.wsgi:application"
preload_app = True
worker_class = "gthread"
workers = 4
threads = 4
graceful_timeout = 20  # a statement may take 15 s; systemd waits 30 (gimje-web.service)
worker_tmp_dir = "/dev/shm"  # noqa: S108 (a heartbeat on a busy disk can block until the process is killed)
control_socket_disable = True

STOP = {signal.SIGTERM}


def on_starting(arbiter: Any) -> None:
    """Import what the first visitors of each process would wait for: all pages, and the package of holidays."""
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018 (asking for them imports them)
    importlib.import_module("holidays.countries")
    gc.collect()
    gc.freeze()  # shared by all processes, and never walked again


# Between its birth and its first request a process did not hear the signal: gunicorn's own handlers are not there
# yet, and one that nobody told serves on until it is killed, in the middle of a page. So the signal waits.


def pre_fork(arbiter: Any, worker: Any) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP)


os.register_at_fork(after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP))


def post_worker_init(worker: Any) -> None:
    """The last thing before a process takes requests."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP)


def worker_exit(arbiter: Any, worker: Any) -> None:
    """All is served: Python's own tidying would take a second of each core, and the next process waits for it."""
    if worker.booted and not worker.alive:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
