"""What only the tables can show of approvals: the layout, damaged rows, and writes whose answer was lost."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from itertools import count

import pytest

from shared.adapters.register import Storage, TableRegister
from shared.adapters.register.operations import Operation
from shared.domain.approvals import ApprovalState
from shared.errors import StaleWrite, TooLarge, UnexpectedAnswer, UpstreamUnavailable
from tests.adapters.register.test_register import LostAnswers
from tests.contract.storage.samples import FEED, NAME, OTHER_FEED, about, approval, following, named, notice, opening

pytestmark = pytest.mark.azurite

_PARTITION = "contoso|9d1c=2F=3F|feed=231"
_ALIVE = "approval|npm|@scope=2Fname"
_DECLINED = approval(state=ApprovalState.DECLINED)


@pytest.fixture
def register(storage: Storage) -> TableRegister:
    """Return an empty register whose writes are numbered."""
    numbers = count(1)
    return TableRegister(storage, new_id=lambda: f"write-{next(numbers)}")


async def _rows(storage: Storage) -> list[str]:
    rows = storage.table(storage.names.register).partition(_PARTITION)
    return [row["RowKey"] async for row in rows if "approval" in row["RowKey"]]


async def _damage(storage: Storage, row: str, **damage: object) -> None:
    table = storage.table(storage.names.register)
    read = await table.get(_PARTITION, row)
    assert read is not None
    await table._client.update_entity({**read.entity, **damage})  # the table offers no way to write what we would not


async def test_layout(register: TableRegister, storage: Storage) -> None:
    """One row is alive; past ones stand elsewhere by their ids, so that a walk over the alive ones meets none."""
    stored = await register.commit(about(opening(), approval()))
    assert await _rows(storage) == [_ALIVE]
    stored = await register.commit(about(following(stored), _DECLINED, approval("a2")))
    assert await _rows(storage) == [_ALIVE, "past-approval|npm|@scope=2Fname|a1"]
    await register.commit(about(following(stored), approval("a2", ApprovalState.DECLINED)))
    past = "past-approval|npm|@scope=2Fname|"
    assert await _rows(storage) == [f"{past}a1", f"{past}a2"]


async def test_own_write_is_known_again(
    register: TableRegister, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An approval that moved, or ended, and whose answer was lost did so once, and is no stale write."""
    lossy = LostAnswers(storage.table(storage.names.register))
    monkeypatch.setitem(storage._tables, storage.names.register, lossy)  # the only seam between adapter and SDK
    stored = await register.commit(about(opening(), approval()))
    stored = await register.commit(about(following(stored), approval(state=ApprovalState.GRANTED)))
    stored = await register.commit(about(following(stored), _DECLINED))
    stored = await register.commit(about(following(stored), approval("a2")))
    stored = await register.commit(about(following(stored), approval("a2", ApprovalState.REVOKED), approval("a3")))
    assert lossy.writes == [3, 3, 4, 3, 4]
    monkeypatch.undo()
    assert await register.case(FEED, NAME) == stored
    assert await register.approval(FEED, NAME) == approval("a3")
    assert await register.past_approval(FEED, NAME, "a1") == _DECLINED
    assert len([event async for event in register.events(FEED, NAME)]) == 5


async def test_a_crash_moves_nothing(
    register: TableRegister, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line is cut before the transaction: case and approval stand as they stood, and the change can be made."""
    stored = await register.commit(about(opening(), approval()))

    async def crash(_operations: Sequence[Operation]) -> list[str]:
        raise UpstreamUnavailable("cut", service="table storage")

    with monkeypatch.context() as patched:
        patched.setattr(storage.table(storage.names.register), "write", crash)
        with pytest.raises(UpstreamUnavailable):
            await register.commit(about(following(stored), _DECLINED))
    assert await register.approval(FEED, NAME) == approval()
    assert await register.case(FEED, NAME) == stored
    await register.commit(about(following(stored), _DECLINED))
    assert await register.approval(FEED, NAME) is None


async def test_whoever_reads_late_ends_nothing(
    register: TableRegister, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between our look at the alive row and our write another writer ended it: we are stale, not broken."""
    stored = await register.commit(about(opening(), approval()))
    table = storage.table(storage.names.register)
    plain, other = table.write, TableRegister(storage, new_id=lambda: "other")

    async def overtaken(operations: Sequence[Operation]) -> list[str]:
        monkeypatch.setattr(table, "write", plain)
        await other.commit(about(following(stored), _DECLINED))
        return await plain(operations)

    monkeypatch.setattr(table, "write", overtaken)
    with pytest.raises(StaleWrite):
        await register.commit(about(following(stored), approval(state=ApprovalState.UNANSWERED)))
    assert await register.past_approval(FEED, NAME, "a1") == _DECLINED


async def test_an_alive_row_that_was_taken_away_does_not_hold_the_case(
    register: TableRegister, storage: Storage
) -> None:
    """Somebody removed it by hand: the approval still ends, and the case still moves."""
    stored = await register.commit(about(opening(), approval()))
    await storage.table(storage.names.register)._client.delete_entity(_PARTITION, _ALIVE)  # what an intruder does
    await register.commit(about(following(stored), _DECLINED))
    assert await register.past_approval(FEED, NAME, "a1") == _DECLINED


@pytest.mark.parametrize("damage", [{"schema": 2}, {"body": "{"}, {"body": "{}"}])
async def test_damaged_row_is_not_absent(
    register: TableRegister, storage: Storage, damage: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    """Read alone it is an error; a walk tells its key and shows the others; ending it unread is refused."""
    others = [approval(name=named("a")), approval(name=named("c"), feed=OTHER_FEED)]
    for each in others:
        await register.commit(about(opening(each.name, each.feed), each))
    stored = await register.commit(about(opening(), approval()))
    await _damage(storage, _ALIVE, **damage)
    with pytest.raises(UnexpectedAnswer):
        await register.approval(FEED, NAME)
    assert [each async for each in register.alive_approvals(FEED)] == others[:1]
    assert len([each async for each in register.alive_approvals()]) == 2
    told = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert len(told) == 2
    assert all(_ALIVE in line for line in told)
    with pytest.raises(UnexpectedAnswer):
        await register.commit(about(following(stored), _DECLINED))
    assert await register.case(FEED, NAME) == stored


async def test_damaged_past_row_is_not_absent(register: TableRegister, storage: Storage) -> None:
    """A page that cannot read what was decided does not say that nothing was."""
    await register.commit(about(opening(), _DECLINED))
    await _damage(storage, "past-approval|npm|@scope=2Fname|a1", body="{}")
    with pytest.raises(UnexpectedAnswer):
        await register.past_approval(FEED, NAME, "a1")


async def test_what_does_not_fit_refuses_the_whole_change(register: TableRegister) -> None:
    """Neither a row that is too long nor one row too many is left out of its change."""
    stored = await register.commit(about(opening(), approval()))
    long = replace(approval(), saved_before=("1.0.0",) * 50_000)
    with pytest.raises(TooLarge):
        await register.commit(about(following(stored), long))
    notices = [notice(f"n{number:03}") for number in range(97)]
    with pytest.raises(TooLarge, match="101 rows"):
        await register.commit(about(following(stored, notices=notices), _DECLINED))
    assert await register.case(FEED, NAME) == stored
    await register.commit(about(following(stored, notices=notices[:96]), _DECLINED))
    assert await register.past_approval(FEED, NAME, "a1") == _DECLINED
