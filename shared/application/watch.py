"""Watch the public registries: what changed there is joined here with the internal names, never the other way round."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from shared.application.feed_book import FeedBook
from shared.application.look_alikes import LookAlikeReporter
from shared.application.messages import CheckRequest
from shared.application.public_list import ListReader, named, queue_walks
from shared.application.rounds import restart_round
from shared.application.standings import Standing, Standings
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import Feed
from shared.domain.names import PackageName
from shared.domain.public_sources import PublicSource, sources_of
from shared.errors import AddressRefused, StaleWrite, UpstreamError
from shared.logs import told
from shared.ports import (
    ChangedNames,
    ChangeFeed,
    ChangeFeeds,
    Clock,
    Cursor,
    Cursors,
    NameLists,
    NamesIndex,
    PublicNames,
    Queue,
    QueueName,
)

logger = logging.getLogger(__name__)

# Batches read in one run of the timer; the rest is read by the next.
_BATCHES_AT_ONCE: Final = 20
_QUERIES_AT_ONCE: Final = 32
# That a feed was followed to its end is written down this often: a write at every look would tell nothing more.
_NOTED_EVERY: Final = timedelta(minutes=5)
# Registries whose change feed and list are named by settings, which speak of one registry each.
_BY_SETTING: Final = {Ecosystem.NPM: "NPM_REPLICATION_URL", Ecosystem.CARGO: "CARGO_FEED_URL"}


def cursor_key(source: PublicSource) -> str:
    """Name our position in a registry's change feed."""
    return f"registry-changes|{source.key}"


