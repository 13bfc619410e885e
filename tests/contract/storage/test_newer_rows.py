"""After going back: rows of a schema that this version does not know are refused by their number, and stay."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Final

import pytest

from shared.adapters.register import (
    Storage,
    TableCursors,
    TableDeliveries,
    TableNamesIndex,
    TablePublicNames,
    TableRegister,
)
from shared.adapters.register.operations import Merge
from shared.application.messages import CheckRequest, SweepRequest
from shared.application.notify_messages import Dispatch
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef
from shared.domain.findings import Finding, Likeness
from shared.domain.hints import Hint
from shared.domain.names import PackageName
from shared.errors import StaleWrite, UnexpectedAnswer, UntrustedInput
from shared.ports import Cursor, DeliveryState, QueueName
from tests.application.house import BILLING
from tests.contract.storage.lived import LOOK_ALIKE, SOURCE
from tests.contract.storage.samples import approval, opening
from tests.contract.storage.snapshot import Row, Snapshot, laid_out
from tests.fakes import START, CountingIds

_CORE: Final = FeedRef("contoso", "project-Payments", "feed-core")
_TRIALS: Final = FeedRef("contoso", "project-Payments", "feed-trials")
_OPEN: Final = PackageName.of(Ecosystem.NPM, "@contoso/open")
_KEPT: Final = ("register", "public_names", "deliveries", "cursors")
_FINDING: Final = Finding(_CORE, LOOK_ALIKE, next(iter(Likeness)), BILLING.canonical, START)


@pytest.fixture
async def newer(storage: Storage) -> Mapping[str, list[Row]]:
    """Lay out everything that the newest kept version left, as if a later one had written it; return it."""
    newest = Snapshot.newest()
    tables = {table: [row | {"schema": 2} for row in rows] for table, rows in newest.tables.items()}
    await replace(newest, tables=tables).lay(storage)
    return await _everything(storage)


async def _everything(storage: Storage) -> dict[str, list[Row]]:
    return {table: await laid_out(storage, getattr(storage.names, table)) for table in (*_KEPT, "names")}


async def _all[T](walk: AsyncIterator[T]) -> list[T]:
    return [item async for item in walk]


def _readings(storage: Storage) -> list[Callable[[], Awaitable[object]]]:
    register = TableRegister(storage, new_id=CountingIds("back"))
    past = Snapshot.newest().expected["approvals"]["past"]
    return [
        lambda: register.case(_CORE, BILLING),
        lambda: _all(register.events(_CORE, BILLING)),
        lambda: register.approval(_TRIALS, _OPEN),
        lambda: register.past_approval(_CORE, BILLING, past),
        lambda: TablePublicNames(storage).known(SOURCE, [BILLING]),
        lambda: TablePublicNames(storage).add(SOURCE, [BILLING, LOOK_ALIKE]),
        lambda: TableDeliveries(storage).state("generic", "delivery-1"),
        lambda: TableDeliveries(storage).take_in(Hint("delivery-1", "package.published"), source="generic", at=START),
        lambda: TableCursors(storage).read("organization-policy"),
    ]


@pytest.mark.azurite
@pytest.mark.usefixtures("newer")
async def test_each_is_refused_by_its_number(storage: Storage) -> None:
    """What is asked for alone is neither guessed at nor taken for absent."""
    for reading in _readings(storage):
        with pytest.raises(UnexpectedAnswer, match="of schema 2: this version reads 1"):
            await reading()


@pytest.mark.azurite
@pytest.mark.usefixtures("newer")
async def test_walks_pass_over_and_tell(storage: Storage, caplog: pytest.LogCaptureFixture) -> None:
    """Each row is told with its number; a row that a later version wrote hides no other."""
    register, names = TableRegister(storage, new_id=CountingIds("back")), TableNamesIndex(storage)
    # A feed that is passed over would hide all that is in it: the list of feeds is refused as a whole.
    with pytest.raises(UnexpectedAnswer, match="of schema 2"):
        await _all(register.outbox())
    for row in await laid_out(storage, storage.names.cursors):
        if row["PartitionKey"] == "feeds":
            place = row.pop("PartitionKey"), row.pop("RowKey")
            await storage.table(storage.names.cursors).write([Merge(*place, row | {"schema": 1})])
    assert await _all(register.cases()) == []
    assert register.unreadable_cases > 0
    assert await _all(register.outbox()) == []
    assert await _all(register.findings()) == []
    assert await names.holders(BILLING) == ()
    assert await names.resembling(LOOK_ALIKE) == ()
    assert (await names.walk(Ecosystem.NPM, after=None, most=100)).held == ()
    told = [record.getMessage() for record in caplog.records if "of schema 2" in record.getMessage()]
    for part in ("case|", "outbox|", "finding|", "@contoso=2Fbilling|", "contoso-billing|"):
        assert any(part in line for line in told), part


@pytest.mark.azurite
async def test_nothing_is_overwritten(storage: Storage, newer: Mapping[str, list[Row]]) -> None:
    """Whatever this version tries with them: a case or an approval anew, a finding, a delivery, a position."""
    register = TableRegister(storage, new_id=CountingIds("back"))
    for reading in _readings(storage):
        with pytest.raises(UnexpectedAnswer):
            await reading()
    with pytest.raises(StaleWrite):
        await register.commit(opening(BILLING, _CORE))
    requested = replace(opening(_OPEN, _TRIALS), approvals=(approval(name=_OPEN, feed=_TRIALS),))
    with pytest.raises((StaleWrite, UnexpectedAnswer)):
        await register.commit(requested)
    assert await register.report(_FINDING, []) is False
    for replaces in (None, Cursor("on", 'W/"another"')):
        with pytest.raises(StaleWrite):
            await TableCursors(storage).save("organization-policy", "off", replaces=replaces)
    after = await _everything(storage)
    assert {table: after[table] for table in _KEPT} == {table: newer[table] for table in _KEPT}


@pytest.mark.azurite
async def test_marking_a_delivery_leaves_what_it_said(storage: Storage, newer: Mapping[str, list[Row]]) -> None:
    """The mark stands beside the document, so it is put onto any row; a row that holds it alone means schema 1."""
    deliveries = TableDeliveries(storage)
    await deliveries.mark_handled("generic", "delivery-1")
    assert (await _everything(storage))["deliveries"] == [
        row | {"state": DeliveryState.HANDLED.value} for row in newer["deliveries"]
    ]
    await deliveries.mark_handled("generic", "never seen")
    assert await deliveries.state("generic", "never seen") is DeliveryState.HANDLED


@pytest.mark.azurite
async def test_names_are_written_anew(storage: Storage, newer: Mapping[str, list[Row]]) -> None:
    """The one exception: what the index says of a feed is found out again, and a collision must not wait for it."""
    names = TableNamesIndex(storage)
    await names.add(_CORE, [BILLING])
    await names.add_look_alikes(_CORE, [BILLING])
    assert await names.holders(BILLING) == (_CORE,)
    assert await names.resembling(LOOK_ALIKE) != ()
    after = await _everything(storage)
    changed = [row for row in newer["names"] if row not in after["names"]]
    assert len(after["names"]) == len(newer["names"])
    assert 0 < len(changed) < len(newer["names"])


def test_messages_of_a_later_schema() -> None:
    """Work is refused by its number; a letter goes out if what it says can be read."""
    texts = {
        queue: [json.dumps(json.loads(text) | {"schema": 2}) for text in kept]
        for queue, kept in Snapshot.newest().messages.items()
    }
    for read, queue in ((CheckRequest.of, QueueName.PACKAGE_CHECKS), (SweepRequest.of, QueueName.FEED_SWEEPS)):
        for text in texts[queue]:
            with pytest.raises(UntrustedInput, match="not a message of schema 1"):
                read(text)
    assert all(Dispatch.of(text).notice.notice_id for text in texts[QueueName.NOTICES])
