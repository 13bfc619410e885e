"""Follow a hint: from a sender's words to the feeds that changed, and from a feed's changes to checks."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Final

from shared.application.feed_book import FeedBook
from shared.application.lookup import TwinLookup
from shared.application.messages import CheckRequest, SweepKind, SweepRequest
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import Feed, FeedRef
from shared.domain.names import PackageName
from shared.errors import NoUpstreamingBehavior, StaleWrite, UnexpectedAnswer, UntrustedInput
from shared.logs import told
from shared.ports import ChangePage, Cursor, Cursors, Deliveries, FeedService, NamesIndex, Queue, QueueName

logger = logging.getLogger(__name__)

# Pages read in one invocation; more go back to the queue, so that no invocation runs for long.
_PAGES_AT_ONCE: Final = 10


def cursor_key(ref: FeedRef) -> str:
    """Name a feed's position in its package changes."""
    return f"package-changes|{ref.organization}|{ref.project_id or '-'}|{ref.feed_id}"


@dataclass(frozen=True, slots=True)
class Follower:
    """Turns hints into checks."""

    service: FeedService
    book: FeedBook
    lookup: TwinLookup
    names: NamesIndex
    cursors: Cursors
    deliveries: Deliveries
    queue: Queue

    async def follow_hint(self, request: SweepRequest) -> None:
        """Queue what a delivery calls for: a check of the named package, else the feeds' changes.

        A project or feed that we do not know widens the hint to the organization: it may be
        spelt by another name, and reading changes costs little.
        """
        feeds = _hinted(await self.book.feeds(), request)
        name = _hinted_name(request)
        for feed in feeds:
            if name is not None:
                check = CheckRequest(feed.ref, name, request.cause)
                await self.queue.put(QueueName.PACKAGE_CHECKS, check.text())
            else:
                changes = SweepRequest(SweepKind.CHANGES, request.cause, feed=feed.ref)
                await self.queue.put(QueueName.FEED_SWEEPS, changes.text())
        if request.delivery is not None:
            await self.deliveries.mark_handled(request.delivery.source, request.delivery.delivery_id)

    async def read_changes(self, ref: FeedRef, request: SweepRequest) -> None:
        """Queue a check of every package that changed since the saved position.

        The position is saved after a page's checks are queued: a crash repeats, and skips nothing.
        A feed without a position is new to us: its whole past would be one check a package, where
        a walk through its pages needs one call a thousand.
        """
        feed = await self.book.feed(ref)
        for _ in range(_PAGES_AT_ONCE):
            cursor = await self.cursors.read(cursor_key(ref))
            page = None if cursor is None else await self._page_after(feed, cursor)
            if page is None:
                await self._take_stock(feed, request, cursor)
                return
            if page.exhausted:
                return
            await self._queue_checks(ref, page, request.cause)
            await self._save(feed, page.token, cursor)
        await self.queue.put(QueueName.FEED_SWEEPS, replace(request, attempt=0).text())

    async def _page_after(self, feed: Feed, cursor: Cursor) -> ChangePage | None:
        """Return what changed after a position; None where the service does not take the position any more."""
        try:
            return await self.service.package_changes(feed, token=cursor.value)
        except UnexpectedAnswer as error:
            # It would fail for ever; a walk finds whatever the changes would have told.
            logger.warning(told("position given up: the feed is walked", feed=feed.title, error=error))
            return None

    async def _take_stock(self, feed: Feed, request: SweepRequest, replaces: Cursor | None) -> None:
        """Find the newest position, queue a walk through every package, and save the position after that."""
        newest = (await self.service.package_positions()).get(feed.ref)
        walk = SweepRequest(SweepKind.EVERY_PACKAGE, request.cause, feed=feed.ref)
        await self.queue.put(QueueName.FEED_SWEEPS, walk.text())
        if newest is not None:
            await self._save(feed, newest, replaces)

    async def _save(self, feed: Feed, token: str, replaces: Cursor | None) -> None:
        try:
            await self.cursors.save(cursor_key(feed.ref), token, replaces=replaces)
        except StaleWrite:
            # Another instance reads the same changes; what both queue is checked once more, that is all.
            logger.info(told("changes are read by another instance too", feed=feed.title))

    async def _queue_checks(self, ref: FeedRef, page: ChangePage, cause: str) -> None:
        if page.refused:
            logger.warning(told("changed names that no registry could hold", first=page.refused[:5]))
        known = [package for package in page.packages if self.lookup.knows(package.name)]
        internal = [package.name for package in known if package.maybe_internal]
        await self.names.add(ref, internal)
        await self.names.add_look_alikes(ref, internal)
        for package in known:
            # Also what came from outside: a saved external version may be one of an internal package.
            check = CheckRequest(ref, package.name, cause, package_id=package.package_id)
            await self.queue.put(QueueName.PACKAGE_CHECKS, check.text())


def _hinted_name(request: SweepRequest) -> PackageName | None:
    if request.hinted_package is None or request.hinted_ecosystem is None:
        return None
    try:
        return PackageName.of(Ecosystem.of(request.hinted_ecosystem), request.hinted_package)
    except (UntrustedInput, NoUpstreamingBehavior) as error:
        # The door refuses such names; one that comes this far still gets its feed looked at.
        logger.warning(told("hinted package not usable", reason=str(error)))
        return None


def _hinted(feeds: tuple[Feed, ...], request: SweepRequest) -> tuple[Feed, ...]:
    enabled = tuple(feed for feed in feeds if feed.enabled)
    fitting = tuple(feed for feed in enabled if _fits(feed, request)) if _knows_project(enabled, request) else ()
    if not fitting and (request.hinted_project or request.hinted_feed):
        logger.warning(
            told(
                "delivery names a project or feed that is not visible to us: all feeds are looked at",
                project=request.hinted_project,
                feed=request.hinted_feed,
            )
        )
    return fitting or enabled


def _knows_project(feeds: tuple[Feed, ...], request: SweepRequest) -> bool:
    project = request.hinted_project
    return project is None or any(_same(project, feed.project_name, feed.ref.project_id) for feed in feeds)


def _fits(feed: Feed, request: SweepRequest) -> bool:
    if request.hinted_feed is not None and not _same(request.hinted_feed, feed.name, feed.ref.feed_id):
        return False
    if request.hinted_project is None:
        return True
    # A project's pipelines publish to the organization's feeds too, unless the hint names the feed.
    organization_scoped = feed.ref.project_id is None and request.hinted_feed is None
    return organization_scoped or _same(request.hinted_project, feed.project_name, feed.ref.project_id)


def _same(hinted: str, *known: str | None) -> bool:
    return hinted.casefold() in {text.casefold() for text in known if text is not None}
