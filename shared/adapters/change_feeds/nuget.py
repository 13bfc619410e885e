"""NuGet's wire: the catalog, which lists every event of every package, and only ever grows.

Our position is the greatest commit timestamp that we read, as text of a fixed width: it has seven digits of a second,
one more than a datetime holds. Items of one commit share a timestamp, are in no order, and may lie on both sides of a
page's end. Ids stand on the pages, so no leaf is asked for.

Source: https://github.com/NuGet/docs.microsoft.com-nuget/blob/main/docs/api/catalog-resource.md
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shared.adapters.change_feeds.wire import UNREADABLE_POSITION, Conversation, Step, base_of, expect_ok
from shared.adapters.outbound.messages import Answer, Request, read_object
from shared.errors import UnexpectedAnswer
from shared.ports import ChangedNames

SERVICE: Final = "NuGet catalog"
_CATALOG: Final = "Catalog/3.0.0"
# The index has one entry for each of some ten thousand pages, and grows.
_INDEX_BYTES: Final = 64 * 1024 * 1024
# About as many ids as the other feeds give at once.
_PAGES_AT_ONCE: Final = 10
_TIMESTAMP: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,7}))?(?:Z|\+00:00)"
)
BEFORE_ALL: Final = "0001-01-01T00:00:00.0000000Z"


@dataclass(frozen=True, slots=True, order=True)
class _Item:
    """One event, ordered by its time."""

    at: str
    id: str


@dataclass(frozen=True, slots=True)
class CatalogIndex:
    """The catalog's pages as time of the last commit and address, and the time of the catalog's last commit."""

    pages: tuple[tuple[str, str], ...]
    newest: str

    def after(self, position: str) -> Sequence[str]:
        """Return the addresses of the pages that changed after the position, the oldest first."""
        return [address for at, address in sorted(self.pages) if at > position]


@dataclass(frozen=True, slots=True)
class NugetCatalog:
    """The feed at the address of a service index."""

    address: str
    pages_at_once: int = _PAGES_AT_ONCE

    def changes(self, *, position: str | None, now: datetime) -> Conversation:  # noqa: ARG002  # no clock is needed
        """Read the pages that changed after the position, the oldest first."""
        catalog = find_catalog((yield self.ask_service_index()))
        if catalog is None:
            raise UnexpectedAnswer("a service index without a catalog", service=SERVICE)
        index = read_index((yield ask_index(catalog)))
        return (yield from self.read(index, position=position))

    def ask_service_index(self) -> Step:
        """Ask which address serves what."""
        return _ask(base_of(self.address))

    def read(self, index: CatalogIndex, *, position: str | None) -> Conversation:
        """Read what the index has after the position; a part of it, where it is much."""
        known = None if position is None else _fixed_width(position)
        if known is None:
            return ChangedNames((), index.newest, lossy="" if position is None else UNREADABLE_POSITION)
        if index.newest < known:
            return ChangedNames((), index.newest, lossy="the catalog ends before our position")
        return (yield from self._read_on(index, known))

    def _read_on(self, index: CatalogIndex, known: str) -> Conversation:
        items: list[_Item] = []
        pages = index.after(known)
        for read, page in enumerate(pages, start=1):
            told = _read_page((yield _ask(page)))
            # An item later than the index belongs to a commit of which the index may not show every page yet.
            items.extend(item for item in told if known < item.at <= index.newest)
            reached = _before_last_commit(items, known)
            if self.pages_at_once <= read < len(pages) and reached > known:
                return ChangedNames(_ids(items, until=reached), reached, more=True)
        reached = max((item.at for item in items), default=known)
        return ChangedNames(_ids(items, until=reached), reached)


def _before_last_commit(items: Sequence[_Item], known: str) -> str:
    """Return the last time that is whole for certain: the last commit's items may go on in the next page."""
    last = max((item.at for item in items), default=known)
    return max((item.at for item in items if item.at < last), default=known)


def _ids(items: Sequence[_Item], *, until: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.id for item in sorted(items) if item.at <= until))


def _ask(url: str, *, max_bytes: int = 16 * 1024 * 1024) -> Step:
    return Step(Request(url, SERVICE, {"accept": "application/json"}, max_bytes=max_bytes))


def find_catalog(answer: Answer) -> str | None:
    """Read a service index; None where it names no catalog. Raises UnexpectedAnswer where it is no service index."""
    for resource in _list(answer, "resources"):
        types = resource.get("@type")
        if _CATALOG in (types if isinstance(types, list) else [types]):
            return _text(resource, "@id")
    return None


def ask_index(catalog: str) -> Step:
    """Ask which pages the catalog at that address has."""
    return _ask(catalog, max_bytes=_INDEX_BYTES)


def read_index(answer: Answer) -> CatalogIndex:
    """Read the catalog's index. Raises UnexpectedAnswer."""
    pages = tuple((_at(page), _text(page, "@id")) for page in _list(answer, "items"))
    # The headers of index and pages were seen to contradict each other: https://github.com/NuGet/NuGetGallery/issues/6827
    return CatalogIndex(pages, max((at for at, _ in pages), default=BEFORE_ALL))


def _read_page(answer: Answer) -> list[_Item]:
    return [_Item(_at(item), _text(item, "nuget:id")) for item in _list(answer, "items")]


def _list(answer: Answer, key: str) -> list[dict[str, Any]]:
    values = read_object(expect_ok(answer, service=SERVICE), service=SERVICE).get(key)
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise UnexpectedAnswer(f"an answer without a list of {key}", service=SERVICE)
    return values


def _text(document: dict[str, Any], key: str) -> str:
    value = document.get(key)
    if not isinstance(value, str) or not value:
        raise UnexpectedAnswer(f"an entry without {key}", service=SERVICE)
    return value


def _at(document: dict[str, Any]) -> str:
    at = _fixed_width(_text(document, "commitTimeStamp"))
    if at is None:
        raise UnexpectedAnswer("an entry without a readable commit timestamp", service=SERVICE)
    return at


def _fixed_width(text: str) -> str | None:
    """Return a timestamp with all seven digits, which the service leaves out at its end where they are zero."""
    match = _TIMESTAMP.fullmatch(text)
    return None if match is None else f"{match[1]}.{match[2] or '':0<7}Z"
