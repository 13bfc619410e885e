"""Many calls, some at a time."""

from __future__ import annotations

import asyncio

import pytest

from shared.adapters.register.turns import in_turns
from shared.errors import StaleWrite


async def test_results_come_in_the_order_of_the_items() -> None:
    """However long each takes; never more at once than said."""
    running = most = 0

    async def work(item: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        for _ in range(10 - item):
            await asyncio.sleep(0)
        running -= 1
        return item * 2

    assert await in_turns(work, range(10), at_once=3) == list(range(0, 20, 2))
    assert most == 3
    assert await in_turns(work, [], at_once=3) == []


async def test_first_failure_is_raised_as_itself_and_ends_the_others() -> None:
    """Callers know our errors, not groups of them."""
    done: list[int] = []

    async def work(item: int) -> None:
        await asyncio.sleep(0)
        if item == 1:
            raise StaleWrite("moved")
        await asyncio.sleep(0)
        done.append(item)

    with pytest.raises(StaleWrite, match="moved"):
        await in_turns(work, range(10), at_once=2)
    assert len(done) < 9
