"""The real client against the simulated database, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from local.simulators.faults import Fault, FaultyApp
from local.simulators.osv import new_database, osv_app
from local.simulators.osv_control import osv_actions
from local.simulators.server import serving
from local.simulators.server_control import Actions
from shared.adapters.advisories import advisories
from shared.adapters.advisories.osv import ECOSYSTEM_WORDS
from shared.adapters.outbound.guarded import GuardedClient
from shared.domain.advisories import AdvisoryState
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.ports import AdvisorySource
from tests.adapters.advisories.scripted import NOW

_NAMES = {
    Ecosystem.NPM: "@acme/billing",
    Ecosystem.PYPI: "acme-billing",
    Ecosystem.NUGET: "Acme.Billing",
    Ecosystem.MAVEN: "com.acme:billing",
    Ecosystem.CARGO: "acme-billing",
}


@dataclass(frozen=True, slots=True)
class _World:
    actions: Actions
    app: FaultyApp
    source: AdvisorySource

    def tell(self, action: str, **order: Any) -> None:  # noqa: ANN401  # the order's own shape checks it
        self.actions[action](order)

    async def ask(self, ecosystem: Ecosystem, spelling: str) -> tuple[AdvisoryState, tuple[str, ...]]:
        told = await self.source.ask(PackageName.of(ecosystem, spelling))
        return told.state, told.ids


@pytest.fixture
async def world() -> AsyncIterator[_World]:
    """Set up an empty database and a client of it."""
    database = new_database(lambda: NOW)
    app = osv_app(database)
    async with serving(app) as url:
        client = GuardedClient(user_agent="Feedwarden/0 (+test)", allowed_hosts=[url.removeprefix("http://")])
        try:
            yield _World(osv_actions(database), app, advisories(client, address=url, clock=lambda: NOW))
        finally:
            await client.aclose()


@pytest.mark.parametrize("ecosystem", Ecosystem)
async def test_an_advisory_is_found_in_every_ecosystem(world: _World, ecosystem: Ecosystem) -> None:
    """Until it is withdrawn; another name is not concerned."""
    spelling = _NAMES[ecosystem]
    assert await world.ask(ecosystem, spelling) == (AdvisoryState.NONE_KNOWN, ())
    world.tell("add", id="MAL-2026-1", ecosystem=ECOSYSTEM_WORDS[ecosystem], name=spelling)
    assert await world.ask(ecosystem, spelling) == (AdvisoryState.MALICIOUS, ("MAL-2026-1",))
    assert await world.ask(ecosystem, f"{spelling}x") == (AdvisoryState.NONE_KNOWN, ())
    world.tell("withdraw", id="MAL-2026-1")
    assert await world.ask(ecosystem, spelling) == (AdvisoryState.NONE_KNOWN, ())


async def test_the_published_spelling_matters_where_the_database_knows_no_other(world: _World) -> None:
    """NuGet's, and not PyPI's."""
    world.tell("add", id="MAL-2026-1", ecosystem="NuGet", name="Acme.Billing")
    world.tell("add", id="MAL-2026-2", ecosystem="PyPI", name="acme-billing")
    assert await world.ask(Ecosystem.NUGET, "acme.billing") == (AdvisoryState.NONE_KNOWN, ())
    assert await world.ask(Ecosystem.PYPI, "Acme.Billing") == (AdvisoryState.MALICIOUS, ("MAL-2026-2",))


async def test_pages_are_walked_to_the_end(world: _World) -> None:
    """Through small ones and through empty ones."""
    for number in range(5):
        world.tell("add", id=f"MAL-2026-{number}", ecosystem="npm", name="acme")
    world.tell("settings", page_size=2, empty_pages=3)
    state, ids = await world.ask(Ecosystem.NPM, "acme")
    assert (state, len(ids)) == (AdvisoryState.MALICIOUS, 5)
    assert len(world.app.faults.asked("/v1/querybatch", method="POST")) == 6


async def test_a_record_tells_malice_that_its_id_does_not(world: _World) -> None:
    """The latest records are read whole."""
    world.tell("add", id="GHSA-aaaa-bbbb-cccc", ecosystem="npm", name="acme", cwes=["CWE-79"])
    assert await world.ask(Ecosystem.NPM, "acme") == (AdvisoryState.NONE_KNOWN, ())
    later = NOW + timedelta(hours=1)
    world.tell(
        "add", id="GHSA-dddd-eeee-ffff", ecosystem="npm", name="acme", cwes=["CWE-506"], modified_at=later.isoformat()
    )
    assert await world.ask(Ecosystem.NPM, "acme") == (AdvisoryState.MALICIOUS, ("GHSA-dddd-eeee-ffff",))


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=503),
        Fault(status=429, headers={"retry-after": "60"}),
        Fault(status=200, body="{}"),
        Fault(html=True),
        Fault(cut=True),
        Fault(path="/v1/vulns/*", status=500),
    ],
)
async def test_trouble_is_unknown_and_passes(world: _World, fault: Fault) -> None:
    """Never "none known"."""
    world.tell("add", id="GHSA-aaaa-bbbb-cccc", ecosystem="npm", name="acme", cwes=["CWE-506"])
    world.app.faults.rules.append(fault)
    assert await world.ask(Ecosystem.NPM, "acme") == (AdvisoryState.UNKNOWN, ())
    world.app.faults.rules.clear()
    assert await world.ask(Ecosystem.NPM, "acme") == (AdvisoryState.MALICIOUS, ("GHSA-aaaa-bbbb-cccc",))
