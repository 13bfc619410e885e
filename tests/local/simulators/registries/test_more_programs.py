"""Tests of the simulators of NuGet, Maven and Cargo as programs."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest


@pytest.mark.parametrize(
    ("module", "name", "path"),
    [
        ("nuget_registry", "Acme.Billing", "/v3-flatcontainer/acme.billing/index.json"),
        ("maven_registry", "com.acme:billing", "/maven2/com/acme/billing/maven-metadata.xml"),
        ("cargo_registry", "acme-billing", "/ac/me/acme-billing"),
    ],
)
def test_a_simulator_says_where_it_listens_and_stops_cleanly(module: str, name: str, path: str, tmp_path: Path) -> None:
    """One line when it is ready, the seed is played by then, and a stop is no failure."""
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps([{"do": "publish", "name": name, "version": "1.0.0"}]))
    command = [sys.executable, "-m", f"local.simulators.{module}", "--port", "0", "--seed", str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            match = re.fullmatch(r"listening on (http://127\.0\.0\.1:\d+)\n", process.stdout.readline())
            assert match is not None
            assert httpx.get(match[1] + path, trust_env=False).status_code == 200
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
        assert process.stdout.read() == ""
