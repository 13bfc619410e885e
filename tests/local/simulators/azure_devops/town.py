"""The simulator and two public registries on loopback, and real package clients that use them."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from local.plain_http import TRUST_NOBODY
from local.simulators.azure_devops.app import build_app
from local.simulators.azure_devops.models import Seed
from local.simulators.azure_devops.seed import plant
from local.simulators.azure_devops.world import World
from local.simulators.npm_registry import new_npm_registry, npm_registry_app
from local.simulators.pypi_registry import new_pypi_registry, pypi_registry_app
from local.simulators.server import serving
from tests.local.simulators.azure_devops.stage import NPM, PYPI, SEED


@dataclass(frozen=True, slots=True)
class Ran:
    """How a client ended, and everything that it said."""

    code: int
    text: str


async def run(arguments: Sequence[str], *, folder: Path, environment: dict[str, str] | None = None) -> Ran:
    """Run a program to its end, with a home of its own."""
    kept = {key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ}
    own = {"HOME": str(folder), "NO_COLOR": "1", "PYTHONWARNINGS": "default", **(environment or {})}
    process = await asyncio.create_subprocess_exec(
        *arguments,
        cwd=folder,
        env=kept | own,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return Ran(process.returncode or 0, said.decode(errors="replace"))


@dataclass(frozen=True, slots=True)
class Town:
    """Addresses, and one HTTP client for all of them."""

    world: World
    azure: str
    npm: str
    pypi: str
    http: httpx.AsyncClient

    async def control(self, name: str, /, **body: object) -> dict[str, Any]:
        """Tell the simulator something."""
        answer = await self.http.post(f"{self.azure}/_control/{name}", json=body)
        assert answer.is_success, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def publish_outside(self, registry: str, name: str, version: str) -> None:
        """Publish a version on a public registry."""
        answer = await self.http.post(f"{registry}/_control/publish", json={"name": name, "version": version})
        assert answer.is_success, answer.text

    async def set_behavior(self, protocol: str, name: str, behavior: str) -> None:
        """Set the switch through the REST API, as the product does."""
        url = f"{self.azure}/acme/Payments/_apis/packaging/feeds/core/{protocol}/packages/{name}/upstreaming"
        version = {"api-version": "7.2-preview.1"}
        body = {"versionsFromExternalUpstreams": behavior}
        answer = await self.http.patch(url, params=version, json=body, auth=("", "pat-owner"))
        assert answer.is_success, answer.text

    def held(self, protocol: str, name: str) -> list[tuple[str, bool]]:
        """Return what the feed holds of a package: version, and whether it is internal."""
        feed = next(feed for feed in self.world.organizations[0].feeds if feed.name == "core")
        return [(version.version, version.internal) for version in feed.held(protocol, name)]

    async def run_npm(self, folder: Path, *arguments: str, person: str = "publisher", basic: bool = False) -> Ran:
        """Run npm in a folder, with a cache of its own; `basic` sends the token as a password."""
        root = f"{self.azure}/acme/Payments/_packaging/core/npm/registry/"
        secret = base64.b64encode(f"x:pat-{person}".encode()).decode()
        credential = f"_auth={secret}" if basic else f"_authToken=pat-{person}"
        (folder / ".npmrc").write_text(f"registry={root}\n{root.partition(':')[2]}:{credential}\n")
        quiet = ("--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries", "0", "--no-update-notifier")
        # A cache for each run: npm would else answer from what it saw before.
        return await run(["npm", *arguments, *quiet, "--cache", str(folder / f"cache-{uuid4()}")], folder=folder)

    async def run_pip(self, folder: Path, *arguments: str, person: str = "publisher") -> Ran:
        """Run `pip install` into `folder/site`, from nowhere but the feed."""
        index = f"{self.azure.replace('//', f'//x:pat-{person}@')}/acme/Payments/_packaging/core/pypi/simple/"
        options = ["--no-deps", "--no-cache-dir", "--isolated", "--disable-pip-version-check", "--retries", "0"]
        options += ["--index-url", index, "--trusted-host", "127.0.0.1", "--target", str(folder / "site"), "--upgrade"]
        command = [sys.executable, "-m", "pip", "install", *options, *arguments]
        return await run(command, folder=folder, environment={"PIP_CONFIG_FILE": os.devnull})

    async def run_twine(self, folder: Path, *files: str, person: str = "publisher") -> Ran:
        """Run `twine upload` to the feed."""
        url = f"{self.azure}/acme/Payments/_packaging/core/pypi/upload/"
        options = ["--non-interactive", "--disable-progress-bar", "--repository-url", url]
        command = [sys.executable, "-m", "twine", "upload", *options, "-u", "x", "-p", f"pat-{person}", *files]
        return await run(command, folder=folder)


def _now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def open_town() -> AsyncIterator[Town]:
    """Serve the sample world with real registries behind its upstream sources."""
    npm, pypi = npm_registry_app(new_npm_registry(_now)), pypi_registry_app(new_pypi_registry(_now))
    async with serving(npm) as npm_url, serving(pypi) as pypi_url:
        seed = json.loads(json.dumps(SEED).replace(NPM, npm_url).replace(PYPI, pypi_url))
        world = World(clock=_now, new_id=lambda: str(uuid4()))
        plant(world, Seed.model_validate(seed))
        async with serving(build_app(world)) as azure, httpx.AsyncClient(trust_env=False, verify=TRUST_NOBODY) as http:
            yield Town(world, azure, npm_url, pypi_url, http)
