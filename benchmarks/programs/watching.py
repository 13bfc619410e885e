"""A wired application that watches one npm registry: what the programs about watches share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from benchmarks.stand_ins import CountingIndex, CountingPublicNames, ImpatientQueue
from benchmarks.wiring import settings_for, wired
from shared.bootstrap import App
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef, UpstreamKind, UpstreamSource
from tests.fakes import FakeFeedService, MemoryCursors, MemoryRegister


@dataclass(frozen=True, slots=True)
class Watch:
    """The watcher over storage that counts."""

    app: App
    index: CountingIndex
    public: CountingPublicNames
    queue: ImpatientQueue

    @classmethod
    def over(cls, url: str, internal: int) -> Self:
        """Watch the replication service at an address with so many internal names, `acme-0` and so on."""
        service = FakeFeedService()
        source = UpstreamSource("npm", "npm", Ecosystem.NPM, UpstreamKind.PUBLIC, f"{url}/", enabled=True)
        feed = service.world.add_feed("core", upstreams=[source]).ref
        index, public, queue = _index(feed, internal), CountingPublicNames(), ImpatientQueue()
        app = wired(
            settings_for(npm_url=url, NPM_REPLICATION_URL=url),
            service=service,
            names=index,
            public_names=public,
            queue=queue,
            cursors=MemoryCursors(),
            register=MemoryRegister(),
        )
        return cls(app, index, public, queue)

    async def poll(self) -> Mapping[str, str]:
        """Poll once, and forget what was queued: it is counted."""
        told = await self.app.registry_watcher.poll()
        self.queue.messages.clear()
        return told


def _index(feed: FeedRef, internal: int) -> CountingIndex:
    return CountingIndex(feed, frozenset(f"acme-{number}" for number in range(internal)))
