"""The real client against simulated registries: nothing in between is faked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from local.simulators.faults import Fault, FaultyApp
from local.simulators.npm_registry import new_npm_registry, npm_registry_app
from local.simulators.npm_registry_control import npm_actions
from local.simulators.pypi_registry import new_pypi_registry, pypi_registry_app
from local.simulators.pypi_registry_control import pypi_actions
from local.simulators.server import serving
from local.simulators.server_control import Actions
from shared.adapters.outbound.guarded import GuardedClient
from shared.adapters.registries import registries
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.twins import Presence, PublicTwin
from tests.adapters.registries.basics import basics

_NOW: Final = datetime(2026, 8, 1, 10, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _World:
    """A registry that can be told things, and our eyes on it."""

    actions: Actions
    app: FaultyApp
    url: str
    ecosystem: Ecosystem
    client: GuardedClient

    def tell(self, action: str, **order: Any) -> None:  # noqa: ANN401  # the order's own shape checks it
        """Carry one order out."""
        self.actions[action](order)

    async def look_up(self, spelling: str, *, path: str = "/") -> PublicTwin:
        """Ask for a name as the application does, without waiting between attempts."""

        async def no_pause(_pause: timedelta) -> None:
            await asyncio.sleep(0)

        known = registries(self.client, clock=lambda: _NOW, sleep=no_pause)
        name = PackageName.of(self.ecosystem, spelling)
        return await known[self.ecosystem].look_up(name, location=self.url + path)


@asynccontextmanager
async def _world(app: FaultyApp, actions: Actions, ecosystem: Ecosystem) -> AsyncIterator[_World]:
    async with serving(app) as url:
        client = GuardedClient(user_agent="Feedwarden/0 (+test)", allowed_hosts=[url.removeprefix("http://")])
        try:
            yield _World(actions, app, url, ecosystem, client)
        finally:
            await client.aclose()


@pytest.fixture
async def npm() -> AsyncIterator[_World]:
    """Run an empty npm registry."""
    registry = new_npm_registry(lambda: _NOW)
    async with _world(npm_registry_app(registry), npm_actions(registry), Ecosystem.NPM) as world:
        yield world


@pytest.fixture
async def pypi() -> AsyncIterator[_World]:
    """Run an empty Python package index."""
    registry = new_pypi_registry(lambda: _NOW)
    async with _world(pypi_registry_app(registry), pypi_actions(registry), Ecosystem.PYPI) as world:
        yield world


async def test_npm_present(npm: _World) -> None:
    """A published package is there, with its people and its first day; the scope's slash arrives encoded."""
    npm.tell("publish", name="@acme/ui", version="99.0.0", maintainers=["mallory"], published_at=_NOW)
    twin = await npm.look_up("@acme/ui")
    assert basics(twin) == PublicTwin(Presence.PRESENT, "", _NOW, "99.0.0", ("mallory",))
    assert {seen.path.lower() for seen in npm.app.faults.requests} == {"/@acme%2fui"}
    assert {seen.user_agent for seen in npm.app.faults.requests} == {"Feedwarden/0 (+test)"}


async def test_npm_with_many_versions(npm: _World) -> None:
    """Documents that come compressed are read as well."""
    for minor in range(30):
        npm.tell("publish", name="left-pad", version=f"1.{minor}.0")
    assert (await npm.look_up("left-pad")).latest_version == "1.29.0"


async def test_npm_absent_and_then_published(npm: _World) -> None:
    """A missed name stays missing for the negative cache's time, as on the real registry."""
    assert await npm.look_up("acme-billing") == PublicTwin(Presence.ABSENT)
    npm.tell("publish", name="acme-billing", version="1.0.0")
    assert (await npm.look_up("acme-billing")).presence is Presence.PRESENT
    npm.tell("settings", negative_cache_seconds=300)
    assert (await npm.look_up("acme-tools")).presence is Presence.ABSENT
    npm.tell("publish", name="acme-tools", version="1.0.0")
    assert (await npm.look_up("acme-tools")).presence is Presence.ABSENT


@pytest.mark.parametrize("version", ["0.0.1-security", "0.0.1-security.6"])
async def test_npm_held(npm: _World, version: str) -> None:
    """The registry's placeholder is a tombstone."""
    npm.tell("publish", name="evil", version="1.0.0")
    npm.tell("hold", name="evil", version=version)
    twin = await npm.look_up("evil")
    assert (twin.presence, twin.latest_version) == (Presence.TOMBSTONE, version)


@pytest.mark.parametrize("status", [404, 200])
async def test_npm_unpublished(npm: _World, status: int) -> None:
    """A package that was taken away is a tombstone with either status; one version less is not."""
    npm.tell("publish", name="gone", version="1.0.0")
    npm.tell("publish", name="gone", version="1.0.1")
    npm.tell("unpublish", name="gone", version="1.0.1", status=status)
    assert (await npm.look_up("gone")).presence is Presence.PRESENT
    npm.tell("unpublish", name="gone", status=status)
    assert (await npm.look_up("gone")).presence is Presence.TOMBSTONE


