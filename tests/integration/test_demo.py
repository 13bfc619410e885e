"""`make demo`, as its user runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.stack
@pytest.mark.timeout(300)
def test_both_stories_hold() -> None:
    """Exit code 0 says that every step held: real npm, real pip, an attack that succeeds and then fails."""
    done = subprocess.run([sys.executable, "-m", "local.demo"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert "FAIL" not in done.stdout
    assert "Second story" in done.stdout
    # Nothing is left running: the stack's own log folders name no live process.
    assert "All" in done.stdout.splitlines()[-1]
