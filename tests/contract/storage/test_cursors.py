"""Cursors: positions that no two writers can both move."""

from __future__ import annotations

import asyncio

import pytest

from shared.errors import StaleWrite
from shared.ports import Cursor, Cursors
from tests.contract.storage.samples import HOSTILE


async def test_unknown_cursor_is_none(cursors: Cursors) -> None:
    """A position that was never saved is no position."""
    assert await cursors.read("k") is None


async def test_cursor_moves_on(cursors: Cursors) -> None:
    """What was saved is read, and what was read can be replaced."""
    await cursors.save("k", "1", replaces=None)
    first = await cursors.read("k")
    assert first is not None
    assert first.value == "1"
    await cursors.save("k", "2", replaces=first)
    second = await cursors.read("k")
    assert second is not None
    assert second.value == "2"
    assert second.tag != first.tag


async def test_cursor_without_tag_is_one_that_no_row_exists_for(cursors: Cursors) -> None:
    """A first position may be worked out before it is saved."""
    await cursors.save("k", "1", replaces=Cursor("0", None))
    with pytest.raises(StaleWrite):
        await cursors.save("k", "2", replaces=Cursor("0", None))


async def test_slower_writer_is_told(cursors: Cursors) -> None:
    """A position read before somebody else moved it cannot be moved."""
    await cursors.save("k", "1", replaces=None)
    read = await cursors.read("k")
    await cursors.save("k", "2", replaces=read)
    with pytest.raises(StaleWrite):
        await cursors.save("k", "3", replaces=read)
    with pytest.raises(StaleWrite):
        await cursors.save("k", "3", replaces=None)
    now = await cursors.read("k")
    assert now is not None
    assert now.value == "2"


async def test_cursor_whose_row_is_gone_is_stale(cursors: Cursors) -> None:
    """A tag without a row does not make one."""
    await cursors.save("other", "1", replaces=None)
    other = await cursors.read("other")
    with pytest.raises(StaleWrite):
        await cursors.save("k", "1", replaces=other)
    assert await cursors.read("k") is None


async def test_one_of_many_writers_wins(cursors: Cursors) -> None:
    """Writers that read the same position: one moves it."""
    await cursors.save("k", "0", replaces=None)
    read = await cursors.read("k")
    saves = (cursors.save("k", f"{number}", replaces=read) for number in range(1, 9))
    results = await asyncio.gather(*saves, return_exceptions=True)
    assert sum(result is None for result in results) == 1
    assert sum(isinstance(result, StaleWrite) for result in results) == 7


async def test_hostile_keys_stay_apart(cursors: Cursors) -> None:
    """Keys may be addresses, or anything else."""
    for key in HOSTILE:
        await cursors.save(key, f"of {key!a}", replaces=None)
    for key in HOSTILE:
        read = await cursors.read(key)
        assert read is not None
        assert read.value == f"of {key!a}"


async def test_long_position_survives(cursors: Cursors) -> None:
    """A position may be longer than one text of a row."""
    await cursors.save("k", "é" * 50_000, replaces=None)
    read = await cursors.read("k")
    assert read is not None
    assert read.value == "é" * 50_000
