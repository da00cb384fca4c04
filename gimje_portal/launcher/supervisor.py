"""Starts child processes, starts again what ends, and stops them all in order, however this process itself ends."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from gimje_portal.launcher.console import STOP_SIGNALS, Problem, explain, say
from gimje_portal.launcher.places import ROOT, Owner, Place

PR_SET_PDEATHSIG = 1
# Loaded before any fork: a child between fork and exec may do next to nothing.
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
PROGRAM_SECONDS = 2.5  # a task cut off here is delivered again (acks_late), a page is asked for again
DATABASE_SECONDS = 60.0
RAN_WELL = 60.0  # seconds after which the end of a child is an accident of its own, not one more of the same
LONGEST_PAUSE = 60.0


def die_with_parent(number: int) -> Callable[[], None]:
    """Let the kernel send `number` to the child when we die. Must run after the child's change of user, which
    would clear it, and from the main thread, whose end is what the kernel watches. The guard covers macOS."""
    parent = os.getpid()

    def before_exec() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)  # ours wait while we start it, its own must not
        if LIBC:
            LIBC.prctl(PR_SET_PDEATHSIG, number)
            if os.getppid() != parent:  # we died before the child could ask to be told
                os.kill(os.getpid(), number)

    return before_exec


@dataclass(frozen=True)
class Program:
    """How a child is started and asked to stop; enough to start it again."""

    name: str
    argv: Sequence[str | Path]
    env: Mapping[str, str]
    stop_signal: signal.Signals = signal.SIGTERM
    owner: Owner | None = None
    is_server: bool = False


@dataclass
class Child:
    """A program that runs, or that has ended and waits for its next try."""

    program: Program
    process: subprocess.Popen[bytes]
    log: Path
    log_start: int
    started: float = field(default_factory=time.monotonic)
    failures: int = 0  # how often it has ended, each time soon after its start
    next_try: float | None = None

    def last_words(self, lines: int = 12) -> str:
        try:
            with self.log.open(errors="replace") as log:
                log.seek(self.log_start)
                return "\n".join(f"    {line.rstrip()}" for line in log.readlines()[-lines:])
        except OSError as fault:
            return f"    its log cannot be read: {explain(fault)}"

    def how_it_ended(self) -> str:
        code = self.process.returncode
        return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"


def pause_before(failures: int) -> float:
    """Seconds: the first time at once, then twice as long each time, a minute at most."""
    return min(2.0 ** min(failures - 2, 10), LONGEST_PAUSE) if failures > 1 else 0.0


@contextmanager
def signals_wait() -> Iterator[None]:
    """An exception in the middle of `poll` leaves Popen's lock taken, in the middle of a start it loses a child."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)


