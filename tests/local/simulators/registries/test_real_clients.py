"""Real npm, pip and twine against the simulated registries."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from local.simulators.npm_registry import new_npm_registry, npm_registry_app
from local.simulators.npm_registry_control import npm_actions
from local.simulators.pypi_protocol_archives import build_sdist, build_wheel
from local.simulators.pypi_registry import new_pypi_registry, pypi_registry_app
from local.simulators.pypi_registry_control import pypi_actions
from local.simulators.server import serving

pytestmark = pytest.mark.stack

# Settings of the machine would lead the clients to other registries.
_FOREIGN: Final = ("npm_config_", "pip_", "twine_", "http_proxy", "https_proxy", "all_proxy")


async def _run(folder: Path, *command: str) -> tuple[int, str]:
    environment = {name: value for name, value in os.environ.items() if not name.lower().startswith(_FOREIGN)}
    environment |= {"PIP_CONFIG_FILE": os.devnull, "HOME": str(folder), "NO_PROXY": "127.0.0.1", "NO_COLOR": "1"}
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await asyncio.wait_for(process.communicate(), 120)
    return process.returncode or 0, output.decode()


@pytest.fixture
async def npm(tmp_path: Path) -> AsyncIterator[Path]:
    """Give a project folder whose npm uses a simulated registry, signed in as alice."""
    registry = new_npm_registry(lambda: datetime.now(UTC))
    actions = npm_actions(registry)
    actions["publish"]({"name": "@acme/ui", "version": "2.0.0", "scripts": {"postinstall": "echo"}})
    actions["publish"]({"name": "gone", "version": "1.0.0"})
    actions["unpublish"]({"name": "gone"})
    async with serving(npm_registry_app(registry)) as url:
        token = f"//{url.removeprefix('http://')}/:_authToken=alice"
        settings = [f"registry={url}/", token, "update-notifier=false", f"cache={tmp_path}/cache", "fetch-retries=0"]
        (tmp_path / ".npmrc").write_text("\n".join(settings))
        manifest: dict[str, object] = {"name": "left-pad", "version": "1.2.3", "description": "Pads."}
        manifest["scripts"] = {"install": "echo"}
        manifest["repository"] = {"type": "git", "url": "https://code.example.test/left-pad.git"}
        (tmp_path / "package.json").write_text(json.dumps(manifest))
        yield tmp_path


async def test_npm_publishes_views_and_installs(npm: Path) -> None:
    """What one publishes another can install, once and only under a new version; a tombstone is not found."""
    published, output = await _run(npm, "npm", "publish")
    assert published == 0, output
    assert "cannot publish over" in (await _run(npm, "npm", "publish"))[1]
    user = npm / "user"
    user.mkdir()
    (user / ".npmrc").write_text((npm / ".npmrc").read_text())
    (user / "package.json").write_text("{}")
    installed, output = await _run(user, "npm", "install", "left-pad", "@acme/ui")
    assert installed == 0, output
    manifest = json.loads((user / "node_modules" / "left-pad" / "package.json").read_text())
    assert manifest["version"] == "1.2.3"
    lock = json.loads((user / "package-lock.json").read_text())
    assert lock["packages"]["node_modules/@acme/ui"]["hasInstallScript"] is True
    assert "1.2.3" in (await _run(user, "npm", "view", "left-pad", "version"))[1]
    _, output = await _run(
        user, "npm", "view", "left-pad", "--json", "_npmUser", "scripts", "repository", "description"
    )
    told = json.loads(output)
    assert (told["scripts"], told["description"]) == ({"install": "echo"}, "Pads.")
    assert told["repository"]["url"].removeprefix("git+") == "https://code.example.test/left-pad.git"
    assert "alice" in str(told["_npmUser"])
    assert "E404" in (await _run(user, "npm", "view", "gone"))[1]


async def test_twine_uploads_and_pip_installs(tmp_path: Path) -> None:
    """Wheel and source archive go up; pip installs the wheel, and neither a yanked version nor one in quarantine."""
    registry = new_pypi_registry(lambda: datetime.now(UTC))
    actions = pypi_actions(registry)
    files = []
    for name, content in (build_wheel("Acme.Billing", "1.0"), build_sdist("Acme.Billing", "1.0")):
        (tmp_path / name).write_bytes(content)
        files.append(str(tmp_path / name))
    async with serving(pypi_registry_app(registry)) as url:
        twine = [sys.executable, "-m", "twine", "upload", "--non-interactive", "--disable-progress-bar"]
        sent, output = await _run(
            tmp_path, *twine, "-u", "__token__", "-p", "alice", "--repository-url", f"{url}/legacy/", *files
        )
        assert sent == 0, output
        actions["publish"]({"name": "acme-billing", "version": "2.0", "owner": "alice"})
        actions["yank"]({"name": "acme-billing", "version": "2.0"})
        pip = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-deps", "--no-cache-dir"]
        pip += ["--index-url", f"{url}/simple/", "--target", str(tmp_path / "site")]
        installed, output = await _run(tmp_path, *pip, "ACME_billing")
        assert installed == 0, output
        assert (tmp_path / "site" / "acme_billing.py").read_text() == '__version__ = "1.0"\n'
        actions["quarantine"]({"name": "acme-billing"})
        assert (await _run(tmp_path, *pip, "--upgrade", "acme-billing"))[0] != 0
