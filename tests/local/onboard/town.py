"""A simulated organization that a run of `make onboard` looks at, in this process."""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import httpx

from local.onboard.command import onboard
from local.onboard.ground import Machine
from local.onboard.options import read_options
from local.onboard.steps import STEPS
from local.simulators.azure_devops.app import build_app
from local.simulators.azure_devops.models import Seed
from local.simulators.azure_devops.seed import plant
from local.simulators.azure_devops.world import World
from local.simulators.faults import FaultyApp
from shared.adapters.azure_devops.throttle import Timing
from shared.adapters.outbound.trusted import trusted_client
from tests.local.onboard.street import Street

PAT: Final = "sample-pat-feedwarden"
USER_TOKEN: Final = "sample-token-of-a-person"
SECRET: Final = "sample-shared-secret-of-hooks"
TENANT: Final = "00000000-0000-0000-0000-0000000ac3e0"
OBJECT_ID: Final = "00000000-0000-0000-0000-00000000f001"
APP: Final = "https://feedwarden.acme.test"

# Everything missing: the policy is off, the identity reads one feed, has no licence and may see no service hook.
_FRESH: Final[dict[str, Any]] = {
    "organizations": [
        {
            "name": "acme",
            "protection": False,
            "projects": [{"name": "Payments"}, {"name": "Empty"}],
            "identities": [
                {
                    "name": "Feedwarden",
                    "kind": "service",
                    "pats": [PAT],
                    "entra_object_id": OBJECT_ID,
                    "access_level": "stakeholder",
                },
                {
                    "name": "Ann",
                    "mail": "ann@acme.test",
                    "tokens": [USER_TOKEN],
                    "pats": ["sample-pat-of-ann"],
                    "collection_administrator": True,
                },
            ],
            "feeds": [
                {
                    "name": "core",
                    "project": "Payments",
                    "roles": {"Feedwarden": "reader"},
                    "upstreams": [{"name": "npm", "protocol": "npm", "location": "https://npm.example.test/"}],
                    "packages": [
                        {"protocol": "npm", "name": "@acme/ledger", "versions": ["1.0.0"]},
                        {"protocol": "npm", "name": "acme-billing", "versions": ["1.0.0"]},
                        {"protocol": "pypi", "name": "acme-tools", "versions": ["1.0"]},
                        {"protocol": "maven", "name": "test.acme.pay:billing", "versions": ["1.0.0"]},
                    ],
                },
                {"name": "archive", "enabled": False, "roles": {"Feedwarden": "reader"}},
            ],
        }
    ]
}


def settings_of(url: str) -> dict[str, str]:
    """Return settings that can be read; letters and approvals are off, and registries are not asked."""
    return {
        "AZURE_DEVOPS_ORGANIZATION": "acme",
        "AZURE_DEVOPS_URL": url,
        "AZURE_DEVOPS_FEEDS_URL": url,
        "AZURE_DEVOPS_PACKAGES_URL": url,
        "AZURE_DEVOPS_IDENTITY_URL": url,
        "AZURE_DEVOPS_PAT": PAT,
        "STORAGE_CONNECTION": "UseDevelopmentStorage=true",
        "HOOK_SECRETS": json.dumps({"azure-devops": [SECRET]}),
        "PUBLIC_BASE_URL": APP,
        "MODE": "enforce",
        "DISCLOSE_NAMES": "never",
        "SWEEP_SCHEDULE": "0 0 */6 * * *",
        "WATCH_SCHEDULE": "0 * * * * *",
    }


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run ended with and found."""

    exit: int
    findings: list[dict[str, str]]
    printed: str

    def states(self) -> dict[str, set[str]]:
        """Return how each step stands, in every state that one of its findings has."""
        found: dict[str, set[str]] = {}
        for one in self.findings:
            found.setdefault(one["step"], set()).add(one["state"])
        return found

    def of(self, step: str) -> list[dict[str, str]]:
        """Return the findings of one step."""
        return [one for one in self.findings if one["step"] == step]

    def only(self, step: str) -> dict[str, str]:
        """Return the one finding of a step."""
        (finding,) = self.of(step)
        return finding


@dataclass(slots=True)
class Town:
    """The organization, and the settings with which it is looked at."""

    world: World
    app: FaultyApp
    url: str
    http: httpx.AsyncClient
    capture: Any
    street: Street
    environment: dict[str, str] = field(default_factory=dict)

    async def run(self, *words: str, steps: tuple[str, ...] = ()) -> Outcome:
        """Run the command with `--json`; no steps = all but `storage`, which has tests of its own."""
        wanted = {name: step for name, step in STEPS.items() if (name in steps if steps else name != "storage")}
        self.capture.readouterr()
        code = await onboard(self.environment, read_options(["--json", *words]), wanted, machine=_MACHINE)
        printed = self.capture.readouterr().out
        return Outcome(code, json.loads(printed)["findings"], printed)

    async def control(self, action: str, /, **body: Any) -> None:  # noqa: ANN401  # JSON of the simulator's choice
        """Tell the simulator something."""
        answer = await self.http.post(f"{self.url}/_control/{action}", json=body)
        assert answer.is_success, answer.text

    async def guard(self, **changes: Any) -> None:  # noqa: ANN401  # the same
        """Put another identity into the guard's place: the same but for what is told."""
        identity = {"name": "Feedwarden", "kind": "service", "pats": [PAT], "entra_object_id": OBJECT_ID}
        await self.control("identity", identity=identity | changes)

    async def state(self) -> dict[str, Any]:
        """Return the whole world, but for its clock."""
        state: dict[str, Any] = (await self.http.get(f"{self.url}/_control/state")).json()
        del state["now"]
        return state

    def writes(self) -> list[str]:
        """Return every request that was no question."""
        asked = [seen for seen in self.app.faults.requests if "/_control" not in seen.path]
        return [f"{seen.method} {seen.path}" for seen in asked if seen.method != "GET"]


def _now() -> datetime:
    return datetime.now(UTC)


async def _at_once(_duration: timedelta) -> None:
    """Wait for nothing: what is tried again is tried at once."""


# No authorities: everything here is plain HTTP, and to read all of them takes longer than a test.
_MACHINE: Final = Machine(Timing(_now, _at_once, lambda: 0.5), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))


@asynccontextmanager
async def open_town(capture: Any, street: Street) -> AsyncIterator[Town]:  # noqa: ANN401  # pytest's capsys
    """Serve a fresh organization, in which everything is missing."""
    world = World(clock=_now, new_id=lambda: str(uuid4()))
    plant(world, Seed.model_validate(_FRESH))
    upstream = trusted_client(user_agent="feedwarden-tests", ssl_context=_MACHINE.tls_context)
    app = build_app(world, upstream=upstream)
    async with (
        upstream,
        street.serving(app) as url,
        trusted_client(user_agent="feedwarden-tests", ssl_context=_MACHINE.tls_context) as http,
    ):
        yield Town(world, app, url, http, capture, street, settings_of(url))
