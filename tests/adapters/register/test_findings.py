"""What only the tables can show of findings: the layout, a lost answer, a damaged row, the audit."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

import pytest

from shared.adapters.register import Storage, TableRegister
from shared.adapters.register.chains import chains, flaws_of
from shared.adapters.register.operations import Operation
from shared.domain.audit import subject_of
from shared.domain.findings import Finding, Likeness, whole_organization
from shared.errors import TooLarge, UpstreamUnavailable
from tests.contract.storage.samples import FEED, NAME, named, notice, opening
from tests.fakes import START

pytestmark = pytest.mark.azurite

_PARTITION = "contoso|9d1c=2F=3F|feed=231"
_FINDING = Finding(FEED, named("core"), Likeness.SCOPE_DROPPED, "@contoso/core", START)
_ROW = "finding|npm|core|scope-dropped|@contoso=2Fcore"


@pytest.fixture
def register(storage: Storage) -> TableRegister:
    """Return an empty register."""
    numbers = iter(range(1000))
    return TableRegister(storage, new_id=lambda: f"write-{next(numbers)}")


async def _found(register: TableRegister) -> list[Finding]:
    return [finding async for finding in register.findings()]


async def test_layout(register: TableRegister, storage: Storage) -> None:
    """Finding and notice stand in the feed's partition, and the feed is listed although it has no case."""
    nowhere = whole_organization("contoso")
    await register.report(_FINDING, [notice("id-1")])
    await register.report(replace(_FINDING, feed=nowhere), [notice("id-2", nowhere)])
    table = storage.table(storage.names.register)
    assert [row["RowKey"] async for row in table.partition(_PARTITION)] == [_ROW, "outbox|id-1"]
    assert [row["RowKey"] async for row in table.partition("contoso|-|-")] == [_ROW, "outbox|id-2"]
    listed = storage.table(storage.names.cursors).partition("feeds")
    assert [row["RowKey"] async for row in listed] == ["contoso|-|-", _PARTITION]


async def test_own_report_is_known_again(
    register: TableRegister, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report that was sent twice because its answer was lost is new, and is told once."""
    table = storage.table(storage.names.register)
    write = table.write

    async def twice(operations: Sequence[Operation]) -> list[str]:
        await write(operations)
        return await write(operations)

    with monkeypatch.context() as patched:
        patched.setattr(table, "write", twice)
        assert await register.report(_FINDING, [notice("n1")]) is True
    assert await register.report(_FINDING, [notice("n1")]) is False
    assert len([waiting async for waiting in register.outbox()]) == 1


async def test_feed_is_listed_before_its_first_finding(
    register: TableRegister, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash between the two writes leaves a listed feed, never a notice that no walk finds."""

    async def crash(_operations: Sequence[Operation]) -> list[str]:
        raise UpstreamUnavailable("cut", service="table storage")

    monkeypatch.setattr(storage.table(storage.names.register), "write", crash)
    with pytest.raises(UpstreamUnavailable):
        await register.report(_FINDING, [notice("n1")])
    listed = storage.table(storage.names.cursors).partition("feeds")
    assert [row["RowKey"] async for row in listed] == [_PARTITION]


@pytest.mark.parametrize("damage", [{"schema": 2}, {"body": "{"}, {"body": "{}"}])
async def test_damaged_finding_hides_no_other(
    register: TableRegister, storage: Storage, damage: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    """It is told with its key and passed over, and counts as no unreadable case."""
    others = [replace(_FINDING, public=named(text)) for text in ("a", "z")]
    for finding in (*others, _FINDING):
        await register.report(finding, [])
    client = storage.table(storage.names.register)._client  # the table offers no way to write what we would not
    await client.update_entity({"PartitionKey": _PARTITION, "RowKey": _ROW, **damage})
    assert await _found(register) == others
    [line] = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert _ROW in line
    assert register.unreadable_cases == 0


async def test_damaged_finding_is_still_found_once(register: TableRegister, storage: Storage) -> None:
    """The row is there, so nobody is told a second time because it cannot be read."""
    await register.report(_FINDING, [])
    client = storage.table(storage.names.register)._client  # as above
    await client.update_entity({"PartitionKey": _PARTITION, "RowKey": _ROW, "body": "{"})
    assert await register.report(_FINDING, [notice("n1")]) is False


async def test_findings_are_no_chains(register: TableRegister, storage: Storage) -> None:
    """The audit sees the case alone, and it is sound; a finding about the very same name changes nothing."""
    await register.commit(opening())
    await register.report(replace(_FINDING, public=NAME), [notice("n1")])
    await register.report(replace(_FINDING, feed=whole_organization("contoso")), [])
    seen = {chain.subject: flaws_of(chain) async for chain in chains(storage)}
    assert seen == {subject_of(FEED, NAME): ()}


async def test_name_too_long_for_a_key_is_refused(register: TableRegister) -> None:
    """It is told, and nothing is written under a cut key, where it might hide another."""
    with pytest.raises(TooLarge):
        await register.report(replace(_FINDING, resembles="x" * 600), [])
    assert await _found(register) == []
