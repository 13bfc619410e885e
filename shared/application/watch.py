"""Watch the public registries: what changed there is joined here with the internal names, never the other way round."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from shared.application.feed_book import FeedBook
from shared.application.messages import CheckRequest, SweepKind, SweepRequest
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import Feed, UpstreamKind
from shared.domain.names import PackageName
from shared.errors import AddressRefused, RefusedName, StaleWrite, UpstreamError
from shared.logs import told
from shared.ports import (
    ChangedNames,
    ChangeFeed,
    ChangeFeeds,
    Cursor,
    Cursors,
    NamesIndex,
    Queue,
    QueueName,
)

logger = logging.getLogger(__name__)

# Batches read in one run of the timer; the rest is read by the next.
_BATCHES_AT_ONCE: Final = 20
_QUERIES_AT_ONCE: Final = 32


@dataclass(frozen=True, slots=True)
class Source:
    """One registry to follow: the location that feeds pull from, or none where a setting names the change feed."""

    ecosystem: Ecosystem
    location: str

    @property
    def cursor_key(self) -> str:
        """Name our position in its change feed."""
        return f"registry-changes|{self.ecosystem}|{self.location}"


def sources_of(feeds: Iterable[Feed]) -> tuple[Source, ...]:
    """Return every public registry that an enabled feed pulls from, each once."""
    found = {
        Source(upstream.ecosystem, upstream.location): None
        for feed in feeds
        if feed.enabled
        for upstream in feed.upstreams
        if upstream.kind is UpstreamKind.PUBLIC and upstream.ecosystem is not None and feed.serves_from(upstream)
    }
    return tuple(found)


@dataclass(frozen=True, slots=True)
class RegistryWatcher:
    """Follows change feeds. One poll serves all feeds; its cost hangs on what changed, not on our names.

    Source: facts on each registry's feed stand in shared/adapters/change_feeds/.
    """

    change_feeds: ChangeFeeds
    book: FeedBook
    names: NamesIndex
    cursors: Cursors
    queue: Queue

    async def poll(self) -> Mapping[str, str]:
        """Read every registry's change feed once.

        Returns:
            What happened, by registry: a count, or what went wrong. One registry's trouble is not another's.
        """
        feeds = await self.book.feeds()
        outcomes: dict[str, str] = {}
        for source in sources_of(feeds):
            change_feed = self.change_feeds(source.ecosystem, source.location)
            if change_feed is None:
                continue
            try:
                outcomes[source.cursor_key] = f"{await self._follow(source, change_feed, feeds)} hits"
            except (UpstreamError, AddressRefused) as error:
                logger.warning(told("registry not followed", source=source.cursor_key, error=str(error)))
                outcomes[source.cursor_key] = str(error)
        return outcomes

    async def _follow(self, source: Source, change_feed: ChangeFeed, feeds: tuple[Feed, ...]) -> int:
        hits = 0
        for _ in range(_BATCHES_AT_ONCE):
            cursor = await self.cursors.read(source.cursor_key)
            batch = await change_feed.changes(position=None if cursor is None else cursor.value)
            if cursor is None or batch.lossy:
                await self._reconcile(source, batch, feeds)
            hits += await self._queue_hits(source, batch.names)
            # Saved last: a crash before this repeats the batch, and loses nothing.
            if not await self._save(source, batch, cursor) or not batch.more:
                break
        return hits

    async def _reconcile(self, source: Source, batch: ChangedNames, feeds: tuple[Feed, ...]) -> None:
        """Walk every feed that pulls from the registry: what the change feed did not tell is found by asking."""
        cause = f"registry {source.ecosystem}: {batch.lossy or 'followed for the first time'}"
        logger.warning(told("changes may have been missed: reconciling", source=source.cursor_key, why=cause))
        for feed in feeds:
            if source in sources_of((feed,)):
                walk = SweepRequest(SweepKind.EVERY_PACKAGE, cause, feed=feed.ref, only=source.ecosystem.value)
                await self.queue.put(QueueName.FEED_SWEEPS, walk.text())

    async def _queue_hits(self, source: Source, spellings: tuple[str, ...]) -> int:
        places = asyncio.Semaphore(_QUERIES_AT_ONCE)

        async def queue_one(name: PackageName) -> int:
            async with places:
                holders = await self.names.holders(name)
            for ref in holders:
                check = CheckRequest(ref, name, f"registry {source.ecosystem} changed", expects_twin=True)
                await self.queue.put(QueueName.PACKAGE_CHECKS, check.text())
            return len(holders)

        return sum(await asyncio.gather(*(queue_one(name) for name in _names(source.ecosystem, spellings))))

    async def _save(self, source: Source, batch: ChangedNames, cursor: Cursor | None) -> bool:
        try:
            await self.cursors.save(source.cursor_key, batch.position, replaces=cursor)
        except StaleWrite:
            # Another instance of the timer is at it: what both queued is checked once more, that is all.
            logger.info(told("registry is followed by another instance too", source=source.cursor_key))
            return False
        return True


def _names(ecosystem: Ecosystem, spellings: Iterable[str]) -> tuple[PackageName, ...]:
    """Return canonical names, each once; a name that the rule refuses can be no internal one."""
    found: dict[PackageName, None] = {}
    for spelling in spellings:
        try:
            found[PackageName.of(ecosystem, spelling)] = None
        except RefusedName:
            continue
    return tuple(found)
