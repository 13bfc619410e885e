"""Which feeds have a partition in the register: one row each, so that nobody has to scan the register for them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

from shared.adapters.register import keys
from shared.adapters.register.operations import Insert
from shared.adapters.register.rows import read_feed, write_feed
from shared.adapters.register.storage import Storage
from shared.domain.feeds import FeedRef
from shared.errors import StaleWrite

_PARTITION: Final = "feeds"


class KnownFeeds:
    """Feeds, noted once before their first case or finding is written: the list may only name too many."""

    def __init__(self, storage: Storage) -> None:
        """Keep the account, and what this process noted already."""
        self._storage = storage
        self._noted: set[FeedRef] = set()

    async def note(self, feed: FeedRef) -> None:
        """Make sure that the feed is listed; costs one call in each process."""
        if feed in self._noted:
            return
        table = self._storage.table(self._storage.names.cursors)
        with suppress(StaleWrite):  # it is listed already
            await table.write([Insert(_PARTITION, keys.feed_partition(feed), write_feed(feed))])
        self._noted.add(feed)

    async def walk(self) -> AsyncIterator[FeedRef]:
        """Walk every feed that ever had a case or a finding; `whole_organization` is one of them."""
        async for entity in self._storage.table(self._storage.names.cursors).partition(_PARTITION):
            yield read_feed(entity)
