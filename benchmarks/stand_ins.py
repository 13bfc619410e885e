"""Storage that counts what it is asked, in memory; nothing that it is given makes it grow."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from shared.adapters.register.digest_rows import place_of
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef
from shared.domain.findings import Likeness
from shared.domain.names import PackageName
from shared.domain.public_sources import PublicSource
from shared.ports import HeldName, HeldNames, QueueName


@dataclass(slots=True)
class CountingIndex:
    """A names index in which one feed holds the names; `queries` counts range queries."""

    feed: FeedRef
    held: frozenset[str] = frozenset()
    queries: int = 0

    async def add(self, feed: FeedRef, names: Iterable[PackageName]) -> None:  # noqa: ARG002  # the port's
        """Take names as a table would, and forget them."""
        for _ in names:
            continue

    async def holders(self, name: PackageName) -> tuple[FeedRef, ...]:
        """Return the feed where it holds the name."""
        self.queries += 1
        return (self.feed,) if name.canonical in self.held else ()

    async def walk(self, ecosystem: Ecosystem, *, after: str | None, most: int) -> HeldNames:  # noqa: ARG002  # the port's
        """Return nothing: no measurement asks registries in rounds."""
        return HeldNames((), None)

    async def add_look_alikes(self, feed: FeedRef, names: Iterable[PackageName]) -> None:
        """Take names as a table would, and forget them."""
        await self.add(feed, names)

    async def resembling(self, public: PackageName) -> tuple[tuple[HeldName, Likeness], ...]:
        """Return nothing; as in the table, scoped names cost no query."""
        if public.ecosystem is Ecosystem.NPM and public.npm_scope is None:
            self.queries += 1
        return ()


@dataclass(slots=True)
class CountingPublicNames:
    """Public names of which a few are known; `rows` counts the rows of the table that would be read."""

    public: frozenset[str] = frozenset()
    added: int = 0
    rows: int = 0

    async def add(self, source: PublicSource, names: Iterable[PackageName]) -> int:  # noqa: ARG002  # the port's
        """Count names and the rows that they fall into."""
        given = list(names)
        self.added += len(given)
        self.rows += len({place_of(name)[0] for name in given})
        return len(given)

    async def known(self, source: PublicSource, names: Iterable[PackageName]) -> frozenset[PackageName]:  # noqa: ARG002  # the port's
        """Return those that are known to be public."""
        asked = list(names)
        self.rows += len({place_of(name)[0] for name in asked})
        return frozenset(name for name in asked if name.canonical in self.public)


@dataclass(slots=True)
class ImpatientQueue:
    """Queues whose messages never wait: a delay is no work."""

    counts: Counter[QueueName] = field(default_factory=Counter)
    messages: deque[tuple[QueueName, str]] = field(default_factory=deque)

    async def put(self, queue: QueueName, text: str, *, delay: timedelta = timedelta(0)) -> None:  # noqa: ARG002  # see above
        """Add one message."""
        self.counts[queue] += 1
        self.messages.append((queue, text))

    async def waiting(self, queue: QueueName) -> int:
        """Return how many messages are in the queue."""
        return sum(1 for name, _ in self.messages if name is queue)
