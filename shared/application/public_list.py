"""Read registries' lists of all their names, so that no internal name has to be asked for."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from shared.application.feed_book import FeedBook
from shared.application.messages import SweepKind, SweepRequest
from shared.application.reach import reach
from shared.application.standings import Standing, Standings
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import Feed
from shared.domain.names import PackageName
from shared.domain.public_sources import PublicSource
from shared.errors import NoNameList, RefusedName, UnexpectedAnswer, UntrustedInput
from shared.logs import told
from shared.ports import Clock, NameLists, NamePage, PublicNames, Queue, QueueName

logger = logging.getLogger(__name__)

# Names that are gathered before they are written: each write touches thousands of rows, whatever it brings.
_NAMES_A_WRITE: Final = 200_000
# After so long a reading that can be taken up again goes back to the queue, so that no invocation runs for long.
_SLICE: Final = timedelta(seconds=90)
# A list that is older than this is read again with the next sweep: it heals what a change feed may have lost.
_REREAD_AFTER: Final = timedelta(hours=24)
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

        def begun(standing: Standing) -> Standing:
            kept = replace(standing, token=None, complete_at=None) if anew else standing
            return replace(kept, begun_at=now)

        # The time stands before the message: a list that is begun twice costs, one that is forgotten hides.
        await self.standings.change(source, begun)
        await self._queue(source, cause)

    async def read_on(self, request: SweepRequest) -> None:
        """Read a list on from where the last slice ended, for a while.

        What was read is kept before the place is: a crash reads a part again, and skips none. When the list is whole,
        every feed that the registry reaches is walked.

        Raises:
            UpstreamError, AddressRefused: the list could not be read; the next attempt goes on from the place.
        """
        source = _source(request)
        name_list = self.name_lists(source)
        if name_list is None:
            logger.warning(told("no list of names is configured", source=source.key))
            return
        standing = await self.standings.read(source)
        try:
            page = await self._slice(source, name_list.pages(token=standing.token))
        except NoNameList as error:
            why = str(error)
            await self.standings.change(source, lambda known: replace(known, no_list=why))
            return
        if page.last:
            await self._complete(source, standing.begun_at or self.clock(), page)
        else:
            await self._queue(source, request.cause)

    async def _slice(self, source: PublicSource, pages: AsyncIterator[NamePage]) -> NamePage:
        """Take names in until the list ends, or the time of a slice is over; return the page that this ends with."""
        until, gathered = self.clock() + _SLICE, list[str]()
        async for page in pages:
            gathered += page.names
            ends = page.last or (self.clock() > until and page.token is not None)
            if ends or len(gathered) >= _NAMES_A_WRITE:
                await self._keep(source, gathered, page)
                gathered = []
            if ends:
                return page
        raise UnexpectedAnswer("a list of names without an end", service=f"{source.ecosystem} registry")

    async def _keep(self, source: PublicSource, spellings: list[str], page: NamePage) -> None:
        added = await self.public_names.add(source, named(source.ecosystem, spellings))
        logger.info(told("names of a registry taken in", source=source.key, read=len(spellings), new=added))
        if page.token is not None and not page.last:
            await self.standings.change(source, lambda known: replace(known, token=page.token))

    async def _complete(self, source: PublicSource, begun_at: datetime, page: NamePage) -> None:
        cause = f"registry {source.ecosystem}: all its names are known as of {begun_at:%Y-%m-%dT%H:%M:%SZ}"
        await self.standings.change(
            source, lambda known: replace(known, complete_at=begun_at, begun_at=None, token=page.token, no_list="")
        )
        # After the standing: a walk that came first would find a list that is not whole, and judge nothing.
        await queue_walks(source, cause, book=self.book, queue=self.queue)

    async def _queue(self, source: PublicSource, cause: str) -> None:
        request = SweepRequest(SweepKind.PUBLIC_NAMES, cause, only=source.ecosystem.value, location=source.location)
        await self.queue.put(QueueName.FEED_SWEEPS, request.text())


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
