"""Look a name up on the public registries that a feed reaches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared.domain.names import PackageName
from shared.domain.twins import Presence, PublicTwin, unknown_twin
from shared.ports import Registries

# Strongest first: one registry that has the name decides, and "not found" only counts where all say so.
_WEIGHT: Final = (Presence.PRESENT, Presence.TOMBSTONE, Presence.UNKNOWN, Presence.ABSENT)


@dataclass(frozen=True, slots=True)
class TwinLookup:
    """Asks the registries; an ecosystem that has no adapter is unknown, never absent."""

    registries: Registries

    def knows(self, name: PackageName) -> bool:
        """Say whether there is anybody to ask about this ecosystem."""
        return name.ecosystem in self.registries

    async def look_up(self, name: PackageName, locations: tuple[str, ...]) -> PublicTwin:
        """Ask every location in turn, and return the answer that weighs most."""
        registry = self.registries.get(name.ecosystem)
        if registry is None:
            return unknown_twin(f"public registries of {name.ecosystem} are not looked at yet")
        answers = [await registry.look_up(name, location=location) for location in locations]
        return min(answers, key=lambda twin: _WEIGHT.index(twin.presence))
