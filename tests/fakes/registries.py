"""Public registries in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.twins import Presence, PublicTwin, unknown_twin
from shared.errors import FeedwardenError
from tests.fakes.faults import Faults


@dataclass(slots=True)
class FakeRegistry:
    """One public registry: a name is absent until a test publishes it.

    `locations` are where it was asked, in order: to see that no name went where it should not.
    """

    twins: dict[PackageName, PublicTwin] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    locations: list[str] = field(default_factory=list)

    def publish(self, name: PackageName, *, latest_version: str = "99.0.0") -> PublicTwin:
        """Let a package of that name appear."""
        twin = PublicTwin(Presence.PRESENT, latest_version=latest_version)
        return self.put(name, twin)

    def put(self, name: PackageName, twin: PublicTwin) -> PublicTwin:
        """Script the answer for a name, such as a tombstone."""
        self.twins[name] = twin
        return twin

    async def look_up(self, name: PackageName, *, location: str) -> PublicTwin:
        """Answer for one name; scripted trouble becomes an unknown twin, as the port promises."""
        self.locations.append(location)
        try:
            await self.faults.begin("look_up", name=name)
        except FeedwardenError as error:
            return unknown_twin(str(error))
        return self.twins.get(name, PublicTwin(Presence.ABSENT))


def fake_registries() -> dict[Ecosystem, FakeRegistry]:
    """Return one empty registry for each ecosystem."""
    return {ecosystem: FakeRegistry() for ecosystem in Ecosystem}
