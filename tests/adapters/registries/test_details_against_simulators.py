"""Every detail of a public twin, asked by the real client of simulated registries: nothing in between is faked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any, Final

import pytest

from local.simulators.faults import Fault, FaultyApp
from local.simulators.maven_registry import maven_registry_app, new_maven_registry
from local.simulators.maven_registry_control import maven_actions
from local.simulators.npm_registry import new_npm_registry, npm_registry_app
from local.simulators.npm_registry_control import npm_actions
from local.simulators.nuget_registry import new_nuget_registry, nuget_registry_app
from local.simulators.nuget_registry_control import nuget_actions
from local.simulators.pypi_registry import new_pypi_registry, pypi_registry_app
from local.simulators.pypi_registry_control import pypi_actions
from local.simulators.server_control import Actions
from shared.domain.ecosystems import Ecosystem
from shared.domain.twins import Presence, PublicTwin
from tests.adapters.registries.simulated import NOW, Hands, World, world

_LATER: Final = NOW + timedelta(days=1)
_REPOSITORY: Final = "https://code.example.test/acme/billing"


def _npm(clock: Hands) -> tuple[FaultyApp, Actions]:
    registry = new_npm_registry(clock)
    return npm_registry_app(registry), npm_actions(registry)


def _pypi(clock: Hands) -> tuple[FaultyApp, Actions]:
    registry = new_pypi_registry(clock)
    return pypi_registry_app(registry), pypi_actions(registry)


def _nuget(clock: Hands) -> tuple[FaultyApp, Actions]:
    registry = new_nuget_registry(clock)
    return nuget_registry_app(registry), nuget_actions(registry)


def _maven(clock: Hands) -> tuple[FaultyApp, Actions]:
    registry = new_maven_registry(clock)
    return maven_registry_app(registry), maven_actions(registry)


_MAKERS: Final = {
    Ecosystem.NPM: (_npm, "/"),
    Ecosystem.PYPI: (_pypi, "/"),
    Ecosystem.NUGET: (_nuget, "/v3/index.json"),
    Ecosystem.MAVEN: (_maven, "/maven2/"),
}


class _Town:
    """Registries that are started when they are first named."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack

    async def __call__(self, ecosystem: Ecosystem) -> World:
        """Start an empty registry."""
        clock = Hands()
        app, actions = _MAKERS[ecosystem][0](clock)
        return await self._stack.enter_async_context(world(app, actions, ecosystem, clock))


@pytest.fixture
async def town() -> AsyncIterator[_Town]:
    """Run registries while a test runs."""
    async with AsyncExitStack() as stack:
        yield _Town(stack)


async def _ask(place: World, name: str) -> PublicTwin:
    return await place.look_up(name, location=place.url + _MAKERS[place.ecosystem][1])


async def test_npm(town: _Town) -> None:
    """Who published, what runs, where the source is said to be, what is gone."""
    npm = await town(Ecosystem.NPM)
    old: dict[str, Any] = {"publisher": "alice", "published_at": NOW, "maintainers": ("alice", "bob")}
    npm.tell("publish", name="acme-billing", version="0.9.0", **old)
    npm.tell("publish", name="acme-billing", version="1.0.0", **old)
    new: dict[str, Any] = {"scripts": {"postinstall": "node x.js"}, "description": "Bills.", "repository": _REPOSITORY}
    npm.tell("publish", name="acme-billing", version="99.0.0", publisher="mallory", published_at=_LATER, **new)
    npm.tell("unpublish", name="acme-billing", version="0.9.0")
    assert await _ask(npm, "acme-billing") == PublicTwin(
        Presence.PRESENT,
        first_published=NOW,
        latest_version="99.0.0",
        maintainers=("alice", "bob"),
        publishers=("mallory", "alice", "bob"),
        latest_published=_LATER,
        install_scripts=("postinstall",),
        repository=_REPOSITORY,
        description="Bills.",
        releases=3,
        withdrawn=1,
        name="acme-billing",
        versions=("1.0.0", "99.0.0"),
    )
    assert len(npm.asked()) == 2


