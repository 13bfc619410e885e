"""Read registries' lists of all their names, so that no internal name has to be asked for."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from shared.application.feed_book import FeedBook
from shared.application.messages import SweepKind, SweepRequest
from shared.application.reach import reach
from shared.application.standings import Change, Standing, Standings
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import Feed
from shared.domain.names import PackageName
from shared.domain.public_sources import PublicSource
from shared.errors import NoNameList, RefusedName, UnexpectedAnswer, UntrustedInput, UpstreamError
from shared.logs import told
from shared.ports import Clock, NameLists, NamePage, PublicNames, Queue, QueueName

logger = logging.getLogger(__name__)

# Names that are gathered before they are written: each write touches thousands of rows, whatever it brings.
_NAMES_A_WRITE: Final = 200_000
# After so long a reading that can be taken up again goes back to the queue, so that no invocation runs for long.
_SLICE: Final = timedelta(seconds=90)
# A list that is older than this is read again with the next sweep: it heals what a change feed may have lost.
_REREAD_AFTER: Final = timedelta(hours=24)
# So seldom a list is read from its beginning though its registry says that nothing, or little, changed: what was
# lost here, whyever, is healed by that.
_ANEW_AFTER: Final = timedelta(days=30)
# Registries grow. A list that is shorter than this part of the last one was cut.
_SHRINKS_TO: Final = 0.9
_AGAIN_AFTER: Final = timedelta(minutes=10)
# A reading that was begun so long ago, and is not done, was lost with its message.
_LOST_AFTER: Final = timedelta(hours=2)


def named(ecosystem: Ecosystem, spellings: Iterable[str]) -> tuple[PackageName, ...]:
    """Return canonical names, each once; a name that the rule refuses can be no internal one."""
    found: dict[PackageName, None] = {}
    for spelling in spellings:
        try:
            found[PackageName.of(ecosystem, spelling)] = None
        except RefusedName:
            continue
    return tuple(found)


@dataclass(frozen=True, slots=True)
class ListReader:
    """Takes a registry's present state in; what it publishes later is told by its change feed."""

    name_lists: NameLists
    public_names: PublicNames
    standings: Standings
    book: FeedBook
    queue: Queue
    clock: Clock

    async def refresh(self, sources: Iterable[PublicSource]) -> None:
        """Queue a reading of every list that is old, and of none that is being read."""
        now = self.clock()
        for source in sources:
            standing = await self.standings.read(source)
            if not standing.by_name and _is_due(standing, now):
                await self.begin(source, "sweep")

    async def begin(self, source: PublicSource, cause: str, *, anew: bool = False) -> None:
        """Queue a reading of one list; `anew` = from its beginning, and nothing is concluded from the list before."""
        now = self.clock()

        def begun(known: Standing) -> Standing:
            kept = replace(known, complete_at=None) if anew else known
            old = known.anew_at is None or now - known.anew_at >= _ANEW_AFTER
            if anew or old or known.token is None:
                kept = replace(kept, token=None, counted=0, anew_at=now)
            return replace(kept, begun_at=now)

        # The time stands before the message: a list that is begun twice costs, one that is forgotten hides.
        await self.standings.change(source, begun)
        await self._queue(source, cause, now.isoformat())

    async def read_on(self, request: SweepRequest) -> None:
        """Read a list on from where the last slice ended, for a while.

        What was read is kept before the place is: a crash reads a part again, and skips none. When the list is whole,
        every feed that the registry reaches is walked. A reading that is older than the one begun last ends here: what
        it read may be from before a loss.

        Raises:
            UpstreamError, AddressRefused: the list could not be read; the next attempt goes on from the place.
        """
        source = _source(request)
        name_list = self.name_lists(source)
        if name_list is None:
            logger.warning(told("no list of names is configured", source=source.key))
            return
        standing = await self.standings.read(source)
        if standing.begun_at is None or standing.begun_at.isoformat() != request.begun:
            logger.info(told("another reading of the list has begun, or this one is done", source=source.key))
            return
        reading = _Reading(source, standing.begun_at, self.public_names, self.standings, self.clock)
        try:
            async with aclosing(name_list.pages(token=standing.token)) as pages:
                page = await reading.slice(pages)
        except NoNameList as error:
            why = str(error)
            await reading.change(lambda known: replace(known, no_list=why))
            return
        if page.last:
            await self._complete(reading, page)
        else:
            await self._queue(source, request.cause, standing.begun_at.isoformat())

    async def give_up(self, request: SweepRequest) -> None:
        """Let a reading that failed too often be begun again in a while, and not only when it counts as lost."""
        source, soon = _source(request), self.clock() - _LOST_AFTER + _AGAIN_AFTER

        def given_up(known: Standing) -> Standing:
            is_this = known.begun_at is not None and known.begun_at.isoformat() == request.begun
            return replace(known, begun_at=soon) if is_this else known

        await self.standings.change(source, given_up)

    async def _complete(self, reading: _Reading, page: NamePage) -> None:
        await reading.end(page)
        cause = f"registry {reading.source.ecosystem}: all its names are known as of {reading.begun_at:%FT%TZ}"
        # After the standing: a walk that came first would find a list that is not whole, and judge nothing.
        await queue_walks(reading.source, cause, book=self.book, queue=self.queue)
        # After the walks: a crash before them reads the list's end again.
        await reading.change(lambda known: replace(known, begun_at=None))

    async def _queue(self, source: PublicSource, cause: str, begun: str) -> None:
        kind, ecosystem = SweepKind.PUBLIC_NAMES, source.ecosystem.value
        request = SweepRequest(kind, cause, only=ecosystem, location=source.location, begun=begun)
        await self.queue.put(QueueName.FEED_SWEEPS, request.text())


