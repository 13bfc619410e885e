"""What only the tables can show of the walk: how much is read, damaged rows, odd places; and look-alikes' layout."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import pytest

from shared.adapters.register import Storage, TableNamesIndex
from shared.adapters.register.documents import Entity
from shared.adapters.register.names_walk import walk
from shared.adapters.register.rows import write_feed
from shared.adapters.register.table import Table
from shared.domain.ecosystems import Ecosystem
from shared.errors import UnexpectedAnswer
from tests.contract.storage.samples import FEED, named

NPM = Ecosystem.NPM


@dataclass(slots=True)
class _ListedTable:
    """A table of rows in memory that counts its queries and the rows it gave out."""

    names: dict[str, list[str]]
    queries: list[str] = field(default_factory=list)
    given: int = 0

    async def partition(self, partition: str) -> AsyncIterator[Entity]:
        """Walk all rows."""
        self.queries.append(partition)
        for row in self.names.get(partition, []):
            self.given += 1
            yield write_feed(FEED) | {"PartitionKey": partition, "RowKey": row}

    async def rows(self, partition: str, keys: tuple[str, str]) -> AsyncIterator[Entity]:
        """Walk a range."""
        async for entity in self.partition(partition):
            if keys[0] <= entity["RowKey"] < keys[1]:
                yield entity

    def as_table(self) -> Table:
        """Stand in for a table."""
        return self  # type: ignore[return-value]  # the walk uses no more of a table than these two


def _rows(partition: int, count: int) -> Iterator[str]:
    return (f"n{partition:02x}-{number:05}|contoso|-|f" for number in range(count))


async def test_sparse_index_is_read_in_one_call() -> None:
    """Each partition is asked once, and the answer is whole."""
    table = _ListedTable({f"npm|{number:02x}": list(_rows(number, 1)) for number in (0, 7, 255)})
    part = await walk(table.as_table(), NPM, after=None, most=100)
    assert (len(part.held), part.place) == (3, None)
    assert Counter(table.queries) == {f"npm|{number:02x}": 1 for number in range(256)}


async def test_dense_index_is_not_read_in_vain() -> None:
    """Where one partition fills a call, no other is asked."""
    table = _ListedTable({f"npm|{number:02x}": list(_rows(number, 1_000)) for number in range(256)})
    part = await walk(table.as_table(), NPM, after=None, most=300)
    assert len(part.held) == 300
    assert table.queries == ["npm|00"]
    assert table.given == 300
    assert part.place == "00|n00-00299|contoso|-|f"


@pytest.mark.parametrize("size", [1, 3, 10, 99, 100, 101])
@pytest.mark.parametrize("most", [1, 99, 100, 1_000, 100_000])
async def test_round_is_whole(size: int, most: int) -> None:
    """Every entry once and in order, whatever the partitions' size and the parts'; and no call asks far too much."""
    table = _ListedTable({f"npm|{number:02x}": list(_rows(number, size)) for number in range(0, 256, 17)})
    names: list[str] = []
    place: str | None = None
    while True:
        part = await walk(table.as_table(), NPM, after=place, most=most)
        assert len(part.held) <= most
        names += [held.name.canonical for held in part.held]
        place = part.place
        if place is None:
            break
    assert names == sorted(row.partition("|")[0] for rows in table.names.values() for row in rows)


@pytest.mark.parametrize("place", ["", "x", "0|a", "zz|", "100|a", "npm|00|a"])
async def test_odd_place_is_refused(place: str) -> None:
    """A place that was never given out is not guessed at."""
    with pytest.raises(UnexpectedAnswer, match="no place"):
        await walk(_ListedTable({}).as_table(), NPM, after=place, most=5)


@pytest.mark.azurite
async def test_damaged_row_hides_no_other(storage: Storage, caplog: pytest.LogCaptureFixture) -> None:
    """It is told with its key and passed over."""
    index = TableNamesIndex(storage)
    names = [named(text) for text in ("a", "b", "c")]
    await index.add(FEED, names)
    table = storage.table(storage.names.names)
    [row] = [entity async for entity in table.everything() if entity["RowKey"].startswith("b|")]
    await table._client.update_entity({**row, "body": "{"})  # the table offers no way to write what we would not
    part = await index.walk(NPM, after=None, most=10)
    assert {held.name.canonical for held in part.held} == {"a", "c"}
    [line] = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert row["RowKey"] in line


@pytest.mark.azurite
async def test_layout(storage: Storage) -> None:
    """Look-alikes stand in partitions of their own; the internal name's hash stands in the key."""
    await TableNamesIndex(storage).add_look_alikes(FEED, [named("@contoso/core")])
    rest = "efe4ce0a1d0f42cf6b99c6469e0ffc78|contoso|9d1c=2F=3F|feed=231"
    rows = [(row["PartitionKey"], row["RowKey"]) async for row in storage.table(storage.names.names).everything()]
    assert rows == [
        ("lookalike|npm|0d", f"core|scope-dropped|{rest}"),
        ("lookalike|npm|1c", f"contoso-core|scope-joined|{rest}"),
    ]


@pytest.mark.azurite
async def test_other_ecosystems_are_not_asked(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only an unscoped npm name can look like a scoped one."""
    table = storage.table(storage.names.names)

    def refuse(*_: object) -> AsyncIterator[Entity]:
        raise AssertionError("a query")

    monkeypatch.setattr(table, "rows", refuse)
    index = TableNamesIndex(storage)
    assert await index.resembling(named("core", Ecosystem.PYPI)) == ()
    assert await index.resembling(named("@contoso/core")) == ()
