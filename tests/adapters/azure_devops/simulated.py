"""A simulated organization over real HTTP: the service, two public registries, and our client as in production."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

import httpx

from local.simulators.azure_devops.app import build_app
from local.simulators.azure_devops.models import Seed
from local.simulators.azure_devops.seed import plant
from local.simulators.azure_devops.world import World
from local.simulators.faults import FaultyApp
from local.simulators.npm_registry import new_npm_registry, npm_registry_app
from local.simulators.pypi_registry import new_pypi_registry, pypi_registry_app
from local.simulators.server import serving
from shared.adapters.azure_devops.addresses import Hosts
from shared.adapters.azure_devops.client import AzureDevOpsFeeds
from shared.adapters.azure_devops.credentials import PersonalAccessToken
from shared.adapters.azure_devops.hooks import AzureDevOpsHooks
from shared.adapters.azure_devops.sender import Sender
from shared.adapters.azure_devops.throttle import Timing
from shared.adapters.outbound.trusted import trusted_client
from shared.domain.feeds import Feed
from tests.fakes.times import PassingSleep, SettableClock

GUARD_TOKEN: Final = "sample-pat-guard"
READER_TOKEN: Final = "sample-pat-reader"

_SOURCES: Final = [
    {"name": "public npm", "protocol": "npm", "location": "{npm}/"},
    {"name": "public python", "protocol": "PyPI", "location": "{pypi}/"},
]
_SEED: Final[dict[str, Any]] = {
    "organizations": [
        {
            "name": "Acme",
            "identities": [
                {"name": "Guard", "kind": "service", "pats": [GUARD_TOKEN], "artifacts_administrator": True},
                {"name": "Reader", "pats": [READER_TOKEN]},
            ],
            "projects": [{"name": "Zürich Office 50%"}],
            "feeds": [
                {
                    "name": "core",
                    "project": "Zürich Office 50%",
                    "roles": {"Reader": "reader"},
                    "upstreams": [
                        *_SOURCES,
                        {"name": "shared@Local", "protocol": "npm", "kind": "internal", "feed": "shared"},
                        {
                            "name": "old mirror",
                            "protocol": "npm",
                            "location": "https://m.example.test/",
                            "deleted": True,
                        },
                        {
                            "name": "off",
                            "protocol": "Maven",
                            "location": "https://maven.example.test/",
                            "enabled": False,
                        },
                    ],
                    "packages": [
                        {"protocol": "npm", "name": "billing", "versions": ["1.0.0", "1.1.0"]},
                        {"protocol": "npm", "name": "@acme/ledger", "versions": ["2.0.0"]},
                        {
                            "protocol": "npm",
                            "name": "mixed",
                            "versions": [
                                "1.0.0",
                                {"version": "1.1.0", "source": ["public npm"]},
                                {"version": "1.2.0", "source": ["shared@Local"]},
                                {"version": "1.3.0", "source": ["shared@Local", "public:far"]},
                                {"version": "1.4.0", "source": ["old mirror"]},
                                {"version": "0.9.0", "deleted": True},
                            ],
                        },
                        {
                            "protocol": "npm",
                            "name": "saved",
                            "versions": [{"version": "1.0.0", "source": ["old mirror"]}],
                        },
                        {"protocol": "pypi", "name": "Acme_Tools.x", "versions": ["0.9", "1.0"]},
                        {"protocol": "nuget", "name": "Acme.Core", "versions": ["1.0.0"]},
                        {"protocol": "maven", "name": "test.acme:billing", "versions": ["1.0.0"]},
                        {"protocol": "cargo", "name": "acme-codec", "versions": ["0.1.0"]},
                        {"protocol": "upack", "name": "assets", "versions": ["1.0.0"]},
                    ],
                },
                {
                    "name": "shared",
                    "upstreams": _SOURCES,
                    "packages": [{"protocol": "npm", "name": "billing", "versions": ["1.5.0"]}],
                },
                {"name": "archive", "enabled": False},
            ],
        }
    ]
}


@dataclass(slots=True)
class Simulated:
    """What our client talks to, and what a test moves; `npm` and `pypi` are where the public sources lead."""

    world: World
    app: FaultyApp
    url: str
    npm: str
    pypi: str
    http: httpx.AsyncClient
    clock: SettableClock
    sleep: PassingSleep
    _feeds: AzureDevOpsFeeds | None = None

    @property
    def feeds(self) -> AzureDevOpsFeeds:
        """The guard's client: one for the whole test, because it remembers."""
        if self._feeds is None:
            self._feeds = self.client(GUARD_TOKEN)
        return self._feeds

    @property
    def hooks(self) -> AzureDevOpsHooks:
        """A fresh client of the guard's for service hooks."""
        return AzureDevOpsHooks(self._sender(GUARD_TOKEN), hosts=self._hosts, organization="ACME")

    @property
    def _hosts(self) -> Hosts:
        return Hosts(devops=self.url, feeds=self.url, packages=self.url, identity=self.url)

    def _sender(self, token: str) -> Sender:
        return Sender(
            self.http,
            credentials=PersonalAccessToken(token),
            timing=Timing(self.clock, self.sleep, lambda: 0.5),
            user_agent="feedwarden-tests",
        )

    def client(self, token: str) -> AzureDevOpsFeeds:
        """Return a fresh client with a credential."""
        return AzureDevOpsFeeds(self._sender(token), hosts=self._hosts, organization="ACME", clock=self.clock)

    async def feed(self, name: str = "core") -> Feed:
        """Return a feed of that name."""
        return next(feed for feed in await self.feeds.feeds() if feed.name == name)

    async def control(self, action: str, /, **body: Any) -> None:  # noqa: ANN401  # JSON of the simulator's choice
        """Tell the simulator something."""
        answer = await self.http.post(f"{self.url}/_control/{action}", json=body)
        assert answer.is_success, answer.text

    async def in_core(self, action: str, /, **body: Any) -> None:  # noqa: ANN401  # the same
        """Tell the simulator something about the feed `core`."""
        await self.control(action, project="Zürich Office 50%", feed="core", **body)

    async def publish_outside(self, registry: str, name: str, version: str) -> None:
        """Publish a version on a public registry."""
        answer = await self.http.post(f"{registry}/_control/publish", json={"name": name, "version": version})
        assert answer.is_success, answer.text

    def asked(self) -> list[str]:
        """Return the raw paths that our clients asked for, without queries."""
        return [seen.path.partition("?")[0] for seen in self.app.faults.requests if "/_control" not in seen.path]


def _now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def simulated_offline(
    npm: str = "https://npm.example.test", pypi: str = "https://pypi.example.test"
) -> AsyncIterator[Simulated]:
    """Serve the organization on loopback; its public sources lead where it is told, by default nowhere."""
    seed = json.loads(json.dumps(_SEED).replace("{npm}", npm).replace("{pypi}", pypi))
    world = World(clock=_now, new_id=lambda: str(uuid4()))
    plant(world, Seed.model_validate(seed))
    app = build_app(world)
    clock = SettableClock(_now())
    async with serving(app) as url, trusted_client(user_agent="feedwarden-tests") as http:
        yield Simulated(world, app, url, npm, pypi, http, clock, PassingSleep(clock))


@asynccontextmanager
async def simulated_online() -> AsyncIterator[Simulated]:
    """Serve the organization with two public registries, empty at first."""
    npm, pypi = npm_registry_app(new_npm_registry(_now)), pypi_registry_app(new_pypi_registry(_now))
    async with serving(npm) as npm_url, serving(pypi) as pypi_url, simulated_offline(npm_url, pypi_url) as served:
        yield served
