"""Keep a distance between requests to one host, whoever asks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from shared.adapters.outbound.addresses import host_of
from shared.adapters.outbound.guarded import Sender
from shared.adapters.outbound.messages import Answer, Request
from shared.errors import UpstreamUnavailable
from shared.ports import Clock, Sleep

_LONGEST_WAIT: Final = timedelta(seconds=30)


@dataclass(slots=True)
class _Line:
    """Who waits to ask one host, and when it was asked last."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    asked: datetime | None = None

    def rest(self, now: datetime, spacing: timedelta) -> timedelta:
        """Return how long the host is still left alone; a clock that was set back makes it no longer than usual."""
        since = spacing if self.asked is None else now - self.asked
        return min(max(spacing - since, timedelta(0)), spacing)


class PacedSender:
    """A sender that begins no two requests to a host within `spacing`; callers wait in the order in which they came.

    Who would have to wait too long is told so at once. A caller that gives up leaves its turn to the next.
    In memory, for this process and one event loop.
    """

    def __init__(
        self,
        sender: Sender,
        *,
        spacing: timedelta,
        clock: Clock,
        sleep: Sleep,
        longest_wait: timedelta = _LONGEST_WAIT,
    ) -> None:
        """Send through that sender; zero `spacing` keeps no distance."""
        self._sender = sender
        self._spacing = spacing
        self._clock = clock
        self._sleep = sleep
        self._longest_wait = longest_wait
        self._lines: dict[str, _Line] = {}

    async def send(self, request: Request) -> Answer:
        """Send one request when its turn has come.

        Raises:
            UpstreamUnavailable: too many wait already, and `retry_after` says for how long; else as the wrapped sender.
        """
        if self._spacing:
            await self._wait(request)
        return await self._sender.send(request)

    async def _wait(self, request: Request) -> None:
        line = self._line(host_of(request.url))
        ahead = line.rest(self._clock(), self._spacing) + line.waiting * self._spacing
        if ahead > self._longest_wait:
            text = (
                f"{line.waiting} requests wait for their turn already: not asked before {ahead.total_seconds():.0f} s"
            )
            raise UpstreamUnavailable(text, service=request.service, retry_after=ahead)
        line.waiting += 1
        try:
            async with line.turn:
                rest = line.rest(self._clock(), self._spacing)
                if rest:
                    await self._sleep(rest)
                line.asked = self._clock()
        finally:
            line.waiting -= 1

    def _line(self, host: str) -> _Line:
        """Return a host's line; lines that nobody needs go, since whoever administers feeds can invent hosts."""
        now = self._clock()
        self._lines = {
            name: line for name, line in self._lines.items() if line.waiting or line.rest(now, self._spacing)
        }
        return self._lines.setdefault(host, _Line())
