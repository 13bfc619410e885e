"""Tests of serving a simulator: as a program and inside a test."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from local.simulators.server import serving


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("module", ["local.simulators.npm_registry", "local.simulators.pypi_registry"])
def test_a_simulator_says_where_it_listens_and_stops_cleanly(module: str, stop: signal.Signals, tmp_path: Path) -> None:
    """One line when it is ready, the seed is played by then, and a stop is no failure."""
    seed = tmp_path / "seed.json"
    seed.write_text('[{"do": "publish", "name": "left-pad", "version": "1.0.0"}]')
    command = [sys.executable, "-m", module, "--port", "0", "--seed", str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            match = re.fullmatch(r"listening on (http://127\.0\.0\.1:\d+)\n", line)
            assert match is not None
            path = "/left-pad" if "npm" in module else "/simple/left-pad/"
            assert httpx.get(match[1] + path, trust_env=False).status_code == 200
        finally:
            process.send_signal(stop)
        assert process.wait(timeout=20) == 0
        assert process.stdout.read() == ""


def test_a_bad_seed_is_told(tmp_path: Path) -> None:
    """A program that cannot begin says why and fails."""
    seed = tmp_path / "seed.json"
    seed.write_text('[{"do": "explode"}]')
    command = [sys.executable, "-m", "local.simulators.npm_registry", "--seed", str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode != 0
    assert "one of ['announce', 'begin_anew'" in done.stderr


async def test_a_server_that_cannot_start_says_so() -> None:
    """A broken lifespan is an error, not a wait for ever."""

    @asynccontextmanager
    async def broken(_app: Starlette) -> AsyncIterator[None]:
        raise ValueError
        yield  # type: ignore[unreachable]  # makes it a generator

    with pytest.raises(RuntimeError, match="before it was ready"):
        async with serving(Starlette(lifespan=broken)):
            pass


async def test_the_port_can_be_chosen() -> None:
    """A port that just was free is taken again."""
    async with serving(Starlette()) as url:
        port = int(url.rpartition(":")[2])
    async with serving(Starlette(), port=port) as again:
        assert again == url
