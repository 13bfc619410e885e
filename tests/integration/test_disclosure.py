"""No internal name leaves the company until a public package of that name exists: the registries' own logs say so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count, pairwise
from typing import Any, Final
from urllib.parse import unquote

from local.simulators.faults import FaultyApp
from local.simulators.npm_registry import new_npm_registry, npm_registry_app
from local.simulators.npm_registry_control import npm_actions
from local.simulators.nuget_registry import new_nuget_registry, nuget_registry_app
from local.simulators.nuget_registry_control import nuget_actions
from local.simulators.pypi_registry import new_pypi_registry, pypi_registry_app
from local.simulators.pypi_registry_control import pypi_actions
from local.simulators.server import serving
from local.simulators.server_control import Actions
from shared.adapters.change_feeds import ChangeFeedBook
from shared.adapters.name_lists import ConfiguredList, NameListBook
from shared.adapters.outbound.guarded import GuardedClient
from shared.adapters.registries import registries
from shared.application.lookup import TwinLookup
from shared.application.standings import Standings
from shared.domain.cases import CaseState
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import Feed, UpstreamKind, UpstreamSource
from shared.domain.names import PackageName
from tests.application.house import House
from tests.fakes import MemoryPublicNames

NPM, PYPI, NUGET = Ecosystem.NPM, Ecosystem.PYPI, Ecosystem.NUGET
INTERNAL: Final = 10_000
# How many of the internal names are public from the start, and become so later: every so-manyth.
PUBLIC_BEFORE: Final = 500
PUBLIC_LATER: Final = 700
_APPS: Final[Mapping[Ecosystem, Callable[..., FaultyApp]]] = {
    NPM: npm_registry_app,
    PYPI: pypi_registry_app,
    NUGET: nuget_registry_app,
}
_NEW: Final[Mapping[Ecosystem, Callable[..., Any]]] = {
    NPM: new_npm_registry,
    PYPI: new_pypi_registry,
    NUGET: new_nuget_registry,
}
_ACTIONS: Final[Mapping[Ecosystem, Callable[..., Actions]]] = {
    NPM: npm_actions,
    PYPI: pypi_actions,
    NUGET: nuget_actions,
}
_LOCATION: Final = {NPM: "", PYPI: "", NUGET: "/v3/index.json"}


def internal_names() -> list[PackageName]:
    """Return ten thousand names, of three ecosystems, scoped ones among them."""
    kinds = (
        lambda n: PackageName.of(NPM, f"@contoso/part-{n}"),
        lambda n: PackageName.of(NPM, f"contoso-part-{n}"),
        lambda n: PackageName.of(PYPI, f"contoso_part.{n}"),
        lambda n: PackageName.of(NUGET, f"Contoso.Part{n}"),
    )
    return [kinds[number % len(kinds)](number) for number in range(INTERNAL)]


@dataclass(slots=True)
class Public:
    """The public side: three registries behind real servers."""

    apps: Mapping[Ecosystem, FaultyApp]
    actions: Mapping[Ecosystem, Actions]
    urls: Mapping[Ecosystem, str]
    taken: set[PackageName] = field(default_factory=set)
    versions: count[int] = field(default_factory=lambda: count(1))

    def publish(self, name: PackageName) -> None:
        """Let somebody publish a package of that name."""
        self.taken.add(name)
        order = {"name": name.spelling, "version": f"99.{next(self.versions)}.0"}
        self.actions[name.ecosystem]["publish"](order)

    def disclosed(self, names: set[PackageName]) -> dict[str, list[str]]:
        """Return which of the names stand in which requests, however they were written there."""
        by_text = {text: name for name in names for text in _written(name)}
        found: dict[str, list[str]] = {}
        for app in self.apps.values():
            for seen in app.faults.requests:
                for text in _words(seen.path):
                    if text in by_text:
                        found.setdefault(str(by_text[text]), []).append(seen.path)
        return found


def _written(name: PackageName) -> set[str]:
    return {name.spelling.lower(), name.canonical.lower(), name.unscoped.lower()}


def _words(path: str) -> set[str]:
    """Return every part of a request's path and query that could be a name, decoded twice."""
    text = unquote(unquote(path)).lower()
    parts = text.replace("?", "/").replace("=", "/").replace("&", "/").replace(":", "/").replace('"', "/").split("/")
    return {*parts, *("/".join(pair) for pair in pairwise(parts))}


