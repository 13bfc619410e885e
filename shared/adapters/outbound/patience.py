"""How long we wait for one service, all in all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from datetime import timedelta

from shared.errors import UpstreamUnavailable


class Patience:
    """Waits for one answer, as often as needed, and not longer than the total.

    Only waiting counts: what is done with a piece before the next one is asked for may take its time. Each wait has
    its own time-out, so that none is left behind in a generator that somebody else resumes.
    """

    def __init__(self, total: timedelta, *, service: str) -> None:
        """Begin to wait for a service."""
        self._total_seconds = total.total_seconds()
        self._left_seconds = self._total_seconds
        self._service = service

    async def wait[Awaited](self, awaited: Awaitable[Awaited]) -> Awaited:
        """Return what is awaited.

        Raises:
            UpstreamUnavailable: it did not come within what was left of the total.
        """
        now = asyncio.get_running_loop().time
        began = now()
        try:
            async with asyncio.timeout(self._left_seconds):
                return await awaited
        except TimeoutError as error:
            text = f"no whole answer within {self._total_seconds:g} s"
            raise UpstreamUnavailable(text, service=self._service) from error
        finally:
            self._left_seconds = max(0.0, self._left_seconds - (now() - began))

    async def each[Piece](self, pieces: AsyncIterator[Piece]) -> AsyncGenerator[Piece]:
        """Give one piece after the other. Raises as `wait`, and what the pieces raise."""
        while True:
            try:
                piece = await self.wait(anext(pieces))
            except StopAsyncIteration:
                return
            yield piece
