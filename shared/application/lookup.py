"""Look a name up on the public registries that a feed reaches, and ask none about a name that it does not hold."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from shared.application.reach import Reach
from shared.application.standings import Knowledge, Standings
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.public_sources import PublicSource
from shared.domain.twins import Presence, PublicTwin, all_versions, joined, unknown_twin
from shared.ports import Clock, NameLists, PublicNames, PublicRegistry, Registries

# Strongest first: one registry that has the name decides, and "not found" only counts where all say so.
_WEIGHT: Final = (Presence.PRESENT, Presence.TOMBSTONE, Presence.UNKNOWN, Presence.ABSENT)

# So many unanswered questions in a row close a location for a while: a registry that hangs must not hold up a page.
_MISSES: Final = 3
_CLOSED_FOR: Final = timedelta(minutes=1)

# A registry that gives no list is asked about an internal name this seldom, however often its package changes here.
ABSENCE_LASTS: Final = timedelta(hours=6)
_MOST_ABSENCES: Final = 50_000

_TAKEN: Final = frozenset({Presence.PRESENT, Presence.TOMBSTONE})
_NOT_LISTED: Final = PublicTwin(Presence.ABSENT, "not among all the names of the registry")
_BEING_READ: Final = unknown_twin("not asked: the registry's list of names is being read")
_STALE: Final = unknown_twin("not asked: the registry's changes could not be followed for a while")
_NEVER: Final = unknown_twin("not asked: the registry gives no list of its names, and DISCLOSE_NAMES is `never`")


@dataclass(slots=True)
class _Line:
    """How the line to one location is."""

    misses: int = 0
    closed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class TwinLookup:
    """Asks the registries; an ecosystem that has no adapter is unknown, never absent.

    A registry whose names we know is asked only about names that are, or were, public there: whoever runs it learns
    no other. One that gives no list is asked by name where `may_ask_by_name` says so.
    """

    registries: Registries
    clock: Clock
    public_names: PublicNames
    standings: Standings
    name_lists: NameLists
    may_ask_by_name: bool = True
    _lines: dict[str, _Line] = field(default_factory=dict)
    _absent: dict[tuple[PublicSource, str], datetime] = field(default_factory=dict)

    def knows(self, name: PackageName) -> bool:
        """Say whether there is anybody to ask about this ecosystem."""
        return name.ecosystem in self.registries

    async def look_up(self, name: PackageName, out: Reach) -> PublicTwin:
        """Find the name at every location that the feed reaches, and return the answer that weighs most.

        A registry is asked about a name that is, or was, public at that very registry: what another one holds says
        nothing of what this one knows. "Not found" counts only where every way out was seen.
        """
        if not out.locations:
            return unknown_twin("no registry was asked: the feed has no open public upstream for it")
        registry = self.registries.get(name.ecosystem)
        if registry is None:
            return unknown_twin(f"there is no adapter for public registries of {name.ecosystem}")
        answers = [await self._answer(registry, name, location) for location in out.locations]
        weightiest = min((twin.presence for twin in answers), key=_WEIGHT.index)
        if weightiest is Presence.ABSENT and not out.complete:
            return unknown_twin("not found where we could ask, but an upstream feed could not be followed")
        twin = joined([twin for twin in answers if twin.presence is weightiest])
        # What one registry lacks, another may have that did not answer or was not seen.
        return replace(twin, versions=all_versions(answers) if out.complete else None)

    async def screen(self, names: Iterable[PackageName], out: Reach) -> Mapping[PackageName, Presence | None]:
        """Say of many names of one ecosystem what a look-up would say, asking registries about public names only.

        None = not judged here: the registry's list is still being read, or its names are asked for in rounds.
        """
        wanted = tuple(names)
        sources = [PublicSource.at(name.ecosystem, location) for name in wanted[:1] for location in out.locations]
        public = await self.public_at(wanted, sources)
        others = _of_others([await self._knowledge(source) for source in sources], out)
        taken = [name for name in wanted if name in public]
        # The registry's client bounds how many of these are under way at once.
        twins = await asyncio.gather(*(self.look_up(name, out) for name in taken))
        return dict.fromkeys(wanted, others) | {n: twin.presence for n, twin in zip(taken, twins, strict=True)}

    async def public_at(self, names: Sequence[PackageName], sources: Iterable[PublicSource]) -> frozenset[PackageName]:
        """Return those of the names that are known to be, or to have been, public at one of the registries."""
        found: frozenset[PackageName] = frozenset()
        for source in sources:
            found |= await self.public_names.known(source, names)
        return found

    async def ask_by_name(self, name: PackageName, source: PublicSource) -> PublicTwin:
        """Ask a registry that gives no list of its names about an internal name, whatever it answered before."""
        if not self.may_ask_by_name:
            return _NEVER
        twin = await self.registries[name.ecosystem].look_up(name, location=source.location)
        return await self._noted(name, source, twin)

    def absent_since(self, name: PackageName, source: PublicSource) -> datetime | None:
        """Return when a registry last said to this process that it has no such name."""
        return self._absent.get((source, name.spelling))

    async def _noted(self, name: PackageName, source: PublicSource, twin: PublicTwin) -> PublicTwin:
        if twin.presence in _TAKEN:
            await self.public_names.add(source, (name,))
        elif twin.presence is Presence.ABSENT:
            self._absent.pop((source, name.spelling), None)
            if len(self._absent) >= _MOST_ABSENCES:
                del self._absent[next(iter(self._absent))]
            self._absent[source, name.spelling] = self.clock()
        return twin

    async def _answer(self, registry: PublicRegistry, name: PackageName, location: str) -> PublicTwin:
        source = PublicSource.at(name.ecosystem, location)
        if name in await self.public_names.known(source, (name,)):
            return await self._ask(registry, name, location)
        match await self._knowledge(source):
            case Knowledge.CURRENT:
                return _NOT_LISTED
            case Knowledge.BEING_READ:
                return _BEING_READ
            case Knowledge.STALE:
                return _STALE
            case Knowledge.BY_NAME:
                return await self._by_name(registry, name, source)

    async def may_be_told(self, name: PackageName, out: Reach) -> bool:
        """Say whether a third party may learn the name: it is public where everybody can look, not at a partner's.

        A custom npm registry beside the one whose list we read may belong to anybody.
        """
        sources = [PublicSource.at(name.ecosystem, location) for location in out.locations]
        if name.ecosystem is Ecosystem.NPM:
            sources = [s for s in sources if self.name_lists(s) is None or not (await self.standings.read(s)).why_asked]
        return name in await self.public_at((name,), sources)

    async def _knowledge(self, source: PublicSource) -> Knowledge:
        # A registry whose list nobody could read has to be asked from the first look on, before any watch.
        return Knowledge.BY_NAME if self.name_lists(source) is None else await self.standings.knowledge(source)

    async def _by_name(self, registry: PublicRegistry, name: PackageName, source: PublicSource) -> PublicTwin:
        if not self.may_ask_by_name:
            return _NEVER
        since = self.absent_since(name, source)
        if since is not None and timedelta(0) <= self.clock() - since < ABSENCE_LASTS:
            return PublicTwin(Presence.ABSENT, f"not found at {since:%Y-%m-%d %H:%M} UTC")
        return await self._noted(name, source, await self._ask(registry, name, source.location))

    async def _ask(self, registry: PublicRegistry, name: PackageName, location: str) -> PublicTwin:
        line = self._lines.setdefault(f"{name.ecosystem} {location}", _Line())
        if line.closed_until is not None and self.clock() < line.closed_until:
            return unknown_twin("the registry did not answer a moment ago: not asked")
        twin = await registry.look_up(name, location=location)
        if twin.presence is not Presence.UNKNOWN:
            line.misses = 0
            return twin
        line.misses += 1
        if line.misses >= _MISSES:
            line.misses, line.closed_until = 0, self.clock() + _CLOSED_FOR
        return twin


def _of_others(known: Iterable[Knowledge], out: Reach) -> Presence | None:
    """Say what a name is that no registry is known to have."""
    found = set(known)
    if not found or found & {Knowledge.BEING_READ, Knowledge.BY_NAME}:
        return None
    return Presence.ABSENT if found == {Knowledge.CURRENT} and out.complete else Presence.UNKNOWN
