"""Where chains stand is read from their own rows: who can write them can hide none from the digest."""

from __future__ import annotations

from typing import Any

import pytest

from shared.adapters.register import Storage, TableChains, TableRegister
from shared.adapters.register.documents import pack, unpack
from shared.application.seal import Sealer
from shared.domain.audit import subject_of
from shared.domain.seals import DayDigest, Seal
from tests.contract.storage.samples import FEED, NAME, OTHER_FEED, grow, named, notice, opening
from tests.fakes import START
from tests.fakes.digests import MemoryDigests

_PARTITION = "contoso|9d1c=2F=3F|feed=231"
_CASE = "case|npm|@scope=2Fname"
_SUBJECT = subject_of(FEED, NAME)
_OTHER = subject_of(OTHER_FEED, named("x"))

pytestmark = pytest.mark.azurite


@pytest.fixture
async def heads(storage: Storage) -> dict[str, Seal]:
    """Fill the table with two chains of two feeds, and a notice that waits; return where they stand."""
    numbers = iter(range(1000))
    register = TableRegister(storage, new_id=lambda: f"write-{next(numbers)}")
    first = (await grow(register, NAME, 3)).case
    second = (await register.commit(opening(named("x"), OTHER_FEED, notices=[notice("n1", OTHER_FEED)]))).case
    return {_SUBJECT: Seal(_SUBJECT, 3, first.head), _OTHER: Seal(_OTHER, 1, second.head)}


async def _digest(storage: Storage) -> DayDigest:
    digests = MemoryDigests()
    await Sealer(TableChains(storage), digests, lambda: START).seal()
    (digest,) = digests.kept
    return digest


def _client(storage: Storage) -> Any:  # noqa: ANN401  # what an intruder writes with
    return storage.table(storage.names.register)._client


async def _rewrite(storage: Storage, **members: object) -> None:
    """Write other members into the case's document."""
    entity = dict(await _client(storage).get_entity(_PARTITION, _CASE))
    await _client(storage).upsert_entity(entity | pack(unpack(entity) | members))


async def test_every_chain_stands_where_its_case_says(storage: Storage, heads: dict[str, Seal]) -> None:
    """Of all feeds; what else lies in the table is no chain."""
    assert await _digest(storage) == DayDigest(START.date(), heads)


async def test_no_list_of_feeds_is_believed(storage: Storage, heads: dict[str, Seal]) -> None:
    """Without its row there, a feed is sealed all the same."""
    cursors = storage.table(storage.names.cursors)._client
    await cursors.delete_entity("feeds", _PARTITION)
    assert await _digest(storage) == DayDigest(START.date(), heads)


async def test_a_case_that_cannot_be_read_is_named_and_sealed_by_its_events(
    storage: Storage, heads: dict[str, Seal]
) -> None:
    """Another schema number hides nothing."""
    await _client(storage).update_entity({"PartitionKey": _PARTITION, "RowKey": _CASE, "schema": 2})
    digest = await _digest(storage)
    assert digest.seals == heads
    assert "a row of schema 2" in digest.unread[_SUBJECT]


async def test_a_case_that_is_gone_is_named_and_sealed_by_its_events(storage: Storage, heads: dict[str, Seal]) -> None:
    """As `make verify-audit` finds it."""
    await _client(storage).delete_entity(_PARTITION, _CASE)
    digest = await _digest(storage)
    assert (digest.seals, digest.unread) == (heads, {_SUBJECT: "there is no row of the case"})


@pytest.mark.parametrize("members", [{"sequence": -1}, {"head": "x"}, {"canonical": "other"}])
async def test_a_case_that_says_nonsense_is_no_stand(
    storage: Storage, heads: dict[str, Seal], members: dict[str, object]
) -> None:
    """It would make the whole digest unreadable, or stand in another's place."""
    await _rewrite(storage, **members)
    digest = await _digest(storage)
    assert digest.seals == heads
    assert set(digest.unread) == {_SUBJECT}


async def test_where_events_cannot_be_read_either_nothing_is_sealed(storage: Storage, heads: dict[str, Seal]) -> None:
    """It is named all the same."""
    await _client(storage).update_entity({"PartitionKey": _PARTITION, "RowKey": _CASE, "schema": 2})
    event = {"PartitionKey": _PARTITION, "RowKey": "event|npm|@scope=2Fname|0000000002", "schema": 2}
    await _client(storage).update_entity(event)
    digest = await _digest(storage)
    assert set(digest.seals) == {_OTHER} < set(heads)
    assert set(digest.unread) == {_SUBJECT}
