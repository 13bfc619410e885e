"""`make demo`, as its user runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.stack
@pytest.mark.timeout(620)
def test_all_stories_hold() -> None:
    """Exit code 0 says that every step held: real npm, real pip, an attack that succeeds and then fails."""
    command = [sys.executable, "-m", "local.demo"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert "FAIL" not in done.stdout
    for story in ("First story", "Second story", "Third story", "Fourth story"):
        assert story in done.stdout
    assert "All" in done.stdout.splitlines()[-1]
