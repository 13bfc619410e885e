"""How long the app takes to import: in fresh interpreters, from the unpacked package and from nothing else."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Final

from local.release.commit import NotReleasable
from local.release.wheels import SITE_PACKAGES

_PROGRAM: Final = """
import sys, time
sys.path[:0] = sys.argv[2:]
begun = time.perf_counter()
__import__(sys.argv[1])
print(time.perf_counter() - begun)
"""


def import_time(app: Path, module: str, *, settings: Path, tries: int = 5) -> timedelta:
    """Return the median of so many imports; the first, which finds nothing in the page cache, counts like the others.

    Raises:
        NotReleasable: it cannot be imported.
    """
    values: dict[str, str] = json.loads(settings.read_text(encoding="utf-8"))["Values"]
    command = [sys.executable, "-I", "-S", "-c", _PROGRAM, module, str(app), str(app / SITE_PACKAGES)]
    times = []
    for _ in range(tries):
        ended = subprocess.run(
            command, cwd=app, env={**os.environ, **values}, capture_output=True, text=True, check=False
        )
        if ended.returncode != 0:
            raise NotReleasable(f"{module} cannot be imported from the package:\n{ended.stderr.strip()[-2_000:]}")
        times.append(float(ended.stdout))
    return timedelta(seconds=statistics.median(times))
