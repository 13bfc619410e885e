"""Children: their readiness, their end, and that none outlives the process that started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from local.azurite.node import ROOT
from local.processes import Child, ChildFailed

_SLEEPER = "import os, time; print('pid', os.getpid(), flush=True); time.sleep(60)"
# Deaf to polite requests.
_STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + _SLEEPER


def _start(folder: Path, program: str, *, grace_seconds: float = 5) -> Child:
    """Start a Python program as a child."""
    return Child.start(
        [sys.executable, "-c", program],
        name="the sample",
        log=folder / "logs" / "sample.log",
        grace=timedelta(seconds=grace_seconds),
    )


def _pid(child: Child) -> int:
    """Return the id of the program itself, which is not the leash's."""
    return int(child.wait_for(r"pid (\d+)").group(1))


def _lives(pid: int) -> bool:
    """Tell whether a process is there, and not merely a zombie that nobody has collected."""
    shown = subprocess.run(["ps", "-o", "state=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return shown.stdout.strip()[:1] not in {"", "Z"}


def _wait_until(condition: Callable[[], bool]) -> None:
    """Wait for a condition with a deadline that fails loudly."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_child_ends_with_its_own_exit_code(tmp_path: Path) -> None:
    """The leash passes it on."""
    child = _start(tmp_path, "import sys; print('ready', flush=True); sys.exit(3)")
    child.wait_for("ready")
    _wait_until(lambda: child.exit_code is not None)
    assert child.stop() == 3


def test_a_stop_reaches_the_program(tmp_path: Path) -> None:
    """It is asked by SIGTERM; stopping twice is fine."""
    child = _start(tmp_path, _SLEEPER)
    pid = _pid(child)
    assert child.stop() == child.stop() == 128 + signal.SIGTERM
    assert not _lives(pid)


def test_a_stubborn_program_is_killed_when_the_grace_is_over(tmp_path: Path) -> None:
    """Politeness is bounded."""
    child = _start(tmp_path, _STUBBORN, grace_seconds=0.2)
    pid = _pid(child)
    assert child.stop() == -signal.SIGKILL
    _wait_until(lambda: not _lives(pid))


def test_a_kill_takes_the_program_too(tmp_path: Path) -> None:
    """Not only its leash."""
    child = _start(tmp_path, _STUBBORN)
    pid = _pid(child)
    assert child.kill() == -signal.SIGKILL
    _wait_until(lambda: not _lives(pid))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_no_child_outlives_its_starter(tmp_path: Path, number: signal.Signals) -> None:
    """Even a starter that is killed takes its children along."""
    program = (
        "import sys, time; from pathlib import Path; from datetime import timedelta\n"
        "from local.processes import Child\n"
        f"child = Child.start([sys.executable, '-c', {_STUBBORN!r}], name='x', log=Path({str(tmp_path / 'log')!r}),"
        " grace=timedelta(seconds=0.2))\n"
        "print(child.wait_for('pid (.*)').group(1), flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        assert _lives(pid)
        starter.send_signal(number)
    _wait_until(lambda: not _lives(pid))


def test_a_child_that_ends_early_shows_the_end_of_its_log(tmp_path: Path) -> None:
    """Whoever waits for it learns why."""
    child = _start(tmp_path, "raise SystemExit('no port left')")
    with pytest.raises(ChildFailed, match=r"(?s)the sample ended with exit code 1.*no port left"):
        child.wait_for("ready")
    child.stop()


def test_a_child_that_is_not_ready_in_time_is_killed(tmp_path: Path) -> None:
    """Waiting is bounded, and leaves nothing behind."""
    child = _start(tmp_path, _SLEEPER)
    pid = _pid(child)
    with pytest.raises(ChildFailed, match="not ready in time"):
        child.wait_for("ready", timeout=timedelta(seconds=0.1))
    _wait_until(lambda: not _lives(pid))


def test_a_missing_program_is_a_failure(tmp_path: Path) -> None:
    """And not a silent wait."""
    child = Child.start([str(tmp_path / "nothing")], name="nothing", log=tmp_path / "log")
    with pytest.raises(ChildFailed, match=r"(?s)nothing ended.*No such file"):
        child.wait_for("ready")
    child.stop()


def test_the_environment_is_what_is_given(tmp_path: Path) -> None:
    """Nothing of ours leaks in where one is given."""
    program = "import os; print('mine', os.environ.get('MINE'), os.environ.get('HOME'), flush=True)"
    child = Child.start(
        [sys.executable, "-c", program], name="x", log=tmp_path / "log", env={"MINE": "1"}, cwd=tmp_path
    )
    assert child.wait_for("mine (.*)").group(1) == f"1 {None}"
    child.stop()
    assert "HOME" in os.environ
