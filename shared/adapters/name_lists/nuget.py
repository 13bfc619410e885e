"""NuGet's list: its catalog from the beginning, which tells every id that was ever published.

There is no list of ids; the catalog only grows, so that a reading goes on where the one before has ended.

Source: https://github.com/NuGet/docs.microsoft.com-nuget/blob/main/docs/api/catalog-resource.md
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Final

from shared.adapters.change_feeds.nuget import (
    BEFORE_ALL,
    SERVICE,
    CatalogIndex,
    NugetCatalog,
    ask_index,
    find_catalog,
    read_index,
)
from shared.adapters.change_feeds.wire import Step, expect_ok
from shared.adapters.name_lists.wire import PageConversation, Walk, read_name
from shared.adapters.outbound.messages import Answer, read_object
from shared.errors import NoNameList, UnexpectedAnswer
from shared.ports import NamePage

# Ten of the catalog's pages each; the largest catalog has some twenty thousand.
_MOST_PAGES: Final = 20_000


@dataclass(frozen=True, slots=True)
class NugetNames:
    """The list of the registry at the address of a service index."""

    address: str
    service: str = SERVICE
    most_pages: int = _MOST_PAGES

    def walk(self) -> Walk:
        """Begin a reading, which ends where the catalog's index ends as it is read first."""
        return _Walk(NugetCatalog(self.address))


@dataclass(slots=True)
class _Walk:
    """One reading: the index is megabytes, so it is read once."""

    feed: NugetCatalog
    index: CatalogIndex | None = None

    def page(self, *, token: str | None) -> PageConversation:
        """Read on in the catalog; from its beginning where it was built anew, or the token cannot be read."""
        index = self.index = self.index or (yield from self._find())
        told = yield from self.feed.read(index, position=token or BEFORE_ALL)
        if told.lossy:
            told = yield from self.feed.read(index, position=BEFORE_ALL)
        names = tuple(read_name(name, service=SERVICE) for name in told.names)
        return NamePage(names, told.position, last=not told.more)

    def _find(self) -> Generator[Step, Answer, CatalogIndex]:
        answer = yield self.feed.ask_service_index()
        catalog = find_catalog(answer)
        if catalog is None:
            raise _documented_absence(answer)
        return read_index((yield ask_index(catalog)))


def _documented_absence(answer: Answer) -> NoNameList | UnexpectedAnswer:
    """Tell a registry without a catalog from an answer that only looks like a service index.

    That there is no list allows asking for names: what says so must be a service index beyond doubt.
    """
    index = read_object(expect_ok(answer, service=SERVICE), service=SERVICE)
    version, kinds = index.get("version"), [resource.get("@type") for resource in index["resources"]]
    is_index = isinstance(version, str) and version.partition(".")[0] == "3"
    if not is_index or not kinds or not all(isinstance(kind, str | list) and kind for kind in kinds):
        return UnexpectedAnswer("no service index of NuGet's version 3", service=SERVICE)
    return NoNameList("the registry's service index names no catalog")
