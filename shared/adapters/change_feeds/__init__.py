"""Public registries' change feeds: one pure wire file each, one client that sends for all of them.

`ChangeFeedBook` is what the application is given. Maven has no feed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from shared.adapters.change_feeds.cargo import CargoFeed
from shared.adapters.change_feeds.client import ChangeFeedClient
from shared.adapters.change_feeds.npm import NpmChanges
from shared.adapters.change_feeds.nuget import NugetCatalog
from shared.adapters.change_feeds.pypi import PypiChanges
from shared.adapters.change_feeds.wire import ChangeFeedWire
from shared.adapters.outbound.guarded import Sender
from shared.domain.ecosystems import Ecosystem
from shared.ports import ChangeFeed, Clock, Sleep

# What the address of each is: npm, its replication service; PyPI, the index's root or its /simple; NuGet, the service
# index; Cargo, the RSS document of new crates.
WIRES: Final[Mapping[Ecosystem, Callable[[str], ChangeFeedWire]]] = MappingProxyType(
    {
        Ecosystem.NPM: NpmChanges,
        Ecosystem.PYPI: PypiChanges,
        Ecosystem.NUGET: NugetCatalog,
        Ecosystem.CARGO: CargoFeed,
    }
)


class ChangeFeedBook:
    """Gives the change feed of the registry at a location, as the application's ChangeFeeds.

    A client is kept for as long as the book is, so that what it knows of unchanged documents is of use. `sender` must
    be one that refuses addresses inside.
    """

    def __init__(
        self, sender: Sender, *, configured: Mapping[Ecosystem, str | None], clock: Clock, sleep: Sleep
    ) -> None:
        """Keep the addresses that settings name; an ecosystem that is not in `configured` has its feed at the location.

        None or an empty text there = the registry has a feed, but nobody said where: it is not followed.
        """
        self._sender = sender
        self._configured = configured
        self._clock = clock
        self._sleep = sleep
        self._clients: dict[tuple[Ecosystem, str], ChangeFeedClient] = {}

    def __call__(self, ecosystem: Ecosystem, location: str) -> ChangeFeed | None:
        """Return the feed; None where there is none, or none is configured."""
        address = self._configured.get(ecosystem, location)
        if ecosystem not in WIRES or not address:
            return None
        key = (ecosystem, address)
        if key not in self._clients:
            wire = WIRES[ecosystem](address)
            self._clients[key] = ChangeFeedClient(wire, self._sender, clock=self._clock, sleep=self._sleep)
        return self._clients[key]
