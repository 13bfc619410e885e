"""A simulator and two public registries in one process, without sockets, and a clock that tests move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx

from local.simulators.azure_devops.app import build_app
from local.simulators.azure_devops.feeds import Feed
from local.simulators.azure_devops.models import Seed
from local.simulators.azure_devops.seed import plant
from local.simulators.azure_devops.world import World
from local.simulators.faults import FaultyApp
from local.simulators.npm_registry import new_npm_registry, npm_registry_app
from local.simulators.pypi_registry import new_pypi_registry, pypi_registry_app

NPM, PYPI = "http://npm.example.test", "http://pypi.example.test"
SIMULATOR = "http://azure.example.test"
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

_PEOPLE = [
    {"name": "Owner", "mail": "owner@acme.test", "pats": ["pat-owner"], "entra_object_id": "oid-owner"},
    {"name": "Publisher", "mail": "publisher@acme.test", "pats": ["pat-publisher"]},
    {"name": "Reader", "mail": "reader@acme.test", "pats": ["pat-reader"]},
    {"name": "Collaborator", "mail": "collaborator@acme.test", "pats": {"pat-collaborator": ["vso.packaging"]}},
    {"name": "Outsider", "mail": "outsider@acme.test", "pats": ["pat-outsider"]},
    {"name": "Guard", "kind": "service", "tokens": ["token-guard"], "artifacts_administrator": True},
    {"name": "Chief", "mail": "chief@acme.test", "pats": ["pat-chief"], "collection_administrator": True},
    {"name": "Team", "kind": "group", "members": ["Publisher"]},
    {"name": "Division", "kind": "group", "members": ["Team"]},
]
_ROLES = {"Owner": "administrator", "Division": "contributor", "Reader": "reader", "Collaborator": "administrator"}
_SOURCES = [
    {"name": "npm", "protocol": "npm", "location": f"{NPM}/"},
    {"name": "python", "protocol": "PyPI", "location": f"{PYPI}/"},
]

SEED: dict[str, Any] = {
    "organizations": [
        {
            "name": "Acme",
            "identities": _PEOPLE,
            "projects": [{"name": "Payments"}, {"name": "Zürich Office"}],
            "feeds": [
                {
                    "name": "core",
                    "project": "Payments",
                    "roles": _ROLES,
                    "upstreams": [
                        *_SOURCES,
                        {"name": "shared", "protocol": "npm", "kind": "internal", "feed": "shared"},
                        {"name": "gone", "protocol": "nuget", "location": "https://n.example.test/", "deleted": True},
                        {"name": "off", "protocol": "Maven", "location": "https://m.example.test/", "enabled": False},
                    ],
                    "packages": [
                        {"protocol": "npm", "name": "acme-billing", "versions": ["1.0.0", "1.1.0"]},
                        {"protocol": "pypi", "name": "Acme_Tools", "versions": ["0.9"]},
                        {"protocol": "npm", "name": "saved", "versions": [{"version": "1.0.0", "source": ["npm"]}]},
                        {
                            "protocol": "nuget",
                            "name": "Acme.Core",
                            "versions": ["1.0.0", {"version": "0.9.0", "listed": False}],
                        },
                    ],
                },
                {
                    "name": "shared",
                    "roles": {"Owner": "administrator", "Publisher": "reader"},
                    "upstreams": _SOURCES,
                    "packages": [{"protocol": "npm", "name": "@acme/design", "versions": ["1.0.0"]}],
                },
                {"name": "büro", "project": "Zürich Office", "roles": {"Owner": "contributor"}},
                {"name": "archive", "enabled": False, "roles": {"Owner": "administrator"}},
            ],
        }
    ]
}


@dataclass(slots=True)
class Stage:
    """Everything a test may touch. `owner`, `publisher`, … are HTTP clients of the people in the seed."""

    world: World
    app: FaultyApp
    upstream: httpx.AsyncClient
    nobody: httpx.AsyncClient
    now: datetime = START

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        self.now += timedelta(seconds=seconds)

    def feed(self, name: str = "core") -> Feed:
        """Return a feed of the world."""
        return next(feed for feed in self.world.organizations[0].feeds if feed.name == name)

    async def get(self, path: str, *, by: str = "owner", headers: dict[str, str] | None = None) -> httpx.Response:
        """Ask as somebody; a path without a version gets the released one, unless headers are given."""
        return await self.ask("GET", path, by=by, headers=headers)

    async def ask(
        self,
        method: str,
        path: str,
        *,
        by: str = "owner",
        headers: dict[str, str] | None = None,
        json: object = None,
        content: str | bytes | None = None,
    ) -> httpx.Response:
        """Send one request as somebody, who presents a personal access token."""
        if "/_apis" in path and "api-version" not in path and headers is None:
            path += ("&" if "?" in path else "?") + "api-version=7.1-preview.1"
        url, credential = f"{SIMULATOR}{path}", ("", f"pat-{by}")
        return await self.nobody.request(method, url, auth=credential, headers=headers, json=json, content=content)

    async def control(self, name: str, /, **body: object) -> dict[str, Any]:
        """Tell the simulator something."""
        answer = await self.nobody.post(f"{SIMULATOR}/_control/{name}", json=body)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def publish_outside(self, registry: str, name: str, version: str) -> None:
        """Publish a version on a public registry."""
        answer = await self.upstream.post(f"{registry}/_control/publish", json={"name": name, "version": version})
        assert answer.is_success, answer.text

    async def cut_off(self, registry: str) -> None:
        """Let a public registry answer 503 from now on."""
        await self.upstream.post(f"{registry}/_control/faults", json={"status": 503})

    async def core(self, name: str, *, protocol: str = "npm") -> dict[str, Any]:
        """Return what the feed `core` lists of a package."""
        return await self.control("listing", project="Payments", feed="core", protocol=protocol, name=name)


def _nobody_there(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("nobody listens there", request=request)


type Elsewhere = Callable[[httpx.Request], httpx.Response]


def build_stage(seed: dict[str, Any] | None = None, *, elsewhere: Elsewhere = _nobody_there) -> Stage:
    """Return a fresh stage; `elsewhere` answers what the simulator asks of anybody but the registries."""
    numbers = count(1)
    told: list[Stage] = []

    def clock() -> datetime:
        return told[0].now if told else START

    world = World(clock=clock, new_id=lambda: f"10000000-0000-4000-8000-{next(numbers):012x}")
    plant(world, Seed.model_validate(seed or SEED))
    npm, pypi = npm_registry_app(new_npm_registry(clock)), pypi_registry_app(new_pypi_registry(clock))
    upstream = httpx.AsyncClient(
        # (The default transport would load certificates for each test.)
        transport=httpx.MockTransport(elsewhere),
        mounts={NPM: httpx.ASGITransport(npm), PYPI: httpx.ASGITransport(pypi)},
    )
    app = build_app(world, upstream=upstream)
    told.append(Stage(world, app, upstream, httpx.AsyncClient(transport=httpx.ASGITransport(app))))
    return told[0]
