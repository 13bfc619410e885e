"""Tests of waiting no longer than agreed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from shared.adapters.outbound.patience import Patience
from shared.errors import UpstreamUnavailable


async def _count(pieces: int) -> AsyncIterator[int]:
    for number in range(pieces):
        yield number
    await asyncio.Event().wait()


async def test_what_comes_in_time_is_given() -> None:
    """Piece by piece; what never comes ends the wait in our words."""
    patience = Patience(timedelta(seconds=0.1), service="registry")
    given = patience.each(_count(3))
    assert [await anext(given) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(UpstreamUnavailable, match=r"registry: no whole answer within 0\.1 s"):
        await anext(given)


async def test_only_waiting_counts() -> None:
    """What is done with a piece takes its own time, here more than the total."""
    patience = Patience(timedelta(seconds=0.2), service="registry")
    loop = asyncio.get_running_loop()
    for number in range(3):
        done = asyncio.Event()
        loop.call_later(0.15, done.set)
        assert await patience.wait(asyncio.sleep(0, number)) == number
        await done.wait()


async def test_all_waits_together_are_bounded() -> None:
    """A drip that keeps each wait short does not prolong the whole."""
    patience = Patience(timedelta(seconds=0.1), service="registry")

    given = []

    async def drip() -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        while True:
            come = asyncio.Event()
            loop.call_later(0.03, come.set)
            await come.wait()
            given.append(True)
            yield None

    async def read() -> None:
        async for _ in patience.each(drip()):
            pass

    with pytest.raises(UpstreamUnavailable):
        await read()
    assert 0 < len(given) < 4


async def test_being_cancelled_is_no_time_out() -> None:
    """Whoever stops us is heard."""
    patience = Patience(timedelta(seconds=30), service="registry")
    task = asyncio.create_task(patience.wait(asyncio.Event().wait()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