@asynccontextmanager
async def public_side(house: House) -> AsyncIterator[Public]:
    """Serve the registries while the block runs."""
    states = {ecosystem: new(house.clock) for ecosystem, new in _NEW.items()}
    apps = {ecosystem: app(states[ecosystem]) for ecosystem, app in _APPS.items()}
    actions = {ecosystem: act(states[ecosystem]) for ecosystem, act in _ACTIONS.items()}
    async with AsyncExitStack() as stack:
        urls = {ecosystem: await stack.enter_async_context(serving(app)) for ecosystem, app in apps.items()}
        yield Public(apps, actions, urls)


def _source(ecosystem: Ecosystem, url: str) -> UpstreamSource:
    location = url + _LOCATION[ecosystem]
    return UpstreamSource(f"up-{ecosystem}", ecosystem, ecosystem, UpstreamKind.PUBLIC, location, enabled=True)


@asynccontextmanager
async def company(public: Public, house: House) -> AsyncIterator[Feed]:
    """Wire the real adapters into the house; gives the one feed, which pulls from all three."""

    async def no_pause(_pause: timedelta) -> None:
        await asyncio.sleep(0)

    hosts = [url.removeprefix("http://") for url in public.urls.values()]
    client = GuardedClient(user_agent="Feedwarden/0 (+test)", allowed_hosts=hosts)
    replication = public.urls[NPM] + "/-/replication"
    house.standings = Standings(house.cursors, house.clock)
    house.public_names = MemoryPublicNames()
    house.change_feeds = ChangeFeedBook(client, configured={NPM: replication}, clock=house.clock, sleep=no_pause)
    listed = ConfiguredList(replication, lists=lambda _location: True)
    house.name_lists = NameListBook(client, configured={NPM: listed}, clock=house.clock, sleep=no_pause)
    asked = registries(client, clock=house.clock, sleep=no_pause)
    house.lookup = TwinLookup(asked, house.clock, house.public_names, house.standings, house.name_lists)
    try:
        upstreams = [_source(ecosystem, url) for ecosystem, url in public.urls.items()]
        yield house.service.world.add_feed("core", upstreams=upstreams)
    finally:
        await client.aclose()


async def _half_an_hour(house: House) -> None:
    """Let every timer fire, and all that they queue be handled."""
    house.clock.advance(timedelta(minutes=30))
    await house.watcher.poll()
    await house.feed_watcher.poll()
    await house.rounds.go_on()
    await house.pump(within=timedelta(minutes=8), rounds=5000)


async def test_the_registries_learn_no_name_that_was_not_public() -> None:
    """Ten thousand names, two days: first look, watches, sweeps, new packages, a reset, a registry in trouble."""
    house = House()
    names = internal_names()
    async with public_side(house) as public, company(public, house) as feed:
        for name in names[:-200]:
            house.service.world.add_package(feed, name, internal=["1.0.0"])
        for name in names[::PUBLIC_BEFORE]:
            public.publish(name)
        later = iter(names[1::PUBLIC_LATER])
        new = iter(names[-200:])
        for hour in range(48):
            if hour % 6 == 0:
                await house.sweeper.begin()
            public.actions[NPM]["generate_changes"]({"count": 100, "prefix": f"churn-{hour}-"})
            for name in [name for name in (next(later, None),) if name is not None]:
                public.publish(name)
            for name in [name for name, _ in zip(new, range(5), strict=False)]:
                house.service.world.add_package(feed, name, internal=["1.0.0"])
            if hour == 20:
                public.actions[NPM]["begin_anew"]({"at": 5})
            if hour == 30:
                _fail(public.apps[PYPI])
            await _half_an_hour(house)
        secret = set(names) - public.taken
        assert public.disclosed(secret) == {}
        assert set(public.disclosed(public.taken)) == {str(name) for name in public.taken}
        for name in public.taken:
            assert (await house.case(feed, name)).state is CaseState.PROTECTED, name


def _fail(app: FaultyApp) -> None:
    from local.simulators.faults import Fault  # noqa: PLC0415  # one line of one test

    app.faults.rules.append(Fault(path="*", status=503, times=20))


async def test_the_log_would_show_a_question_by_name() -> None:
    """The same registries, asked by name: the comparison above can fail."""
    house = House()
    async with public_side(house) as public, company(public, house) as feed:
        names = internal_names()[:8]
        for name in names:
            house.service.world.add_package(feed, name, internal=["1.0.0"])
        house.name_lists = lambda _source: None
        house.change_feeds = lambda _ecosystem, _location: None
        house.lookup = replace(house.lookup, name_lists=house.name_lists)
        await house.sweeper.begin()
        for _ in range(5):
            await _half_an_hour(house)
        assert set(public.disclosed(set(names))) == {str(name) for name in names}
