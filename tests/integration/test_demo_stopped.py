"""`make demo`, stopped in the middle: beside test_demo.py, so that it does not wait for the whole of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


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