@dataclass(frozen=True, slots=True)
class _Reading:
    """One reading of one list, named by when it was begun; it changes nothing once another has begun."""

    source: PublicSource
    begun_at: datetime
    public_names: PublicNames
    standings: Standings
    clock: Clock

    async def change(self, change: Change) -> Standing:
        return await self.standings.change(
            self.source, lambda known: change(known) if known.begun_at == self.begun_at else known
        )

    async def slice(self, pages: AsyncIterator[NamePage]) -> NamePage:
        """Take names in until the list ends, or the time of a slice is over; return the page that this ends with."""
        until, gathered, reached = self.clock() + _SLICE, list[str](), None
        try:
            async for page in pages:
                gathered += page.names
                reached = page if page.token is not None else reached
                ends = page.last or (self.clock() > until and page.token is not None)
                if ends or len(gathered) >= _NAMES_A_WRITE:
                    await self._keep(gathered, page)
                    gathered, reached = [], None
                if ends:
                    return page
        except UpstreamError:
            # The next attempt goes on behind what was read.
            if reached is not None:
                await self._keep(gathered, reached)
            raise
        raise UnexpectedAnswer("a list of names without an end", service=f"{self.source.ecosystem} registry")

    async def _keep(self, spellings: list[str], page: NamePage) -> None:
        added = await self.public_names.add(self.source, named(self.source.ecosystem, spellings))
        logger.info(told("names of a registry taken in", source=self.source.key, read=len(spellings), new=added))

        def kept(known: Standing) -> Standing:
            token = known.token if page.token is None or page.last else page.token
            return replace(known, token=token, counted=known.counted + len(spellings))

        await self.change(kept)

    async def end(self, page: NamePage) -> None:
        """Take the list for whole.

        Raises:
            UnexpectedAnswer: it was read from its beginning, and is much shorter than the last time.
        """
        standing = await self.standings.read(self.source)
        is_whole = standing.anew_at == self.begun_at
        if is_whole and standing.counted < standing.names * _SHRINKS_TO:
            await self.change(lambda known: replace(known, token=None, counted=0))
            text = f"a list of {standing.counted} names, where there were {standing.names}: not taken for whole"
            raise UnexpectedAnswer(text, service=f"{self.source.ecosystem} registry")
        await self.change(
            lambda known: replace(
                known,
                complete_at=self.begun_at,
                token=page.token,
                no_list="",
                names=known.counted if is_whole else known.names,
            )
        )


async def queue_walks(source: PublicSource, cause: str, *, book: FeedBook, queue: Queue) -> None:
    """Queue a walk through every feed that takes versions from the registry, directly or through other feeds."""
    for feed in await book.feeds():
        if feed.enabled and await _is_reached(feed, source, book):
            walk = SweepRequest(SweepKind.EVERY_PACKAGE, cause, feed=feed.ref, only=source.ecosystem.value)
            await queue.put(QueueName.FEED_SWEEPS, walk.text())


async def _is_reached(feed: Feed, source: PublicSource, book: FeedBook) -> bool:
    out = await reach(feed, source.ecosystem, book)
    return source in {PublicSource.at(source.ecosystem, location) for location in out.locations}


def _is_due(standing: Standing, now: datetime) -> bool:
    """Say whether the list is to be read: it is old and nobody reads it, or it may exist by now."""
    read = standing.begun_at if standing.no_list else standing.complete_at
    if read is not None and now - read < _REREAD_AFTER:
        return False
    return standing.no_list != "" or standing.begun_at is None or now - standing.begun_at >= _LOST_AFTER


def _source(request: SweepRequest) -> PublicSource:
    if request.only is None or request.location is None:
        raise UntrustedInput(f"a request of kind {request.kind} names no registry")
    return PublicSource.at(Ecosystem.of(request.only), request.location)
