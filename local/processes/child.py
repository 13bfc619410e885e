"""One child process: its output goes to a file, which is also how its readiness is seen."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from shared.errors import FeedwardenError

_LEASH = Path(__file__).with_name("leash.py")
_LOOK_EVERY_SECONDS = 0.02
_TAIL_BYTES = 8_192


class ChildFailed(FeedwardenError):
    """A child process ended too early or was not ready in time; the text shows the end of its log."""


@dataclass(frozen=True, slots=True)
class Child:
    """A running command; end it with `stop` or `kill`. `grace` bounds how long `stop` waits before it kills."""

    name: str
    log: Path
    grace: timedelta
    _process: subprocess.Popen[bytes]

    @classmethod
    def start(  # noqa: PLR0913  # a process has that many sides; all are keyword-only
        cls,
        command: Sequence[str],
        *,
        name: str,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        grace: timedelta = timedelta(seconds=10),
    ) -> Child:
        """Start the command on a leash; what it prints goes to `log`. None as `env` passes ours on."""
        log.parent.mkdir(parents=True, exist_ok=True)
        leashed = [sys.executable, "-I", "-S", str(_LEASH), str(grace.total_seconds()), *command]
        with log.open("ab") as output:
            process = subprocess.Popen(
                leashed,
                # Only this process holds the write end: it closes when we end, and the leash sees that.
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(os.environ if env is None else env) | {"PYTHONUNBUFFERED": "1"},
                cwd=cwd,
                # A session of its own: Ctrl-C reaches only us, and we stop the parts in order.
                start_new_session=True,
            )
        return cls(name=name, log=log, grace=grace, _process=process)

    @property
    def pid(self) -> int:
        """Return the id of the leash, which is also the id of the process group."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """Return how it ended; None while it runs."""
        return self._process.poll()

    def wait_for(self, pattern: str, *, timeout: timedelta = timedelta(seconds=60)) -> re.Match[str]:
        """Wait until the log holds a whole line that matches, and return the match. Raises ChildFailed."""
        deadline = time.monotonic() + timeout.total_seconds()
        while True:
            ended = self.exit_code
            # Read after asking whether it ended: what it said last is not missed.
            text = self.log.read_text(encoding="utf-8", errors="replace")
            if match := re.search(f"^(?:{pattern})$", text, flags=re.MULTILINE):
                return match
            if ended is not None:
                raise ChildFailed(f"{self.name} ended with exit code {ended}; the end of {self.log}:\n{self.tail()}")
            if time.monotonic() > deadline:
                self.kill()
                raise ChildFailed(f"{self.name} was not ready in time; the end of {self.log}:\n{self.tail()}")
            time.sleep(_LOOK_EVERY_SECONDS)

    def tail(self, *, lines: int = 30) -> str:
        """Return the end of the log."""
        with self.log.open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - _TAIL_BYTES))
            text = log.read().decode("utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def stop(self) -> int:
        """Ask it to end, wait, and kill it when the grace is over; return its exit code. Idempotent."""
        if self.exit_code is None:
            with suppress(ProcessLookupError):
                self._process.terminate()
            try:
                self._process.wait(timeout=self.grace.total_seconds() + 5)
            except subprocess.TimeoutExpired:
                self.kill()
        return self._reap()

    def kill(self) -> int:
        """End it at once, as a machine does that loses power: nothing in it gets to clean up."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        return self._reap()

    def _reap(self) -> int:
        """Let go of the leash and collect the exit code."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        return self._process.wait()
