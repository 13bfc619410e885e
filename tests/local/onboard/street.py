"""Servers that outlive a test, since to stop one takes longer than a test: each test puts its own apps into them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Self

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from local.simulators.server import serving


class _House:
    """What a server serves; empty, it answers 404."""

    def __init__(self) -> None:
        self.tenant: ASGIApp = Starlette()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.tenant(scope, receive, send)


class Street:
    """As many servers as were ever needed at the same time."""

    def __init__(self, servers: AsyncExitStack) -> None:
        """Begin with none."""
        self._servers = servers
        self._free: list[tuple[_House, str]] = []

    @classmethod
    @asynccontextmanager
    async def opened(cls) -> AsyncIterator[Self]:
        """Stop all servers in the end."""
        async with AsyncExitStack() as servers:
            yield cls(servers)

    @asynccontextmanager
    async def serving(self, app: ASGIApp) -> AsyncIterator[str]:
        """Serve an app while the block runs; gives its base URL. Its lifespan is the caller's business."""
        house, url = self._free.pop() if self._free else await self._built()
        house.tenant = app
        try:
            yield url
        finally:
            house.tenant = Starlette()
            self._free.append((house, url))

    async def _built(self) -> tuple[_House, str]:
        house = _House()
        return house, await self._servers.enter_async_context(serving(house))
