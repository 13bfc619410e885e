"""What only the table can show of public names: the layout, the transactions, and other writers in between."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count, islice

import pytest

from shared.adapters.register import Storage, TablePublicNames, keys
from shared.adapters.register.digest_rows import pack_digests, place_of, row_of
from shared.adapters.register.operations import Insert, Operation, Replace
from shared.adapters.register.public_names import _fitting, _Gain
from shared.adapters.register.table import Row, Table
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.public_sources import PublicSource
from shared.errors import PermissionMissing, StaleWrite, UnexpectedAnswer, UpstreamUnavailable
from tests.adapters.register.conftest import Answer, ScriptedAccount
from tests.contract.storage.samples import named

_SOURCE = PublicSource.at(Ecosystem.NPM, "https://npm.example.test")
_PARTITION = keys.public_names_partition(_SOURCE)

type Writes = list[Sequence[Operation]]


@pytest.fixture
async def table(storage: Storage) -> Table:
    """Return the table of public names, which other tests do not write to in this partition."""
    table = storage.table(storage.names.public_names)
    async for row in table.partition(_PARTITION):
        await table._client.delete_entity(row["PartitionKey"], row["RowKey"])  # the port never takes a name out
    return table


@pytest.fixture
def writes(table: Table, monkeypatch: pytest.MonkeyPatch) -> Writes:
    """Return the transactions that are sent from now on."""
    seen: Writes = []
    write = table.write

    async def note(operations: Sequence[Operation]) -> list[str]:
        seen.append(operations)
        return await write(operations)

    monkeypatch.setattr(table, "write", note)
    return seen


def _in_rows(count_of: int, wanted: Callable[[int], bool]) -> list[PackageName]:
    names = (named(f"package-{number}") for number in count())
    return list(islice((name for name in names if wanted(place_of(name)[0])), count_of))


@pytest.mark.azurite
async def test_layout(storage: Storage, table: Table) -> None:
    """One row for each three digits, with the digests in it; the name itself stands nowhere."""
    await TablePublicNames(storage).add(_SOURCE, [named("core")])
    rows = [row async for row in table.partition(_PARTITION)]
    bucket, digest = place_of(named("core"))
    assert rows == [{"PartitionKey": _PARTITION, "RowKey": row_of(bucket), **pack_digests([digest])}]


@pytest.mark.azurite
async def test_rows_are_written_together_and_only_where_they_gain(storage: Storage, writes: Writes) -> None:
    """A list that is read again writes nothing; one new name writes one row."""
    names, public_names = _in_rows(300, lambda bucket: bucket < 40), TablePublicNames(storage)
    await public_names.add(_SOURCE, names[:-1])
    assert [len(operations) for operations in writes] == [40]
    assert await public_names.add(_SOURCE, names[:-1]) == 0
    assert len(writes) == 1
    assert await public_names.add(_SOURCE, names) == 1
    assert [type(operation) for operation in writes[1]] == [Replace]


@pytest.mark.azurite
async def test_writer_in_between_loses_nothing(storage: Storage, table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that grew between reading and writing is read again, alone; the others of its transaction are too."""
    first, ours = named("core"), _in_rows(20, lambda bucket: bucket in (place_of(named("core"))[0], 7))
    public_names, write, interrupted = TablePublicNames(storage), table.write, 0

    async def interrupt(operations: Sequence[Operation]) -> list[str]:
        nonlocal interrupted
        interrupted += 1
        if interrupted == 1:
            bucket, digest = place_of(first)
            await write([Insert(_PARTITION, row_of(bucket), pack_digests([digest]))])
        return await write(operations)

    with monkeypatch.context() as patched:
        patched.setattr(table, "write", interrupt)
        assert await public_names.add(_SOURCE, ours) == 20
    assert interrupted == 3
    assert await public_names.known(_SOURCE, [first, *ours]) == {first, *ours}


