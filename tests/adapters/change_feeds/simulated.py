"""A simulated registry with a clock of its own, and the real client's eyes on its feed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from local.simulators.faults import FaultyApp
from local.simulators.server import serving
from local.simulators.server_control import Actions
from shared.adapters.change_feeds import ChangeFeedBook
from shared.adapters.outbound.guarded import GuardedClient
from shared.domain.ecosystems import Ecosystem
from shared.ports import ChangedNames, ChangeFeed
from tests.adapters.change_feeds.scripted import NOW


@dataclass(slots=True)
class Hands:
    """The clock that everybody looks at; a pause moves it."""

    now: datetime = NOW

    def clock(self) -> datetime:
        """Tell the time."""
        return self.now

    async def pass_by(self, pause: timedelta) -> None:
        """Let time pass."""
        self.now += pause


@dataclass(slots=True)
class Followed:
    """A registry that can be told things, and its followed feed."""

    hands: Hands
    actions: Actions
    app: FaultyApp
    feed: ChangeFeed
    url: str
    position: str | None = None

    def tell(self, action: str, **order: Any) -> None:  # noqa: ANN401  # the order's own shape checks it
        """Carry one order out."""
        self.actions[action](order)

    async def look(self, **passed: float) -> ChangedNames:
        """Let time pass, look once, and keep the position."""
        await self.hands.pass_by(timedelta(**passed))
        told = await self.feed.changes(position=self.position)
        self.position = told.position
        return told

    async def look_on(self, **passed: float) -> list[ChangedNames]:
        """Look for as long as there is more."""
        looks = [await self.look(**passed)]
        while looks[-1].more:
            looks.append(await self.look())
        return looks


@asynccontextmanager
async def followed(
    app: FaultyApp, actions: Actions, hands: Hands, ecosystem: Ecosystem, path: str
) -> AsyncIterator[Followed]:
    """Serve an app and follow the feed at that path of it."""
    async with serving(app) as url:
        client = GuardedClient(user_agent="Feedwarden/0 (+test)", allowed_hosts=[url.removeprefix("http://")])
        book = ChangeFeedBook(client, configured={}, clock=hands.clock, sleep=hands.pass_by)
        feed = book(ecosystem, url + path)
        assert feed is not None
        try:
            yield Followed(hands, actions, app, feed, url)
        finally:
            await client.aclose()
