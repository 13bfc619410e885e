"""Publishing to the scripted world."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.domain.evidence import UpstreamingBehavior
from shared.domain.feeds import Feed
from shared.domain.names import PackageName
from shared.domain.versions import FeedVersion, Origin
from shared.errors import UnexpectedAnswer
from tests.fakes.faults import Faults
from tests.fakes.feed_world import FeedWorld


@dataclass(slots=True)
class FakePublisher:
    """A Publisher whose versions turn up in a world; a number can be used once."""

    world: FeedWorld
    faults: Faults = field(default_factory=Faults)

    async def publish(self, feed: Feed, name: PackageName, version: str) -> None:
        """Publish one version; it shows as a change, and the switch stays as it was set."""
        call = await self.faults.begin("publish", feed=feed.ref, name=name)
        held = self.world.by_ref[feed.ref]
        package = held.packages.get(name)
        if package is None:
            behavior = held.switches.pop(name, UpstreamingBehavior.AUTO)
            self.world.add_package(feed, name, internal=[version], behavior=behavior)
        elif any(known.version == version for known in package.versions):
            raise UnexpectedAnswer(f"answered 403: {version} is there already", service="fake feeds")
        else:
            package.versions.append(FeedVersion(version, Origin.INTERNAL, deleted=False))
            held.changes.append(name)
        self.faults.end(call)
