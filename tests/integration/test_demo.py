"""`make demo`, as its user runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.stack
@pytest.mark.timeout(420)
def test_all_stories_hold() -> None:
    """Exit code 0 says that every step held: real npm, real pip, an attack that succeeds and then fails."""
    command = [sys.executable, "-m", "local.demo"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=400)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert "FAIL" not in done.stdout
    for story in ("First story", "Second story", "Third story", "Fourth story"):
        assert story in done.stdout
    assert "All" in done.stdout.splitlines()[-1]


@pytest.mark.stack
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything(number: signal.Signals, tmp_path: Path) -> None:
    """In the middle of a story: no process goes on, and no folder stays behind."""
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-u", "-m", "local.demo"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        for line in demo.stdout:
            if " ok " in line:
                break
        demo.send_signal(number)
        demo.communicate(timeout=60)
        assert demo.returncode == 130
    assert list(tmp_path.iterdir()) == []
