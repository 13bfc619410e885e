"""A simulator with a clock of its own, over HTTP without a network."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from local.simulators.faults import FaultyApp


@dataclass(slots=True)
class Told:
    """What a test holds: the door, and the time."""

    http: httpx.AsyncClient
    now: datetime

    async def tell(self, action: str, **order: Any) -> int:  # noqa: ANN401  # the order's own shape checks it
        """Give an order; return the answer's status."""
        return (await self.http.post(f"/_control/{action}", json=order)).status_code


@asynccontextmanager
async def told(make: Callable[[Callable[[], datetime]], FaultyApp]) -> AsyncIterator[Told]:
    """Set up the simulator that `make` returns for a clock."""
    world: list[Told] = []
    transport = httpx.ASGITransport(app=make(lambda: world[0].now))
    async with httpx.AsyncClient(transport=transport, base_url="http://registry.example.test") as http:
        world.append(Told(http, datetime(2026, 8, 1, 10, tzinfo=UTC)))
        yield world[0]