@dataclass(frozen=True, slots=True)
class Offers:
    """Registries' change feeds; `replicated` are the locations that settings' addresses are of."""

    change_feeds: ChangeFeeds
    replicated: Mapping[Ecosystem, str] = field(default_factory=dict)

    def meant(self, ecosystem: Ecosystem, among: Sequence[PublicSource]) -> PublicSource | None:
        """Return which registry a setting's address speaks of: the one that is named, or the only one there is."""
        location = self.replicated.get(ecosystem, "")
        if location:
            return PublicSource.at(ecosystem, location)
        found = [source for source in among if source.ecosystem is ecosystem]
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class RegistryWatcher:
    """Follows change feeds. One poll serves all feeds; its cost hangs on what changed, not on our names.

    Source: facts on each registry's feed stand in shared/adapters/change_feeds/.
    """

    offers: Offers
    name_lists: NameLists
    lists: ListReader
    public_names: PublicNames
    standings: Standings
    book: FeedBook
    names: NamesIndex
    look_alikes: LookAlikeReporter
    cursors: Cursors
    queue: Queue
    clock: Clock

    async def poll(self, feeds: Iterable[Feed] | None = None) -> Mapping[str, str]:
        """Read every registry's change feed once; `feeds` are all feeds as they are now, where the caller knows them.

        Returns:
            What happened, by registry: a count, or what went wrong. One registry's trouble is not another's.
        """
        sources = sources_of(await self.book.feeds() if feeds is None else feeds)
        outcomes: dict[str, str] = {}
        for source in sources:
            try:
                outcome = await self._look_at(source, sources)
            except (UpstreamError, AddressRefused, StaleWrite) as error:
                logger.warning(told("registry not followed", source=source.key, error=str(error)))
                outcome = str(error)
            if outcome is not None:
                outcomes[cursor_key(source)] = outcome
        return outcomes

    async def begin_rounds(self, feeds: Iterable[Feed]) -> None:
        """Have every name asked anew where registries give no list: what a sweep does for those that give one.

        Not for Maven, whose coordinates have a pace of their own.
        """
        for source in sources_of(feeds):
            if source.ecosystem is not Ecosystem.MAVEN and (await self.standings.read(source)).why_asked:
                await restart_round(source, self.cursors)

    async def _look_at(self, source: PublicSource, sources: Sequence[PublicSource]) -> str | None:
        is_meant = source.ecosystem not in _BY_SETTING or await self._is_meant(source, sources)
        await self._note_offers(source, is_meant=is_meant)
        change_feed = self.offers.change_feeds(source.ecosystem, source.location) if is_meant else None
        try:
            return None if change_feed is None else f"{await self._follow(source, change_feed)} hits"
        finally:
            # Also where the change feed is in trouble: a list that waited for it would never be read.
            await self.lists.refresh((source,))

    async def _is_meant(self, source: PublicSource, sources: Sequence[PublicSource]) -> bool:
        """Say whether a setting's address speaks of this registry.

        Where the settings do not name it, the first one that was the only one stays the one: whoever adds another
        upstream source, or changes one, must not make us take one registry's names for another's, nor ask the first
        about names that we knew to be ours alone.
        """
        if self.offers.replicated.get(source.ecosystem):
            return self.offers.meant(source.ecosystem, sources) == source
        key = f"replicated|{source.ecosystem}"
        pinned = await self.cursors.read(key)
        if pinned is None:
            meant = self.offers.meant(source.ecosystem, sources)
            if meant is None:
                return False
            pinned = Cursor(meant.key, None)
            await self.cursors.save(key, meant.key, replaces=None)
        return pinned.value == source.key

    async def _note_offers(self, source: PublicSource, *, is_meant: bool) -> None:
        has_list = self.name_lists(source) is not None
        why = "" if has_list and is_meant else _why_by_name(source, has_list=has_list)
        known = await self.standings.read(source)
        if why != known.by_name:
            logger.info(told("how a registry's names are known", source=source.key, by_name=why or "no: it has a list"))
            await self.standings.change(source, lambda standing: replace(standing, by_name=why))

    async def _follow(self, source: PublicSource, change_feed: ChangeFeed) -> int:
        hits = 0
        for _ in range(_BATCHES_AT_ONCE):
            cursor = await self.cursors.read(cursor_key(source))
            batch = await change_feed.changes(position=None if cursor is None else cursor.value)
            if cursor is None or batch.lossy:
                await self._reconcile(source, batch)
            hits += await self._queue_hits(source, batch.names)
            # Saved last: a crash before this repeats the batch, and loses nothing.
            if not await self._save(source, batch, cursor):
                break
            if not batch.more:
                await self._note_followed(source)
                break
        return hits

    async def _note_followed(self, source: PublicSource) -> None:
        now = self.clock()
        known = (await self.standings.read(source)).followed_at
        if known is None or not timedelta(0) <= now - known < _NOTED_EVERY:
            await self.standings.change(source, lambda standing: replace(standing, followed_at=now))

    async def _reconcile(self, source: PublicSource, batch: ChangedNames) -> None:
        """Read the whole list again, or begin a round: what the change feed did not tell is found that way."""
        cause = f"registry {source.ecosystem}: {batch.lossy or 'followed for the first time'}"
        logger.log(
            logging.WARNING if batch.lossy else logging.INFO,
            told("the registry's names are read whole", source=source.key, why=cause),
        )
        standing = await self.standings.change(source, lambda known: _with_loss(known, batch, f"{self.clock():%F %R}Z"))
        if standing.why_asked:
            await restart_round(source, self.cursors)
            # Names that are known to be public are asked about at once.
            await queue_walks(source, cause, book=self.book, queue=self.queue)
        else:
            await self.lists.begin(source, cause, anew=True)

    async def _queue_hits(self, source: PublicSource, spellings: tuple[str, ...]) -> int:
        changed = named(source.ecosystem, spellings)
        # Before the index is asked: whoever adds an internal name at this moment looks here after it.
        await self.public_names.add(source, changed)
        waiting = iter(changed)

        async def work() -> int:
            return sum([await self._queue_holders(name, source) for name in waiting])

        # A task a worker, not one a name: a batch may hold fifty thousand.
        return sum(await asyncio.gather(*(work() for _ in range(_QUERIES_AT_ONCE))))

    async def _queue_holders(self, name: PackageName, source: PublicSource) -> int:
        holders = await self.names.holders(name)
        if not holders:
            await self.look_alikes.note(name, source)
        for ref in holders:
            check = CheckRequest(ref, name, f"registry {source.ecosystem} changed", expects_twin=True)
            await self.queue.put(QueueName.PACKAGE_CHECKS, check.text())
        return len(holders)

    async def _save(self, source: PublicSource, batch: ChangedNames, cursor: Cursor | None) -> bool:
        try:
            await self.cursors.save(cursor_key(source), batch.position, replaces=cursor)
        except StaleWrite:
            # Another instance of the timer is at it: what both queued is checked once more, that is all.
            logger.info(told("registry is followed by another instance too", source=source.key))
            return False
        return True


def _why_by_name(source: PublicSource, *, has_list: bool) -> str:
    if source.ecosystem is not Ecosystem.NPM:
        return "registries of its kind give no list of their names"
    if not has_list:
        return "NPM_REPLICATION_URL is not set"
    return "NPM_REPLICATION_URL is taken for another npm registry's; NPM_REPLICATION_OF says whose it is"


def _with_loss(standing: Standing, batch: ChangedNames, when: str) -> Standing:
    if not batch.lossy:
        return standing
    return replace(standing, losses=standing.losses + 1, loss=f"{when} {batch.lossy}"[:200])
