"""Chains read for verification: whoever touches a row is found, whatever row it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from shared.adapters.register import Storage, TableRegister
from shared.adapters.register.chains import Chain, Place, chains, flaws_of, read_chain
from shared.adapters.register.documents import pack, unpack
from shared.adapters.register.table import Row
from shared.domain.audit import GENESIS, subject_of
from shared.errors import UpstreamUnavailable
from tests.contract.storage.samples import FEED, NAME, OTHER_FEED, following, grow, named, notice, opening

_PARTITION = "contoso|9d1c=2F=3F|feed=231"
_CASE = "case|npm|@scope=2Fname"
_PLACE = Place(_PARTITION, "npm|@scope=2Fname")

pytestmark = pytest.mark.azurite


def _event(number: int) -> str:
    return f"event|npm|@scope=2Fname|{number:010}"


@pytest.fixture
async def register(storage: Storage) -> TableRegister:
    """Return a register with a case of three events, and a notice that waits."""
    numbers = iter(range(1000))
    register = TableRegister(storage, new_id=lambda: f"write-{next(numbers)}")
    stored = await grow(register, NAME, 2)
    await register.commit(following(stored, notices=[notice("n1")]))
    return register


async def _found(storage: Storage) -> dict[str, tuple[str, ...]]:
    return {chain.subject: flaws_of(chain) async for chain in chains(storage)}


async def test_untouched_chains_are_sound(register: TableRegister, storage: Storage) -> None:
    """Every case of every feed is seen, and none is flawed; what waits in the outbox is no chain."""
    await register.commit(opening(named("a|b")))
    await register.commit(opening(named("x"), OTHER_FEED))
    assert await _found(storage) == {
        subject_of(FEED, NAME): (),
        subject_of(FEED, named("a|b")): (),
        subject_of(OTHER_FEED, named("x")): (),
    }
    read = await read_chain(storage, _PLACE)
    assert flaws_of(read) == ()
    assert len(read.events) == 3


async def _remove(storage: Storage, row: str) -> None:
    await storage.table(storage.names.register)._client.delete_entity(_PARTITION, row)  # what an intruder does


async def _rewrite(storage: Storage, row: str, **members: object) -> None:
    table = storage.table(storage.names.register)
    read = await table.get(_PARTITION, row)
    assert isinstance(read, Row)
    await table._client.update_entity({**read.entity, **pack(unpack(read.entity) | members)})  # the same


async def _column(storage: Storage, row: str, **columns: str) -> None:
    table = storage.table(storage.names.register)
    read = await table.get(_PARTITION, row)
    assert isinstance(read, Row)
    await table._client.update_entity({**read.entity, **columns})  # the same


async def _break(storage: Storage, row: str) -> None:
    await storage.table(storage.names.register)._client.update_entity(
        {"PartitionKey": _PARTITION, "RowKey": row, "body": "{"}
    )


async def _copy(storage: Storage, row: str, to: str) -> None:
    table = storage.table(storage.names.register)
    read = await table.get(_PARTITION, row)
    assert isinstance(read, Row)
    await table._client.create_entity({**read.entity, "RowKey": to})


@pytest.mark.parametrize(
    ("touch", "said"),
    [
        (lambda s: _remove(s, _CASE), "is gone"),
        (lambda s: _remove(s, _event(2)), "one is missing"),
        (lambda s: _remove(s, _event(3)), "the case knows 3 events"),
        (lambda s: _rewrite(s, _event(2), cause="nobody"), "was changed after it was written"),
        (lambda s: _rewrite(s, _event(2), previous="0" * 64), "does not follow"),
        (lambda s: _rewrite(s, _CASE, sequence=2), "the case knows 2 events"),
        (lambda s: _rewrite(s, _CASE, canonical="other"), "another's place"),
        (lambda s: _rewrite(s, _CASE, state="odd"), "cannot be read"),
        (lambda s: _rewrite(s, _CASE, state="protected"), "state `protected`, event 3 says `exposed`"),
        (lambda s: _column(s, _CASE, state="closed"), "outside its body"),
        (lambda s: _column(s, _CASE, protection="protected"), "outside its body"),
        (lambda s: _rewrite(s, _CASE, sequence=0, head=GENESIS), "the case knows 0 events"),
        (lambda s: _break(s, _event(1)), "cannot be read"),
        (lambda s: _break(s, _CASE), "cannot be read"),
        (lambda s: _copy(s, _event(3), _event(4)), "missing or doubled"),
    ],
)
async def test_touched_row_is_found(
    register: TableRegister, storage: Storage, touch: Callable[[Storage], Awaitable[None]], said: str
) -> None:
    """Removed, rewritten, broken or copied: the chain says what does not fit."""
    assert register is not None
    await touch(storage)
    [found] = (await _found(storage)).values()
    assert any(said in flaw for flaw in found), found
    assert flaws_of(await read_chain(storage, _PLACE)) == found


async def test_foreign_key_is_a_finding(register: TableRegister, storage: Storage) -> None:
    """A row at a place that we never write to is shown with that place's raw name."""
    await _copy(storage, _event(1), "event|npm|%2F|0000000001")
    found = await _found(storage)
    assert len(found) == 2
    assert found[f"{_PARTITION}/npm|%2F"]
    assert register is not None


async def test_chain_that_changes_all_the_while(
    register: TableRegister, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chain that never stands still is not called sound."""
    table = storage.table(storage.names.register)
    reads = iter(range(1000))
    plain = table.get

    async def restless(partition: str, row: str) -> Row | None:
        read = await plain(partition, row)
        return None if read is None else replace(read, tag=f"tag-{next(reads)}")

    monkeypatch.setattr(table, "get", restless)
    with pytest.raises(UpstreamUnavailable, match="changes all the while"):
        await read_chain(storage, _PLACE)
    assert register is not None


def test_nothing_at_all_is_not_sound() -> None:
    """A chain without case and events is no success."""
    assert flaws_of(Chain("s", None, ()))


def test_case_without_any_event_is_flawed() -> None:
    """A row that says "no event yet" would otherwise agree with a chain of which everything was removed."""
    case = replace(opening().case, sequence=0, head=GENESIS)
    assert flaws_of(Chain(subject_of(FEED, NAME), case, ()))
