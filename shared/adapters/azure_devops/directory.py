"""What one client remembers of the organization's feeds: their upstream sources, and which feeds are its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from shared.adapters.azure_devops.feeds_wire import OwnFeeds, ReadFeed, own_feeds
from shared.domain.feeds import Feed, FeedRef
from shared.domain.versions import SourceLink
from shared.ports import Clock

_FRESH: Final = timedelta(minutes=5)


class Directory:
    """A short memory, so that a sweep asks for each of these once; every reading of a feed refreshes it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._read: dict[FeedRef, tuple[datetime, ReadFeed]] = {}
        self._own: tuple[datetime, OwnFeeds] | None = None

    def remember(self, read: ReadFeed) -> None:
        """Keep what one feed told."""
        self._read[read.feed.ref] = (self._clock(), read)

    def remember_all(self, read: Iterable[ReadFeed]) -> None:
        """Keep the organization's list of feeds, and forget feeds that are no longer on it."""
        rows = tuple(read)
        self._own = (self._clock(), own_feeds(row.feed.ref for row in rows))
        self._read.clear()
        for row in rows:
            self.remember(row)

    def own(self) -> OwnFeeds | None:
        """Return the organization's own feeds; None where the list was not read lately."""
        return self._own[1] if self._own is not None and self._is_fresh(self._own[0]) else None

    def sources(self, feed: Feed) -> tuple[SourceLink, ...]:
        """Return the feed's sources: the deleted ones as far as they are known, and those that it has now."""
        remembered = self._read[feed.ref][1].sources if feed.ref in self._read else ()
        now = (SourceLink(source.source_id, source.kind) for source in feed.upstreams)
        return tuple(dict.fromkeys((*remembered, *now)))

    def is_fresh(self, ref: FeedRef) -> bool:
        """Say whether the feed's sources were read lately, so that asking again would tell nothing new."""
        return ref in self._read and self._is_fresh(self._read[ref][0])

    def view(self, ref: FeedRef, source_id: str) -> str | None:
        """Return the id of the view through which an internal source looks; None where the feed did not say."""
        return self._read[ref][1].views.get(source_id) if ref in self._read else None

    def _is_fresh(self, read_at: datetime) -> bool:
        return self._clock() - read_at < _FRESH