async def test_npm_whose_full_document_fails(town: _Town) -> None:
    """That something runs on installation is known from the small document already."""
    npm = await town(Ecosystem.NPM)
    npm.tell("publish", name="acme", version="1.0.0", scripts={"install": "node x.js"})
    npm.app.faults.rules.append(Fault(path="/acme", times=1))
    npm.app.faults.rules.append(Fault(path="/acme", status=403))
    twin = await _ask(npm, "acme")
    assert (twin.presence, twin.install_scripts, twin.publishers) == (Presence.PRESENT, ("unnamed",), ())


async def test_pypi(town: _Town) -> None:
    """Owners, the source's address, the registered spelling, and how much is yanked."""
    pypi = await town(Ecosystem.PYPI)
    pypi.tell("publish", name="Acme.Billing", version="1.0", owner="alice", maintainers=("bob",), published_at=NOW)
    about: dict[str, Any] = {"description": "Bills.", "author": "Mallory", "project_urls": {"Source": _REPOSITORY}}
    pypi.tell("publish", name="Acme.Billing", version="99.0", published_at=_LATER, **about)
    pypi.tell("yank", name="Acme.Billing", version="1.0")
    assert await _ask(pypi, "acme-billing") == PublicTwin(
        Presence.PRESENT,
        first_published=NOW,
        latest_version="99.0",
        maintainers=("Mallory (by its own account)",),
        publishers=("alice", "bob"),
        latest_published=_LATER,
        repository=_REPOSITORY,
        description="Bills.",
        releases=2,
        withdrawn=1,
        name="Acme.Billing",
        versions=("1.0", "99.0"),
    )


async def test_pypi_s_tombstones_are_asked_once(town: _Town) -> None:
    """Their details are a 404, which says nothing."""
    pypi = await town(Ecosystem.PYPI)
    pypi.tell("publish", name="bad", version="1.0")
    pypi.tell("quarantine", name="bad")
    assert (await _ask(pypi, "bad")).presence is Presence.TOMBSTONE
    assert pypi.asked() == ["/simple/bad/"]


async def test_nuget(town: _Town) -> None:
    """Owners beside authors, and how much is unlisted."""
    nuget = await town(Ecosystem.NUGET)
    nuget.tell("publish", name="Acme.Billing", version="1.0.0", published_at=NOW, owners=("alice", "bob"))
    about = {"authors": "Mallory", "description": "Bills.", "project_url": _REPOSITORY}
    nuget.tell("publish", name="Acme.Billing", version="99.0.0", published_at=_LATER, **about)
    nuget.tell("publish", name="Acme.Billing", version="100.0.0", published_at=_LATER, listed=False)
    assert await _ask(nuget, "acme.billing") == PublicTwin(
        Presence.PRESENT,
        first_published=NOW,
        latest_version="99.0.0",
        maintainers=("Mallory (by its own account)",),
        publishers=("alice", "bob"),
        latest_published=_LATER,
        repository=_REPOSITORY,
        description="Bills.",
        releases=3,
        withdrawn=1,
        name="Acme.Billing",
        versions=("1.0.0", "99.0.0", "100.0.0"),
    )


async def test_maven(town: _Town) -> None:
    """What the first version's description says; nobody vouches for accounts, and nothing is ever withdrawn."""
    maven = await town(Ecosystem.MAVEN)
    about: dict[str, Any] = {"developers": ("Alice",), "repository": _REPOSITORY, "description": "Bills."}
    maven.tell("publish", name="com.acme:core", version="1.0", published_at=NOW, **about)
    maven.tell("publish", name="com.acme:core", version="99.0", published_at=_LATER, developers=("Mallory",))
    assert await _ask(maven, "com.acme:core") == PublicTwin(
        Presence.PRESENT,
        "last changed there on 2026-08-02 10:00 UTC",
        first_published=NOW,
        latest_version="99.0",
        maintainers=("Alice (by its own account)",),
        latest_published=_LATER,
        repository=_REPOSITORY,
        description="Bills.",
        releases=2,
        name="com.acme:core",
    )
    assert len(maven.asked()) == 2
