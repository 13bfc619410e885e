"""Names, deliveries and cursors in memory."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef
from shared.domain.findings import Likeness
from shared.domain.hints import Hint
from shared.domain.look_alikes import look_alikes_of
from shared.domain.names import PackageName
from shared.errors import StaleWrite
from shared.ports import Cursor, DeliveryState, HeldName, HeldNames
from tests.fakes.faults import Faults


@dataclass(slots=True)
class MemoryNamesIndex:
    """Which feeds hold which name, and what public names would look like them."""

    faults: Faults = field(default_factory=Faults)
    held: dict[PackageName, set[FeedRef]] = field(default_factory=dict)
    look_alikes: dict[PackageName, set[tuple[HeldName, Likeness]]] = field(default_factory=dict)
    _entries: dict[Ecosystem, dict[str, HeldName]] = field(default_factory=dict)
    _sorted: dict[Ecosystem, list[str]] = field(default_factory=dict)

    async def add(self, feed: FeedRef, names: Iterable[PackageName]) -> None:
        """Add names of one feed."""
        call = await self.faults.begin("add", feed=feed)
        for name in names:
            self.held.setdefault(name, set()).add(feed)
            entry = HeldName(PackageName(name.ecosystem, name.canonical, name.spelling), feed)
            self._entries.setdefault(name.ecosystem, {})[_place(name, feed)] = entry
        self.faults.end(call)

    async def holders(self, name: PackageName) -> tuple[FeedRef, ...]:
        """Return the feeds that hold the name, in a stable order."""
        await self.faults.begin("holders", name=name)
        feeds = self.held.get(name, set())
        return tuple(sorted(feeds, key=_order))

    async def walk(self, ecosystem: Ecosystem, *, after: str | None, most: int) -> HeldNames:
        """Return entries in the order of their names; the place is the last one's own order, as a text."""
        await self.faults.begin("walk")
        entries = self._entries.get(ecosystem, {})
        places = self._sorted.get(ecosystem, [])
        if len(places) != len(entries):
            # Entries are only added, and many walks follow one another: they are sorted once.
            places = self._sorted[ecosystem] = sorted(entries)
        begin = 0 if after is None else bisect_right(places, after)
        part = places[begin : begin + max(1, most)]
        held = tuple(map(entries.__getitem__, part))
        return HeldNames(held, part[-1] if begin + len(part) < len(places) else None)

    async def add_look_alikes(self, feed: FeedRef, names: Iterable[PackageName]) -> None:
        """Add what would look like each scoped name."""
        call = await self.faults.begin("add_look_alikes", feed=feed)
        for name in names:
            for public, likeness in look_alikes_of(name):
                entry = HeldName(_canonical(name), feed), likeness
                self.look_alikes.setdefault(public, set()).add(entry)
        self.faults.end(call)

    async def resembling(self, public: PackageName) -> tuple[tuple[HeldName, Likeness], ...]:
        """Return the internal names that a public name looks like, in a stable order."""
        await self.faults.begin("resembling", name=public)
        found = self.look_alikes.get(public, set())
        return tuple(sorted(found, key=lambda entry: (entry[1], _place(entry[0].name, entry[0].feed))))


def _order(feed: FeedRef) -> tuple[str, str, str]:
    return feed.organization, feed.project_id or "-", feed.feed_id


def _place(name: PackageName, feed: FeedRef) -> str:
    return "\0".join((name.canonical, *_order(feed)))


def _canonical(name: PackageName) -> PackageName:
    # The tables keep no spelling of what is resembled either.
    return PackageName(name.ecosystem, name.canonical, name.canonical)


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
