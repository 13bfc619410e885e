"""The scene of the canary: a feed of its own, its public twin, and Feedwarden's ordinary machinery beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

import pytest

from shared.application.canary import Canary
from shared.application.canary_gate import CanaryGate
from shared.application.canary_leftover import Leftover
from shared.application.canary_row import KEY, CanaryReport, read_exercise
from shared.application.notify_messages import Dispatch
from shared.domain.canary import Exercise, Phase
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import UpstreamingBehavior
from shared.domain.feeds import Feed, UpstreamSource
from shared.domain.names import PackageName
from shared.domain.notices import Notice
from shared.domain.ours import Ours
from shared.domain.twins import Presence, PublicTwin
from shared.errors import UpstreamUnavailable
from shared.ports import QueueName
from tests.application.house import House
from tests.fakes import FakePublisher

NAME: Final = PackageName.of(Ecosystem.NPM, "@contoso/feedwarden-canary")
MINUTE: Final = timedelta(minutes=1)
OPEN: Final = UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS
AUTO: Final = UpstreamingBehavior.AUTO
ACCOUNT: Final = "contoso-publisher"
OURS: Final = Ours(publishers={Ecosystem.NPM: frozenset({ACCOUNT})})
AWAY: Final = UpstreamUnavailable("no answer", service="test")
TWIN: Final = PublicTwin(Presence.PRESENT, latest_version="0.0.1", publishers=(ACCOUNT,))


@dataclass(slots=True)
class Scene:
    """A canary in a house; its rest of the machinery runs only where a test lets it."""

    house: House
    feed: Feed
    publisher: FakePublisher = field(init=False)
    title: str = "Guard/canary"
    name: PackageName = NAME
    ours: Ours = OURS

    def __post_init__(self) -> None:
        """Publish into the world that the house watches."""
        self.publisher = FakePublisher(self.house.service.world)

    @property
    def canary(self) -> Canary:
        """The use case, fresh as after a crash: nothing is kept in memory."""
        house = self.house
        policy = replace(house.policy, ours=self.ours)
        gate = CanaryGate(self.title, self.name, house.service, house.book, house.lookup, house.register, policy)
        return Canary(gate, house.service, self.publisher, house.register, house.cursors, house.queue, house.clock)

    @property
    def report(self) -> CanaryReport:
        """What readiness reads."""
        return CanaryReport(self.house.cursors, self.house.clock)

    async def tick(self) -> Phase:
        """Fire the timer once."""
        return await self.canary.tick()

    async def exercise(self) -> Exercise:
        """Return the row."""
        exercise = read_exercise(await self.house.cursors.read(KEY))
        assert exercise is not None
        return exercise

    async def switch(self) -> UpstreamingBehavior:
        """Return how the canary's switch stands."""
        return await self.house.service.get_upstreaming_behavior(self.feed, NAME)

    async def watch(self) -> None:
        """Let the machinery look once, and do what that calls for."""
        await self.house.feed_watcher.poll()
        await self.house.pump(within=timedelta(seconds=30))

    async def minutes(self, count: int, *, watching: bool = True) -> Phase:
        """Let minutes pass: each with a look at the feeds, where somebody is watching, and a tick."""
        for _ in range(count):
            self.house.clock.advance(MINUTE)
            if watching:
                await self.watch()
            phase = await self.tick()
        return phase

    def told(self) -> list[Notice]:
        """Take the notices that were queued straight away."""
        return [Dispatch.of(text).notice for text in self.house.queue.take(QueueName.NOTICES)]


def lines(caplog: pytest.LogCaptureFixture, text: str) -> list[str]:
    """Return the lines that begin so."""
    return [line for line in caplog.messages if line.startswith(text)]


def retired(house: House) -> Leftover:
    """Return what is exercised where no canary is configured."""
    return Leftover(house.service, house.cursors, house.clock)


async def scene(house: House | None = None, *, upstreams: Sequence[UpstreamSource] | None = None) -> Scene:
    """Set up the canary's feed and twin; the machinery has seen both."""
    house = House() if house is None else house
    feed = house.service.world.add_feed("canary", project="Guard", upstreams=upstreams)
    house.npm.put(NAME, TWIN)
    house.service.world.publish(NAME, "0.0.1")
    made = Scene(house, feed)
    await made.watch()
    return made
