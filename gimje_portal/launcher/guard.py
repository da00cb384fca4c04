"""The guard: a small process of its own that stops the children of a launcher that was killed.

Linux tells a child when its parent dies (PR_SET_PDEATHSIG), macOS does not, and neither brings down a child that
hangs. The launcher writes into our standard input, oldest first: "pid signal" for each child, "gone pid" for one that
has ended (its number may soon be another's), and "bye" when it has stopped them itself. The end of input without "bye"
means that it is gone, however it died.
"""

import os
import signal
import sys
import time

PATIENCE = {signal.SIGINT: 20.0}  # PostgreSQL writes its checkpoint; all others may be cut off, nothing is lost
SHORT_PATIENCE = 3.0


def main() -> None:
    children: list[tuple[int, int]] = []
    for line in sys.stdin:
        if line.startswith("bye"):
            return
        first, second = line.split()
        if first == "gone":
            children = [child for child in children if child[0] != int(second)]
        else:
            children.append((int(first), int(second)))
    programs = [child for child in children if child[1] != signal.SIGINT]
    servers = [child for child in children if child[1] == signal.SIGINT]
    stop(programs)
    stop(servers)


def stop(children: list[tuple[int, int]]) -> None:
    """Ask all at once, wait for each, then insist."""
    for pid, number in children:
        send(pid, number)
    for pid, number in children:
        end = time.monotonic() + PATIENCE.get(signal.Signals(number), SHORT_PATIENCE)
        while is_alive(pid) and time.monotonic() < end:
            time.sleep(0.05)
        if is_alive(pid):
            # SIGKILL would leave PostgreSQL's shared memory behind; SIGQUIT ends it at once and recovers at start.
            os.killpg(pid, signal.SIGQUIT if number == signal.SIGINT else signal.SIGKILL)


def send(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except OSError:
        return


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    main()