class Supervisor:
    """The children of one data directory. The caller holds its lock, and the children inherit it."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.children: list[Child] = []
        guard = Path(__file__).with_name("guard.py")
        # A session of its own: Ctrl-C and a closed terminal must not reach the guard.
        self.guard = subprocess.Popen(
            [sys.executable, "-I", guard], stdin=subprocess.PIPE, text=True, start_new_session=True, cwd="/"
        )

    def start(self, program: Program) -> None:
        """Start a child in a session of its own, writing to its log."""
        with signals_wait():
            self.children.append(self.spawn(program))

    def spawn(self, program: Program) -> Child:
        log = self.place.logs / f"{program.name}.log"
        owner = program.owner
        assert self.place.held is not None  # noqa: S101 -- nobody may start anything here without the lock
        with log.open("ab") as output:
            log_start = output.tell()
            process = subprocess.Popen(
                [str(part) for part in program.argv],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=dict(program.env),
                cwd="/" if program.is_server else ROOT,
                start_new_session=True,
                preexec_fn=die_with_parent(program.stop_signal),  # noqa: PLW1509 -- we have one thread only
                pass_fds=[self.place.held.fileno()],
                user=owner.uid if owner else None,
                group=owner.gid if owner else None,
                extra_groups=[] if owner else None,
            )
        self.tell_guard(f"{process.pid} {int(program.stop_signal)}")
        return Child(program, process, log, log_start)

    def tell_guard(self, line: str) -> None:
        assert self.guard.stdin is not None  # noqa: S101 -- for the type checker: it was opened as a pipe
        try:
            self.guard.stdin.write(f"{line}\n")
            self.guard.stdin.flush()
        except OSError:
            return  # the guard was killed; the kernel's own signal is still there

    def wait_until(self, is_ready: Callable[[], bool], what: str, seconds: float = 60) -> None:
        """Wait for readiness; a child that ends meanwhile is the reason to give up at once."""
        end = time.monotonic() + seconds
        while not is_ready():
            with signals_wait():
                child = next((child for child in self.children if child.process.poll() is not None), None)
            if child:
                msg = f"{child.program.name} {child.how_it_ended()}:\n{child.last_words()}"
                raise Problem(msg)
            if time.monotonic() > end:
                msg = f"{what} was not ready after {seconds:.0f} seconds; see {self.place.logs}."
                raise Problem(msg)
            time.sleep(0.02)

    def watch(self) -> NoReturn:
        """Until a signal asks us to stop: what ends is started again, and nothing else goes with it."""
        while True:
            with signals_wait():
                for child in tuple(self.children):
                    self.look_after(child)
            time.sleep(0.2)

    def look_after(self, child: Child) -> None:
        if child.next_try is None and child.process.poll() is not None:
            self.plan_next_try(child)
        if child.next_try is not None and time.monotonic() >= child.next_try:
            self.try_again(child)

    def plan_next_try(self, child: Child) -> None:
        """Say what ended and when it comes back; one that ran well for a while begins anew with no pause."""
        self.tell_guard(f"gone {child.process.pid}")
        self.end_what_is_left(child)
        lived = time.monotonic() - child.started
        child.failures = child.failures + 1 if lived < RAN_WELL else 1
        pause = pause_before(child.failures)
        child.next_try = time.monotonic() + pause
        often = f", the {ordinal(child.failures)} time in a row, after {lived:.0f} s" if child.failures > 1 else ""
        when = f"Next try in {pause:.0f} s." if pause else "Starting it again."
        say(f"{time.strftime('%H:%M:%S')} {child.program.name} {child.how_it_ended()}{often}. {when}")
        if child.process.returncode > 0:
            say(child.last_words())

    def end_what_is_left(self, child: Child) -> None:
        """Workers whose master is gone would hold its port and its tasks. PostgreSQL's end by themselves, and must:
        it refuses to start until the last of them has left its shared memory."""
        with suppress(ProcessLookupError, PermissionError):
            if not child.program.is_server:
                os.killpg(child.process.pid, signal.SIGKILL)

    def try_again(self, child: Child) -> None:
        """What cannot even be started (no space for a log, its program is gone) is tried again like what ended."""
        try:
            again = self.spawn(child.program)
        except OSError as fault:
            child.failures += 1
            pause = pause_before(child.failures)
            child.next_try = time.monotonic() + pause
            say(f"{child.program.name} cannot be started: {explain(fault)} Next try in {pause:.0f} s.")
            return
        again.failures = child.failures
        self.children[self.children.index(child)] = again

    def stop(self) -> None:
        """Stop programs together, then servers. Together, because on macOS web and worker have no common master."""
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # we are stopping already
        self.stop_children([child for child in self.children if not child.program.is_server], PROGRAM_SECONDS)
        self.stop_children([child for child in self.children if child.program.is_server], DATABASE_SECONDS)
        self.children.clear()
        self.tell_guard("bye")
        if self.guard.stdin:
            self.guard.stdin.close()
        self.guard.wait()

    def stop_children(self, children: Sequence[Child], seconds: float) -> None:
        alive = [child for child in children if child.process.poll() is None]
        for child in alive:
            child.process.send_signal(child.program.stop_signal)
        end = time.monotonic() + seconds
        for child in alive:
            try:
                child.process.wait(max(end - time.monotonic(), 0.01))
            except subprocess.TimeoutExpired:
                self.insist(child)

    def insist(self, child: Child) -> None:
        """SIGKILL the whole process group; PostgreSQL gets SIGQUIT, which leaves no shared memory behind."""
        number = signal.SIGQUIT if child.program.stop_signal == signal.SIGINT else signal.SIGKILL
        os.killpg(child.process.pid, number)
        child.process.wait()


def ordinal(number: int) -> str:
    return {2: "second", 3: "third"}.get(number, f"{number}th")


def run_in_foreground(argv: Sequence[str | Path], env: Mapping[str, str]) -> int:
    """Run a command that owns the terminal; Ctrl-C reaches it from there, other signals are passed on."""
    process = subprocess.Popen(
        [str(part) for part in argv],
        env=dict(env),
        cwd=ROOT,
        preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 -- we have one thread only
    )
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: process.send_signal(number))
    return exit_code(process.wait())


def exit_code(returned: int) -> int:
    """A process killed by signal n ends, as in a shell, with 128 + n."""
    return returned if returned >= 0 else 128 - returned
