"""Lists of all names of public registries, so that no internal name has to be asked for.

`NameListBook` is what the application is given. Cargo and Maven have no list that can be read over the wire.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from shared.adapters.name_lists.client import PagedList, StreamedList
from shared.adapters.name_lists.npm import NpmNames
from shared.adapters.name_lists.nuget import NugetNames
from shared.adapters.name_lists.pypi import PypiNames
from shared.adapters.name_lists.wire import PagedWire, StreamedWire
from shared.adapters.outbound.guarded import StreamingSender
from shared.domain.ecosystems import Ecosystem
from shared.domain.public_sources import PublicSource
from shared.ports import Clock, NameList, Sleep

# What the address of each is: npm, its replication service; PyPI, the index's root or its /simple; NuGet, the service
# index.
PAGED: Final[Mapping[Ecosystem, Callable[[str], PagedWire]]] = MappingProxyType(
    {Ecosystem.NPM: NpmNames, Ecosystem.NUGET: NugetNames}
)
STREAMED: Final[Mapping[Ecosystem, Callable[[str], StreamedWire]]] = MappingProxyType({Ecosystem.PYPI: PypiNames})


@dataclass(frozen=True, slots=True)
class ConfiguredList:
    """The address of a list that does not stand at its registry's location.

    `lists` says whether it is the list of the registry at a location. There is no default on purpose: a name that is
    missing in another registry's list would count as free.
    """

    address: str
    lists: Callable[[str], bool]


def registry_at(location: str) -> Callable[[str], bool]:
    """Return what tells the registry at a location from all others; an empty text is no registry's location."""
    return lambda other: bool(location.strip()) and is_same(location, other)


class NameListBook:
    """Gives the name list of a registry, as the application's NameLists.

    A list is kept for as long as the book is, so that what it knows of unchanged documents is of use. `sender` must
    be one that refuses addresses inside. `configured` is looked into at each call, so it may change meanwhile.
    """

    def __init__(
        self, sender: StreamingSender, *, configured: Mapping[Ecosystem, ConfiguredList], clock: Clock, sleep: Sleep
    ) -> None:
        """Keep the lists that settings name: npm's; the others are found by the registry's location."""
        self._sender = sender
        self._configured = configured
        self._clock = clock
        self._sleep = sleep
        self._lists: dict[tuple[Ecosystem, str], NameList] = {}

    def __call__(self, source: PublicSource) -> NameList | None:
        """Return the list; None where there is none, or none is configured."""
        address = self._address(source)
        if not address:
            return None
        key = (source.ecosystem, address)
        if key not in self._lists:
            self._lists[key] = self._list(*key)
        return self._lists[key]

    def _address(self, source: PublicSource) -> str:
        if source.ecosystem is not Ecosystem.NPM:
            return source.location if source.ecosystem in PAGED or source.ecosystem in STREAMED else ""
        configured = self._configured.get(source.ecosystem)
        return configured.address if configured is not None and configured.lists(source.location) else ""

    def _list(self, ecosystem: Ecosystem, address: str) -> NameList:
        if ecosystem in STREAMED:
            return StreamedList(STREAMED[ecosystem](address), self._sender, clock=self._clock)
        return PagedList(PAGED[ecosystem](address), self._sender, clock=self._clock, sleep=self._sleep)


def is_same(location: str, other: str) -> bool:
    """Say whether two locations are one registry's: slashes at the end and a host's letter case make no difference."""
    return _plain(location) == _plain(other)


def _plain(location: str) -> str:
    text = location.strip().rstrip("/")
    try:
        parts = urlsplit(text)
        return parts._replace(netloc=parts.netloc.lower()).geturl()
    except ValueError:
        # No address at all: it is the same as itself.
        return text
