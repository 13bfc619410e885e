"""The names that are taken on public registries, in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from shared.domain.names import PackageName
from shared.domain.public_sources import PublicSource
from tests.fakes.faults import Faults


@dataclass(slots=True)
class MemoryPublicNames:
    """Names by source; `names` is there to look into."""

    faults: Faults = field(default_factory=Faults)
    names: dict[PublicSource, set[PackageName]] = field(default_factory=dict)

    async def add(self, source: PublicSource, names: Iterable[PackageName]) -> int:
        """Add names; return how many were new."""
        call = await self.faults.begin("add")
        kept = self.names.setdefault(source, set())
        before = len(kept)
        kept.update(names)
        self.faults.end(call)
        return len(kept) - before

    async def known(self, source: PublicSource, names: Iterable[PackageName]) -> frozenset[PackageName]:
        """Return those of the names that were added."""
        await self.faults.begin("known")
        return frozenset(names) & self.names.get(source, set())
