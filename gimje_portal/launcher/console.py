"""What the launcher says: numbered steps with their seconds, and problems as one sentence."""

import errno
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from types import FrameType
from typing import TextIO

Argv = list[str | Path]  # a command line; paths stay paths until it is run
STARTED = time.monotonic()
LOG_SECONDS = 2.0
TOOL_SECONDS = 3.0  # so long a tool has to end when it is asked to
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
NO_NETWORK = re.compile(
    r"dns error|name resolution|name or service not known|connection (refused|error|reset)|network is unreachable"
    r"|newconnectionerror|error sending request|failed to (fetch|download)|max retries|tunnel error|timed? ?out"
    r"|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT",
    re.IGNORECASE,
)


class Problem(Exception):
    """One clear sentence for the person at the keyboard; the command ends with a non-zero exit code."""


class Interrupted(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal while something was still being set up."""


def explain(fault: OSError) -> str:
    """Turn a fault of the operating system into one sentence."""
    if fault.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"No space left on the disk (at {fault.filename or Path.cwd()}); free some and run the command again."
    if fault.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"No permission to write {fault.filename or 'here'}; run as the owner of the directory."
    return f"{fault.strerror or fault} ({fault.filename or 'no file'})."


def say(text: str = "", *, end: str = "\n", stream: TextIO | None = None) -> None:
    """Print, unless nobody listens any more: a dead terminal must never keep the portal from shutting down."""
    stream = stream or sys.stdout
    try:
        print(text, end=end, file=stream, flush=True)
    except OSError:
        # Without this, the flush at interpreter exit fails again and turns exit code 0 into 120.
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)


class Steps:
    """Numbers the steps of one command and prints how long each took."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.took: list[tuple[str, Step]] = []

    @contextmanager
    def step(self, title: str, work: "Step | None" = None) -> Iterator["Step"]:
        """A step, or the rest of one whose work began in the background."""
        step = work or Step()
        self.took.append((title, step))
        step.begin(f"[{len(self.took)}/{self.total}] {title}")
        try:
            yield step
        except BaseException:
            step.end("stopped")
            raise
        step.end()

    def where_the_seconds_went(self) -> str:
        """One line a step; the work in the background goes on beside the steps above it, so it adds nothing."""
        return "\n".join(
            f"  {title:<40}{step.seconds:6.1f} s{', beside the steps above it' if step.is_background else ''}"
            for title, step in self.took
        )


class Step:
    """One line on the screen: its title at once, its progress while it lasts, its seconds at the end."""

    def __init__(self) -> None:
        self.title = ""
        self.note = ""
        self.seconds = 0.0  # what the work itself took
        self.is_background = False
        self.started = time.monotonic()
        self.is_live = sys.stdout.isatty()
        self.next_line = self.started + (0 if self.is_live else LOG_SECONDS)

    def work_in_background(self, work: Callable[..., None], *arguments: object) -> None:
        """Do the work and keep how long it took; its line on the screen begins later, when it is waited for."""
        self.is_background = True
        began = time.monotonic()
        work(*arguments, self)
        self.seconds = time.monotonic() - began

    def begin(self, title: str) -> None:
        self.title = title
        self.started = time.monotonic()
        say(f"{title} ...", end="" if self.is_live else "\n")

    def progress(self, line: str) -> None:
        """Show the newest line of a tool: in place on a terminal; in a log below the title, one in two seconds."""
        now = time.monotonic()
        if not line or not self.title or now < self.next_line:
            return
        self.next_line = now + (0.05 if self.is_live else LOG_SECONDS)
        if self.is_live:
            room = max(shutil.get_terminal_size().columns - len(self.title) - 8, 10)
            say(f"\r\x1b[K{self.title} ... {line[:room]}", end="")
        else:
            say(f"      {now - self.started:.0f} s: {line}")

    def end(self, word: str = "") -> None:
        outcome = word or self.note or "done"
        waited = time.monotonic() - self.started
        if not self.is_background:
            self.seconds = waited
        seconds = f"{waited:.1f} s"
        if self.is_live:
            say(f"\r\x1b[K{self.title}: {outcome}, {seconds}")
        else:
            say(f"      {outcome}, {seconds}")


RUNNING: set[subprocess.Popen[str]] = set()  # the tools at work, also those of the background
GIVEN_UP = Event()  # the work in the background is wanted no more: no new tool, no waiting


@contextmanager
def in_background() -> Iterator[ThreadPoolExecutor]:
    """One thread for work beside our own; when we fail or are interrupted, its tool ends, too."""
    try:
        with ThreadPoolExecutor(max_workers=1) as pool:
            try:
                yield pool
            except BaseException:
                GIVEN_UP.set()
                pool.shutdown(wait=False, cancel_futures=True)
                for tool in tuple(RUNNING):
                    end_with_children(tool)
                raise
    finally:
        GIVEN_UP.clear()


def end_with_children(tool: subprocess.Popen[str]) -> None:
    """A tool's own children hold its output open: one left alive would be waited for, perhaps for ever."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(tool.pid, number)
        with suppress(subprocess.TimeoutExpired):
            tool.wait(TOOL_SECONDS)


@contextmanager
def interruptible() -> Iterator[None]:
    """Raise `Interrupted` on any signal that asks us to stop, so that `finally` clauses tidy up."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Interrupted(number)

    before = {number: signal.signal(number, stop) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run_tool(
    argv: Sequence[str | Path], *, doing: str, step: Step | None = None, env: Mapping[str, str] | None = None
) -> str:
    """Run a tool to its end and return what it printed; a failure becomes a `Problem` with its last lines."""
    lines: deque[str] = deque(maxlen=400)
    tool = subprocess.Popen(
        [str(part) for part in argv],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=env,
        cwd=Path(__file__).resolve().parents[2],  # `-m` looks here first, whatever directory we were called from
        process_group=0,
    )
    RUNNING.add(tool)
    try:
        if GIVEN_UP.is_set():
            raise Interrupted
        assert tool.stdout is not None  # noqa: S101 -- for the type checker: PIPE was asked for above
        for line in tool.stdout:
            lines.append(line.rstrip())
            if step:
                step.progress(line.strip())
        tool.wait()
    finally:
        if tool.poll() is None:
            end_with_children(tool)
        tool.communicate()
        RUNNING.discard(tool)
    text = "\n".join(lines)
    if tool.returncode:
        raise Problem(diagnose(doing, text))
    return text


def diagnose(doing: str, output: str) -> str:
    """Say in one sentence why a tool failed; what is not recognised comes with the tool's own last lines."""
    if "No space left on device" in output or "ENOSPC" in output:
        return f"No space left on the disk while {doing}; free some and run the command again."
    if NO_NETWORK.search(output):
        return f"The network is needed for {doing}, and it could not be reached; connect and run the command again."
    tail = "\n".join(f"    {line}" for line in output.splitlines()[-15:])
    return f"Failed while {doing}. The tool said:\n{tail}"
