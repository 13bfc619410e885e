"""The steps of a set-up: one set-up at a time, each step quiet unless it fails. Standard library only."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from local.setup.stamps import SetupFailed

_TAIL_LINES: Final = 25


@contextmanager
def one_at_a_time(root: Path) -> Iterator[None]:
    """Hold the lock of this project's set-up; wait for another one that runs."""
    folder = root / ".run"
    folder.mkdir(exist_ok=True)
    with (folder / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another set-up is at work here: waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run(command: Sequence[str], *, root: Path, advice: str, cwd: Path | None = None) -> None:
    """Run one step quietly, with nobody to answer questions; show the end of its output only when it fails.

    Raises:
        SetupFailed: with the advice.
    """
    path = os.pathsep.join((str(root / ".node" / "bin"), os.environ.get("PATH", os.defpath)))
    environment = {
        **os.environ,
        "PATH": path,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "DEBIAN_FRONTEND": "noninteractive",
    }
    log = root / ".run" / "setup.log"
    with log.open("wb") as output:
        try:
            ended = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=cwd or root,
                check=False,
            ).returncode
        except OSError as error:
            raise SetupFailed(f"{advice} ({error.strerror}: {command[0]}), then run the same command again.") from error
    if ended != 0:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        print("\n".join(lines[-_TAIL_LINES:]), file=sys.stderr)
        raise SetupFailed(f"{advice} (all it said is in .run/setup.log), then run the same command again.")


def say(text: str) -> None:
    """Tell a person what takes time now."""
    print(f"{text} …", flush=True)
