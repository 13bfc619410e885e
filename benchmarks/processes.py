"""Processes that take part in a measurement: simulators that serve, programs that measure; none outlives its block."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx

from local.azurite.node import ROOT
from local.plain_http import TRUST_NOBODY
from local.processes import Child
from local.stack.sample import environment
from shared.errors import FeedwardenError

LONGEST_SECONDS: Final = 240
_READY: Final = r"listening on (http://127\.0\.0\.1:\d+)"
_TAIL: Final = 2_000


class NotMeasured(FeedwardenError):
    """A measurement could not be made; the text says why."""


@contextmanager
def serving(module: str, *arguments: str, settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Run one of our servers while the block runs; gives its base URL. `settings` are the app's."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        child = Child.start(
            [sys.executable, "-m", module, *arguments],
            name=module,
            log=Path(folder) / "log",
            env=environment(os.environ, settings or {}),
            cwd=ROOT,
        )
        try:
            yield child.wait_for(_READY).group(1)
        finally:
            child.stop()


def run_program(name: str, **order: object) -> dict[str, Any]:
    """Run `benchmarks.programs.<name>` with an order, and return what it found out. Raises NotMeasured."""
    return read_answer(name, run_python("-m", f"benchmarks.programs.{name}", json.dumps(order)))


def run_python(*arguments: str, settings: Mapping[str, str] | None = None) -> str:
    """Run Python in the project's folder, and return what it printed. Raises NotMeasured."""
    try:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=environment(os.environ, settings or {}),
            capture_output=True,
            text=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NotMeasured(f"{arguments[0]} {arguments[1]}: not done within {LONGEST_SECONDS} s") from error
    if done.returncode:
        raise NotMeasured(f"{' '.join(arguments[:2])} failed:\n{done.stderr[-_TAIL:]}")
    return done.stdout


def read_answer(name: str, printed: str) -> dict[str, Any]:
    """Read the last line that a program printed. Raises NotMeasured."""
    lines = printed.strip().splitlines()
    try:
        answer = json.loads(lines[-1])
    except (IndexError, ValueError) as error:
        raise NotMeasured(f"{name} told nothing that can be read") from error
    if not isinstance(answer, dict):
        raise NotMeasured(f"{name} told no object")
    return answer


def tell(url: str, action: str, **order: object) -> None:
    """Give a simulator an order. Raises NotMeasured."""
    answer = httpx.post(f"{url}/_control/{action}", json=order, trust_env=False, timeout=60, verify=TRUST_NOBODY)
    if not answer.is_success:
        raise NotMeasured(f"the simulator refused {action}: {answer.text[:300]}")


def requests_seen(url: str) -> list[str]:
    """Return what a simulator was asked since this was last called, each as method and path without its query."""
    log = f"{url}/_control/requests"
    seen = httpx.get(log, trust_env=False, timeout=60, verify=TRUST_NOBODY).raise_for_status().json()["requests"]
    httpx.delete(log, trust_env=False, timeout=60, verify=TRUST_NOBODY).raise_for_status()
    return [f"{row['method']} {row['path'].partition('?')[0]}" for row in seen if "/_control" not in row["path"]]


def peak_mib() -> float:
    """Return the most memory that this process has held.

    Not getrusage's figure: Linux counts there what the parent held, where it started us by vfork.
    """
    status = Path("/proc/self/status")
    if not status.is_file():
        import resource  # noqa: PLC0415  # only where there is no /proc, and not on every system

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024
