"""Not more than the service wants: a few calls at once, and none before the time it asked us to wait for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.adapters.azure_devops.exchange import SERVICE
from shared.errors import UpstreamUnavailable
from shared.ports import Clock, Sleep

CALLS_AT_ONCE: Final = 4
LONGEST_WAIT: Final = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Timing:
    """Time and chance, as they come in from outside; `chance` yields numbers from 0 to 1."""

    clock: Clock
    sleep: Sleep
    chance: Callable[[], float]


class Throttle:
    """Shared by all calls of one credential: limits are counted by identity, not by address.

    Source: "Rate and usage limits", client experience,
        https://learn.microsoft.com/azure/devops/integrate/concepts/rate-limits
    """

    def __init__(
        self,
        timing: Timing,
        *,
        longest_wait: timedelta = LONGEST_WAIT,
        calls_at_once: int = CALLS_AT_ONCE,
    ) -> None:
        self.longest_wait = longest_wait
        self._timing = timing
        self._places = asyncio.Semaphore(calls_at_once)
        self._not_before: datetime | None = None

    def heed(self, wait: timedelta | None) -> None:
        """Let no call begin before the wait is over; a shorter wait never shortens a longer one."""
        if wait is not None:
            moment = self._timing.clock() + wait
            self._not_before = moment if self._not_before is None else max(self._not_before, moment)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Hold one of the places, once the service may be called again.

        Raises:
            UpstreamUnavailable: the wait is longer than we hold work in memory; it belongs back in its queue.
        """
        async with self._places:
            await self._wait()
            yield

    async def _wait(self) -> None:
        waited_for: datetime | None = None
        # Another call may have been told to wait longer while this one slept.
        while self._not_before is not None and self._not_before != waited_for:
            waited_for = self._not_before
            remaining = waited_for - self._timing.clock()
            if remaining > self.longest_wait:
                raise UpstreamUnavailable("asked us to come back later", service=SERVICE, retry_after=remaining)
            if remaining > timedelta(0):
                await self._timing.sleep(remaining)
