"""Public registries and advisories: everything outside that is only ever read."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from shared.domain.advisories import Advisories
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.public_sources import PublicSource
from shared.domain.twins import PublicTwin


class PublicRegistry(Protocol):
    """One kind of public registry."""

    async def look_up(self, name: PackageName, *, location: str) -> PublicTwin:
        """Ask the registry at that (untrusted) location; every failure is a twin of unknown presence."""
        ...


@dataclass(frozen=True, slots=True)
class ChangedNames:
    """What a registry's change feed told after a position.

    `names` are the registry's own spellings, each once. `position` is where to go on. `lossy` says why
    something may have been missed (a reset, an overflown window, a lost position); empty = nothing
    was. `more` = ask again at once.
    """

    names: tuple[str, ...]
    position: str
    lossy: str = ""
    more: bool = False


class ChangeFeed(Protocol):
    """One registry's change feed."""

    async def changes(self, *, position: str | None) -> ChangedNames:
        """Return what changed after the position; None = begin now: no names, and the newest position.

        Never skips: an unreadable answer is an error, not an empty one. Raises UpstreamError, AddressRefused.
        """
        ...


type ChangeFeeds = Callable[[Ecosystem, str], ChangeFeed | None]
"""The change feed of the registry at a location; None where there is none, or none is configured."""

type Registries = Mapping[Ecosystem, PublicRegistry]


@dataclass(frozen=True, slots=True)
class NamePage:
    """A part of a registry's list of all its names, in the registry's own spellings.

    `token` is where to go on after this page, or what to hand in at the next reading of the whole list; None = the
    reading cannot be taken up here. `last` = with this page the list is whole.
    """

    names: tuple[str, ...]
    token: str | None
    last: bool = False


class NameList(Protocol):
    """The list of all names of one registry: read it, and no name has to be asked for."""

    def pages(self, *, token: str | None) -> AsyncGenerator[NamePage]:
        """Walk the list from a token on; None = from its beginning.

        Ends with a page that is `last`; that one has no names where nothing changed since its token was given out.
        Raises UpstreamError, AddressRefused; NoNameList where the registry documents that it has none.
        """
        ...


type NameLists = Callable[[PublicSource], NameList | None]
"""The name list of a registry; None where there is none, or none is configured."""


class PublicNames(Protocol):
    """Which names are, or were, taken on a registry: what makes asking about an internal name unnecessary.

    Over-inclusive: a name is never taken out. Names are kept as digests.
    """

    async def add(self, source: PublicSource, names: Iterable[PackageName]) -> int:
        """Add names; return how many were new. Idempotent, and safe with several writers at once."""
        ...

    async def known(self, source: PublicSource, names: Iterable[PackageName]) -> frozenset[PackageName]:
        """Return those of the names that are known to be, or to have been, public there."""
        ...


class AdvisorySource(Protocol):
    """A database of malicious packages; only names that are public are ever asked."""

    async def ask(self, name: PackageName) -> Advisories:
        """Ask about one name, in the spelling given; every failure is AdvisoryState.UNKNOWN."""
        ...
