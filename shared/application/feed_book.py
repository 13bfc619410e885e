"""Feeds, remembered for a moment: many checks of one feed ask for it once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from shared.domain.feeds import Feed, FeedRef
from shared.ports import Clock, FeedService

# What a feed pulls from changes rarely: to know which registries there are, the list may be this old.
_LISTED_FOR: Final = timedelta(minutes=5)
# Short enough that a changed upstream source is seen by the next recheck, long enough for one page of checks.
_FRESH_FOR: Final = timedelta(seconds=20)


@dataclass(slots=True)
class FeedBook:
    """Reads feeds through the service; a failure is never remembered."""

    service: FeedService
    clock: Clock
    _read: dict[FeedRef, tuple[datetime, Feed]] = field(default_factory=dict)
    _listed: tuple[datetime, tuple[Feed, ...]] | None = None

    async def feed(self, ref: FeedRef) -> Feed:
        """Return the feed as it was at most 20 seconds ago. Raises what the service raises."""
        now = self.clock()
        known = self._read.get(ref)
        # A disabled feed is passed over, so whether it still is must be known as of now.
        if known is not None and known[1].enabled and now - known[0] < _FRESH_FOR:
            return known[1]
        feed = await self.service.feed(ref)
        self._read[ref] = (now, feed)
        return feed

    async def feeds(self) -> tuple[Feed, ...]:
        """Return all feeds as they are now, and remember each."""
        feeds = await self.service.feeds()
        now = self.clock()
        self._read = {feed.ref: (now, feed) for feed in feeds}
        self._listed = now, feeds
        return feeds

    async def listed(self) -> tuple[Feed, ...]:
        """Return all feeds as they were at most five minutes ago: many collisions list them once."""
        if self._listed is None or self.clock() - self._listed[0] >= _LISTED_FOR:
            return await self.feeds()
        return self._listed[1]
