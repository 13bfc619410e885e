"""Look a name up on the public registries that a feed reaches."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from shared.application.reach import Reach
from shared.domain.names import PackageName
from shared.domain.twins import Presence, PublicTwin, unknown_twin
from shared.ports import Clock, PublicRegistry, Registries

# Strongest first: one registry that has the name decides, and "not found" only counts where all say so.
_WEIGHT: Final = (Presence.PRESENT, Presence.TOMBSTONE, Presence.UNKNOWN, Presence.ABSENT)


# So many unanswered questions in a row close a location for a while: a registry that hangs must not hold up a page.
_MISSES: Final = 3
_CLOSED_FOR: Final = timedelta(minutes=1)


@dataclass(slots=True)
class _Line:
    """How the line to one location is."""

    misses: int = 0
    closed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class TwinLookup:
    """Asks the registries; an ecosystem that has no adapter is unknown, never absent."""

    registries: Registries
    clock: Clock
    _lines: dict[str, _Line] = field(default_factory=dict)

    def knows(self, name: PackageName) -> bool:
        """Say whether there is anybody to ask about this ecosystem."""
        return name.ecosystem in self.registries

    async def look_up(self, name: PackageName, out: Reach) -> PublicTwin:
        """Ask every location that the feed reaches, and return the answer that weighs most.

        "Not found" counts only where every way out was asked.
        """
        if not out.locations:
            return unknown_twin("no registry was asked: the feed has no open public upstream for it")
        registry = self.registries.get(name.ecosystem)
        if registry is None:
            return unknown_twin(f"there is no adapter for public registries of {name.ecosystem}")
        answers = [await self._ask(registry, name, location) for location in out.locations]
        twin = min(answers, key=lambda twin: _WEIGHT.index(twin.presence))
        if twin.presence is Presence.ABSENT and not out.complete:
            return unknown_twin("not found where we could ask, but an upstream feed could not be followed")
        return twin

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
