"""Names, deliveries and cursors in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.feeds import FeedRef
from shared.domain.hints import Hint
from shared.domain.names import PackageName
from shared.errors import StaleWrite
from shared.ports import Cursor, DeliveryState
from tests.fakes.faults import Faults


@dataclass(slots=True)
class MemoryNamesIndex:
    """Which feeds hold which name."""

    faults: Faults = field(default_factory=Faults)
    held: dict[PackageName, set[FeedRef]] = field(default_factory=dict)

    async def add(self, feed: FeedRef, names: Iterable[PackageName]) -> None:
        """Add names of one feed."""
        call = await self.faults.begin("add", feed=feed)
        for name in names:
            self.held.setdefault(name, set()).add(feed)
        self.faults.end(call)

    async def holders(self, name: PackageName) -> tuple[FeedRef, ...]:
        """Return the feeds that hold the name, in a stable order."""
        await self.faults.begin("holders", name=name)
        feeds = self.held.get(name, set())
        return tuple(sorted(feeds, key=lambda ref: (ref.organization, ref.project_id or "-", ref.feed_id)))


@dataclass(slots=True)
class MemoryDeliveries:
    """Deliveries by source and id; `hints` keeps what the first delivery of each id said."""

    faults: Faults = field(default_factory=Faults)
    states: dict[tuple[str, str], DeliveryState] = field(default_factory=dict)
    hints: dict[tuple[str, str], Hint] = field(default_factory=dict)

    async def take_in(self, hint: Hint, *, source: str, at: datetime) -> DeliveryState:  # noqa: ARG002  # only the tables keep the time
        """Insert the delivery once."""
        call = await self.faults.begin("take_in")
        key = (source, hint.delivery_id)
        if key in self.states:
            return self.states[key]
        self.states[key] = DeliveryState.TAKEN_IN
        self.hints[key] = hint
        self.faults.end(call)
        return DeliveryState.NEW

    async def state(self, source: str, delivery_id: str) -> DeliveryState:
        """Return how far a delivery came."""
        await self.faults.begin("state")
        return self.states.get((source, delivery_id), DeliveryState.NEW)

    async def mark_handled(self, source: str, delivery_id: str) -> None:
        """Record that its work is done."""
        call = await self.faults.begin("mark_handled")
        self.states[source, delivery_id] = DeliveryState.HANDLED
        self.faults.end(call)


@dataclass(slots=True)
class MemoryCursors:
    """Positions, each with the tag of its newest write."""

    faults: Faults = field(default_factory=Faults)
    rows: dict[str, Cursor] = field(default_factory=dict)
    _writes: int = 0

    async def read(self, key: str) -> Cursor | None:
        """Return a position."""
        await self.faults.begin("read")
        return self.rows.get(key)

    async def save(self, key: str, value: str, *, replaces: Cursor | None) -> None:
        """Save a position where nobody else was faster."""
        call = await self.faults.begin("save")
        row = self.rows.get(key)
        if (None if row is None else row.tag) != (None if replaces is None else replaces.tag):
            raise StaleWrite(f"cursor {key} moved since it was read")
        self._writes += 1
        self.rows[key] = Cursor(value, f"tag-{self._writes}")
        self.faults.end(call)