async def test_npm_with_a_full_document_too_large(npm: _World) -> None:
    """A package is present even where its full document is more than we read."""
    npm.tell("publish", name="huge", version="1.0.0")
    # The first question, for the small document, is let through.
    npm.app.faults.rules.append(Fault(path="/huge", times=1))
    npm.app.faults.rules.append(Fault(path="/huge", oversize_bytes=11 * 1024 * 1024, times=1))
    assert basics(await npm.look_up("huge")) == PublicTwin(Presence.PRESENT, latest_version="1.0.0")


async def test_npm_behind_a_proxy_that_shows_pages(npm: _World) -> None:
    """A 404 as a page of HTML is a proxy's, and tells nothing about the package behind it."""
    npm.app.faults.rules.append(Fault(path="/proxy/*", status=404, html=True))
    npm.tell("publish", name="left-pad", version="1.0.0")
    assert (await npm.look_up("left-pad", path="/proxy/")).presence is Presence.UNKNOWN


async def test_pypi_present(pypi: _World) -> None:
    """Published under another spelling: the same project, without a redirect."""
    pypi.tell("publish", name="Acme.Billing", version="2.0rc1", published_at=_NOW)
    pypi.tell("publish", name="Acme.Billing", version="1.0", published_at=_NOW + timedelta(days=1), kind="sdist")
    expected = PublicTwin(Presence.PRESENT, first_published=_NOW, latest_version="1.0")
    assert basics(await pypi.look_up("acme_billing")) == expected
    paths = ["/simple/acme-billing/", "/pypi/acme-billing/json"]
    assert [seen.path for seen in pypi.app.faults.requests] == paths
    assert basics(await pypi.look_up("acme_billing", path="/simple")) == expected
    assert [seen.path for seen in pypi.app.faults.requests] == paths * 2


async def test_pypi_absent_and_removed(pypi: _World) -> None:
    """Never there and removed are the same on the wire."""
    assert await pypi.look_up("acme-billing") == PublicTwin(Presence.ABSENT)
    pypi.tell("publish", name="acme-billing", version="1.0")
    assert (await pypi.look_up("acme-billing")).presence is Presence.PRESENT
    pypi.tell("remove", name="acme-billing", prohibit=True)
    assert await pypi.look_up("acme-billing") == PublicTwin(Presence.ABSENT)


async def test_pypi_tombstones(pypi: _World) -> None:
    """In quarantine, without a release, or with its last release deleted: the name is taken."""
    pypi.tell("publish", name="bad", version="1.0")
    pypi.tell("quarantine", name="bad")
    pypi.tell("create", name="empty")
    pypi.tell("publish", name="emptied", version="1.0")
    pypi.tell("unpublish", name="emptied", version="1.0")
    twins = [await pypi.look_up(name) for name in ("bad", "empty", "emptied")]
    assert {twin.presence for twin in twins} == {Presence.TOMBSTONE}
    assert "quarantine" in twins[0].detail


async def test_pypi_yanked_and_archived(pypi: _World) -> None:
    """What can still be installed by its exact version is present."""
    pypi.tell("publish", name="old", version="1.0")
    pypi.tell("yank", name="old", version="1.0", reason="broken")
    pypi.tell("archive", name="old")
    assert (await pypi.look_up("old")).presence is Presence.PRESENT


_TROUBLE: Final = pytest.mark.parametrize(
    "fault",
    [
        Fault(status=401),
        Fault(status=403, html=True),
        Fault(status=404, html=True),
        Fault(status=429),
        Fault(status=429, headers={"retry-after": "3600"}),
        Fault(status=500),
        Fault(status=503, headers={"retry-after": "1"}),
        Fault(html=True),
        Fault(cut=True),
        Fault(oversize_bytes=17 * 1024 * 1024, gzip=True),
        Fault(status=301, headers={"location": "https://elsewhere.example.test/"}),
        Fault(status=301, headers={"location": "http://169.254.169.254/"}),
    ],
)


@_TROUBLE
async def test_npm_in_trouble_is_unknown(npm: _World, fault: Fault) -> None:
    """No trouble whatever is read as present or absent."""
    npm.app.faults.rules.append(fault)
    twin = await npm.look_up("acme-billing")
    assert twin.presence is Presence.UNKNOWN
    assert twin.detail


@_TROUBLE
async def test_pypi_in_trouble_is_unknown(pypi: _World, fault: Fault) -> None:
    """The same there."""
    pypi.app.faults.rules.append(fault)
    twin = await pypi.look_up("acme-billing")
    assert twin.presence is Presence.UNKNOWN
    assert twin.detail


async def test_trouble_that_passes_is_overcome(npm: _World) -> None:
    """Two failures and then an answer: the answer counts."""
    npm.tell("publish", name="left-pad", version="1.0.0")
    npm.app.faults.rules.append(Fault(status=503, times=2))
    assert (await npm.look_up("left-pad")).presence is Presence.PRESENT
