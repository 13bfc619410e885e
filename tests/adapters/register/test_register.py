"""What only the tables can show: the layout, the walk without a scan, and a write whose answer was lost."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from itertools import count

import pytest

from shared.adapters.register import Storage, TableRegister
from shared.adapters.register.documents import Entity
from shared.adapters.register.operations import Operation
from shared.adapters.register.table import Table
from shared.domain.audit import subject_of
from shared.errors import StaleWrite, TooLarge, UnexpectedAnswer, UpstreamUnavailable
from tests.contract.storage.samples import FEED, NAME, OTHER_FEED, following, named, notice, opening

pytestmark = pytest.mark.azurite

_PARTITION = "contoso|9d1c=2F=3F|feed=231"


@pytest.fixture
def register(storage: Storage) -> TableRegister:
    """Return an empty register whose writes are numbered."""
    numbers = count(1)
    return TableRegister(storage, new_id=lambda: f"write-{next(numbers)}")


@dataclass(slots=True)
class LostAnswers:
    """A table whose transactions are done, and then done again because the first answer was lost."""

    table: Table
    writes: list[int] = field(default_factory=list)

    async def write(self, operations: Sequence[Operation]) -> list[str]:
        """Write twice, as a repeated request does."""
        self.writes.append(len(operations))
        await self.table.write(operations)
        return await self.table.write(operations)

    def __getattr__(self, name: str) -> object:
        return getattr(self.table, name)


async def test_layout(register: TableRegister, storage: Storage) -> None:
    """Case, event and notice of a feed stand in one partition, under the published keys."""
    await register.commit(opening(notices=[notice("id-1")]))
    rows = storage.table(storage.names.register).partition("contoso|9d1c=2F=3F|feed=231")
    assert [row["RowKey"] async for row in rows] == [
        "case|npm|@scope=2Fname",
        "event|npm|@scope=2Fname|0000000001",
        "outbox|id-1",
    ]


async def test_own_write_is_known_again(
    register: TableRegister, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit that was sent twice because its answer was lost succeeded, and is no stale write."""
    table = storage.table(storage.names.register)
    lossy = LostAnswers(table)
    monkeypatch.setitem(storage._tables, storage.names.register, lossy)  # the only seam between adapter and SDK
    first = await register.commit(opening(notices=[notice("n1")]))
    second = await register.commit(following(first))
    assert lossy.writes == [3, 2]
    monkeypatch.undo()
    assert await register.case(FEED, NAME) == second
    assert len([event async for event in register.events(FEED, NAME)]) == 2


async def test_other_writer_with_equal_content_is_stale(storage: Storage) -> None:
    """Two writers that wrote word for word the same are still two: only one of them won."""
    one, other = TableRegister(storage, new_id=lambda: "one"), TableRegister(storage, new_id=lambda: "other")
    await one.commit(opening())
    with pytest.raises(StaleWrite, match="changed since it was read"):
        await other.commit(opening())


