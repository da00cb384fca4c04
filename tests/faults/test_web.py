"""The web process of a city's servers, told to stop while it is being born: it hears, and nobody waits for a kill."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.fault
GRACE = 6
APPLICATION = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ok"]
"""
# No portal, and a birth that takes a second, as on a busy machine. DEAF: without the hooks, for the negative control.
SLOW = f"""
import time
from gimje_portal.web import *
del on_starting
wsgi_app = "tiny:application"
workers, graceful_timeout, bind = 2, {GRACE}, "127.0.0.1:0"
def post_fork(arbiter, worker):
    print("born", flush=True)
    time.sleep(1)
"""
DEAF = "\ndel pre_fork, post_worker_init\n"


def seconds_to_stop(folder: Path, config: str) -> float:
    (folder / "tiny.py").write_text(APPLICATION)
    (folder / "config.py").write_text(config)
    argv = [sys.executable, "-m", "gunicorn", "--config", str(folder / "config.py"), "--pythonpath", str(folder)]
    web = subprocess.Popen(argv, cwd=settings.BASE_DIR, env=os.environ, stdout=subprocess.PIPE, text=True)
    try:
        assert web.stdout
        assert web.stdout.readline() == "born\n"
        begun = time.monotonic()
        web.send_signal(signal.SIGTERM)
        assert web.wait(GRACE + 20) == 0
        return time.monotonic() - begun
    finally:
        web.kill()
        web.stdout.close()


def test_a_process_hears_the_stop_from_its_birth_on(tmp_path):
    assert seconds_to_stop(tmp_path, SLOW) < GRACE


def test_without_the_hooks_it_is_waited_for_and_killed(tmp_path):
    """Negative control: what it served would be cut off."""
    assert seconds_to_stop(tmp_path, SLOW + DEAF) >= GRACE
