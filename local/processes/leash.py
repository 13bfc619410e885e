"""Run one command for as long as somebody holds the other end of standard input.

Started as a program of its own: `python -I -S leash.py GRACE_SECONDS COMMAND...`. The starter keeps the
write end of the pipe open and never writes. When the starter ends, however it ends (kill -9 too), the
pipe closes and the command is asked to stop, then killed. This works on every POSIX system, unlike
Linux's parent-death signal, which also fires when merely the starting *thread* ends.

Standard library only and no imports of ours: it must start in milliseconds.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from contextlib import suppress


def main(arguments: list[str]) -> int:
    """Run the command until it ends or the leash is dropped; answer with its exit code."""
    grace_seconds = float(arguments[0])
    # The wake-up pipe turns signals into something that select() sees, so that nothing is lost between two checks.
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(wake)
    stop_asked: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: stop_asked.append(received))
    signal.signal(signal.SIGCHLD, lambda _received, _frame: None)
    child = subprocess.Popen(arguments[1:], stdin=subprocess.DEVNULL)
    dropped = False
    while child.poll() is None and not dropped and not stop_asked:
        readable, _, _ = select.select([0, woken], [], [])
        dropped = 0 in readable and not os.read(0, 1)
        with suppress(BlockingIOError):
            os.read(woken, 512)
    return _end(child, grace_seconds=grace_seconds)


def _end(child: subprocess.Popen[bytes], *, grace_seconds: float) -> int:
    """Ask the command to stop, wait, then kill its whole group (which ends this process too)."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(timeout=grace_seconds)
        except subprocess.TimeoutExpired:
            os.killpg(0, signal.SIGKILL)
    # A negative code names the signal that ended it; shells tell the same as 128 + number.
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
