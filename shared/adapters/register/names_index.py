"""Which feeds hold which internal name, in table storage: one range query answers for a name."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import batched
from typing import TYPE_CHECKING, Final

from shared.adapters.register import keys
from shared.adapters.register.documents import Entity
from shared.adapters.register.name_rows import read_look_alike, write_held, write_look_alike
from shared.adapters.register.names_walk import walk
from shared.adapters.register.operations import Merge, Operation
from shared.adapters.register.rows import read_feed, write_feed
from shared.adapters.register.storage import Storage
from shared.adapters.register.turns import in_turns
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef
from shared.domain.findings import Likeness
from shared.domain.look_alikes import look_alikes_of
from shared.domain.names import PackageName
from shared.errors import UnexpectedAnswer
from shared.logs import told
from shared.ports import HeldName, HeldNames

if TYPE_CHECKING:  # loading it loads the SDK
    from shared.adapters.register.table import Table

logger = logging.getLogger(__name__)

_BATCH: Final = 100
_AT_ONCE: Final = 8
_BULK_LIMIT: Final = timedelta(seconds=30)


class TableNamesIndex:
    """The reverse index for watches; adding again changes nothing."""

    def __init__(self, storage: Storage) -> None:
        """Keep the account."""
        self._storage = storage

    async def add(self, feed: FeedRef, names: Iterable[PackageName]) -> None:
        """Add names of one feed."""
        plain = write_feed(feed)
        await self._merge(
            (
                keys.names_partition(name),
                keys.names_row(name, feed),
                # Nearly all rows of a feed hold the same: that is written out once.
                plain if name.spelling == name.canonical else write_held(name, feed),
            )
            for name in names
        )

    async def holders(self, name: PackageName) -> tuple[FeedRef, ...]:
        """Return the feeds that hold the name, by one range query in its partition."""
        span = keys.below(keys.key(name.canonical))
        rows = self._table.rows(keys.names_partition(name), span)
        return tuple([held async for held in _readable(rows, read_feed)])

    async def walk(self, ecosystem: Ecosystem, *, after: str | None, most: int) -> HeldNames:
        """Return entries by partition and row, names as they were spelled when they were added last.

        A row that cannot be read is told and passed over: it must not hide those behind it.

        Raises:
            UnexpectedAnswer: `after` is no place that this gave out.
        """
        return await walk(self._table, ecosystem, after=after, most=max(1, most))

    async def add_look_alikes(self, feed: FeedRef, names: Iterable[PackageName]) -> None:
        """Add what would look like each scoped name."""
        await self._merge(
            (
                keys.look_alikes_partition(public),
                keys.look_alikes_row(public, likeness, name, feed),
                write_look_alike(name, likeness, feed),
            )
            for name in names
            for public, likeness in look_alikes_of(name)
        )

    async def resembling(self, public: PackageName) -> tuple[tuple[HeldName, Likeness], ...]:
        """Return the internal names that the public name looks like, by one range query; none where none can be."""
        if public.ecosystem is not Ecosystem.NPM or public.npm_scope is not None:
            return ()
        span = keys.below(keys.key(public.canonical))
        rows = self._table.rows(keys.look_alikes_partition(public), span)
        return tuple([found async for found in _readable(rows, read_look_alike)])

    async def _merge(self, rows: Iterable[tuple[str, str, Entity]]) -> None:
        """Write rows, a partition's in transactions of 100, eight at once."""
        by_partition: defaultdict[str, dict[str, Operation]] = defaultdict(dict)
        for partition, row, entity in rows:
            by_partition[partition][row] = Merge(partition, row, entity)  # a transaction takes each row once
        batches = [batch for rows in by_partition.values() for batch in batched(rows.values(), _BATCH, strict=False)]
        await in_turns(self._table.write, batches, at_once=_AT_ONCE)

    @property
    def _table(self) -> Table:
        # Nobody waits at a door for this: batches that queue up behind each other may take their time.
        patient = replace(self._storage.patience, limit=max(self._storage.patience.limit, _BULK_LIMIT))
        return self._storage.table(self._storage.names.names, patience=patient)


async def _readable[Read](rows: AsyncIterator[Entity], read: Callable[[Entity], Read]) -> AsyncIterator[Read]:
    """Read rows; one that cannot be read is told and passed over: the next sweep writes it anew.

    To stop for it would stop the whole registry's watch, and hide every other name.
    """
    async for entity in rows:
        try:
            yield read(entity)
        except UnexpectedAnswer as error:
            place = {"partition": entity.get("PartitionKey"), "row": entity.get("RowKey")}
            logger.error(told("row of an internal name not readable: passed over", **place, error=error))  # noqa: TRY400  # the text says it all
