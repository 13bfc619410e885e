"""What real npm and twine publish is told by the feeds."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Final

import pytest

from local.simulators.npm_registry import new_npm_registry, npm_registry_app
from local.simulators.npm_registry_control import npm_actions
from local.simulators.pypi_protocol_archives import build_wheel
from local.simulators.pypi_registry import new_pypi_registry, pypi_registry_app
from local.simulators.pypi_registry_control import pypi_actions
from shared.domain.ecosystems import Ecosystem
from tests.adapters.change_feeds.simulated import Hands, followed

pytestmark = pytest.mark.stack

# Settings of the machine would lead the clients to other registries.
_FOREIGN: Final = ("npm_config_", "twine_", "http_proxy", "https_proxy", "all_proxy")


async def _run(folder: Path, *command: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.lower().startswith(_FOREIGN)}
    environment |= {"HOME": str(folder), "NO_PROXY": "127.0.0.1", "NO_COLOR": "1"}
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0, output.decode()


async def test_what_npm_publishes_is_told(tmp_path: Path) -> None:
    """By the replication service, under its scoped name."""
    hands = Hands()
    registry = new_npm_registry(hands.clock)
    app = npm_registry_app(registry)
    async with followed(app, npm_actions(registry), hands, Ecosystem.NPM, "/-/replication") as npm:
        await npm.look()
        token = f"//{npm.url.removeprefix('http://')}/:_authToken=alice"
        settings = [f"registry={npm.url}/", token, "update-notifier=false", f"cache={tmp_path}/cache"]
        (tmp_path / ".npmrc").write_text("\n".join(settings))
        (tmp_path / "package.json").write_text(json.dumps({"name": "@acme/billing", "version": "99.0.0"}))
        await _run(tmp_path, "npm", "publish", "--access", "public")
        assert (await npm.look()).names == ("@acme/billing",)


async def test_what_twine_uploads_is_told(tmp_path: Path) -> None:
    """By the list of new projects, and by the changelog."""
    hands = Hands()
    registry = new_pypi_registry(hands.clock)
    app = pypi_registry_app(registry)
    async with followed(app, pypi_actions(registry), hands, Ecosystem.PYPI, "/") as pypi:
        pypi.tell("publish", name="old", version="1.0")
        await pypi.look()
        name, content = build_wheel("Acme.Billing", "1.0")
        (tmp_path / name).write_bytes(content)
        upload = [sys.executable, "-m", "twine", "upload", "--non-interactive", "--disable-progress-bar"]
        upload += ["-u", "__token__", "-p", "alice", "--repository-url", f"{pypi.url}/legacy/"]
        await _run(tmp_path, *upload, str(tmp_path / name))
        quick, whole = await pypi.look(minutes=1), await pypi.look(minutes=4)
        assert quick.names == whole.names == ("Acme.Billing",)