@pytest.mark.azurite
async def test_row_that_changes_all_the_while(storage: Storage, table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trying ends, and the caller is told."""
    tries = 0

    async def conflict(_operations: Sequence[Operation]) -> list[str]:
        nonlocal tries
        tries += 1
        raise StaleWrite("moved")

    monkeypatch.setattr(table, "write", conflict)
    with pytest.raises(StaleWrite, match="all the while"):
        await TablePublicNames(storage).add(_SOURCE, [named("core")])
    assert tries == 11


@pytest.mark.azurite
@pytest.mark.parametrize("neighbours", [0, 5], ids=["alone", "close together"])
async def test_damaged_row_is_neither_empty_nor_overwritten(storage: Storage, table: Table, neighbours: int) -> None:
    """A row that lost a part knows nothing for sure: asking and adding both say so."""
    bucket, _ = place_of(named("core"))
    await table.write([Insert(_PARTITION, row_of(bucket), {"schema": 1, "count": 5})])
    near = _in_rows(neighbours, lambda other: bucket <= other < bucket + 3)
    public_names = TablePublicNames(storage)
    with pytest.raises(UnexpectedAnswer, match="lost a part"):
        await public_names.known(_SOURCE, [named("core"), *near])
    with pytest.raises(UnexpectedAnswer, match="lost a part"):
        await public_names.add(_SOURCE, [named("core"), *near])
    row = await table.get(_PARTITION, row_of(bucket))
    assert row is not None
    assert row.entity["count"] == 5


@pytest.mark.azurite
async def test_only_the_rows_of_asked_names_are_read(
    storage: Storage, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two names of one row are one read; nothing is kept for the next call."""
    read: list[str] = []
    get = table.get

    async def note(partition: str, row: str) -> Row | None:
        read.append(row)
        return await get(partition, row)

    monkeypatch.setattr(table, "get", note)
    names = _in_rows(4, lambda bucket: bucket in (3, 4000))
    asked = sorted({row_of(place_of(name)[0]) for name in names})
    for _ in range(2):
        assert await TablePublicNames(storage).known(_SOURCE, names) == frozenset()
        assert sorted(read) == asked
        read.clear()


def test_transactions_stay_below_what_the_service_takes() -> None:
    """Large rows go in smaller parts; a row too large for company goes alone; none is left out."""
    operation = Insert("p", "r", {})
    sizes = [300_000] * 5 + [999_999, 1_100_000, 10, 10]
    parts = list(_fitting(_Gain(number, 1, operation, size) for number, size in enumerate(sizes)))
    assert [gain.bucket for part in parts for gain in part] == list(range(len(sizes)))
    assert [len(part) for part in parts] == [3, 2, 1, 1, 2]
    assert list(_fitting([])) == []


@pytest.mark.azurite
async def test_large_rows_fit_into_their_transaction(storage: Storage, table: Table, writes: Writes) -> None:
    """Rows of 720 KB each are too much for one transaction, and are written nevertheless."""
    names = _in_rows(5, lambda bucket: bucket < 5)
    asked = {place_of(name)[0] for name in names}
    for bucket in asked:
        await table.write([Insert(_PARTITION, row_of(bucket), pack_digests(range(90_000)))])
    writes.clear()
    assert await TablePublicNames(storage).add(_SOURCE, names) == 5
    assert sum(map(len, writes)) == len(asked)
    assert await TablePublicNames(storage).known(_SOURCE, names) == frozenset(names)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(Answer(403, "AuthorizationPermissionMismatch"), PermissionMissing), (Answer(503), UpstreamUnavailable)],
    ids=["refused", "down"],
)
async def test_failure_is_no_absence(scripted: ScriptedAccount, answer: Answer, expected: type[Exception]) -> None:
    """A service that does not answer never says that a name is free."""
    scripted.answers = [answer]
    storage = scripted.storage()
    with pytest.raises(expected):
        await TablePublicNames(storage).known(_SOURCE, [named(f"n{number}") for number in range(50)])
    with pytest.raises(expected):
        await TablePublicNames(storage).add(_SOURCE, [named(f"n{number}") for number in range(50)])
    await storage.close()
