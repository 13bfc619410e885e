"""The world outside a company: registries, a partner's registry and an advisory database, each behind a real server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from local.simulators.faults import FaultyApp
from local.simulators.npm_registry import new_npm_registry, npm_registry_app
from local.simulators.npm_registry_control import npm_actions
from local.simulators.nuget_registry import new_nuget_registry, nuget_registry_app
from local.simulators.nuget_registry_control import nuget_actions
from local.simulators.osv import new_database, osv_app
from local.simulators.pypi_registry import new_pypi_registry, pypi_registry_app
from local.simulators.pypi_registry_control import pypi_actions
from local.simulators.server import serving
from local.simulators.server_control import Actions
from shared.adapters.advisories.client import AdvisoryClient
from shared.adapters.advisories.osv import Osv
from shared.adapters.change_feeds import ChangeFeedBook
from shared.adapters.name_lists import ConfiguredList, NameListBook
from shared.adapters.outbound.guarded import GuardedClient
from shared.adapters.registries import registries
from shared.application.lookup import TwinLookup
from shared.application.standings import Standings
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import UpstreamKind, UpstreamSource
from shared.domain.names import PackageName
from tests.application.house import House
from tests.fakes import MemoryPublicNames, PassingSleep
from tests.integration.disclosure import Listener

NPM, PYPI, NUGET = Ecosystem.NPM, Ecosystem.PYPI, Ecosystem.NUGET
# The servers that are no registry of an ecosystem that everybody uses.
PARTNER, ADVISORIES = "partner", "advisories"
_APPS: Final[Mapping[str, Callable[..., FaultyApp]]] = {
    NPM: npm_registry_app,
    PYPI: pypi_registry_app,
    NUGET: nuget_registry_app,
    PARTNER: npm_registry_app,
    ADVISORIES: osv_app,
}
_NEW: Final[Mapping[str, Callable[..., Any]]] = {
    NPM: new_npm_registry,
    PYPI: new_pypi_registry,
    NUGET: new_nuget_registry,
    PARTNER: new_npm_registry,
    ADVISORIES: new_database,
}
_ACTIONS: Final[Mapping[str, Callable[..., Actions]]] = {
    NPM: npm_actions,
    PYPI: pypi_actions,
    NUGET: nuget_actions,
    PARTNER: npm_actions,
}
_LOCATION: Final[Mapping[str, str]] = {NUGET: "/v3/index.json"}


@dataclass(slots=True)
class PublicSide:
    """Every server outside, and a listener at each that says which internal names were told there."""

    apps: Mapping[str, FaultyApp]
    actions: Mapping[str, Actions]
    urls: Mapping[str, str]
    listeners: Mapping[str, Listener]
    versions: count[int] = field(default_factory=lambda: count(1))

    def keeps_secret(self, names: Iterable[PackageName]) -> None:
        """Let every server be listened to for these names."""
        internal = tuple(names)
        for listener in self.listeners.values():
            listener.names.add(internal)

    def publish(self, name: PackageName) -> None:
        """Let somebody publish a package of that name, where everybody can look, and so can advisories."""
        self._publish(name, name.ecosystem)
        self.listeners[ADVISORIES].open(name)

    def publish_at_partner(self, name: PackageName) -> None:
        """Let the partner publish an npm package of that name: nobody else may learn of it."""
        self._publish(name, PARTNER)

    def _publish(self, name: PackageName, server: str) -> None:
        self.listeners[server].open(name)
        order = {"name": name.spelling, "version": f"99.{next(self.versions)}.0"}
        self.actions[server]["publish"](order)

    def given_away(self) -> Mapping[str, Mapping[PackageName, str]]:
        """Return by server which names were told there that are not public there, each with the first request."""
        for listener in self.listeners.values():
            listener.hear()
        return {server: listener.given_away for server, listener in self.listeners.items() if listener.given_away}

    def told(self, *servers: str) -> set[PackageName]:
        """Return the internal names that servers were told, public ones too."""
        for server in servers:
            self.listeners[server].hear()
        return set().union(*(self.listeners[server].told for server in servers))

    def source(self, server: str) -> UpstreamSource:
        """Return the upstream source that pulls from a registry."""
        ecosystem = NPM if server == PARTNER else Ecosystem(server)
        location = self.urls[server] + _LOCATION.get(server, "")
        return UpstreamSource(f"up-{server}", ecosystem, ecosystem, UpstreamKind.PUBLIC, location, enabled=True)


@asynccontextmanager
async def public_side(house: House) -> AsyncIterator[PublicSide]:
    """Serve everything while the block runs."""
    states = {server: new(house.clock) for server, new in _NEW.items()}
    apps = {server: app(states[server]) for server, app in _APPS.items()}
    actions = {server: act(states[server]) for server, act in _ACTIONS.items()}
    async with AsyncExitStack() as stack:
        urls = {server: await stack.enter_async_context(serving(app)) for server, app in apps.items()}
        yield PublicSide(apps, actions, urls, {server: Listener(app) for server, app in apps.items()})


@asynccontextmanager
async def wired(public: PublicSide, house: House) -> AsyncIterator[None]:
    """Wire the real adapters into the house; the settings speak of the main npm registry."""
    hosts = [url.removeprefix("http://") for url in public.urls.values()]
    client = GuardedClient(user_agent="Feedwarden/0 (+test)", allowed_hosts=hosts)
    # A pause that takes no time would be one that a registry's rate limit does not see.
    pause = PassingSleep(house.clock)
    replication = public.urls[NPM] + "/-/replication"
    house.standings = Standings(house.cursors, house.clock)
    house.public_names = MemoryPublicNames()
    house.replicated = {NPM: public.source(NPM).location}
    house.change_feeds = ChangeFeedBook(client, configured={NPM: replication}, clock=house.clock, sleep=pause)
    listed = ConfiguredList(replication, lists=lambda _location: True)
    house.name_lists = NameListBook(client, configured={NPM: listed}, clock=house.clock, sleep=pause)
    asked = registries(client, clock=house.clock, sleep=pause)
    house.lookup = TwinLookup(asked, house.clock, house.public_names, house.standings, house.name_lists)
    advisories = AdvisoryClient(Osv(public.urls[ADVISORIES]), client, clock=house.clock)
    house.advisories = advisories  # type: ignore[assignment]  # the real one, as the port that both are
    try:
        yield
    finally:
        await client.aclose()
