"""The throttle: places, and waits that the service asked for."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from shared.adapters.azure_devops.throttle import Throttle, Timing
from shared.errors import UpstreamUnavailable
from tests.fakes.times import PassingSleep, SettableClock


def _throttle(calls_at_once: int = 4) -> tuple[Throttle, SettableClock, PassingSleep]:
    clock = SettableClock()
    sleep = PassingSleep(clock)
    return Throttle(Timing(clock, sleep, lambda: 0.5), calls_at_once=calls_at_once), clock, sleep


async def test_no_more_calls_at_once_than_places() -> None:
    """The fifth waits until one of four is done."""
    throttle, _, _ = _throttle()
    open_door, four_are_in = asyncio.Event(), asyncio.Event()
    running, most = 0, 0

    async def call() -> None:
        nonlocal running, most
        async with throttle.turn():
            running += 1
            most = max(most, running)
            if running == 4:
                four_are_in.set()
            await open_door.wait()
            running -= 1

    calls = [asyncio.create_task(call()) for _ in range(9)]
    await four_are_in.wait()
    open_door.set()
    await asyncio.gather(*calls)
    assert most == 4


async def test_the_next_call_waits_as_long_as_it_was_told() -> None:
    """And the one after that not at all."""
    throttle, _, sleep = _throttle()
    throttle.heed(timedelta(seconds=5))
    throttle.heed(timedelta(seconds=2))
    throttle.heed(None)
    async with throttle.turn():
        pass
    async with throttle.turn():
        pass
    assert sleep.slept == [timedelta(seconds=5)]


async def test_a_long_wait_sends_the_work_back() -> None:
    """With the time that is left, and without holding a place."""
    throttle, clock, sleep = _throttle(calls_at_once=1)
    throttle.heed(timedelta(seconds=60))
    clock.advance(timedelta(seconds=20))
    for _ in range(2):
        with pytest.raises(UpstreamUnavailable) as refusal:
            async with throttle.turn():
                pass
        assert refusal.value.retry_after == timedelta(seconds=40)
    clock.advance(timedelta(seconds=30))
    async with throttle.turn():
        pass
    assert sleep.slept == [timedelta(seconds=10)]


async def test_a_longer_wait_that_comes_while_one_sleeps_is_heeded() -> None:
    """Another call of the same credential was told so."""
    clock = SettableClock()
    slept: list[timedelta] = []

    async def sleep(duration: timedelta) -> None:
        slept.append(duration)
        clock.advance(duration)
        if len(slept) == 1:
            throttle.heed(timedelta(seconds=3))

    throttle = Throttle(Timing(clock, sleep, lambda: 0.5))
    throttle.heed(timedelta(seconds=1))
    async with throttle.turn():
        pass
    assert slept == [timedelta(seconds=1), timedelta(seconds=3)]


async def test_a_clock_that_stands_still_does_not_trap_a_call() -> None:
    """A wait that was slept through is over, even where the clock lags behind the sleep."""
    slept: list[timedelta] = []

    async def sleep(duration: timedelta) -> None:
        slept.append(duration)

    throttle = Throttle(Timing(SettableClock(), sleep, lambda: 0.5))
    throttle.heed(timedelta(seconds=1))
    async with throttle.turn():
        pass
    assert slept == [timedelta(seconds=1)]
