"""Sweep: walk every package of every feed, page by page, so that everything is found without any hook."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from shared.application.feed_book import FeedBook
from shared.application.lookup import TwinLookup
from shared.application.messages import CheckRequest, SweepKind, SweepRequest
from shared.application.reach import Reach, reach
from shared.application.setbacks import Setbacks
from shared.domain.cases import CaseState
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import Feed, FeedRef
from shared.domain.twins import Presence
from shared.ports import (
    Clock,
    FeedService,
    ListedPackage,
    NamesIndex,
    Queue,
    QueueName,
    Register,
)

logger = logging.getLogger(__name__)

# What the packages call returns at most: https://learn.microsoft.com/rest/api/azure/devops/artifacts/
PAGE: Final = 1000


@dataclass(frozen=True, slots=True)
class Sweeper:
    """Finds the packages that need a check; judges none of them."""

    service: FeedService
    book: FeedBook
    lookup: TwinLookup
    names: NamesIndex
    register: Register
    queue: Queue
    setbacks: Setbacks
    clock: Clock
    page_size: int = PAGE

    async def begin(self) -> int:
        """Queue a walk through every enabled feed of the organization; return how many."""
        feeds = [feed for feed in await self.book.feeds() if feed.enabled]
        cause = f"sweep {self.clock():%Y-%m-%dT%H:%M:%SZ}"
        for feed in feeds:
            request = SweepRequest(SweepKind.EVERY_PACKAGE, cause, feed=feed.ref)
            await self.queue.put(QueueName.FEED_SWEEPS, request.text())
        return len(feeds)

    async def walk_page(self, ref: FeedRef, request: SweepRequest) -> None:
        """Walk one page of one feed, queue the checks it calls for, and then the next page.

        The next page is queued last: a crash repeats this page, and skips none. The feed's open
        cases are checked with the first page, so that a switch opened anew is found even
        where the package has left the list.
        """
        feed = await self.book.feed(ref)
        if request.skip == 0:
            await self._check_open_cases(ref, request.cause)
        page = await self.service.packages(feed, skip=request.skip)
        _tell_refused(feed, page.refused)
        internal = [package for package in page.packages if package.maybe_internal]
        # The index is written before any case: it may only ever be over-inclusive.
        await self.names.add(ref, (package.name for package in internal))
        for package in await self._taken(feed, internal):
            if not await self._has_open_case(ref, package):
                await self._check(ref, package, request.cause)
        if page.full:
            await self.queue.put(
                QueueName.FEED_SWEEPS, replace(request, skip=request.skip + self.page_size, attempt=0).text()
            )
        else:
            await self.setbacks.forget(ref)
            logger.info("feed swept", extra={"feed": feed.title, "packages": request.skip + len(page.packages)})

    async def _check_open_cases(self, ref: FeedRef, cause: str) -> None:
        async for case in self.register.cases(ref):
            if case.state is not CaseState.CLOSED:
                check = CheckRequest(ref, case.name, cause)
                await self.queue.put(QueueName.PACKAGE_CHECKS, check.text())

    async def _has_open_case(self, ref: FeedRef, package: ListedPackage) -> bool:
        stored = await self.register.case(ref, package.name)
        return stored is not None and stored.case.state is not CaseState.CLOSED

    async def _taken(self, feed: Feed, packages: Iterable[ListedPackage]) -> list[ListedPackage]:
        """Return the packages whose name is taken outside, or about which the registry gave no answer."""
        by_ecosystem = {e: await reach(feed, e, self.book) for e in {p.name.ecosystem for p in packages}}
        asked = [p for p in packages if by_ecosystem[p.name.ecosystem].locations and self.lookup.knows(p.name)]
        _tell_not_asked(feed, packages, self.lookup)
        answers = await asyncio.gather(*(self._presence(p, by_ecosystem) for p in asked))
        return [p for p, presence in zip(asked, answers, strict=True) if presence is not Presence.ABSENT]

    async def _presence(self, package: ListedPackage, by_ecosystem: dict[Ecosystem, Reach]) -> Presence:
        # The registry's client bounds how many of these are under way at once.
        twin = await self.lookup.look_up(package.name, by_ecosystem[package.name.ecosystem].locations)
        return twin.presence

    async def _check(self, ref: FeedRef, package: ListedPackage, cause: str) -> None:
        check = CheckRequest(ref, package.name, cause, package_id=package.package_id)
        await self.queue.put(QueueName.PACKAGE_CHECKS, check.text())


def _tell_refused(feed: Feed, refused: tuple[str, ...]) -> None:
    if refused:
        logger.warning(
            "names that no registry could hold: not guarded",
            extra={"feed": feed.title, "count": len(refused), "first": refused[:5]},
        )


def _tell_not_asked(feed: Feed, packages: Iterable[ListedPackage], lookup: TwinLookup) -> None:
    blind = sum(1 for package in packages if not lookup.knows(package.name))
    if blind:
        logger.warning(
            "packages of ecosystems whose public registry is not looked at yet",
            extra={"feed": feed.title, "count": blind},
        )
