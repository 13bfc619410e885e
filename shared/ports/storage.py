"""What else is kept between runs: internal names, deliveries, positions; and the queues."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef
from shared.domain.findings import Likeness
from shared.domain.hints import Hint
from shared.domain.names import PackageName


@dataclass(frozen=True, slots=True)
class HeldName:
    """An internal name and one feed that holds it."""

    name: PackageName
    feed: FeedRef


@dataclass(frozen=True, slots=True)
class HeldNames:
    """A part of the index, and the place to go on from; None = this was the end."""

    held: tuple[HeldName, ...]
    place: str | None


class NamesIndex(Protocol):
    """Which feeds hold which internal name: the reverse index for watches; may be over-inclusive."""

    async def add(self, feed: FeedRef, names: Iterable[PackageName]) -> None:
        """Add names of one feed. Idempotent."""
        ...

    async def holders(self, name: PackageName) -> tuple[FeedRef, ...]:
        """Return the feeds that hold the name, by one range query."""
        ...

    async def walk(self, ecosystem: Ecosystem, *, after: str | None, most: int) -> HeldNames:
        """Return about `most` entries of one ecosystem in a stable order, from a place on; None = the beginning.

        An entry that is there during a whole round is met in it; added entries may be met in the next.
        """
        ...

    async def add_look_alikes(self, feed: FeedRef, names: Iterable[PackageName]) -> None:
        """Add what unscoped public names would resemble each scoped internal name; other names are passed over."""
        ...

    async def resembling(self, public: PackageName) -> tuple[tuple[HeldName, Likeness], ...]:
        """Return the internal names that a public name resembles, by one range query."""
        ...


class DeliveryState(StrEnum):
    """How far a delivery came."""

    NEW = "new"
    TAKEN_IN = "taken-in"
    HANDLED = "handled"


class Deliveries(Protocol):
    """Deliveries, inserted once by id."""

    async def take_in(self, hint: Hint, *, source: str, at: datetime) -> DeliveryState:
        """Insert the delivery; return NEW, or how far the earlier one of that id came."""
        ...

    async def state(self, source: str, delivery_id: str) -> DeliveryState:
        """Return how far a delivery came; NEW = never seen."""
        ...

    async def mark_handled(self, source: str, delivery_id: str) -> None:
        """Record that its work is done. Idempotent."""
        ...


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position, and the tag of the row it was read from; tag None = no row yet."""

    value: str
    tag: str | None


class Cursors(Protocol):
    """Positions in feeds' and registries' change feeds."""

    async def read(self, key: str) -> Cursor | None:
        """Return a position; None = never saved."""
        ...

    async def save(self, key: str, value: str, *, replaces: Cursor | None) -> None:
        """Save a position read as `replaces`. Raises StaleWrite where another writer was faster."""
        ...


class QueueName(StrEnum):
    """The queues; each has a `-poison` companion that the platform fills."""

    PACKAGE_CHECKS = "package-checks"
    FEED_SWEEPS = "feed-sweeps"
    NOTICES = "notices"


class Queue(Protocol):
    """Where work waits."""

    async def put(self, queue: QueueName, text: str, *, delay: timedelta = timedelta(0)) -> None:
        """Add one message, visible after the delay (at most 7 days)."""
        ...

    async def waiting(self, queue: QueueName) -> int:
        """Return about how many messages are in the queue, delayed ones too."""
        ...