async def test_feed_is_listed_before_its_first_case(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash between the two writes leaves a listed feed without a case, never a case that no walk finds."""
    register = TableRegister(storage, new_id=lambda: "w")

    async def crash(_operations: Sequence[Operation]) -> list[str]:
        raise UpstreamUnavailable("cut", service="table storage")

    with monkeypatch.context() as patched:
        patched.setattr(storage.table(storage.names.register), "write", crash)
        with pytest.raises(UpstreamUnavailable):
            await register.commit(opening())
    assert [case async for case in register.cases()] == []
    listed = storage.table(storage.names.cursors).partition("feeds")
    assert [row["RowKey"] async for row in listed] == ["contoso|9d1c=2F=3F|feed=231"]


async def test_feed_is_listed_once_by_many_processes(storage: Storage) -> None:
    """A second process finds the feed listed, and both walk every feed."""
    one, other = TableRegister(storage, new_id=lambda: "one"), TableRegister(storage, new_id=lambda: "other")
    await one.commit(opening(named("a")))
    await other.commit(opening(named("b")))
    await other.commit(opening(named("c"), OTHER_FEED))
    assert sorted([case.name.canonical async for case in one.cases()]) == ["a", "b", "c"]


async def test_more_notices_than_a_transaction_takes(register: TableRegister) -> None:
    """98 notices fit beside case and event; one more is refused, and nothing is written."""
    notices = [notice(f"n{number:03}") for number in range(99)]
    with pytest.raises(TooLarge):
        await register.commit(opening(notices=notices))
    await register.commit(opening(notices=notices[:98]))
    assert len([waiting async for waiting in register.outbox()]) == 98


async def test_row_of_a_newer_version_is_not_guessed_at(register: TableRegister, storage: Storage) -> None:
    """After a roll-back of the program, a row it cannot read is told and not taken for absent."""
    table = storage.table(storage.names.register)
    stored = await register.commit(opening())
    row = await table.get("contoso|9d1c=2F=3F|feed=231", "case|npm|@scope=2Fname")
    assert row is not None
    client = table._client  # the table itself offers no way to write what we would not write
    await client.update_entity({**row.entity, "schema": 2})
    with pytest.raises(UnexpectedAnswer, match="schema 2"):
        await register.case(FEED, NAME)
    with pytest.raises(StaleWrite):
        await register.commit(following(stored))


async def test_each_new_head_is_logged(
    register: TableRegister, storage: Storage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The log, which is kept elsewhere, anchors the chain: one line a commit, also where the answer was lost."""
    caplog.set_level(logging.INFO, logger="shared.adapters.register.register")
    first = await register.commit(opening())
    lossy = LostAnswers(storage.table(storage.names.register))
    with monkeypatch.context() as patched:
        patched.setitem(storage._tables, storage.names.register, lossy)  # the only seam between adapter and SDK
        second = await register.commit(following(first))
    with pytest.raises(StaleWrite):
        await register.commit(following(first))
    subject = subject_of(FEED, NAME)
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("INFO", f"audit head {subject} 1 {first.case.head}"),
        ("INFO", f"audit head {subject} 2 {second.case.head}"),
    ]


async def test_head_of_a_hostile_name_stays_one_line(register: TableRegister, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody forges a second head by a name with a line break in it."""
    caplog.set_level(logging.INFO, logger="shared.adapters.register.register")
    await register.commit(opening(named("a\naudit head b 1 00")))
    [record] = caplog.records
    assert "\n" not in record.getMessage()
    assert r"a\naudit head b" in record.getMessage()


@pytest.mark.parametrize("damage", [{"schema": 2}, {"body": "{"}, {"body": "{}"}])
async def test_damaged_case_row_does_not_stop_a_walk(
    register: TableRegister, storage: Storage, damage: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    """It is skipped, told with its key, and counted until it can be read again; reading it alone still fails."""
    await register.commit(opening(named("a")))
    await register.commit(opening(named("c"), OTHER_FEED))
    table = storage.table(storage.names.register)
    await register.commit(opening())
    row = await table.get(_PARTITION, "case|npm|@scope=2Fname")
    assert row is not None
    assert register.unreadable_cases == 0
    await table._client.update_entity({**row.entity, **damage})  # the table offers no way to write what we would not
    for _ in range(2):
        assert [case.name.canonical async for case in register.cases(FEED)] == ["a"]
        assert register.unreadable_cases == 1
    assert sorted([case.name.canonical async for case in register.cases()]) == ["a", "c"]
    told = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert len(told) == 3
    assert all("case|npm|@scope=2Fname" in line for line in told)
    with pytest.raises(UnexpectedAnswer):
        await register.case(FEED, NAME)
    await table._client.update_entity(row.entity)
    assert len([case async for case in register.cases(FEED)]) == 2
    assert register.unreadable_cases == 0


async def test_damaged_notice_holds_up_no_other(
    register: TableRegister, storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    """It is told with its key and stays; the others go out."""
    await register.commit(opening(named("a"), notices=(notice("n-1"), notice("n-2"))))
    table = storage.table(storage.names.register)
    row = await table.get(_PARTITION, "outbox|n-1")
    assert row is not None
    await table._client.update_entity({**row.entity, "body": "{"})  # as above
    assert [waiting.notice_id async for waiting in register.outbox()] == ["n-2"]
    assert "outbox|n-1" in caplog.text


async def test_table_that_fails_is_no_damaged_row(
    register: TableRegister, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An odd answer of the service itself still ends the walk: else a feed would look empty."""
    await register.commit(opening())

    def broken(*_: object) -> AsyncIterator[Entity]:
        raise UnexpectedAnswer("odd", service="table storage")

    monkeypatch.setattr(storage.table(storage.names.register), "rows", broken)
    with pytest.raises(UnexpectedAnswer, match="odd"):
        [case async for case in register.cases(FEED)]
