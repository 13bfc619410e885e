"""A simulated registry behind a real server, and the real client that asks it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from local.simulators.faults import FaultyApp
from local.simulators.server import serving
from local.simulators.server_control import Actions
from shared.adapters.outbound.guarded import GuardedClient
from shared.adapters.registries import registries
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.twins import PublicTwin
from shared.ports import Registries

NOW: Final = datetime(2026, 8, 1, 10, tzinfo=UTC)


@dataclass(slots=True)
class Hands:
    """The time, which a test turns on."""

    now: datetime = field(default=NOW)

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now


@dataclass(frozen=True, slots=True)
class World:
    """A registry that can be told things, and our eyes on it; one process's memory for the whole test."""

    actions: Actions
    app: FaultyApp
    url: str
    ecosystem: Ecosystem
    registries: Registries
    clock: Hands

    def tell(self, action: str, **order: Any) -> None:  # noqa: ANN401  # the order's own shape checks it
        """Carry one order out."""
        self.actions[action](order)

    async def look_up(self, spelling: str, *, location: str) -> PublicTwin:
        """Ask for a name as the application does, without waiting between attempts."""
        name = PackageName.of(self.ecosystem, spelling)
        return await self.registries[self.ecosystem].look_up(name, location=location)

    def asked(self) -> list[str]:
        """Return the paths that were asked for, in order."""
        return [seen.path for seen in self.app.faults.requests]


@asynccontextmanager
async def world(app: FaultyApp, actions: Actions, ecosystem: Ecosystem, clock: Hands) -> AsyncIterator[World]:
    """Serve a registry while the block runs."""

    async def no_pause(_pause: timedelta) -> None:
        await asyncio.sleep(0)

    async with serving(app) as url:
        client = GuardedClient(user_agent="Feedwarden/0 (+test)", allowed_hosts=[url.removeprefix("http://")])
        try:
            known = registries(client, clock=clock, sleep=no_pause)
            yield World(actions, app, url, ecosystem, known, clock)
        finally:
            await client.aclose()
