"""Tests of the feeds that run as programs of their own."""

from __future__ import annotations

import re
import signal
import subprocess
import sys

import httpx
import pytest


@pytest.mark.parametrize(
    ("module", "path"),
    [
        ("local.simulators.npm_changes", "/_changes"),
        ("local.simulators.cargo_feed", "/rss/crates.xml"),
        ("local.simulators.nuget_catalog", "/v3/index.json"),
    ],
)
def test_a_feed_says_where_it_listens_and_stops_cleanly(module: str, path: str) -> None:
    """One line when it is ready, and a stop is no failure."""
    command = [sys.executable, "-m", module, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            match = re.fullmatch(r"listening on (http://127\.0\.0\.1:\d+)\n", process.stdout.readline())
            assert match is not None
            assert httpx.get(match[1] + path, trust_env=False).status_code == 200
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
