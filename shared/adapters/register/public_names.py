"""Which names are taken on public registries, in table storage: 4,096 rows of packed digests for each registry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import batched
from typing import TYPE_CHECKING, Final

from shared.adapters.register import keys
from shared.adapters.register.digest_rows import (
    Digests,
    bucket_of,
    gather,
    holds,
    pack_digests,
    place_of,
    row_of,
    unpack_digests,
)
from shared.adapters.register.documents import Entity
from shared.adapters.register.failures import RowMissing
from shared.adapters.register.operations import Insert, Operation, Replace
from shared.adapters.register.storage import Storage
from shared.adapters.register.turns import in_turns
from shared.domain.names import PackageName
from shared.domain.public_sources import PublicSource
from shared.errors import StaleWrite

if TYPE_CHECKING:  # loading it loads the SDK
    from shared.adapters.register.table import Table

_AT_ONCE: Final = 32
# An intake works on so many batches at once, and reads so many rows of each: 32 calls in all.
_BATCHES_AT_ONCE: Final = 4
_ROWS_AT_ONCE: Final = _AT_ONCE // _BATCHES_AT_ONCE
_BATCH: Final = 100
# Each round of writers that meet on a row leaves one of them done: so many may meet.
_TRIES: Final = 10
_BULK_LIMIT: Final = timedelta(seconds=30)
# A transaction takes 4 MiB, but aiohttp warns of bodies beyond 1 MiB, which hold up the event loop. In its JSON three
# bytes are four characters, and each row has a head of its own.
# https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions
_TRANSACTION: Final = 1_000_000
_HEAD: Final = 1_500


class TablePublicNames:
    """Names are only ever added, so a row that grew meanwhile can be read again and added to."""

    def __init__(self, storage: Storage) -> None:
        """Keep the account."""
        self._storage = storage

    async def add(self, source: PublicSource, names: Iterable[PackageName]) -> int:
        """Add names by rows; only rows that gain something are written, together where they can be.

        The count may be too small where another writer added the same names, or an answer was lost.
        """
        intake = _Intake(self._table, keys.public_names_partition(source), gather(names))
        batches = batched(sorted(intake.asked), _BATCH, strict=False)
        return sum(await in_turns(intake.take_in, batches, at_once=_BATCHES_AT_ONCE))

    async def known(self, source: PublicSource, names: Iterable[PackageName]) -> frozenset[PackageName]:
        """Return those of the names whose digests are there; reads the rows of the asked names only.

        Nothing is kept between calls. Whoever adds an internal name writes it to the names index first and looks
        here afterwards, while the watch adds a public name here first and looks into the index afterwards: one of
        them sees the other. An answer from before the caller's own write would break that.
        """
        table, partition = self._table, keys.public_names_partition(source)
        asked: defaultdict[int, list[tuple[int, PackageName]]] = defaultdict(list)
        for name in names:
            bucket, digest = place_of(name)
            asked[bucket].append((digest, name))

        async def find(bucket: int) -> list[PackageName]:
            row = await table.get(partition, row_of(bucket))
            kept = None if row is None else unpack_digests(row.entity)
            return [] if kept is None else [name for digest, name in asked[bucket] if holds(kept, digest)]

        return frozenset(name for found in await in_turns(find, asked, at_once=_AT_ONCE) for name in found)

    @property
    def _table(self) -> Table:
        # As with the names index: a list is taken in by nobody who waits at a door.
        patient = replace(self._storage.patience, limit=max(self._storage.patience.limit, _BULK_LIMIT))
        return self._storage.table(self._storage.names.public_names, patience=patient)


@dataclass(frozen=True, slots=True)
class _Gain:
    """A row as it will be, how many digests it gains, and the write that makes it so."""

    bucket: int
    new: int
    operation: Operation
    size: int


@dataclass(frozen=True, slots=True)
class _Intake:
    """One call of `add`: the digests by row."""

    table: Table
    partition: str
    asked: dict[int, Digests]

    async def take_in(self, buckets: Sequence[int]) -> int:
        """Add to up to 100 rows; return how many digests were new."""
        gaining, absent = await self._gaining(buckets)
        read = await in_turns(self._gain, gaining, at_once=_ROWS_AT_ONCE)
        gains = [gain for gain in read if gain is not None]
        gains += [self._insert(bucket) for bucket in absent]
        return sum([await self._write(part) for part in _fitting(gains)])

    async def _gaining(self, buckets: Sequence[int]) -> tuple[list[int], list[int]]:
        """Return the rows that are worth reading on their own, and those that are not there.

        Where rows stand close together, one range query shows what they hold, though not their tags: a list that
        is read again, or into an empty table, costs one call for a hundred rows.
        """
        first, last = buckets[0], buckets[-1]
        if 2 * len(buckets) <= last - first + 1:
            return list(buckets), []
        gaining, absent = [], dict.fromkeys(buckets)
        async for entity in self.table.rows(self.partition, (row_of(first), row_of(last) + "g")):  # behind all digits
            bucket = bucket_of(entity.get("RowKey"))
            if bucket not in absent:
                continue
            del absent[bucket]
            if not set(self.asked[bucket]).issubset(unpack_digests(entity)):
                gaining.append(bucket)
        return gaining, list(absent)

    async def _gain(self, bucket: int) -> _Gain | None:
        """Read a row, and return what would be written; None = it holds all of the names already."""
        row = await self.table.get(self.partition, row_of(bucket))
        if row is None:
            return self._insert(bucket)
        kept = set(unpack_digests(row.entity))
        grown = kept.union(self.asked[bucket])
        if len(grown) == len(kept):
            return None
        entity = pack_digests(grown)
        operation = Replace(self.partition, row_of(bucket), entity, row.tag)
        return _Gain(bucket, len(grown) - len(kept), operation, _size(entity))

    def _insert(self, bucket: int) -> _Gain:
        digests = set(self.asked[bucket])
        entity = pack_digests(digests)
        return _Gain(bucket, len(digests), Insert(self.partition, row_of(bucket), entity), _size(entity))

    async def _write(self, gains: Sequence[_Gain]) -> int:
        try:
            await self.table.write([gain.operation for gain in gains])
        except (StaleWrite, RowMissing):  # another writer was at one of them: all were left alone
            return sum(await in_turns(self._write_alone, [gain.bucket for gain in gains], at_once=_ROWS_AT_ONCE))
        return sum(gain.new for gain in gains)

    async def _write_alone(self, bucket: int) -> int:
        for _ in range(_TRIES):
            gain = await self._gain(bucket)
            if gain is None:
                return 0
            try:
                await self.table.write([gain.operation])
            except (StaleWrite, RowMissing):
                continue
            return gain.new
        raise StaleWrite(f"the public names in row {row_of(bucket)} change all the while")


def _size(entity: Entity) -> int:
    return _HEAD + sum(len(value) * 4 // 3 for value in entity.values() if isinstance(value, bytes))


def _fitting(gains: Iterable[_Gain]) -> Iterator[list[_Gain]]:
    """Cut into parts that each fit into one transaction."""
    part: list[_Gain] = []
    for gain in gains:
        if part and sum(each.size for each in part) + gain.size > _TRANSACTION:
            yield part
            part = []
        part.append(gain)
    if part:
        yield part
