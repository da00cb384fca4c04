"""Starts child processes, notices when one ends, and stops them all in order, however this process itself ends."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gimje_portal.launcher.console import STOP_SIGNALS, Problem, say
from gimje_portal.launcher.places import ROOT, Owner, Place

PR_SET_PDEATHSIG = 1
# Loaded before any fork: a child between fork and exec may do next to nothing.
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
PROGRAM_SECONDS = 2.5  # a task cut off here is delivered again (acks_late), a page is asked for again
DATABASE_SECONDS = 60.0


def die_with_parent(number: int) -> Callable[[], None]:
    """Let the kernel send `number` to the child when we die. Must run after the child's change of user, which
    would clear it, and from the main thread, whose end is what the kernel watches. The guard covers macOS."""
    parent = os.getpid()

    def before_exec() -> None:
        if LIBC:
            LIBC.prctl(PR_SET_PDEATHSIG, number)
            if os.getppid() != parent:  # we died before the child could ask to be told
                os.kill(os.getpid(), number)

    return before_exec


@dataclass
class Child:
    """One process, how to ask it to stop, and where it writes."""

    name: str
    process: subprocess.Popen[bytes]
    stop_signal: signal.Signals
    log: Path
    log_start: int
    is_server: bool = field(default=False)

    def last_words(self, lines: int = 12) -> str:
        with self.log.open(errors="replace") as log:
            log.seek(self.log_start)
            return "\n".join(f"    {line.rstrip()}" for line in log.readlines()[-lines:])


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

    def start(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str],
        stop_signal: signal.Signals = signal.SIGTERM,
        owner: Owner | None = None,
        is_server: bool = False,
    ) -> Child:
        """Start a child in a session of its own, writing to its log, and tell the guard."""
        log = self.place.logs / f"{name}.log"
        assert self.place.held is not None  # noqa: S101 -- nobody may start anything here without the lock
        with log.open("ab") as output:
            process = subprocess.Popen(
                [str(part) for part in argv],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=dict(env),
                cwd="/" if is_server else ROOT,
                start_new_session=True,
                preexec_fn=die_with_parent(stop_signal),  # noqa: PLW1509 -- we have one thread only
                pass_fds=[self.place.held.fileno()],
                user=owner.uid if owner else None,
                group=owner.gid if owner else None,
                extra_groups=[] if owner else None,
            )
            child = Child(name, process, stop_signal, log, output.tell(), is_server)
        self.children.append(child)
        self.tell_guard(f"{process.pid} {int(stop_signal)}")
        return child

    def tell_guard(self, line: str) -> None:
        assert self.guard.stdin is not None  # noqa: S101 -- for the type checker: it was opened as a pipe
        try:
            self.guard.stdin.write(f"{line}\n")
            self.guard.stdin.flush()
        except OSError:
            return  # the guard was killed; the kernel's own signal is still there

    def ended(self) -> Child | None:
        """The first child that has ended although nobody asked it to.

        Signals wait meanwhile: an exception in the middle of `poll` leaves Popen's lock taken, and stopping hangs.
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        try:
            return next((child for child in self.children if child.process.poll() is not None), None)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)

    def wait_until(self, is_ready: Callable[[], bool], what: str, seconds: float = 60) -> None:
        """Wait for readiness; a child that ends meanwhile is the reason to give up at once."""
        end = time.monotonic() + seconds
        while not is_ready():
            child = self.ended()
            if child:
                msg = f"{child.name} ended with code {child.process.returncode}:\n{child.last_words()}"
                raise Problem(msg)
            if time.monotonic() > end:
                msg = f"{what} was not ready after {seconds:.0f} seconds; see {self.place.logs}."
                raise Problem(msg)
            time.sleep(0.02)

    def watch(self) -> int:
        """Sleep until a signal asks us to stop (0) or a child ends by itself (1)."""
        while True:
            child = self.ended()
            if child:
                say(f"{child.name} ended with code {child.process.returncode}; stopping the rest.")
                say(child.last_words())
                return 1
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop programs together, then servers. Together, because on macOS web and worker have no common master."""
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # we are stopping already
        self.stop_children([child for child in self.children if not child.is_server], PROGRAM_SECONDS)
        self.stop_children([child for child in self.children if child.is_server], DATABASE_SECONDS)
        self.children.clear()
        self.tell_guard("bye")
        if self.guard.stdin:
            self.guard.stdin.close()
        self.guard.wait()

    def stop_children(self, children: Sequence[Child], seconds: float) -> None:
        alive = [child for child in children if child.process.poll() is None]
        for child in alive:
            child.process.send_signal(child.stop_signal)
        end = time.monotonic() + seconds
        for child in alive:
            try:
                child.process.wait(max(end - time.monotonic(), 0.01))
            except subprocess.TimeoutExpired:
                self.insist(child)

    def insist(self, child: Child) -> None:
        """SIGKILL the whole process group; PostgreSQL gets SIGQUIT, which leaves no shared memory behind."""
        number = signal.SIGQUIT if child.stop_signal == signal.SIGINT else signal.SIGKILL
        os.killpg(child.process.pid, number)
        child.process.wait()


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
