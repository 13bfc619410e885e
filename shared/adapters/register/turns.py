"""Many calls, some at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable


async def in_turns[T, R](work: Callable[[T], Awaitable[R]], items: Iterable[T], *, at_once: int) -> list[R]:
    """Work on all items, so many at once, and return the results in their order.

    The first failure ends the others and is raised as itself, not as a group: callers know our errors.
    """
    turns = asyncio.Semaphore(at_once)

    async def take_turn(item: T) -> R:
        async with turns:
            return await work(item)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(take_turn(item)) for item in items]
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from failures
    return [task.result() for task in tasks]
