"""One table of the emulator: made when it is missing, walked page by page, whole transactions."""

from __future__ import annotations

import pytest

from shared.adapters.register import Storage
from shared.adapters.register.documents import Entity, pack
from shared.adapters.register.failures import RowMissing
from shared.adapters.register.operations import Insert, Merge, Operation, Put, Remove, Replace
from shared.adapters.register.table import Table
from shared.errors import StaleWrite, TooLarge, UnexpectedAnswer
from tests.adapters.register.conftest import Answer, ScriptedAccount


@pytest.fixture
def table(storage: Storage) -> Table:
    """Return a table that does not exist yet."""
    return storage.table(storage.names.register)


def _inserts(first: int, last: int) -> list[Operation]:
    return [Insert("p", f"r|{number:05}", {"number": number}) for number in range(first, last)]


@pytest.mark.azurite
async def test_missing_table_reads_empty_and_is_made_by_a_write(table: Table) -> None:
    """Nothing asks beforehand whether the table is there."""
    assert await table.get("p", "r") is None
    assert [row async for row in table.partition("p")] == []
    [tag] = await table.write([Insert("p", "r", {"a": "ä"})])
    row = await table.get("p", "r")
    assert row is not None
    assert (row.entity["a"], row.tag) == ("ä", tag)


@pytest.mark.azurite
async def test_walk_goes_over_pages_in_key_order(table: Table) -> None:
    """The service pages at 1,000 rows; a walk does not show it, and keeps to its partition and range."""
    for start in range(0, 1200, 100):
        await table.write(_inserts(start, start + 100))
    await table.write([Insert("p", "s|1", {}), Insert("p", "r", {})])
    await table.write([Insert("q", "r|1", {})])
    walked = [row["number"] async for row in table.rows("p", ("r|", "r}"))]
    assert walked == list(range(1200))


@pytest.mark.azurite
async def test_operations(table: Table) -> None:
    """Insert, replace, merge, put and remove, each with the condition it names."""
    [tag] = await table.write([Insert("p", "r", {"a": "1", "b": "1"})])
    with pytest.raises(StaleWrite):
        await table.write([Insert("p", "r", {})])
    [second] = await table.write([Replace("p", "r", {"a": "2"}, tag)])
    with pytest.raises(StaleWrite):
        await table.write([Replace("p", "r", {"a": "3"}, tag)])
    await table.write([Merge("p", "r", {"c": "4"}), Merge("p", "new", {"c": "5"})])
    row = await table.get("p", "r")
    assert row is not None
    assert {name: row.entity.get(name) for name in "abc"} == {"a": "2", "b": None, "c": "4"}
    assert row.tag != second
    await table.write([Put("p", "r", {"d": "6"}), Put("p", "put", {"d": "7"})])
    row, made = await table.get("p", "r"), await table.get("p", "put")
    assert row is not None
    assert made is not None
    assert ({*row.entity} & {*"abcd"}, made.entity["d"]) == ({"d"}, "7")
    await table.write([Remove("p", "r")])
    assert await table.get("p", "r") is None
    with pytest.raises(RowMissing):
        await table.write([Remove("p", "r")])


@pytest.mark.azurite
async def test_failing_transaction_leaves_nothing(table: Table) -> None:
    """One bad row of a hundred, and none is written."""
    await table.write([Insert("p", "r|00099", {})])
    with pytest.raises(StaleWrite):
        await table.write(_inserts(0, 100))
    assert len([row async for row in table.partition("p")]) == 1


@pytest.mark.azurite
async def test_transaction_has_a_hundred_rows_at_most(table: Table) -> None:
    """The emulator answers one more with something unreadable, so it is refused before."""
    with pytest.raises(TooLarge, match="101 rows"):
        await table.write(_inserts(0, 101))


@pytest.mark.azurite
async def test_largest_document_is_taken(table: Table) -> None:
    """The limits that we cut and split by are the service's own."""
    entity: Entity = pack({"a": "x" * 447_000})
    await table.write([Insert("p", "r", entity)])
    row = await table.get("p", "r")
    assert row is not None
    assert {name: row.entity[name] for name in entity} == entity


async def test_table_that_another_writer_made_is_fine(scripted: ScriptedAccount) -> None:
    """Two first writers: the slower one finds the table made, and writes."""
    scripted.answers = [
        Answer(404, "TableNotFound"),
        Answer(409, "TableAlreadyExists"),
        Answer(204, headers={"ETag": "tag"}, body=""),
    ]
    storage = scripted.storage()
    assert await storage.table("register").write([Insert("p", "r", {})]) == ["tag"]
    await storage.close()


async def test_table_that_cannot_be_made_is_told(scripted: ScriptedAccount) -> None:
    """Every other conflict is not ours to overlook."""
    scripted.answers = [Answer(404, "TableNotFound"), Answer(409, "SomethingElse")]
    storage = scripted.storage()
    with pytest.raises(StaleWrite):
        await storage.table("register").write([Insert("p", "r", {})])
    await storage.close()


async def test_answer_without_a_tag_is_unexpected(scripted: ScriptedAccount) -> None:
    """Without its tag a row could be overwritten unseen."""
    scripted.answers = [Answer(204, body="")]
    storage = scripted.storage()
    with pytest.raises(UnexpectedAnswer, match="tag"):
        await storage.table("register").write([Insert("p", "r", {})])
    await storage.close()
