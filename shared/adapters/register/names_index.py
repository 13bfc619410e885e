"""Which feeds hold which internal name, in table storage: one range query answers for a name."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import batched
from typing import TYPE_CHECKING, Final

from shared.adapters.register import keys
from shared.adapters.register.operations import Merge, Operation
from shared.adapters.register.rows import read_feed, write_feed
from shared.adapters.register.storage import Storage
from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName

if TYPE_CHECKING:  # loading it loads the SDK
    from shared.adapters.register.table import Table

_BATCH: Final = 100
_AT_ONCE: Final = 8
_BULK_LIMIT: Final = timedelta(seconds=30)


class TableNamesIndex:
    """The reverse index for watches; adding again changes nothing."""

    def __init__(self, storage: Storage) -> None:
        """Keep the account."""
        self._storage = storage

    async def add(self, feed: FeedRef, names: Iterable[PackageName]) -> None:
        """Add names of one feed: a partition's names in transactions of 100, eight at once."""
        by_partition: defaultdict[str, dict[str, Operation]] = defaultdict(dict)
        entity = write_feed(feed)
        for name in names:
            partition, row = keys.names_partition(name), keys.names_row(name, feed)
            by_partition[partition][row] = Merge(partition, row, entity)  # a transaction takes each row once
        batches = [batch for rows in by_partition.values() for batch in batched(rows.values(), _BATCH, strict=False)]
        table = self._table
        turns = asyncio.Semaphore(_AT_ONCE)

        async def write(batch: tuple[Operation, ...]) -> None:
            async with turns:
                await table.write(batch)

        await _all_of(write(batch) for batch in batches)

    async def holders(self, name: PackageName) -> tuple[FeedRef, ...]:
        """Return the feeds that hold the name, by one range query in its partition."""
        span = keys.below(keys.key(name.canonical))
        rows = self._table.rows(keys.names_partition(name), span)
        return tuple([read_feed(entity) async for entity in rows])

    @property
    def _table(self) -> Table:
        # Nobody waits at a door for this: batches that queue up behind each other may take their time.
        patient = replace(self._storage.patience, limit=max(self._storage.patience.limit, _BULK_LIMIT))
        return self._storage.table(self._storage.names.names, patience=patient)


async def _all_of(writes: Iterable[Coroutine[None, None, None]]) -> None:
    """Wait for all; the first failure ends the others and is raised as itself, not as a group."""
    try:
        async with asyncio.TaskGroup() as group:
            for write in writes:
                group.create_task(write)
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from failures
